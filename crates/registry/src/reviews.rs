//! What a person wrote about acts that an indicator of unusual access showed: who looked at them, when, and what came of it.

use oikos_model::{Timestamp, UserName};
use serde::{Deserialize, Serialize};

use crate::StoreError;

/// A review of what an indicator showed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewRow {
    /// The indicator's id: a hash of what it is about.
    pub indicator: String,
    /// The newest journal entry that was there to be looked at. With a newer one the indicator is open again.
    pub newest_entry: i64,
    /// Who looked.
    pub reviewed_by: UserName,
    /// When.
    pub reviewed_at: Timestamp,
    /// What came of it, in words.
    pub reason: String,
}

/// Reviews of unusual access.
pub trait Reviews {
    /// Keeps a review; a later one of the same indicator replaces it. The journal has both.
    ///
    /// # Errors
    /// When the database fails.
    fn put_review(&mut self, review: &ReviewRow) -> Result<(), StoreError>;

    /// All reviews by indicator.
    ///
    /// # Errors
    /// When the database fails.
    fn reviews(&self) -> Result<Vec<ReviewRow>, StoreError>;
}
