//! Requests of data subjects, and what it takes to answer them: finding by selector whatever the label, restricting, erasing one thing.

use oikos_model::{FindingKey, LabelId, NodeId, Selector, Statement, StatementId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::StoreError;

/// A request of a data subject.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SubjectRequestRow {
    /// Its id.
    pub id: String,
    /// Where it stands: a code of the node's.
    pub state: String,
    /// When it was received.
    pub received_at: Timestamp,
    /// When it must be answered.
    pub due_at: Timestamp,
    /// Who asks for what and what was done, in the node's JSON form.
    pub content: serde_json::Value,
}

/// Requests of data subjects.
pub trait Subjects {
    /// Adds a request or replaces its row.
    ///
    /// # Errors
    /// When the database fails.
    fn put_subject_request(&mut self, request: &SubjectRequestRow) -> Result<(), StoreError>;

    /// The request with this id.
    ///
    /// # Errors
    /// When the database fails.
    fn subject_request(&self, id: &str) -> Result<Option<SubjectRequestRow>, StoreError>;

    /// All requests, those due first first.
    ///
    /// # Errors
    /// When the database fails.
    fn subject_requests(&self) -> Result<Vec<SubjectRequestRow>, StoreError>;

    /// Statements with this identifier, ended ones too, whatever their label: for the data-protection officer alone.
    ///
    /// # Errors
    /// When the database fails or a row is damaged.
    fn statements_naming(&self, selector: &Selector) -> Result<Vec<Statement>, StoreError>;

    /// Gives a statement another label. Returns whether it is there.
    ///
    /// # Errors
    /// When the database fails.
    fn relabel_statement(&mut self, id: StatementId, label: LabelId) -> Result<bool, StoreError>;

    /// Gives a finding another label, which it keeps through every later revision. Returns whether it is there.
    ///
    /// # Errors
    /// When the database fails.
    fn restrict_finding(&mut self, origin: &NodeId, key: FindingKey, label: LabelId) -> Result<bool, StoreError>;

    /// Removes one statement, from the index too. Returns whether it was there.
    ///
    /// # Errors
    /// When the database fails.
    fn erase_statement(&mut self, id: StatementId) -> Result<bool, StoreError>;

    /// Removes one finding with its decisions and index rows, and keeps it from coming back: a detector that concludes it again from what
    /// is left writes nothing. Returns whether it was there.
    ///
    /// # Errors
    /// When the database fails.
    fn erase_one_finding(&mut self, origin: &NodeId, key: FindingKey) -> Result<bool, StoreError>;
}
