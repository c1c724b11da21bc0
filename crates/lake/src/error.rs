//! What can go wrong in the lake outside of a step. Steps report [`EngineError`](oikos_desk::EngineError).

use std::path::{Path, PathBuf};

use oikos_registry::StoreError;

/// Why the lake could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum LakeError {
    /// The file system refused.
    #[error("{doing} {}: {source}", path.display())]
    File {
        /// What was being done.
        doing: &'static str,
        /// To which file or folder.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A Parquet file could not be written.
    #[error("writing {}: {source}", path.display())]
    Parquet {
        /// Which file.
        path: PathBuf,
        /// What the library says.
        source: parquet::errors::ParquetError,
    },
    /// A batch does not have the schema of its table.
    #[error("table {table}: {problem}")]
    Schema {
        /// The table.
        table: String,
        /// What differs and what is expected.
        problem: String,
    },
    /// The catalogue holds what this lake cannot read.
    #[error("the lake's catalogue, table {table}: {problem}; restore the node's folder from a copy")]
    Catalogue {
        /// The table.
        table: String,
        /// What is wrong.
        problem: String,
    },
    /// The registry failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The query engine could not be set up.
    #[error("the query engine does not start: {0}")]
    Engine(String),
}

impl LakeError {
    /// Wraps an error of the file system.
    pub(crate) fn file(doing: &'static str, path: &Path, source: std::io::Error) -> Self {
        Self::File { doing, path: path.to_owned(), source }
    }
}
