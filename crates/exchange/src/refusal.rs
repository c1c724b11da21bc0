//! Why a parcel is not sealed, not sent or not taken.

use oikos_model::{DerivedFrom, NodeId, Timestamp};
use oikos_registry::StoreError;

use crate::agreement::{NotInForce, OutsideAgreement};
use crate::content::ContentProblem;
use crate::keys::{SignatureAlgorithm, SignatureError};
use crate::limits::CborProblem;

/// Why a parcel that arrived is refused. It is refused whole, and nothing of it is kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParcelRefusal {
    /// More bytes than a parcel may have.
    #[error("the parcel has {length} bytes, more than {limit}")]
    Oversized {
        /// Bytes found.
        length: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// It ends in the middle.
    #[error("the parcel is truncated; send it again")]
    Truncated,
    /// It is not in the form of a parcel.
    #[error("the parcel's form is wrong: {0}")]
    Form(&'static str),
    /// Its CBOR breaks a limit or is malformed.
    #[error("the parcel's encoding is wrong: {0}")]
    Encoding(CborProblem),
    /// It is for another node.
    #[error("the parcel is for {0}, not for this node")]
    WrongRecipient(NodeId),
    /// It is from a node that is not the expected partner.
    #[error("the parcel says to be from {0}, which is not this partner")]
    UnknownSender(NodeId),
    /// The seal does not open: altered, or sealed to keys this node does not have.
    #[error("the parcel's seal does not open: it was altered on its way, or sealed to other keys than this node's")]
    Unopenable,
    /// A signature is not the partner's.
    #[error("the parcel's {0} signature does not verify")]
    BadSignature(SignatureAlgorithm),
    /// Its content is not CBOR of the right shape.
    #[error("the parcel's content cannot be read: {0}")]
    Content(String),
    /// It is written in a form this version does not know.
    #[error("the parcel's content is of format {0}, which this version does not know")]
    UnknownFormat(u8),
    /// Its content breaks a rule of all parcels.
    #[error("the parcel's content breaks a rule: {0}")]
    Rule(#[from] ContentProblem),
    /// It was made later than now.
    #[error("the parcel was made at {0}, which is still to come; check the clocks")]
    FromTheFuture(Timestamp),
    /// It is sent under other terms than those both signed.
    #[error("the parcel is sent under other terms than those of the agreement with this partner")]
    OtherAgreement,
    /// The agreement does not apply.
    #[error(transparent)]
    NotInForce(#[from] NotInForce),
    /// It must not be taken any more.
    #[error("the parcel expired at {0}")]
    Expired(Timestamp),
    /// Something in it is outside the agreement.
    #[error("{what} is outside the agreement: {problem}")]
    OutsideAgreement {
        /// What.
        what: String,
        /// Why.
        problem: OutsideAgreement,
    },
    /// Nobody signed its release, and the agreement does not pre-authorise it.
    #[error("{0} was released by no person, and the agreement does not pre-authorise it")]
    NotPreAuthorised(String),
    /// Another parcel with this number was received before.
    #[error("another parcel with the number {0} was received before: this one is a replay, or the partner's node was set back")]
    Replayed(u64),
}

impl ParcelRefusal {
    /// A stable code for protocols and journals.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Oversized { .. } => "oversized",
            Self::Truncated => "truncated",
            Self::Form(_) => "form",
            Self::Encoding(_) => "encoding",
            Self::WrongRecipient(_) => "wrong_recipient",
            Self::UnknownSender(_) => "unknown_sender",
            Self::Unopenable => "unopenable",
            Self::BadSignature(_) => "bad_signature",
            Self::Content(_) => "content",
            Self::UnknownFormat(_) => "unknown_format",
            Self::Rule(_) => "rule",
            Self::FromTheFuture(_) => "from_the_future",
            Self::OtherAgreement => "other_agreement",
            Self::NotInForce(_) => "not_in_force",
            Self::Expired(_) => "expired",
            Self::OutsideAgreement { .. } => "outside_agreement",
            Self::NotPreAuthorised(_) => "not_pre_authorised",
            Self::Replayed(_) => "replayed",
        }
    }
}

impl From<CborProblem> for ParcelRefusal {
    fn from(problem: CborProblem) -> Self {
        match problem {
            CborProblem::Truncated => Self::Truncated,
            other => Self::Encoding(other),
        }
    }
}

/// Why a parcel is not sealed.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The content breaks a rule of all parcels.
    #[error(transparent)]
    Content(#[from] ContentProblem),
    /// The content is not from this node to this recipient.
    #[error("the parcel is from {from} to {to}, which are not the node and the recipient it is to be sealed for")]
    Parties {
        /// The sender it names.
        from: NodeId,
        /// The receiver it names.
        to: NodeId,
    },
    /// The recipient's key is malformed.
    #[error(transparent)]
    Key(#[from] SignatureError),
    /// It is too large.
    #[error("the parcel has {length} bytes, more than {limit}; release less at once")]
    TooLarge {
        /// Bytes.
        length: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// The cryptographic library failed.
    #[error("the parcel cannot be sealed")]
    Sealing,
}

/// Why nothing is sent.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// There is nothing to send.
    #[error("there is nothing to send")]
    Nothing,
    /// It was taken back before, and a recall is final.
    #[error("{0:?} was recalled; what was recalled cannot be released again")]
    Recalled(DerivedFrom),
    /// The partner would refuse it.
    #[error("the partner would refuse it: {0}")]
    Refused(#[from] ParcelRefusal),
    /// It cannot be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The registry failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a parcel that arrived was not taken.
#[derive(Debug, thiserror::Error)]
pub enum ReceiveError {
    /// It is refused. The transaction must be dropped.
    #[error(transparent)]
    Refused(#[from] ParcelRefusal),
    /// The registry failed. The transaction must be dropped; the parcel may be sent again.
    #[error(transparent)]
    Store(#[from] StoreError),
}
