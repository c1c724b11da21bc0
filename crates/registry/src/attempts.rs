//! Sign-ins that failed, by account and by address.

use oikos_model::Timestamp;

use crate::StoreError;

/// What went wrong lately under one name, or from one address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptsRow {
    /// `account:NAME`, whether there is such an account or not, or `address:IP`.
    pub source: String,
    /// Failures in a row, without a long pause between two of them.
    pub failures: u32,
    /// When the last one failed.
    pub last_failure_at: Timestamp,
    /// How many delays were imposed in a row.
    pub delays: u32,
    /// Until when nothing is checked.
    pub delayed_until: Option<Timestamp>,
    /// How many attempts came during the present delay, unheard.
    pub unheard: u64,
}

/// Failed sign-ins.
pub trait Attempts {
    /// What went wrong lately from this source.
    ///
    /// # Errors
    /// When the database fails.
    fn attempts(&self, source: &str) -> Result<Option<AttemptsRow>, StoreError>;

    /// Creates or replaces what is known of a source.
    ///
    /// # Errors
    /// When the database fails.
    fn put_attempts(&mut self, attempts: &AttemptsRow) -> Result<(), StoreError>;

    /// Forgets a source. Returns whether anything was known of it.
    ///
    /// # Errors
    /// When the database fails.
    fn forget_attempts(&mut self, source: &str) -> Result<bool, StoreError>;

    /// Forgets sources whose last failure was before `before`; of those that name no account at this node, all but the newest `keep`.
    ///
    /// # Errors
    /// When the database fails.
    fn erase_attempts(&mut self, before: Timestamp, keep: usize) -> Result<usize, StoreError>;
}
