//! Cosignatures (C2SP `tlog-cosignature`): a witness's statement that a checkpoint continues all it has seen of a log.
//!
//! Two kinds, side by side: Ed25519 (`cosignature/v1`, type `0x04`), which every tool reads, and ML-DSA-44 (`subtree/v1`, type `0x06`),
//! which holds against quantum computers too. A log signs its own checkpoints with the second kind as well, under its origin.
//! The `ml-dsa` crate was never audited, which is one reason for the first kind beside it.

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use ml_dsa::{
    EncodedSignature, EncodedVerifyingKey, Keypair, MlDsa44, Seed, Signature as MlDsaSignature, SigningKey as MlDsaSigningKey,
    VerifyingKey as MlDsaVerifyingKey,
};
use oikos_model::Timestamp;

use crate::note::{
    check_name, ed25519_key, key_id, parse_verifier_key, signature_line, split, write_signature_line, write_verifier_key,
};
use crate::{Checkpoint, CheckpointError, NoteError};

const ED25519: u8 = 0x04;
const ML_DSA_44: u8 = 0x06;

/// Signs checkpoints under a name: as a witness with both kinds, as a log with ML-DSA-44 beside its plain signature.
pub struct Cosigner {
    name: String,
    ed25519: Option<SigningKey>,
    ml_dsa_44: MlDsaSigningKey<MlDsa44>,
}

impl fmt::Debug for Cosigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cosigner({}, secrets not shown)", self.name)
    }
}

/// Verifies the cosignatures of one key. Its text form is C2SP's verifier key.
#[derive(Debug, Clone, PartialEq)]
pub struct CosignatureVerifier {
    name: String,
    id: [u8; 4],
    key: CosignatureKey,
}

#[derive(Debug, Clone, PartialEq)]
enum CosignatureKey {
    Ed25519(VerifyingKey),
    MlDsa44(Box<MlDsaVerifyingKey<MlDsa44>>),
}

impl Cosigner {
    /// A witness under `name`, with both keys from their seeds.
    ///
    /// # Errors
    /// When the name is not a key name.
    pub fn witness(name: impl Into<String>, ed25519_seed: &[u8; 32], ml_dsa_44_seed: &[u8; 32]) -> Result<Self, NoteError> {
        let log = Self::log(name, ml_dsa_44_seed)?;
        Ok(Self { ed25519: Some(SigningKey::from_bytes(ed25519_seed)), ..log })
    }

    /// A log under its origin, with its post-quantum key.
    ///
    /// # Errors
    /// When the name is not a key name.
    pub fn log(origin: impl Into<String>, ml_dsa_44_seed: &[u8; 32]) -> Result<Self, NoteError> {
        let name = origin.into();
        check_name(&name)?;
        let ml_dsa_44 = MlDsaSigningKey::<MlDsa44>::from_seed(&Seed::from(*ml_dsa_44_seed));
        Ok(Self { name, ed25519: None, ml_dsa_44 })
    }

    /// The name it signs under.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The public halves.
    pub fn verifiers(&self) -> Vec<CosignatureVerifier> {
        let ed25519 = self.ed25519.as_ref().map(|key| CosignatureKey::Ed25519(key.verifying_key()));
        let ml_dsa_44 = CosignatureKey::MlDsa44(Box::new(self.ml_dsa_44.verifying_key()));
        ed25519.into_iter().chain([ml_dsa_44]).map(|key| CosignatureVerifier::new(self.name.clone(), key)).collect()
    }

    /// The signature lines over a checkpoint, whose note's text is `text`. Whoever calls has checked that it continues what was signed
    /// before: this only signs.
    ///
    /// # Errors
    /// When the text is not that checkpoint's, or the time is before 1970.
    pub fn sign(&self, text: &str, at: Timestamp) -> Result<String, CheckpointError> {
        let checkpoint = Checkpoint::parse(text)?;
        let seconds = u64::try_from(at.as_second()).map_err(|_| CheckpointError::Malformed("the time is before 1970"))?;
        let mut lines = String::new();
        for verifier in self.verifiers() {
            let message = verifier.key.message(&self.name, seconds, text, &checkpoint);
            let signature = match (&verifier.key, &self.ed25519) {
                (CosignatureKey::Ed25519(_), Some(key)) => key.sign(&message).to_bytes().to_vec(),
                _ => Signer::sign(&self.ml_dsa_44, &message).encode().to_vec(),
            };
            let timestamped = [seconds.to_be_bytes().as_slice(), &signature].concat();
            lines.push_str(&write_signature_line(&self.name, verifier.id, &timestamped));
        }
        Ok(lines)
    }
}

impl CosignatureKey {
    const fn signature_type(&self) -> u8 {
        match self {
            Self::Ed25519(_) => ED25519,
            Self::MlDsa44(_) => ML_DSA_44,
        }
    }

    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Ed25519(key) => key.as_bytes().to_vec(),
            Self::MlDsa44(key) => key.encode().to_vec(),
        }
    }

    /// The signed message of each kind. ML-DSA-44's names the cosigner; Ed25519's does not, so a key is one cosigner's alone.
    fn message(&self, name: &str, seconds: u64, text: &str, checkpoint: &Checkpoint) -> Vec<u8> {
        match self {
            Self::Ed25519(_) => format!("cosignature/v1\ntime {seconds}\n{text}").into_bytes(),
            Self::MlDsa44(_) => {
                let mut message = b"subtree/v1\n\0".to_vec();
                push_short(&mut message, name);
                message.extend(seconds.to_be_bytes());
                push_short(&mut message, &checkpoint.origin);
                message.extend(0u64.to_be_bytes());
                message.extend(checkpoint.size.to_be_bytes());
                message.extend(checkpoint.root.0);
                message
            }
        }
    }

    fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Ed25519(key) => Signature::from_slice(signature).is_ok_and(|one| key.verify_strict(message, &one).is_ok()),
            Self::MlDsa44(key) => {
                let decoded = EncodedSignature::<MlDsa44>::try_from(signature).ok();
                let decoded = decoded.and_then(|encoded| MlDsaSignature::<MlDsa44>::decode(&encoded));
                decoded.is_some_and(|signature| key.verify_with_context(message, &[], &signature))
            }
        }
    }
}

/// Up to 255 bytes with their length before them. A name is never longer, and an origin that is does not verify.
fn push_short(message: &mut Vec<u8>, text: &str) {
    message.push(u8::try_from(text.len()).unwrap_or(0));
    message.extend(text.as_bytes());
}

impl CosignatureVerifier {
    fn new(name: String, key: CosignatureKey) -> Self {
        let id = key_id(&name, key.signature_type(), &key.bytes());
        Self { name, id, key }
    }

    /// The name under which it signs.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// `Ed25519` or `ML-DSA-44`.
    pub const fn algorithm(&self) -> &'static str {
        match self.key {
            CosignatureKey::Ed25519(_) => "Ed25519",
            CosignatureKey::MlDsa44(_) => "ML-DSA-44",
        }
    }

    /// When this key cosigned the note; `None` where it did not.
    ///
    /// # Errors
    /// When the note is no checkpoint, or a line is by this key and does not verify.
    pub fn cosigned_at(&self, note: &str) -> Result<Option<Timestamp>, CheckpointError> {
        let (text, signatures) = split(note)?;
        let checkpoint = Checkpoint::parse(text)?;
        let mut cosigned_at = None;
        for line in signatures.lines() {
            let (name, blob) = signature_line(line)?;
            let ours = blob.split_first_chunk::<4>().filter(|(id, _)| name == self.name && **id == self.id);
            let Some((_, timestamped)) = ours else { continue };
            let bad = || NoteError::BadSignature(self.name.clone());
            let (seconds, signature) = timestamped.split_first_chunk::<8>().ok_or_else(bad)?;
            let seconds = u64::from_be_bytes(*seconds);
            if !self.key.verifies(&self.key.message(&self.name, seconds, text, &checkpoint), signature) {
                return Err(bad().into());
            }
            let at = i64::try_from(seconds).ok().and_then(|seconds| Timestamp::from_second(seconds).ok()).ok_or_else(bad)?;
            cosigned_at = cosigned_at.max(Some(at));
        }
        Ok(cosigned_at)
    }
}

impl fmt::Display for CosignatureVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&write_verifier_key(&self.name, self.key.signature_type(), &self.key.bytes()))
    }
}

impl FromStr for CosignatureVerifier {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let (name, signature_type, bytes) = parse_verifier_key(text)?;
        let key = match signature_type {
            ED25519 => CosignatureKey::Ed25519(ed25519_key(&bytes)?),
            ML_DSA_44 => {
                let encoded = EncodedVerifyingKey::<MlDsa44>::try_from(bytes.as_slice())
                    .map_err(|_| NoteError::BadKey("an ML-DSA-44 key has 1,312 bytes"))?;
                CosignatureKey::MlDsa44(Box::new(MlDsaVerifyingKey::<MlDsa44>::decode(&encoded)))
            }
            _ => return Err(NoteError::BadKey("it is no witness's key: expected type 4 (Ed25519) or 6 (ML-DSA-44)")),
        };
        Ok(Self::new(name.to_owned(), key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{NoteSigner, leaf_hash};

    fn note() -> String {
        let log = NoteSigner::new("at.fdi", SigningKey::from_bytes(&[3; 32])).unwrap();
        Checkpoint { origin: "at.fdi".into(), size: 12, root: leaf_hash(b"x") }.sign(&log).unwrap()
    }

    fn witness() -> Cosigner {
        Cosigner::witness("fi.coast-guard/witness", &[4; 32], &[5; 32]).unwrap()
    }

    fn cosigned(cosigner: &Cosigner) -> String {
        let note = note();
        let (text, _) = split(&note).unwrap();
        let lines = cosigner.sign(text, Timestamp::from_second(1_800_000_000).unwrap()).unwrap();
        format!("{note}{lines}")
    }

    #[test]
    fn both_kinds_verify_and_read_back_from_their_keys() {
        let note = cosigned(&witness());
        let verifiers = witness().verifiers();
        assert_eq!(verifiers.iter().map(CosignatureVerifier::algorithm).collect::<Vec<_>>(), ["Ed25519", "ML-DSA-44"]);
        for verifier in verifiers {
            let read: CosignatureVerifier = verifier.to_string().parse().unwrap();
            assert_eq!(read.cosigned_at(&note).unwrap(), Some(Timestamp::from_second(1_800_000_000).unwrap()));
        }
        let stranger = Cosigner::witness("fi.coast-guard/witness", &[6; 32], &[7; 32]).unwrap();
        for verifier in stranger.verifiers() {
            assert_eq!(verifier.cosigned_at(&note).unwrap(), None);
        }
    }

    #[test]
    fn a_changed_checkpoint_time_or_signature_is_refused() {
        let note = cosigned(&witness());
        for verifier in witness().verifiers() {
            assert!(verifier.cosigned_at(&note.replace("\n12\n", "\n13\n")).is_err(), "{}", verifier.algorithm());
            // One bit of the time, which stands first in the signature.
            let (text, signatures) = split(&note).unwrap();
            let changed: String = signatures
                .lines()
                .map(|line| {
                    let (name, mut blob) = signature_line(line).unwrap();
                    if blob[..4] == verifier.id {
                        blob[11] ^= 1;
                    }
                    let (id, rest) = blob.split_first_chunk::<4>().unwrap();
                    write_signature_line(name, *id, rest)
                })
                .collect();
            assert!(verifier.cosigned_at(&format!("{text}\n{changed}")).is_err(), "{}", verifier.algorithm());
        }
    }

    #[test]
    fn a_log_s_own_post_quantum_signature_is_no_witness_s() {
        let log = Cosigner::log("at.fdi", &[8; 32]).unwrap();
        let note = cosigned(&log);
        assert_eq!(log.verifiers().len(), 1);
        assert!(log.verifiers()[0].cosigned_at(&note).unwrap().is_some());
        let renamed = Cosigner::log("de.fdi", &[8; 32]).unwrap();
        assert_eq!(renamed.verifiers()[0].cosigned_at(&note).unwrap(), None, "the message names the cosigner");
    }

    #[test]
    fn keys_of_other_types_are_no_witness_keys() {
        let plain = NoteSigner::new("at.fdi", SigningKey::from_bytes(&[3; 32])).unwrap().verifier().to_string();
        assert!(plain.parse::<CosignatureVerifier>().is_err());
        assert!(witness().verifiers()[0].to_string().parse::<crate::NoteVerifier>().is_err());
    }
}
