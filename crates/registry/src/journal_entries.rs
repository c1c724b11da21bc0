//! The private half of the journal: entries in the act's own transaction. The public half, the Merkle log of their salted
//! commitments, is the `journal` room's.

use oikos_model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::StoreError;

/// An entry to be appended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJournalRow {
    /// The entry in the journal's JSON form.
    pub content: String,
    /// Random bytes that hide the content behind the commitment.
    pub salt: [u8; 32],
    /// The salted commitment: the leaf's content.
    pub commitment: [u8; 32],
    /// When.
    pub at: Timestamp,
}

/// An entry as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalRow {
    /// Position in the log, from 0, without gaps.
    pub index: i64,
    /// The entry; `None` once erased.
    pub content: Option<String>,
    /// The salt; `None` once erased.
    pub salt: Option<[u8; 32]>,
    /// The salted commitment.
    pub commitment: [u8; 32],
    /// When.
    pub at: Timestamp,
}

/// Journal entries.
pub trait JournalEntries {
    /// Appends an entry in this transaction. Returns its position.
    ///
    /// # Errors
    /// When the database fails.
    fn append_journal(&mut self, entry: &NewJournalRow) -> Result<i64, StoreError>;

    /// Entries from position `from` on, at most `limit`.
    ///
    /// # Errors
    /// When the database fails or a row is damaged.
    fn journal_rows(&self, from: i64, limit: usize) -> Result<Vec<JournalRow>, StoreError>;

    /// How many entries there are.
    ///
    /// # Errors
    /// When the database fails.
    fn journal_length(&self) -> Result<i64, StoreError>;

    /// Erases content and salt of an entry; the commitment stays, so the log still verifies.
    ///
    /// # Errors
    /// When there is no such entry, or the database fails.
    fn erase_journal_content(&mut self, index: i64) -> Result<(), StoreError>;
}
