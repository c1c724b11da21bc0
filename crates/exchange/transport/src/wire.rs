//! Paths, and what goes over the wire besides sealed bytes and receipts.

use serde::{Deserialize, Serialize};

pub(crate) const PARCELS_PATH: &str = "/exchange/v1/parcels";
pub(crate) const IDENTITY_PATH: &str = "/exchange/v1/identity";

pub(crate) const JOURNAL_KEYS_PATH: &str = "/exchange/v1/journal/keys";
pub(crate) const ADD_CHECKPOINT_PATH: &str = "/exchange/v1/journal/add-checkpoint";

/// What a partner asks of a node as the witness of its journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WitnessRequest {
    /// States the partner's journal keys, and asks for this node's.
    Keys,
    /// C2SP `tlog-witness`: asks for a cosignature.
    AddCheckpoint,
}

impl WitnessRequest {
    pub(crate) const fn path(self) -> &'static str {
        match self {
            Self::Keys => JOURNAL_KEYS_PATH,
            Self::AddCheckpoint => ADD_CHECKPOINT_PATH,
        }
    }

    pub(crate) fn of_path(path: &str) -> Option<Self> {
        [Self::Keys, Self::AddCheckpoint].into_iter().find(|request| request.path() == path)
    }
}

/// The largest body of a witness request or answer: a note may carry many post-quantum signatures.
pub(crate) const MAXIMUM_WITNESS_LENGTH: usize = 128 * 1024;

/// What a witness says, in the words of the protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WitnessAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The body: signature lines, a size, keys, or a reason.
    pub body: String,
}

impl WitnessAnswer {
    /// An answer.
    pub fn new(status: u16, body: impl Into<String>) -> Self {
        Self { status, body: body.into() }
    }
}

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
