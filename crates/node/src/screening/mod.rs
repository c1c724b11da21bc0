//! Screening: who of these is on a list? A *match* is that data agree, scored and explained; a *hit* is a match that a person confirmed, with
//! what is requested of whom. One question goes over every list and register that the caller's role and purpose open, and over no other.

mod decide;
mod index;
mod lists;
mod recall;
mod screen;
mod sets;
mod subject;

pub use decide::{MatchDecision, MatchDecisionRequest, MatchVerdict};
pub(crate) use index::ListIndexes;
pub use lists::ListView;
pub use recall::{SelfRecallRequest, SelfRecallRow};
pub use screen::{MatchReason, MatchedWord, ScreeningAnswer, ScreeningMatch, ScreeningRequest, ScreeningSettings};
pub use sets::{MoreSubjects, NewScreeningSet, Rescreening, ScreeningSetView, ScreeningWhatIf};
pub use subject::{ScreeningSubject, SubjectIdentifier, SubjectKind};
