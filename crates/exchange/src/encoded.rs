//! Bytes as base64 text, and secrets that leave no trace.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::{Zeroize, Zeroizing};

/// Public bytes, written as base64 text in JSON, YAML and CBOR alike.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Base64(pub Vec<u8>);

/// The longest base64 text that is read: a signature of ML-DSA-65 is the longest thing written so (3,309 bytes).
const MAXIMUM_TEXT_LENGTH: usize = 8192;

impl std::fmt::Debug for Base64 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Base64({} bytes)", self.0.len())
    }
}

impl Serialize for Base64 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Base64 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.len() > MAXIMUM_TEXT_LENGTH {
            return Err(serde::de::Error::custom("base64 text is too long for a key or a signature"));
        }
        STANDARD.decode(&text).map(Self).map_err(serde::de::Error::custom)
    }
}

/// 32 secret bytes: a seed. Overwritten when dropped, never printed.
#[derive(Clone)]
pub(crate) struct Secret(Zeroizing<[u8; 32]>);

impl Secret {
    /// Fresh random bytes from the operating system.
    pub(crate) fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = Zeroizing::new([0u8; 32]);
        getrandom::fill(bytes.as_mut())?;
        Ok(Self(bytes))
    }

    /// The bytes. Do not copy them into anything that is not overwritten.
    pub(crate) fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(not shown)")
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = Zeroizing::new(STANDARD.encode(self.0.as_ref()));
        serializer.serialize_str(&text)
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The message never echoes the text: it is a secret, if a damaged one.
        let problem = || serde::de::Error::custom("expected 32 bytes as base64");
        let text = Zeroizing::new(String::deserialize(deserializer)?);
        let mut decoded = STANDARD.decode(text.as_bytes()).map_err(|_| problem())?;
        let bytes = <[u8; 32]>::try_from(decoded.as_slice()).map(Zeroizing::new).map_err(|_| problem());
        decoded.zeroize();
        bytes.map(Self)
    }
}
