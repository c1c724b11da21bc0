//! Public keys of passkeys (COSE, RFC 9053): ES256, EdDSA and RS256, each in one form only.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use ciborium::Value;
use coset::iana::{self, EnumI64};
use coset::{CoseKey, KeyType, Label, RegisteredLabelWithPrivate};

use super::PasskeyError;

const ES256: i64 = -7;
const EDDSA: i64 = -8;
const RS256: i64 = -257;
/// COSE codes of the algorithms, best first.
pub(crate) const ALGORITHMS: [i64; 3] = [EDDSA, ES256, RS256];

/// A key that can verify.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PublicKey {
    /// An uncompressed point on P-256.
    Es256([u8; 65]),
    /// Ed25519.
    EdDsa([u8; 32]),
    /// RSA with PKCS #1 1.5 padding.
    Rs256 {
        /// Modulus.
        n: Vec<u8>,
        /// Exponent.
        e: Vec<u8>,
    },
}

impl PublicKey {
    pub(super) fn of(key: &CoseKey) -> Result<Self, PasskeyError> {
        let KeyType::Assigned(kind) = &key.kty else { return Err(PasskeyError::UnknownKey) };
        let Some(RegisteredLabelWithPrivate::Assigned(algorithm)) = &key.alg else { return Err(PasskeyError::UnknownKey) };
        match (algorithm.to_i64(), kind) {
            (ES256, iana::KeyType::EC2) if number(key, -1) == Some(1) => {
                let (x, y) = (bytes::<32>(key, -2)?, bytes::<32>(key, -3)?);
                let mut point = [4u8; 65];
                point[1..33].copy_from_slice(&x);
                point[33..].copy_from_slice(&y);
                Ok(Self::Es256(point))
            }
            (EDDSA, iana::KeyType::OKP) if number(key, -1) == Some(6) => Ok(Self::EdDsa(bytes::<32>(key, -2)?)),
            (RS256, iana::KeyType::RSA) => {
                let part = |label| parameter(key, label).and_then(Value::as_bytes).cloned().ok_or(PasskeyError::UnknownKey);
                let (n, e) = (part(-1)?, part(-2)?);
                let fits = (256..=1_024).contains(&n.len()) && (1..=8).contains(&e.len());
                if fits { Ok(Self::Rs256 { n, e }) } else { Err(PasskeyError::UnknownKey) }
            }
            _ => Err(PasskeyError::UnknownKey),
        }
    }

    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), PasskeyError> {
        let verified = match self {
            Self::Es256(point) => UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(message, signature),
            Self::EdDsa(key) => UnparsedPublicKey::new(&ED25519, key).verify(message, signature),
            Self::Rs256 { n, e } => RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature),
        };
        verified.map_err(|_| PasskeyError::Signature)
    }
}

fn parameter(key: &CoseKey, label: i64) -> Option<&Value> {
    key.params.iter().find(|(one, _)| *one == Label::Int(label)).map(|(_, value)| value)
}

fn number(key: &CoseKey, label: i64) -> Option<i64> {
    parameter(key, label)?.as_integer().and_then(|number| i64::try_from(number).ok())
}

fn bytes<const N: usize>(key: &CoseKey, label: i64) -> Result<[u8; N], PasskeyError> {
    let found = parameter(key, label).and_then(Value::as_bytes).and_then(|bytes| bytes.as_slice().try_into().ok());
    found.ok_or(PasskeyError::UnknownKey)
}
