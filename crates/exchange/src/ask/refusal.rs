//! Why a question, an answer or a set is refused, and why none is made.

use oikos_model::{NodeId, Purpose, SelectorClass, SelectorKind, Timestamp};

use super::context::Epoch;
use super::padding::{MAXIMUM_SELECTORS_PER_QUESTION, MAXIMUM_SET_ENTRIES};
use crate::agreement::NotInForce;
use crate::keys::SignatureError;
use crate::limits::CborProblem;

/// Why what a partner sent is refused. Nothing of it is used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AskRefusal {
    /// More bytes than it may have.
    #[error("it has {length} bytes, more than {limit}")]
    Oversized {
        /// Bytes found.
        length: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// It ends in the middle.
    #[error("it is truncated; send it again")]
    Truncated,
    /// Its CBOR breaks a limit or is malformed.
    #[error("its encoding is wrong: {0}")]
    Encoding(CborProblem),
    /// Its content is not of the right shape.
    #[error("it cannot be read: {0}")]
    Content(String),
    /// It is written in a form this version does not know.
    #[error("it is of format {0}, which this version does not know")]
    UnknownFormat(u8),
    /// It breaks a rule of its form.
    #[error("its form is wrong: {0}")]
    Form(&'static str),
    /// It is between other nodes, or for another purpose, class, day or mode.
    #[error("it is for another context than the one it was sent in: node, purpose, class, day or mode differ")]
    OtherContext,
    /// The agreement does not apply.
    #[error(transparent)]
    NotInForce(#[from] NotInForce),
    /// The purpose is not agreed.
    #[error("the agreement does not cover the purpose {0}")]
    Purpose(Purpose),
    /// It is for another day.
    #[error("it is for day {} since 1970, and now is {now}; get the partner's set of today", .epoch.0)]
    OtherEpoch {
        /// The day it names.
        epoch: Epoch,
        /// This node's time.
        now: Timestamp,
    },
    /// Such selectors are asked for a case only.
    #[error("{0:?} selectors are asked for a case only, and the question names none")]
    NoCase(SelectorClass),
    /// The day's budget is used up.
    #[error("{asked} points are asked, and {left} of the day's {budget} are left; ask less, or tomorrow")]
    Budget {
        /// Points asked now.
        asked: u64,
        /// Points left.
        left: u64,
        /// The day's budget.
        budget: u64,
    },
    /// A point is not one, not in its one form, or the identity.
    #[error("point {0} is not a point of the group in its canonical form, or is the identity")]
    Point(usize),
    /// The public key of a set is none.
    #[error("the set's public key is not a point of the group in its canonical form, or is the identity")]
    PublicKey,
    /// The answer is to another question.
    #[error("the answer is to another question")]
    OtherQuestion,
    /// The proof is missing or does not verify.
    #[error("the answer's proof does not show that the key of the signed set was used")]
    Proof,
    /// A set is not signed by its owner.
    #[error("the set is not signed by its owner: {0}")]
    Signature(#[from] SignatureError),
    /// A page is not the one its owner signed.
    #[error("page {0} is not the one that the set's owner committed to")]
    Page(usize),
    /// Pages are missing.
    #[error("{missing} pages of the set are missing; get them first")]
    Incomplete {
        /// How many.
        missing: usize,
    },
    /// The set is too old.
    #[error("the set expired at {0}")]
    Expired(Timestamp),
    /// An entry that the tag finds does not open: the owner made it so, or another key was used for it.
    #[error("an entry was found that does not open; the set's owner did not make it as it must")]
    Entry,
    /// This node has no random bytes.
    #[error("the node cannot answer just now")]
    Busy,
}

impl AskRefusal {
    /// A stable code for protocols and journals.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Oversized { .. } => "oversized",
            Self::Truncated => "truncated",
            Self::Encoding(_) => "encoding",
            Self::Content(_) => "content",
            Self::UnknownFormat(_) => "unknown_format",
            Self::Form(_) => "form",
            Self::OtherContext => "other_context",
            Self::NotInForce(_) => "not_in_force",
            Self::Purpose(_) => "purpose",
            Self::OtherEpoch { .. } => "other_epoch",
            Self::NoCase(_) => "no_case",
            Self::Budget { .. } => "budget",
            Self::Point(_) => "point",
            Self::PublicKey => "public_key",
            Self::OtherQuestion => "other_question",
            Self::Proof => "proof",
            Self::Signature(_) => "bad_signature",
            Self::Page(_) => "page",
            Self::Incomplete { .. } => "incomplete",
            Self::Expired(_) => "expired",
            Self::Entry => "entry",
            Self::Busy => "busy",
        }
    }
}

impl From<CborProblem> for AskRefusal {
    fn from(problem: CborProblem) -> Self {
        match problem {
            CborProblem::Truncated => Self::Truncated,
            other => Self::Encoding(other),
        }
    }
}

/// Why this node does not ask or publish.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// The operating system gives no random bytes.
    #[error("the operating system gives no random bytes: {0}")]
    Random(getrandom::Error),
    /// The nodes of the context are not who they must be.
    #[error("a set of {owner} asked by {asker} is not between this node and this partner")]
    Parties {
        /// The set's owner.
        owner: NodeId,
        /// The asker.
        asker: NodeId,
    },
    /// No key could be derived. It does not happen.
    #[error("no key can be derived for this context")]
    NoKey,
    /// A selector is of another class than the key.
    #[error("a selector of kind {} cannot be asked among {class:?} selectors", .kind.code())]
    Class {
        /// The selector's kind.
        kind: SelectorKind,
        /// The class of the context.
        class: SelectorClass,
    },
    /// A selector's kind has no budget in the agreement.
    #[error("the agreement gives no budget for asking about {}", .0.code())]
    NotAgreed(SelectorKind),
    /// A selector has no value, or too long a one.
    #[error("a selector of kind {} has a value of {length} bytes; expected 1 to {limit}", .kind.code())]
    Value {
        /// The selector's kind.
        kind: SelectorKind,
        /// Its bytes.
        length: usize,
        /// The most.
        limit: usize,
    },
    /// Nothing is asked.
    #[error("there is nothing to ask")]
    Nothing,
    /// Too many selectors for one question.
    #[error("{0} selectors are more than the {MAXIMUM_SELECTORS_PER_QUESTION} of one question; ask in several")]
    TooManySelectors(usize),
    /// Too many entries for one set.
    #[error("{0} entries are more than the {MAXIMUM_SET_ENTRIES} of one set")]
    TooManyEntries(usize),
    /// Such selectors are asked for a case only.
    #[error("{0:?} selectors are asked for a case only; name the case")]
    NoCase(SelectorClass),
    /// What the partner published cannot be asked.
    #[error(transparent)]
    Refused(#[from] AskRefusal),
}
