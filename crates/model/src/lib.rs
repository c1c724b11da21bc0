//! The words of Oikos as types. No I/O happens here; time comes from a [`Clock`].
//!
//! Every other room speaks in these types, so a word means one thing in the whole house:
//! a [`Statement`] is what a source says of an entity, a [`Finding`] is what a detector concluded
//! from records, a [`Marking`] says what may be done with either, and an [`Act`] says who does
//! something, why, and on which legal basis.

mod act;
mod clock;
mod evaluation;
mod finding;
mod hash;
mod identifiers;
mod judgement;
mod label;
mod marking;
mod selector;
mod statement;
mod vocabulary;

pub use act::{Act, Action, Actor, LegalBasis};
pub use clock::{Clock, SimulatedClock, SystemClock};
pub use evaluation::{Assessment, Evaluation, InformationGrade, PersonCategory, SourceGrade};
pub use finding::{
    Decision, DecisionKind, DerivedFrom, Fact, FactValue, Finding, FindingKey, FindingRevision, FindingState, Place, Reason,
    RecordReference,
};
pub use hash::{ContentHash, ContentHasher};
pub use identifiers::{
    CaseId, DatasetId, DetectorId, EntityId, IdentifierError, LabelId, NodeId, RunId, SourceId, StatementId, TableName, UserName,
};
pub use jiff::Timestamp;
pub use judgement::{Judgement, Verdict};
pub use label::{Label, Scope};
pub use marking::{HandlingCode, Marking, PermittedAction, Purpose, Regime, Tlp};
pub use selector::{Selector, SelectorClass, SelectorKind};
pub use statement::{Statement, StatementDraft};
pub use vocabulary::{EntityKind, PropertyDefinition, PropertyType, Vocabulary, VocabularyError};
