//! Findings, own and received, with people's decisions on them and what was derived from what.

use oikos_model::{Decision, DerivedFrom, DetectorId, Finding, FindingKey, FindingState, LabelId, NodeId, Selector, Timestamp};

use crate::StoreError;

/// What putting a finding did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FindingOutcome {
    /// It was not there.
    New,
    /// It was there with other content.
    Revised,
    /// It was there with the same content.
    Unchanged,
}

/// A finding with where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredFinding {
    /// The newest revision.
    pub finding: Finding,
    /// Where it stands.
    pub state: FindingState,
    /// Label.
    pub label: LabelId,
    /// When this node first had it.
    pub first_recorded_at: Timestamp,
    /// When this node got the newest revision.
    pub revised_at: Timestamp,
    /// Whether it came from a partner. Received findings are immutable but for recall by their origin.
    pub received: bool,
}

/// Which findings to read. Empty options do not restrict.
#[derive(Debug, Clone, Default)]
pub struct FindingQuery<'a> {
    /// Labels the reader may see; `None` only for the node's own housekeeping.
    pub labels: Option<&'a [LabelId]>,
    /// By this detector.
    pub detector: Option<&'a DetectorId>,
    /// Of this desk.
    pub desk: Option<&'a str>,
    /// Of this origin.
    pub origin: Option<&'a NodeId>,
    /// Own (`false`) or received (`true`).
    pub received: Option<bool>,
    /// In one of these states.
    pub states: Option<&'a [FindingState]>,
    /// That ended at or after this moment.
    pub occurred_from: Option<Timestamp>,
    /// That ended before this moment.
    pub occurred_before: Option<Timestamp>,
    /// With this selector.
    pub selector: Option<&'a Selector>,
    /// Skips so many of the ordered result.
    pub offset: usize,
    /// At most so many; 0 means no limit.
    pub limit: usize,
}

/// Findings and decisions.
pub trait Findings {
    /// Puts a finding under (origin, key), unless it was erased for good (see [`Subjects`](crate::Subjects)). A new revision keeps its state; a finding that was superseded and is given again is open
    /// again; one that its origin took back (see [`put_recall_notice`](crate::Parcels::put_recall_notice)) stays recalled.
    ///
    /// # Errors
    /// When a received finding would replace an own one or the other way round, when a number in it is not finite, or when the
    /// database fails.
    fn put_finding(
        &mut self,
        finding: &Finding,
        label: LabelId,
        received: bool,
        at: Timestamp,
    ) -> Result<FindingOutcome, StoreError>;

    /// The finding under (origin, key).
    ///
    /// # Errors
    /// When the database fails or the row is damaged.
    fn finding(&self, origin: &NodeId, key: FindingKey) -> Result<Option<StoredFinding>, StoreError>;

    /// Reads findings, highest score first, then those that ended last in the world, then by key.
    ///
    /// # Errors
    /// When the database fails or a row is damaged.
    fn findings(&self, query: &FindingQuery<'_>) -> Result<Vec<StoredFinding>, StoreError>;

    /// How many findings a query matches, without its limit and offset.
    ///
    /// # Errors
    /// When the database fails.
    fn count_findings(&self, query: &FindingQuery<'_>) -> Result<u64, StoreError>;

    /// Sets where a finding stands. Returns whether it is there.
    ///
    /// # Errors
    /// When the database fails.
    fn set_finding_state(&mut self, origin: &NodeId, key: FindingKey, state: FindingState) -> Result<bool, StoreError>;

    /// Records a person's decision; the state is set apart by [`set_finding_state`](Self::set_finding_state).
    ///
    /// # Errors
    /// When the database fails.
    fn put_decision(&mut self, decision: &Decision) -> Result<(), StoreError>;

    /// The decisions on a finding, oldest first.
    ///
    /// # Errors
    /// When the database fails or a row is damaged.
    fn decisions(&self, origin: &NodeId, key: FindingKey) -> Result<Vec<Decision>, StoreError>;

    /// Findings and leads that list `source`, whatever its revision, among what they were derived from: `finding:<origin>/<key>`, `lead:<id>`.
    ///
    /// # Errors
    /// When the database fails.
    fn derived_directly_from(&self, source: &DerivedFrom) -> Result<Vec<String>, StoreError>;

    /// Removes findings whose marking or label expired at `now`, with their decisions and index rows. Returns how many.
    ///
    /// # Errors
    /// When the database fails.
    fn erase_expired_findings(&mut self, now: Timestamp) -> Result<usize, StoreError>;
}
