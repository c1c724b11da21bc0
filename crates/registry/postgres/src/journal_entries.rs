//! The private half of the journal.

use oikos_registry::{JournalEntries, JournalRow, NewJournalRow, StoreError};

use crate::columns::microseconds;
use crate::filter::at_most;
use crate::transaction::PostgresTransaction;
use crate::values::params;

const TABLE: &str = "journal_entry";

impl JournalEntries for PostgresTransaction<'_> {
    fn append_journal(&mut self, entry: &NewJournalRow) -> Result<i64, StoreError> {
        self.writing()?;
        let position = self.journal_length()?;
        let sql = "INSERT INTO journal_entry (position, content, salt, commitment, entered_at) VALUES ($1, $2, $3, $4, $5)";
        let row = params![position, entry.content, entry.salt, entry.commitment, microseconds(entry.at)];
        self.execute("appending a journal entry", sql, row)?;
        Ok(position)
    }

    fn journal_rows(&self, from: i64, limit: usize) -> Result<Vec<JournalRow>, StoreError> {
        let sql = "SELECT position, content, salt, commitment, entered_at FROM journal_entry WHERE position >= $1 \
                   ORDER BY position LIMIT $2";
        self.read_all(TABLE, sql, params![from, at_most(limit)], |columns| {
            Ok(JournalRow {
                index: columns.value(0)?,
                content: columns.value(1)?,
                salt: columns.optional_bytes(2)?,
                commitment: columns.bytes(3)?,
                at: columns.timestamp(4)?,
            })
        })
    }

    fn journal_length(&self) -> Result<i64, StoreError> {
        // Positions have no gaps, so the last one tells, and is found without counting.
        self.read_number(TABLE, "SELECT MAX(position) + 1 FROM journal_entry", params![])
    }

    fn erase_journal_content(&mut self, index: i64) -> Result<(), StoreError> {
        let sql = "UPDATE journal_entry SET content = NULL, salt = NULL WHERE position = $1";
        match self.execute("erasing a journal entry's content", sql, params![index])? {
            0 => Err(StoreError::Conflict(format!("the journal has no entry {index}"))),
            _ => Ok(()),
        }
    }
}
