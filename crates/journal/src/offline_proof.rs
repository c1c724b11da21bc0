//! Offline inclusion proofs (C2SP `tlog-proof`): that an entry is in a log, and who witnessed it, checked without the log and without a node.
//!
//! What a proof shows is the entry's salted commitment, which says nothing by itself. It rides in the proof's `extra` line; whoever has the
//! entry's content and salt as well (see [`DisclosedEntry`]) can check that it is the entry committed to.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use oikos_model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::witness::{decimal, hash_line};
use crate::{
    Checkpoint, CheckpointError, CosignatureVerifier, Hash, NoteVerifier, ProofError, ProveError, commitment_of, leaf_hash,
    prove_inclusion, verify_inclusion,
};

const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";
const LARGEST_PROOF_BYTES: usize = 256 * 1_024;
const MOST_HASHES: usize = 63;

/// A proof as it is kept in a `.tlog-proof` file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfflineProof {
    /// The entry's commitment: the leaf's content.
    pub commitment: Hash,
    /// The entry's position.
    pub index: u64,
    /// The siblings from the leaf up.
    pub hashes: Vec<Hash>,
    /// The signed checkpoint, with the witnesses' cosignatures.
    pub note: String,
}

/// The private half of an entry, disclosed on purpose: with it the commitment in a proof can be checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DisclosedEntry {
    /// The entry's position.
    pub index: u64,
    /// Its content, exactly as it was committed to.
    pub content: String,
    /// The salt, in hexadecimal.
    pub salt: String,
}

impl DisclosedEntry {
    /// The commitment that this entry has; `None` where the salt is not 64 hexadecimal digits.
    pub fn commitment(&self) -> Option<Hash> {
        let mut salt = [0u8; 32];
        hex::decode_to_slice(&self.salt, &mut salt).ok()?;
        Some(commitment_of(&salt, &self.content))
    }
}

/// A witness's key that cosigned, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cosigned {
    /// The witness.
    pub witness: String,
    /// `Ed25519` or `ML-DSA-44`.
    pub algorithm: String,
    /// When it cosigned.
    pub at: Timestamp,
}

/// Why a proof shows nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OfflineProofError {
    /// The text is not a proof.
    #[error("not a tlog-proof: {0}")]
    Malformed(&'static str),
    /// The checkpoint in it is refused.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The entry is not in the checkpoint's tree.
    #[error(transparent)]
    Inclusion(#[from] ProofError),
}

/// Proves that an entry is in the log in `folder`, against the checkpoint in `note`.
///
/// # Errors
/// When the note is not a checkpoint by this key, does not cover the entry, or a tile cannot be read.
pub fn prove_offline(
    folder: &Path,
    note: &str,
    log: &NoteVerifier,
    index: u64,
    commitment: Hash,
) -> Result<OfflineProof, OfflineProveError> {
    let checkpoint = Checkpoint::open(note, log)?;
    let proof = prove_inclusion(folder, &checkpoint, index)?;
    Ok(OfflineProof { commitment, index, hashes: proof.hashes, note: note.to_owned() })
}

/// Why no proof was made.
#[derive(Debug, thiserror::Error)]
pub enum OfflineProveError {
    /// The checkpoint is refused.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The tree's proof cannot be made.
    #[error(transparent)]
    Prove(#[from] ProveError),
}

impl OfflineProof {
    /// Checks that the entry is in the log whose key this is, and which of these witnesses cosigned the log with it. How many are enough
    /// is for whoever asks to say.
    ///
    /// # Errors
    /// When the checkpoint is not signed by the log, a known witness's line does not verify, or the entry is not in the tree.
    pub fn verify(
        &self,
        log: &NoteVerifier,
        witnesses: &[CosignatureVerifier],
    ) -> Result<(Checkpoint, Vec<Cosigned>), OfflineProofError> {
        let checkpoint = Checkpoint::open(&self.note, log)?;
        verify_inclusion(self.index, checkpoint.size, &leaf_hash(&self.commitment.0), &self.hashes, &checkpoint.root)?;
        Ok((checkpoint, cosigned_by(&self.note, witnesses)?))
    }
}

/// Which of these witnesses cosigned the note, and when.
///
/// # Errors
/// When the note is malformed or a known witness's line does not verify.
pub fn cosigned_by(note: &str, witnesses: &[CosignatureVerifier]) -> Result<Vec<Cosigned>, CheckpointError> {
    let mut cosigned = Vec::new();
    for witness in witnesses {
        if let Some(at) = witness.cosigned_at(note)? {
            let (witness, algorithm) = (witness.name().to_owned(), witness.algorithm().to_owned());
            cosigned.push(Cosigned { witness, algorithm, at });
        }
    }
    Ok(cosigned)
}

impl fmt::Display for OfflineProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{FIRST_LINE}\nextra {}\nindex {}", BASE64.encode(self.commitment.0), self.index)?;
        self.hashes.iter().try_for_each(|hash| writeln!(f, "{}", BASE64.encode(hash.0)))?;
        write!(f, "\n{}", self.note)
    }
}

impl FromStr for OfflineProof {
    type Err = OfflineProofError;

    fn from_str(text: &str) -> Result<Self, OfflineProofError> {
        let malformed = OfflineProofError::Malformed;
        if text.len() > LARGEST_PROOF_BYTES {
            return Err(malformed("it is larger than 256 KiB"));
        }
        let (head, note) = text.split_once("\n\n").ok_or(malformed("there is no empty line before the checkpoint"))?;
        let mut lines = head.split('\n');
        if lines.next() != Some(FIRST_LINE) {
            return Err(malformed("the first line is not c2sp.org/tlog-proof@v1"));
        }
        let extra = lines.next().and_then(|line| line.strip_prefix("extra ")).and_then(hash_line);
        let commitment = extra.ok_or(malformed("the extra line does not hold the entry's commitment"))?;
        let index = lines.next().and_then(|line| line.strip_prefix("index ")).and_then(decimal);
        let index = index.ok_or(malformed("the index line is not `index` and a number"))?;
        let hashes: Vec<Hash> = lines.map(hash_line).collect::<Option<_>>().ok_or(malformed("a line is no hash in base64"))?;
        if hashes.len() > MOST_HASHES {
            return Err(malformed("it has more than 63 hashes"));
        }
        Ok(Self { commitment, index, hashes, note: note.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::SigningKey;
    use oikos_model::ContentHash;

    use super::*;
    use crate::files::Folder;
    use crate::files::testing::rows;
    use crate::sequencer::sequence;
    use crate::{Cosigner, NoteSigner, note};

    #[test]
    fn a_proof_holds_for_its_entry_log_and_witnesses_alone() {
        let folder = tempfile::tempdir().unwrap();
        let signer = NoteSigner::new("at.fdi", SigningKey::from_bytes(&[3; 32])).unwrap();
        let all = rows(300);
        let checkpoint = sequence(&Folder(folder.path().to_owned()), &signer, &all).unwrap();
        let witness = Cosigner::witness("fi.coast-guard/witness", &[4; 32], &[5; 32]).unwrap();
        let plain = checkpoint.sign(&signer).unwrap();
        let at = Timestamp::from_second(1_800_000_000).unwrap();
        let cosigned = format!("{plain}{}", witness.sign(note::split(&plain).unwrap().0, at).unwrap());
        let commitment = ContentHash(all.0[270].commitment);
        let proof = prove_offline(folder.path(), &cosigned, signer.verifier(), 270, commitment).unwrap();
        let read: OfflineProof = proof.to_string().parse().unwrap();
        assert_eq!(read, proof);
        let (found, by) = read.verify(signer.verifier(), &witness.verifiers()).unwrap();
        assert_eq!((found, by.len(), by[0].at), (checkpoint, 2, at));
        let entry = DisclosedEntry {
            index: 270,
            content: all.0[270].content.clone().unwrap(),
            salt: hex::encode(all.0[270].salt.unwrap()),
        };
        assert_eq!(entry.commitment(), Some(commitment));
        assert_ne!(DisclosedEntry { content: entry.content.replace("270", "271"), ..entry }.commitment(), Some(commitment));
        let other = NoteSigner::new("at.fdi", SigningKey::from_bytes(&[9; 32])).unwrap();
        assert!(proof.verify(other.verifier(), &[]).is_err());
        assert!(OfflineProof { index: 271, ..proof.clone() }.verify(signer.verifier(), &[]).is_err());
        assert!(OfflineProof { commitment: leaf_hash(b"x"), ..proof.clone() }.verify(signer.verifier(), &[]).is_err());
        let text = proof.to_string();
        for position in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[position] ^= 1;
            let Ok(changed) = String::from_utf8(bytes) else { continue };
            let verdict = changed.parse::<OfflineProof>().and_then(|proof| proof.verify(signer.verifier(), &witness.verifiers()));
            // A witness's line that is no longer recognised counts as absent; nothing else may pass.
            assert!(verdict.is_err() || verdict.unwrap().1.len() < 2, "byte {position} flipped and not found");
        }
    }
}
