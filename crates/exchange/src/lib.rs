//! What passes between nodes, without I/O: who a node is, what two nodes agreed on, what a person releases, and the parcel it
//! travels in. The connections are `oikos-exchange-transport`'s; what is stored is the registry's; whether an act is allowed is
//! policy's, which the node hands in as [`ReleaseRules`].
//!
//! **The way out.** [`ReleaseDesk`] previews what would leave. [`prepare`] seals it for one [`Partner`]; the node writes the journal entry
//! and [queues](PreparedParcel::queue) the parcel in the same transaction. [`ready`] gives the parcels whose entry is in a
//! checkpoint, the node delivers them, and [`acknowledge`] takes the partner's [`Receipt`].
//!
//! **The way in.** [`receive`] opens a parcel's bytes, wherever they came from, and applies them once.
//!
//! **Taking back.** [`recall`] lists who must be told; the retractions travel in parcels, also after an agreement has ended. Whoever passed
//! a thing on tells those who got it from there: [`pass_on`].
//!
//! **Cryptography** is kept libraries': `ed25519-dalek`, `ml-dsa` (FIPS 204, not audited), `hpke` with X-Wing, `coset`. The form of
//! the envelope is described in the module `parcel` (see [`Envelope`]); what is signed outside of it (cards, agreements, receipts) is the
//! thing's CBOR with its fields in declared order, after a text that says what kind of thing it is.
//!
//! **Asks.** A hit/no-hit question to a partner (RFC 9497): the asked side [publishes](SetBuilder) an [`AskSet`] per asker, purpose, class and day and
//! [answers](AskKey::answer) questions; the asking side [verifies](PartnerSet) the set and [asks](Asking). What may be asked is the agreement's
//! [`ask_budgets_per_day`](AgreementTerms::ask_budgets_per_day).
//!
//! # Known limits
//! - X-Wing has no registered COSE algorithm, so a foreign COSE library can verify the signatures inside but not open the envelope by itself.
//! - Serde's JSON reader may keep copies of a secret in memory that is freed without being overwritten while an identity is loaded.

mod agreement;
mod ask;
mod attestation;
mod canonical;
mod card;
mod content;
mod correction;
mod encoded;
mod identity;
mod inbound;
mod invitation;
mod keys;
mod limits;
mod outbound;
mod parcel;
mod partner;
mod receipt;
mod refusal;
mod release;
mod request;

#[cfg(test)]
mod tests;

pub use agreement::{AgreementError, AgreementTerms, CryptoFloor, NotInForce, OutsideAgreement, ParcelKind, SignedAgreement};
pub use ask::{
    AnswerRule, AskAnswer, AskBudget, AskContext, AskEntry, AskError, AskKey, AskMode, AskOutcome, AskReference, AskRefusal,
    AskResult, AskSet, AskSetHeader, Asking, BirthDate, Bytes, CaseReference, Epoch, MAXIMUM_ANSWER_BYTES, MAXIMUM_HEADER_BYTES,
    MAXIMUM_NAME_PARTS, MAXIMUM_PAGE_BYTES, MAXIMUM_QUESTION_BYTES, MAXIMUM_SELECTORS_PER_QUESTION, MAXIMUM_SET_ENTRIES,
    MINIMUM_SET_ENTRIES, PAGE_ENTRIES, PartnerSet, PersonError, Question, SealedEntries, SetBuilder, SignedAskSet,
    person_selectors,
};
pub use attestation::{AttestationKind, Attested};
pub use card::{CardContent, CardError, IdentityCard, NodeDescription, PartnerClass};
pub use content::{
    ContentProblem, FORMAT, ParcelContent, Period, Reasoning, Rectification, ReleasedFinding, ReleasedStatement, Retraction,
};
pub use correction::{holders, pass_on, recall, rectification, reopen};
pub use encoded::Base64;
pub use identity::{IDENTITY_FILE, IdentityError, NodeIdentity};
pub use inbound::{Applied, Outcome, Received, missing_from, receive};
pub use invitation::{Invitation, InvitationError};
pub use keys::{DualSignature, PublicKeys, SignatureAlgorithm, SignatureError};
pub use limits::{
    CborProblem, MAXIMUM_ANSWERS, MAXIMUM_FINDINGS, MAXIMUM_LIST_LENGTH, MAXIMUM_NAME_LENGTH, MAXIMUM_PARCEL_LENGTH,
    MAXIMUM_REQUESTS, MAXIMUM_RETRACTIONS, MAXIMUM_STATEMENTS, MAXIMUM_TEXT_LENGTH,
};
pub use outbound::{AcknowledgeError, ParcelDraft, PreparedParcel, acknowledge, prepare, ready};
pub use parcel::{Address, CONTENT_TYPE, Envelope, SEALING_ALGORITHM, SealedParcel, open, seal};
pub use partner::{Partner, PartnerError};
pub use receipt::{Receipt, ReceiptContent, ReceiptError};
pub use refusal::{ParcelRefusal, ReceiveError, SealError, SendError};
pub use release::{
    BUILT_IN_FIELDS, Field, FindingRelease, KnownToPartner, NOBODY, Preview, REASONS, Refusal, ReleaseDesk, ReleaseItem,
    ReleaseRules, Removed, TITLE, WHEN, WHERE, Wanted,
};
pub use request::{AnswerOutcome, ClockRegime, HitReference, NotAName, ReleaseAnswer, ReleaseAsk, RequestId, Urgency};
