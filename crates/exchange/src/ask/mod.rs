//! Asks: does a partner look at the same thing, without either showing what it holds?
//!
//! **The asked side.** Per asker, purpose, selector class and day (the [`AskContext`]) a node has one [`AskKey`]. It publishes an
//! [`AskSet`]: for each selector it may confirm, a tag and a sealed answer, both from the selector's pseudorandom output under
//! that key; padded, sorted and signed. It [answers](AskKey::answer) a [`Question`] by evaluating blinded points, with a proof
//! that it used the key of the signed header.
//!
//! **The asking side.** A [`PartnerSet`] is a partner's published set, verified. [`Asking`] blinds selectors, and after the
//! answer looks up their tags: a hit opens one opaque reference and its quality, nothing else.
//!
//! **Cryptography.** RFC 9497, ristretto255-SHA512, modes OPRF and VOPRF, in the module `voprf`. The group is
//! `curve25519-dalek`'s; what is around it is the RFC's and passes its vectors. One step is not the RFC's, and changes nothing on
//! the wire: see `voprf::Blinder`.
//!
//! # Known limits
//! - Not post-quantum: a recorded question could be opened by a quantum computer. Questions travel inside the hybrid link only.
//! - Identifiers of low entropy can be enumerated by asking. The budgets of the agreement are the defence, not the mathematics.
//! - An asker may keep a selector's output and look it up in later sets of the same day without asking again. The key ends with
//!   the day.

mod asking;
mod budget;
mod bytes;
mod context;
mod entry;
mod expand;
mod key;
mod padding;
mod partner_set;
mod person;
mod proof;
mod question;
mod refusal;
mod set;
mod voprf;

#[cfg(test)]
mod tests;

pub use asking::{AskOutcome, AskResult, Asking};
pub use budget::AskBudget;
pub use bytes::Bytes;
pub use context::{AnswerRule, AskContext, AskMode, CaseReference, Epoch};
pub use entry::{AskEntry, AskReference};
pub use key::AskKey;
pub use padding::{MAXIMUM_SELECTORS_PER_QUESTION, MAXIMUM_SET_ENTRIES, MINIMUM_SET_ENTRIES};
pub use partner_set::PartnerSet;
pub use person::{BirthDate, MAXIMUM_NAME_PARTS, PersonError, person_selectors};
pub use question::{AskAnswer, MAXIMUM_ANSWER_BYTES, MAXIMUM_QUESTION_BYTES, Question};
pub use refusal::{AskError, AskRefusal};
pub use set::{
    AskSet, AskSetHeader, MAXIMUM_HEADER_BYTES, MAXIMUM_PAGE_BYTES, PAGE_ENTRIES, SealedEntries, SetBuilder, SignedAskSet,
};
