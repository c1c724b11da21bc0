//! Failed sign-ins.

use oikos_model::Timestamp;
use oikos_registry::{Attempts, AttemptsRow, StoreError};

use crate::columns::{count, microseconds};
use crate::transaction::PostgresTransaction;
use crate::values::params;

impl Attempts for PostgresTransaction<'_> {
    fn attempts(&self, source: &str) -> Result<Option<AttemptsRow>, StoreError> {
        let sql = "SELECT failures, last_failure_at, delays, delayed_until, unheard FROM sign_in_attempts \
                   WHERE source = $1";
        self.read_one("sign_in_attempts", sql, params![source], |columns| {
            Ok(AttemptsRow {
                source: source.to_owned(),
                failures: columns.number(0)?,
                last_failure_at: columns.timestamp(1)?,
                delays: columns.number(2)?,
                delayed_until: columns.optional_timestamp(3)?,
                unheard: columns.number(4)?,
            })
        })
    }

    fn put_attempts(&mut self, attempts: &AttemptsRow) -> Result<(), StoreError> {
        let sql = "INSERT INTO sign_in_attempts (source, failures, last_failure_at, delays, delayed_until, unheard) \
                   VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (source) DO UPDATE SET failures = excluded.failures, \
                   last_failure_at = excluded.last_failure_at, delays = excluded.delays, \
                   delayed_until = excluded.delayed_until, unheard = excluded.unheard";
        let row = params![
            attempts.source,
            i64::from(attempts.failures),
            microseconds(attempts.last_failure_at),
            i64::from(attempts.delays),
            attempts.delayed_until.map(microseconds),
            count(attempts.unheard)?,
        ];
        self.execute("noting a failed sign-in", sql, row).map(drop)
    }

    fn forget_attempts(&mut self, source: &str) -> Result<bool, StoreError> {
        Ok(self.execute("forgetting failed sign-ins", "DELETE FROM sign_in_attempts WHERE source = $1", params![source])? > 0)
    }

    fn erase_attempts(&mut self, before: Timestamp, keep: usize) -> Result<usize, StoreError> {
        // Accounts are few and keep theirs, so that a flood of invented names cannot wash a delay away.
        let sql = "DELETE FROM sign_in_attempts WHERE last_failure_at < $1 OR source IN \
                   (SELECT source FROM sign_in_attempts WHERE source NOT IN (SELECT 'account:' || name FROM account) \
                    ORDER BY last_failure_at DESC, source OFFSET $2)";
        self.execute("forgetting failed sign-ins", sql, params![microseconds(before), count(keep as u64)?])
    }
}
