//! What can go wrong in a store.

/// Why a store could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database failed.
    #[error("the registry's database failed while {doing}: {source}")]
    Database {
        /// What was being done.
        doing: &'static str,
        /// What the database says.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// There is no connection to the database's server, or it was lost.
    #[error("the registry's server cannot be reached; {doing} failed: {source}; look whether it runs, then try again")]
    Unreachable {
        /// What was being done.
        doing: &'static str,
        /// What the connection says.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The database was asked for something that took longer than it may.
    #[error("the registry's database was stopped while {doing}, because it took too long: {source}; try again, or ask for less")]
    TookTooLong {
        /// What was being done.
        doing: &'static str,
        /// What the database says.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A stored row does not read back as what it should be: the database was changed by something else, or is damaged.
    #[error("the registry's table {table} holds a row that cannot be read: {problem}; restore the node's folder from a copy")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// What is wrong.
        problem: String,
    },
    /// A write through a snapshot.
    #[error("a snapshot only reads")]
    ReadOnly,
    /// The write contradicts what is there.
    #[error("{0}")]
    Conflict(String),
    /// The database was made by a newer version.
    #[error("the registry was written by a newer version of Oikos (schema {found}, this one knows {known}); use that version")]
    NewerSchema {
        /// Schema version found.
        found: i64,
        /// Schema version this build knows.
        known: i64,
    },
}

impl StoreError {
    /// Wraps an error of the database driver.
    pub fn database(doing: &'static str, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Database { doing, source: source.into() }
    }

    /// Reports a row that does not read back.
    pub fn corrupt(table: &'static str, problem: impl Into<String>) -> Self {
        Self::Corrupt { table, problem: problem.into() }
    }
}
