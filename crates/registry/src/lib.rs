//! The registry: statements, judgements, findings, people, partners, jobs, and the lake's catalogue, in one SQL database,
//! behind one trait.
//!
//! A [`Store`] hands out [`Transaction`]s, each on behalf of one [`Act`](oikos_model::Act). What is written through one, its journal
//! entry and the lake's catalogue included, lands at commit together or not at all. The SQL lives only in `sqlite/` and
//! `postgres/`; both pass the tests in `contract` (feature `contract`).
//!
//! The trait is split into table groups, one file each, so that a backend can be built and proven group by group.
//! The registry does not decide who may see what: callers ask policy once per distinct label and pass the permitted label ids.

#[cfg(feature = "contract")]
#[expect(clippy::unwrap_used, reason = "these are tests, kept here so that every backend runs the same ones")]
pub mod contract;

mod approvals;
mod asks;
mod attempts;
mod bundles;
mod cases;
mod catalogue;
mod chunks;
mod copy;
mod credentials;
mod detectors;
mod error;
mod findings;
mod imports;
mod inbox;
mod journal_entries;
mod journal_index;
mod labels;
mod leads;
mod notices;
mod parcels;
mod partners;
mod people;
mod reviews;
mod runs;
mod screenings;
mod search;
mod statements;
mod subjects;
mod witnesses;
mod work;

pub use approvals::{ApprovalRow, ApprovalState, Approvals};
pub use asks::{AskCount, AskHitRow, AskReferenceRow, Asks, Direction, RequestQuery, RequestRow, RequestState};
pub use attempts::{Attempts, AttemptsRow};
pub use bundles::{BundleRow, Bundles};
pub use cases::{CaseEventRow, CaseItemKind, CaseItemRow, CaseQuery, CaseRow, CaseTaskRow, Cases};
pub use catalogue::{Catalogue, CatalogueColumn, CatalogueTable, ColumnStatistics, DataFile, DataFileId, Snapshot, SnapshotId};
pub use chunks::{ChunkProgress, Chunks};
pub use copy::{Cell, CopiedTable, CopyProgress, EachRow, TABLES, Table, Tables, copy_registry};
pub use credentials::{ChallengeRow, Credentials, PasskeyRow, SecondFactorRow, SubjectRow};
pub use detectors::{DetectorChangeRow, DetectorRow, DetectorRunRow, Detectors, FindingsOfDay};
pub use error::StoreError;
pub use findings::{FindingOutcome, FindingQuery, Findings, StoredFinding};
pub use imports::{ImportRow, Imports};
pub use inbox::{AssignedTo, BudgetLine, BudgetRow, Inbox, InboxGroup, InboxQuery, InboxRow, Side};
pub use journal_entries::{JournalEntries, JournalRow, NewJournalRow};
pub use journal_index::{JournalIndex, JournalQuery};
pub use labels::Labels;
pub use leads::{LeadRow, Leads};
pub use notices::{NoticeKind, NoticeQuery, NoticeRow, Notices, RectificationRow};
pub use parcels::{IncomingParcel, OutboxQuery, OutgoingParcel, Parcels, ReleaseQuery, ReleaseRow, Waiting};
pub use partners::{ErasedFrom, LinkRow, PartnerRow, Partners};
pub use people::{People, SessionPurposeRow, SessionRow, SignInProof, UserRow};
pub use reviews::{ReviewRow, Reviews};
pub use runs::{CheckpointRow, JobRow, JobState, RunRow, Runs};
pub use screenings::{ScreenedSubjectRow, ScreeningDecisionRow, ScreeningSetRow, ScreeningVerdict, Screenings};
pub use search::{FindingPoint, NamedEntity, Search};
pub use statements::{StatementQuery, Statements};
pub use subjects::{SubjectRequestRow, Subjects};
pub use witnesses::{WitnessedLog, Witnesses};
pub use work::{Standing, Work, WorkEvent, WorkKind, WorkState};

use oikos_model::Act;

/// Where a node keeps what it knows. One implementation per database. Times are kept to the microsecond.
pub trait Store: Send + Sync {
    /// Opens a transaction that reads and writes, on behalf of `act`. Writers queue; readers are not blocked.
    ///
    /// # Errors
    /// When the database cannot be reached or stays locked longer than the store's time limit.
    fn begin<'store>(&'store self, act: &Act) -> Result<Box<dyn Transaction + 'store>, StoreError>;

    /// Opens a transaction that only reads, and sees one consistent state throughout. Every write through it fails.
    ///
    /// # Errors
    /// When the database cannot be reached.
    fn snapshot<'store>(&'store self, act: &Act) -> Result<Box<dyn Transaction + 'store>, StoreError>;
}

/// Everything a room can read and write in one transaction. Dropping it without [`commit`](Transaction::commit) undoes it.
/// After an error that names the database ([`StoreError::Database`], [`StoreError::Unreachable`], [`StoreError::TookTooLong`]) it can only
/// be dropped; any other refusal leaves it as it was.
pub trait Transaction:
    Labels
    + Statements
    + Findings
    + Leads
    + Catalogue
    + Imports
    + Runs
    + People
    + Credentials
    + Attempts
    + Approvals
    + Partners
    + Parcels
    + Notices
    + Chunks
    + Asks
    + JournalEntries
    + JournalIndex
    + Witnesses
    + Reviews
    + Bundles
    + Subjects
    + Work
    + Inbox
    + Cases
    + Search
    + Screenings
    + Detectors
    + Tables
{
    /// The act on whose behalf the transaction runs.
    fn act(&self) -> &Act;

    /// Makes everything that was written lasting.
    ///
    /// # Errors
    /// When the database refuses; then nothing was written.
    fn commit(self: Box<Self>) -> Result<(), StoreError>;
}
