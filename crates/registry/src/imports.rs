//! Imports: which source landed when, under which number.

use oikos_model::{DatasetId, LabelId, SourceId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::StoreError;

/// One import of one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportRow {
    /// Number, from 1: the upper half of the record ids it brought.
    pub number: u32,
    /// Hash of the file's bytes.
    pub source: SourceId,
    /// The file's name as it was given.
    pub file_name: String,
    /// The reader's format.
    pub format: String,
    /// The dataset it went into.
    pub dataset: DatasetId,
    /// The label of everything it brought.
    pub label: LabelId,
    /// Rows that landed in the lake.
    pub records: u64,
    /// Statements that were new.
    pub statements: u64,
    /// Rows that did not land.
    pub rejects: u64,
    /// When.
    pub at: Timestamp,
    /// Whether what it brought was erased.
    pub erased: bool,
}

/// Imports.
pub trait Imports {
    /// The next free import number. Numbers are never reused, also after a crash: commit the number before anything is written
    /// under it elsewhere.
    ///
    /// # Errors
    /// When the database fails.
    fn reserve_import_number(&mut self) -> Result<u32, StoreError>;

    /// The import of these bytes into this dataset, if it landed and was not erased.
    ///
    /// # Errors
    /// When the database fails.
    fn import_of(&self, source: SourceId, dataset: &DatasetId) -> Result<Option<ImportRow>, StoreError>;

    /// Records an import.
    ///
    /// # Errors
    /// When the number was used or the database fails.
    fn put_import(&mut self, import: &ImportRow) -> Result<(), StoreError>;

    /// All imports, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    fn imports(&self) -> Result<Vec<ImportRow>, StoreError>;

    /// Notes that what an import brought was erased. Returns whether it was there.
    ///
    /// # Errors
    /// When the database fails.
    fn mark_import_erased(&mut self, number: u32) -> Result<bool, StoreError>;
}
