//! Paths, and what goes over the wire besides sealed bytes and receipts.

use serde::{Deserialize, Serialize};

pub(crate) const PARCELS_PATH: &str = "/exchange/v1/parcels";
pub(crate) const CHUNKS_PATH: &str = "/exchange/v1/chunks";
pub(crate) const RECEIPTS_PATH: &str = "/exchange/v1/receipts";
pub(crate) const IDENTITY_PATH: &str = "/exchange/v1/identity";

/// The content type of sealed bytes: a COSE structure (RFC 9052 section 2).
pub(crate) const SEALED_CONTENT_TYPE: &str = "application/cose";

/// An answer is a receipt, a card or a refusal; none is longer.
pub(crate) const MAXIMUM_ANSWER_LENGTH: usize = 64 * 1024;

/// Why the other side did not take something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message} ({code})")]
pub struct Refused {
    /// A stable code, for example `bad_signature`.
    pub code: String,
    /// In words.
    pub message: String,
    /// Whether the same bytes may be taken later: the refuser was busy or its store failed.
    #[serde(skip)]
    pub try_again: bool,
}

impl Refused {
    /// The parcel is refused for good.
    pub fn finally(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), try_again: false }
    }

    /// The parcel could not be taken just now.
    pub fn for_now(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), try_again: true }
    }
}

impl From<&oikos_exchange::ReceiveError> for Refused {
    fn from(error: &oikos_exchange::ReceiveError) -> Self {
        match error {
            oikos_exchange::ReceiveError::Refused(refusal) => Self::finally(refusal.code(), refusal.to_string()),
            // What failed inside is not the partner's to know.
            oikos_exchange::ReceiveError::Store(_) => Self::for_now("store", "the node could not store the parcel"),
        }
    }
}
