//! Cases: people's work on what belongs together. Everything that happens in one is an event of it, never changed afterwards.

use oikos_model::{CaseId, LabelId, Timestamp, UserName};
use serde::{Deserialize, Serialize};

use crate::StoreError;

/// A case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseRow {
    /// Its id.
    pub id: CaseId,
    /// Label: the marking of everything that is or was in it.
    pub label: LabelId,
    /// Whether somebody works on it.
    pub open: bool,
    /// Who answers for it.
    pub owner: UserName,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When something happened in it last.
    pub changed_at: Timestamp,
    /// Title, purpose and what else the node keeps, in its JSON form.
    pub content: serde_json::Value,
}

/// What kind of thing is in a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseItemKind {
    /// A finding, as `<origin>/<key>`.
    Finding,
    /// A lead, by its id.
    Lead,
}

/// Something that is in a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseItemRow {
    /// The case.
    pub case: CaseId,
    /// Of what kind.
    pub kind: CaseItemKind,
    /// Which.
    pub reference: String,
    /// Who put it in.
    pub added_by: UserName,
    /// When.
    pub added_at: Timestamp,
}

/// A task of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseTaskRow {
    /// Its id.
    pub id: String,
    /// The case.
    pub case: CaseId,
    /// By when.
    pub due_at: Option<Timestamp>,
    /// When it was done.
    pub done_at: Option<Timestamp>,
    /// What, by whom, why, in the node's JSON form.
    pub content: serde_json::Value,
}

/// Something that happened in a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseEventRow {
    /// Position in the case's history, from 1.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// What, by whom, in the node's JSON form.
    pub content: serde_json::Value,
}

/// Which cases to read. Empty options do not restrict.
#[derive(Debug, Clone, Default)]
pub struct CaseQuery<'a> {
    /// Labels the reader may see; `None` only for the node's own housekeeping.
    pub labels: Option<&'a [LabelId]>,
    /// Open (`true`) or closed (`false`).
    pub open: Option<bool>,
    /// Of this owner.
    pub owner: Option<&'a UserName>,
    /// Skips so many of the ordered result.
    pub offset: usize,
    /// At most so many; 0 means no limit.
    pub limit: usize,
}

/// Cases.
pub trait Cases {
    /// A number that no case of this node had before.
    ///
    /// # Errors
    /// When the database fails.
    fn reserve_case_number(&mut self) -> Result<u64, StoreError>;

    /// Adds a case or replaces its row.
    ///
    /// # Errors
    /// When the database fails.
    fn put_case(&mut self, case: &CaseRow) -> Result<(), StoreError>;

    /// The case of this id.
    ///
    /// # Errors
    /// When the database fails or the row is damaged.
    fn case(&self, id: &CaseId) -> Result<Option<CaseRow>, StoreError>;

    /// Reads cases, those in which something happened last first.
    ///
    /// # Errors
    /// When the database fails or a row is damaged.
    fn cases(&self, query: &CaseQuery<'_>) -> Result<Vec<CaseRow>, StoreError>;

    /// Puts something into a case. Returns whether it was not there.
    ///
    /// # Errors
    /// When there is no such case or the database fails.
    fn put_case_item(&mut self, item: &CaseItemRow) -> Result<bool, StoreError>;

    /// Takes something out of a case. Returns whether it was there.
    ///
    /// # Errors
    /// When the database fails.
    fn remove_case_item(&mut self, case: &CaseId, kind: CaseItemKind, reference: &str) -> Result<bool, StoreError>;

    /// What is in a case, in the order in which it was put there.
    ///
    /// # Errors
    /// When the database fails or a row is damaged.
    fn case_items(&self, case: &CaseId) -> Result<Vec<CaseItemRow>, StoreError>;

    /// The cases that something is in, oldest first.
    ///
    /// # Errors
    /// When the database fails or a row is damaged.
    fn cases_with(&self, kind: CaseItemKind, reference: &str) -> Result<Vec<CaseId>, StoreError>;

    /// Adds a task or replaces its row.
    ///
    /// # Errors
    /// When there is no such case or the database fails.
    fn put_case_task(&mut self, task: &CaseTaskRow) -> Result<(), StoreError>;

    /// The tasks of a case: those due first first, those without a date last.
    ///
    /// # Errors
    /// When the database fails or a row is damaged.
    fn case_tasks(&self, case: &CaseId) -> Result<Vec<CaseTaskRow>, StoreError>;

    /// Adds to a case's history. Returns the event's number.
    ///
    /// # Errors
    /// When there is no such case or the database fails.
    fn put_case_event(&mut self, case: &CaseId, at: Timestamp, content: &serde_json::Value) -> Result<u64, StoreError>;

    /// A case's history, oldest first.
    ///
    /// # Errors
    /// When the database fails or a row is damaged.
    fn case_events(&self, case: &CaseId) -> Result<Vec<CaseEventRow>, StoreError>;

    /// Removes cases whose label expired at `now`, with everything of them. Returns which.
    ///
    /// # Errors
    /// When the database fails.
    fn erase_expired_cases(&mut self, now: Timestamp) -> Result<Vec<CaseId>, StoreError>;
}
