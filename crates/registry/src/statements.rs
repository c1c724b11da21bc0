//! Statements, the identifier index over them, and the log of judgements.

use oikos_model::{DatasetId, EntityId, Judgement, LabelId, NodeId, Selector, Statement, StatementId, Timestamp};

use crate::StoreError;

/// Which statements to read. Empty options do not restrict.
#[derive(Debug, Clone, Default)]
pub struct StatementQuery<'a> {
    /// Labels the reader may see; `None` only for the node's own housekeeping.
    pub labels: Option<&'a [LabelId]>,
    /// Of this origin.
    pub origin: Option<&'a NodeId>,
    /// Of this dataset.
    pub dataset: Option<&'a DatasetId>,
    /// About this entity.
    pub entity: Option<&'a EntityId>,
    /// About entities of this kind.
    pub kind: Option<&'a str>,
    /// Of this property.
    pub property: Option<&'a str>,
    /// Also those that ended.
    pub include_ended: bool,
    /// Only ids above this one: the cursor of the page before. Statements come in the order of their ids.
    pub after: Option<StatementId>,
    /// At most so many; 0 means no limit.
    pub limit: usize,
}

/// Statements and judgements.
pub trait Statements {
    /// Records statements; those with an id that is already there are left as they are. Returns how many are new.
    /// The identifier index is kept: a statement whose property is a selector in the vocabulary is found by [`entities_with`](Self::entities_with).
    ///
    /// # Errors
    /// When the database fails.
    fn put_statements(&mut self, statements: &[Statement]) -> Result<usize, StoreError>;

    /// Ends statements: their source no longer says so, or took them back. Returns how many were current.
    ///
    /// # Errors
    /// When the database fails.
    fn end_statements(&mut self, ids: &[StatementId], at: Timestamp) -> Result<usize, StoreError>;

    /// Takes up statements that had ended and that their source says again. What its source recalled stays ended. Returns how many.
    ///
    /// # Errors
    /// When the database fails.
    fn resume_statements(&mut self, ids: &[StatementId]) -> Result<usize, StoreError>;

    /// Reads statements in the order of their ids.
    ///
    /// # Errors
    /// When the database fails or a row is damaged.
    fn statements(&self, query: &StatementQuery<'_>) -> Result<Vec<Statement>, StoreError>;

    /// The statement with this id.
    ///
    /// # Errors
    /// When the database fails or the row is damaged.
    fn statement(&self, id: StatementId) -> Result<Option<Statement>, StoreError>;

    /// A number that grows whenever statements came, ended, went or changed their label: what was made of them asks it whether it still holds.
    ///
    /// # Errors
    /// When the database fails.
    fn statements_version(&self) -> Result<u64, StoreError>;

    /// Entities that a current statement with a permitted label gives this identifier.
    ///
    /// # Errors
    /// When the database fails.
    fn entities_with(&self, selector: &Selector, labels: &[LabelId]) -> Result<Vec<EntityId>, StoreError>;

    /// Removes the rows of statements whose label's marking expired at `now`, from the index too. Returns how many.
    ///
    /// # Errors
    /// When the database fails.
    fn erase_expired_statements(&mut self, now: Timestamp) -> Result<usize, StoreError>;

    /// Removes the rows of statements read from one import, from the index too. Returns how many.
    ///
    /// # Errors
    /// When the database fails.
    fn erase_statements_of_import(&mut self, import_number: u32) -> Result<usize, StoreError>;

    /// Adds a judgement to the log.
    ///
    /// # Errors
    /// When the database fails.
    fn put_judgement(&mut self, judgement: &Judgement) -> Result<(), StoreError>;

    /// The log, oldest first.
    ///
    /// # Errors
    /// When the database fails or a row is damaged.
    fn judgements(&self) -> Result<Vec<Judgement>, StoreError>;
}
