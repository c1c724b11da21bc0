//! The private half of the journal. Two that append at once contradict each other, and one of them runs again.

use oikos_registry::{JournalEntries, JournalRow, NewJournalRow, StoreError};

use crate::columns::microseconds;
use crate::transaction::PostgresTransaction;

const TABLE: &str = "journal_entry";

impl JournalEntries for PostgresTransaction<'_> {
    fn append_journal(&mut self, entry: &NewJournalRow) -> Result<i64, StoreError> {
        let position = self.journal_length()?;
        let sql = "INSERT INTO journal_entry (position, content, salt, commitment, entered_at) VALUES ($1, $2, $3, $4, $5)";
        let (salt, commitment) = (entry.salt.as_slice(), entry.commitment.as_slice());
        let doing = "appending a journal entry";
        self.execute(doing, sql, &[&position, &entry.content, &salt, &commitment, &microseconds(entry.at)])?;
        Ok(position)
    }

    fn journal_rows(&self, from: i64, limit: usize) -> Result<Vec<JournalRow>, StoreError> {
        let sql = "SELECT position, content, salt, commitment, entered_at FROM journal_entry WHERE position >= $1 \
                   ORDER BY position LIMIT $2";
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.read_all(TABLE, sql, &[&from, &limit], |columns| {
            Ok(JournalRow {
                index: columns.value(0)?,
                content: columns.value(1)?,
                salt: columns.optional_bytes(2)?,
                commitment: columns.hash(3)?.0,
                at: columns.timestamp(4)?,
            })
        })
    }

    fn journal_length(&self) -> Result<i64, StoreError> {
        // Positions have no gaps, so the last one tells, and is found without counting.
        let sql = "SELECT COALESCE(MAX(position) + 1, 0) FROM journal_entry";
        Ok(self.read_one(TABLE, sql, &[], |columns| columns.value(0))?.unwrap_or(0))
    }

    fn erase_journal_content(&mut self, index: i64) -> Result<(), StoreError> {
        let sql = "UPDATE journal_entry SET content = NULL, salt = NULL WHERE position = $1";
        match self.execute("erasing a journal entry's content", sql, &[&index])? {
            0 => Err(StoreError::Conflict(format!("the journal has no entry {index}"))),
            _ => Ok(()),
        }
    }
}
