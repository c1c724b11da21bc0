//! Screening: what a person said of a subject and somebody on a list, and sets of subjects that are screened again when a list changes.

use oikos_model::{DatasetId, EntityId, LabelId, NodeId, Timestamp, UserName};
use serde::{Deserialize, Serialize};

use crate::StoreError;

/// What a person said of a match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScreeningVerdict {
    /// It is somebody else.
    Cleared,
    /// It is they: the match is a hit, and what the list asks for is requested.
    Hit,
}

/// A person's word on a subject and an entity of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScreeningDecisionRow {
    /// Fingerprint of the subject as it was described: it holds for that description only.
    pub subject: String,
    /// The node that first had the listed entity.
    pub origin: NodeId,
    /// Its dataset.
    pub dataset: DatasetId,
    /// Its id there.
    pub entity: EntityId,
    /// Label: the marking of what was seen of it.
    pub label: LabelId,
    /// What was said.
    pub verdict: ScreeningVerdict,
    /// Who said so.
    pub decided_by: UserName,
    /// When.
    pub decided_at: Timestamp,
    /// Until when it holds; absent: as long as its label.
    pub expires_at: Option<Timestamp>,
    /// Why, the score at the time, and what is requested, in the node's JSON form.
    pub content: serde_json::Value,
}

/// Subjects that are screened together and again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScreeningSetRow {
    /// Its id.
    pub id: String,
    /// Label: the marking of its subjects.
    pub label: LabelId,
    /// Who keeps it.
    pub owner: UserName,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was screened last.
    pub screened_at: Option<Timestamp>,
    /// Title, settings and what the lists were when it was screened last, in the node's JSON form.
    pub content: serde_json::Value,
}

/// A subject of a set with what was found for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScreenedSubjectRow {
    /// Its place in the set, from 0.
    pub position: u64,
    /// The subject and its matches, in the node's JSON form.
    pub content: serde_json::Value,
}

/// Decisions on matches, and sets of subjects.
pub trait Screenings {
    /// Keeps a decision; a later one on the same two replaces it. The journal has both.
    ///
    /// # Errors
    /// When the database fails.
    fn put_screening_decision(&mut self, decision: &ScreeningDecisionRow) -> Result<(), StoreError>;

    /// Takes a decision back. Returns whether it was there.
    ///
    /// # Errors
    /// When the database fails.
    fn remove_screening_decision(
        &mut self,
        subject: &str,
        origin: &NodeId,
        dataset: &DatasetId,
        entity: &EntityId,
    ) -> Result<bool, StoreError>;

    /// Decisions with a permitted label, newest first: those on one subject, or on all.
    ///
    /// # Errors
    /// When the database fails or a row is damaged.
    fn screening_decisions(
        &self,
        subject: Option<&str>,
        labels: &[LabelId],
        limit: usize,
    ) -> Result<Vec<ScreeningDecisionRow>, StoreError>;

    /// Adds a set or replaces its row; its subjects stay.
    ///
    /// # Errors
    /// When the database fails.
    fn put_screening_set(&mut self, set: &ScreeningSetRow) -> Result<(), StoreError>;

    /// The set of this id.
    ///
    /// # Errors
    /// When the database fails or the row is damaged.
    fn screening_set(&self, id: &str) -> Result<Option<ScreeningSetRow>, StoreError>;

    /// Sets, newest first; `labels` is `None` only for the node's own housekeeping.
    ///
    /// # Errors
    /// When the database fails or a row is damaged.
    fn screening_sets(&self, labels: Option<&[LabelId]>) -> Result<Vec<ScreeningSetRow>, StoreError>;

    /// Removes a set with its subjects. Returns whether it was there.
    ///
    /// # Errors
    /// When the database fails.
    fn remove_screening_set(&mut self, id: &str) -> Result<bool, StoreError>;

    /// Puts subjects of a set; one at the same position is replaced.
    ///
    /// # Errors
    /// When there is no such set or the database fails.
    fn put_screened_subjects(&mut self, set: &str, subjects: &[ScreenedSubjectRow]) -> Result<(), StoreError>;

    /// Subjects of a set in their order, from a position on, `limit` at most.
    ///
    /// # Errors
    /// When the database fails or a row is damaged.
    fn screened_subjects(&self, set: &str, from: u64, limit: usize) -> Result<Vec<ScreenedSubjectRow>, StoreError>;

    /// Removes decisions that ended at `now`, and decisions and sets whose label expired. Returns how many.
    ///
    /// # Errors
    /// When the database fails.
    fn erase_expired_screenings(&mut self, now: Timestamp) -> Result<usize, StoreError>;
}
