//! What the browser says it was asked, by whom and where (Web Authentication section 5.8.1).

use serde::Deserialize;

use super::PasskeyError;

const BYTES_MAXIMUM: usize = 4_096;
const CHALLENGE_BYTES_MAXIMUM: usize = 64;

/// What a passkey is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ceremony {
    /// To be made.
    Create,
    /// To sign in.
    Get,
}

impl Ceremony {
    /// How the browser names it.
    const fn client_type(self) -> &'static str {
        match self {
            Self::Create => "webauthn.create",
            Self::Get => "webauthn.get",
        }
    }

    /// How the node names its challenges.
    pub(super) const fn kind(self) -> &'static str {
        match self {
            Self::Create => "passkey-create",
            Self::Get => "passkey-get",
        }
    }
}

/// The parts that are checked. The standard lets browsers add others.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ClientData {
    r#type: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: bool,
}

impl ClientData {
    /// Reads it, with its bytes, which are signed.
    pub(super) fn read(text: &str) -> Result<(Self, Vec<u8>), PasskeyError> {
        let bytes = super::decoded(text, "the client's data", BYTES_MAXIMUM)?;
        let data = serde_json::from_slice(&bytes).map_err(|_| PasskeyError::Malformed("the client's data"))?;
        Ok((data, bytes))
    }

    /// The challenge that was answered.
    pub(super) fn challenge(&self) -> Result<Vec<u8>, PasskeyError> {
        super::decoded(&self.challenge, "the challenge", CHALLENGE_BYTES_MAXIMUM)
    }

    /// Whether it was asked for this, here.
    pub(super) fn check(&self, ceremony: Ceremony, origin: &str) -> Result<(), PasskeyError> {
        if self.r#type != ceremony.client_type() {
            return Err(PasskeyError::Other("the ceremony"));
        }
        if self.origin != origin || self.cross_origin {
            return Err(PasskeyError::Other("the origin"));
        }
        Ok(())
    }
}
