//! The index over journal entries.

use oikos_registry::{JournalIndex, JournalQuery, StoreError};

use crate::columns::microseconds;
use crate::filter::{Filter, page};
use crate::transaction::PostgresTransaction;
use crate::values::params;

impl JournalIndex for PostgresTransaction<'_> {
    fn index_journal(&mut self, position: i64, terms: &[String]) -> Result<(), StoreError> {
        let sql = "INSERT INTO journal_term (term, position) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        for term in terms {
            self.execute("indexing a journal entry", sql, params![term, position])?;
        }
        Ok(())
    }

    fn search_journal(&self, query: &JournalQuery) -> Result<Vec<i64>, StoreError> {
        let mut filter = Filter::default();
        filter.with_some("position < ?", query.below);
        filter.with_some("entered_at >= ?", query.from.map(microseconds));
        filter.with_some("entered_at < ?", query.before.map(microseconds));
        for term in &query.terms {
            filter.with("position IN (SELECT position FROM journal_term WHERE term = ?)", term.clone());
        }
        let sql = format!(
            "SELECT position FROM journal_entry {} ORDER BY position DESC {}",
            filter.clause(),
            page(query.limit.max(1), 0)
        );
        self.read_all("journal_term", &sql, filter.values(), |columns| columns.value(0))
    }

    fn erase_journal_terms(&mut self, position: i64) -> Result<(), StoreError> {
        let sql = "DELETE FROM journal_term WHERE position = $1";
        self.execute("erasing a journal entry's terms", sql, params![position]).map(drop)
    }
}
