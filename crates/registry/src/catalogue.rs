//! The lake's catalogue in DuckLake's layout (specification 1.0): tables, columns, snapshots and data files.
//! It lives in the registry's database, so that records land in the same transaction as the statements and the journal entry.

use oikos_model::{LabelId, TableName, Timestamp};
use serde::{Deserialize, Serialize};

use crate::StoreError;

/// A snapshot's number: every change of the lake makes the next one.
pub type SnapshotId = i64;
/// A data file's number.
pub type DataFileId = i64;

/// One column of a table of records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogueColumn {
    /// Name, with its unit last.
    pub name: String,
    /// DuckLake type name, for example `int64`, `varchar`, `timestamptz`.
    pub column_type: String,
    /// Whether it may be empty.
    pub nullable: bool,
}

/// A table of records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogueTable {
    /// Name.
    pub name: TableName,
    /// Columns in order. Field ids are their positions, from 1.
    pub columns: Vec<CatalogueColumn>,
}

/// Least and greatest value of one column in one file, as text in DuckLake's form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnStatistics {
    /// The column.
    pub column: String,
    /// Least value, where the type has an order.
    pub minimum: Option<String>,
    /// Greatest value.
    pub maximum: Option<String>,
    /// How many are empty.
    pub null_count: i64,
}

/// One Parquet file of one table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataFile {
    /// Number; 0 in a file that is being added.
    pub id: DataFileId,
    /// The table.
    pub table: TableName,
    /// Path below the lake's data folder.
    pub path: String,
    /// Rows.
    pub record_count: i64,
    /// Length of the file.
    pub file_size_bytes: i64,
    /// Length of the Parquet footer.
    pub footer_size_bytes: i64,
    /// The import that brought it.
    pub import_number: u32,
    /// Label of every row in it.
    pub label: LabelId,
    /// Earliest value of the table's time column.
    pub time_minimum: Option<Timestamp>,
    /// Latest value of the table's time column.
    pub time_maximum: Option<Timestamp>,
    /// The snapshot that added it; 0 in a file that is being added.
    pub begin_snapshot: SnapshotId,
    /// Statistics of its columns.
    pub statistics: Vec<ColumnStatistics>,
}

/// One state of the lake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Number.
    pub id: SnapshotId,
    /// When it was made.
    pub at: Timestamp,
    /// What changed, in DuckLake's form, for example `inserted_into_table:3`.
    pub changes: String,
}

/// Tables, snapshots and files of the lake.
pub trait Catalogue {
    /// Creates the table, or checks that it has these columns.
    ///
    /// # Errors
    /// When the table is there with other columns, or the database fails.
    fn ensure_table(&mut self, table: &CatalogueTable, at: Timestamp) -> Result<(), StoreError>;

    /// All tables.
    ///
    /// # Errors
    /// When the database fails.
    fn tables(&self) -> Result<Vec<CatalogueTable>, StoreError>;

    /// The newest snapshot; 0 of an empty lake.
    ///
    /// # Errors
    /// When the database fails.
    fn current_snapshot(&self) -> Result<SnapshotId, StoreError>;

    /// Snapshots, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    fn snapshots(&self) -> Result<Vec<Snapshot>, StoreError>;

    /// Adds files in one new snapshot. Returns it. No file makes no snapshot.
    ///
    /// # Errors
    /// When a table or column is unknown or the database fails.
    fn add_data_files(&mut self, files: &[DataFile], at: Timestamp) -> Result<SnapshotId, StoreError>;

    /// The files of a table that a snapshot sees.
    ///
    /// # Errors
    /// When the database fails or a row is damaged.
    fn data_files(&self, table: &TableName, snapshot: SnapshotId) -> Result<Vec<DataFile>, StoreError>;

    /// Erases files: no snapshot sees them any more, their statistics are removed, and their paths are scheduled for deletion.
    /// A file may be replaced in the same snapshot by one with the remaining rows. Returns the new snapshot.
    ///
    /// # Errors
    /// When a file, table or column is unknown, or the database fails.
    fn erase_data_files(
        &mut self,
        erased: &[DataFileId],
        replacements: &[DataFile],
        at: Timestamp,
    ) -> Result<SnapshotId, StoreError>;

    /// Paths that must be deleted from disk.
    ///
    /// # Errors
    /// When the database fails.
    fn paths_to_delete(&self) -> Result<Vec<String>, StoreError>;

    /// Notes that these paths were deleted.
    ///
    /// # Errors
    /// When the database fails.
    fn forget_deleted_paths(&mut self, paths: &[String]) -> Result<(), StoreError>;
}
