//! The index over journal entries: by which words an entry is found without reading them all. Its words go when the entry's content goes.

use oikos_model::Timestamp;

use crate::StoreError;

/// Which entries to find. What is given must all hold.
#[derive(Debug, Clone, Default)]
pub struct JournalQuery {
    /// Terms that the entry must have, for example `action:release` or `subject:import:7`.
    pub terms: Vec<String>,
    /// Entered at this moment or later.
    pub from: Option<Timestamp>,
    /// Entered before this moment.
    pub before: Option<Timestamp>,
    /// Only positions below this one: the cursor of the page before. Entries come newest first.
    pub below: Option<i64>,
    /// At most so many.
    pub limit: usize,
}

/// The index over journal entries.
pub trait JournalIndex {
    /// Notes by which terms the entry at `position` is found.
    ///
    /// # Errors
    /// When the database fails.
    fn index_journal(&mut self, position: i64, terms: &[String]) -> Result<(), StoreError>;

    /// The positions of entries that match, newest first.
    ///
    /// # Errors
    /// When the database fails.
    fn search_journal(&self, query: &JournalQuery) -> Result<Vec<i64>, StoreError>;

    /// Forgets by which terms an entry is found: its content was erased.
    ///
    /// # Errors
    /// When the database fails.
    fn erase_journal_terms(&mut self, position: i64) -> Result<(), StoreError>;
}
