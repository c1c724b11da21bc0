//! A node's public keys, and signatures made twice: Ed25519 (RFC 8032) and ML-DSA-65 (FIPS 204). Both must verify, so a break of
//! either alone forges nothing. The `ml-dsa` crate was never audited; Ed25519 beside it is one of the reasons for signing twice.

use ed25519_dalek::{Signature as Ed25519Signature, VerifyingKey as Ed25519Key};
use hpke::Deserializable;
use hpke::kem::XWing;
use ml_dsa::{EncodedSignature, EncodedVerifyingKey, MlDsa65, Signature as MlDsaSignature, VerifyingKey as MlDsaKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::encoded::Base64;

/// The public key type of the key-encapsulation mechanism that parcels are sealed with.
pub(crate) type SealingKey = <XWing as hpke::Kem>::PublicKey;

/// One of the two algorithms every signature is made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SignatureAlgorithm {
    /// Ed25519 (RFC 8032), verified strictly: no small-order keys, no second form of a signature.
    Ed25519,
    /// ML-DSA-65 (FIPS 204), pure, with an empty context.
    MlDsa65,
}

impl std::fmt::Display for SignatureAlgorithm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Ed25519 => "Ed25519",
            Self::MlDsa65 => "ML-DSA-65",
        })
    }
}

/// Why a signature or a key is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The signature is not one of this key over these bytes.
    #[error("the {0} signature does not verify")]
    Invalid(SignatureAlgorithm),
    /// The public key has the wrong length or is not a key.
    #[error("the {0} public key is malformed")]
    MalformedKey(&'static str),
}

/// What others need to verify what a node signed and to seal something to it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicKeys {
    /// Ed25519 public key, 32 bytes.
    pub ed25519: Base64,
    /// ML-DSA-65 public key, 1,952 bytes.
    pub ml_dsa_65: Base64,
    /// X-Wing public key (draft-connolly-cfrg-xwing-kem), 1,216 bytes.
    pub x_wing: Base64,
}

/// A signature by both algorithms over the same bytes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DualSignature {
    /// By Ed25519, 64 bytes.
    pub ed25519: Base64,
    /// By ML-DSA-65, 3,309 bytes.
    pub ml_dsa_65: Base64,
}

impl PublicKeys {
    /// Checks that both signatures are this node's over `bytes`.
    ///
    /// # Errors
    /// Says which signature does not verify, or which key is malformed.
    pub(crate) fn verify(&self, bytes: &[u8], signature: &DualSignature) -> Result<(), SignatureError> {
        self.verify_ed25519(bytes, &signature.ed25519.0)?;
        self.verify_ml_dsa_65(bytes, &signature.ml_dsa_65.0)
    }

    pub(crate) fn verify_ed25519(&self, bytes: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
        let malformed = SignatureError::MalformedKey("Ed25519");
        let key: &[u8; 32] = self.ed25519.0.as_slice().try_into().map_err(|_| malformed)?;
        let key = Ed25519Key::from_bytes(key).map_err(|_| malformed)?;
        let invalid = SignatureError::Invalid(SignatureAlgorithm::Ed25519);
        let signature = Ed25519Signature::from_slice(signature).map_err(|_| invalid)?;
        key.verify_strict(bytes, &signature).map_err(|_| invalid)
    }

    pub(crate) fn verify_ml_dsa_65(&self, bytes: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
        let key = EncodedVerifyingKey::<MlDsa65>::try_from(self.ml_dsa_65.0.as_slice())
            .map_err(|_| SignatureError::MalformedKey("ML-DSA-65"))?;
        let invalid = SignatureError::Invalid(SignatureAlgorithm::MlDsa65);
        let signature = EncodedSignature::<MlDsa65>::try_from(signature).map_err(|_| invalid)?;
        let signature = MlDsaSignature::<MlDsa65>::decode(&signature).ok_or(invalid)?;
        let verified = MlDsaKey::<MlDsa65>::decode(&key).verify_with_context(bytes, &[], &signature);
        if verified { Ok(()) } else { Err(invalid) }
    }

    /// The key to seal parcels to.
    pub(crate) fn sealing_key(&self) -> Result<SealingKey, SignatureError> {
        SealingKey::from_bytes(&self.x_wing.0).map_err(|_| SignatureError::MalformedKey("X-Wing"))
    }

    /// The COSE key id of a signing key: SHA-256 of its public bytes.
    pub(crate) fn key_id(&self, algorithm: SignatureAlgorithm) -> [u8; 32] {
        let key = match algorithm {
            SignatureAlgorithm::Ed25519 => &self.ed25519,
            SignatureAlgorithm::MlDsa65 => &self.ml_dsa_65,
        };
        Sha256::digest(&key.0).into()
    }
}
