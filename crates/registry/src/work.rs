//! Findings' work state, kept apart from the decisions on them: who works on it, until when it sleeps, and every act on it.

use std::collections::BTreeMap;

use oikos_model::{Actor, DecisionKind, FindingKey, FindingState, NodeId, Timestamp, UserName};
use serde::{Deserialize, Serialize};

use crate::StoreError;

/// Who works on a finding, and until when it sleeps.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkState {
    /// Who works on it.
    pub assignee: Option<UserName>,
    /// Until when it sleeps. A moment that has passed means nothing: it wakes by the clock.
    pub snoozed_until: Option<Timestamp>,
}

/// Where a finding stands with all that people set: what an undo puts back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// What was decided.
    pub state: FindingState,
    /// Who works on it, until when it sleeps.
    #[serde(flatten)]
    pub work: WorkState,
}

/// What an act did with a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkKind {
    /// Gave it to somebody, or took it back from them.
    Assign,
    /// Put it to sleep, or woke it.
    Snooze,
    /// Decided.
    Decide,
    /// Reversed the act before.
    Undo,
}

/// One act on one finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkEvent {
    /// The node whose finding it is.
    pub origin: NodeId,
    /// Its key.
    pub key: FindingKey,
    /// What kind of act.
    pub kind: WorkKind,
    /// The decision, where it was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<DecisionKind>,
    /// Why, as the person said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// By whom.
    pub actor: Actor,
    /// When.
    pub at: Timestamp,
    /// How it stood before.
    pub before: Standing,
    /// How it stood after.
    pub after: Standing,
}

/// Work on findings.
pub trait Work {
    /// Who works on a finding, and until when it sleeps; `None` where there is no such finding.
    ///
    /// # Errors
    /// When the database fails or the row is damaged.
    fn work_state(&self, origin: &NodeId, key: FindingKey) -> Result<Option<WorkState>, StoreError>;

    /// Sets who works on a finding, and until when it sleeps. Returns whether it is there.
    ///
    /// # Errors
    /// When the database fails.
    fn set_work_state(&mut self, origin: &NodeId, key: FindingKey, work: &WorkState) -> Result<bool, StoreError>;

    /// Writes down an act. It goes when its finding goes, and never before.
    ///
    /// # Errors
    /// When there is no such finding or the database fails.
    fn put_work_event(&mut self, event: &WorkEvent) -> Result<(), StoreError>;

    /// The acts on a finding, oldest first.
    ///
    /// # Errors
    /// When the database fails or a row is damaged.
    fn work_events(&self, origin: &NodeId, key: FindingKey) -> Result<Vec<WorkEvent>, StoreError>;

    /// The newest decisions of one actor, newest first.
    ///
    /// # Errors
    /// When the database fails or a row is damaged.
    fn decisions_of(&self, actor: &Actor, limit: usize) -> Result<Vec<WorkEvent>, StoreError>;

    /// By desk, how many findings were decided since `since` and still are.
    ///
    /// # Errors
    /// When the database fails.
    fn decided_since(&self, since: Timestamp) -> Result<BTreeMap<String, u64>, StoreError>;
}
