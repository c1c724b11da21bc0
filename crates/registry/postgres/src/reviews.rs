//! Reviews of unusual access.

use oikos_registry::{ReviewRow, Reviews, StoreError};

use crate::columns::{Columns, microseconds};
use crate::transaction::PostgresTransaction;
use crate::values::params;

const COLUMNS: &str = "indicator, newest_entry, reviewed_by, reviewed_at, reason";

impl Reviews for PostgresTransaction<'_> {
    fn put_review(&mut self, review: &ReviewRow) -> Result<(), StoreError> {
        let sql = format!(
            "INSERT INTO access_review ({COLUMNS}) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (indicator) DO UPDATE SET \
             newest_entry = excluded.newest_entry, reviewed_by = excluded.reviewed_by, reviewed_at = excluded.reviewed_at, \
             reason = excluded.reason"
        );
        let ReviewRow { indicator, newest_entry, reviewed_by, reviewed_at, reason } = review;
        let row = params![indicator, newest_entry, reviewed_by.as_str(), microseconds(*reviewed_at), reason];
        self.execute("recording a review", &sql, row).map(drop)
    }

    fn reviews(&self) -> Result<Vec<ReviewRow>, StoreError> {
        self.read_all("access_review", &format!("SELECT {COLUMNS} FROM access_review ORDER BY indicator"), params![], read_review)
    }
}

fn read_review(columns: &Columns<'_>) -> Result<ReviewRow, StoreError> {
    Ok(ReviewRow {
        indicator: columns.value(0)?,
        newest_entry: columns.value(1)?,
        reviewed_by: columns.identifier(2)?,
        reviewed_at: columns.timestamp(3)?,
        reason: columns.value(4)?,
    })
}
