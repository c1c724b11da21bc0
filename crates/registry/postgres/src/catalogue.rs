//! The lake's catalogue in the tables of DuckLake 1.0, so that DuckDB can attach the node's lake where its people allow it.
//!
//! Two things differ from a lake that DuckDB writes. What Oikos knows of a file beyond DuckLake is beside it in
//! `oikos_data_file`. And erasing is real: a file's row and statistics go from every snapshot, so an old snapshot keeps its
//! number but not what it saw.

use std::collections::BTreeSet;

use oikos_model::{ContentHash, LabelId, TableName, Timestamp};
use oikos_registry::{
    Catalogue, CatalogueColumn, CatalogueTable, ColumnStatistics, DataFile, DataFileId, Snapshot, SnapshotId, StoreError,
};

use crate::columns::microseconds;
use crate::transaction::PostgresTransaction;
use crate::values::params;

const SNAPSHOT: &str = "ducklake_snapshot";
const TABLE: &str = "ducklake_table";
const DATA_FILE: &str = "ducklake_data_file";

/// The counters that DuckLake keeps in each snapshot.
#[derive(Debug, Clone, Copy)]
struct Counters {
    snapshot: SnapshotId,
    schema_version: i64,
    next_catalog_id: i64,
    next_file_id: i64,
}

impl Catalogue for PostgresTransaction<'_> {
    fn ensure_table(&mut self, table: &CatalogueTable, at: Timestamp) -> Result<(), StoreError> {
        self.writing()?;
        if let Some(id) = self.table_id(&table.name)? {
            if self.columns_of(id)? == table.columns {
                return Ok(());
            }
            return Err(StoreError::Conflict(format!("the lake has a table {} with other columns", table.name)));
        }
        self.ensure_lake(at)?;
        let last = self.counters()?;
        let id = last.next_catalog_id;
        let next =
            Counters { snapshot: last.snapshot + 1, schema_version: last.schema_version + 1, next_catalog_id: id + 1, ..last };
        self.put_snapshot(next, at, &format!("created_table:\"main\".\"{}\"", table.name))?;
        self.put_table(id, table, next)
    }

    fn tables(&self) -> Result<Vec<CatalogueTable>, StoreError> {
        let sql = "SELECT table_id, table_name FROM ducklake_table WHERE end_snapshot IS NULL ORDER BY table_name";
        let tables = self.read_all(TABLE, sql, params![], |columns| Ok((columns.value::<i64>(0)?, columns.identifier(1)?)))?;
        tables.into_iter().map(|(id, name)| Ok(CatalogueTable { name, columns: self.columns_of(id)? })).collect()
    }

    fn current_snapshot(&self) -> Result<SnapshotId, StoreError> {
        self.read_number(SNAPSHOT, "SELECT MAX(snapshot_id) FROM ducklake_snapshot", params![])
    }

    fn snapshots(&self) -> Result<Vec<Snapshot>, StoreError> {
        let sql = "SELECT ducklake_snapshot.snapshot_id, snapshot_time, changes_made FROM ducklake_snapshot \
                   JOIN ducklake_snapshot_changes ON ducklake_snapshot_changes.snapshot_id = ducklake_snapshot.snapshot_id \
                   ORDER BY ducklake_snapshot.snapshot_id";
        self.read_all(SNAPSHOT, sql, params![], |columns| {
            Ok(Snapshot { id: columns.value(0)?, at: columns.identifier(1)?, changes: columns.value(2)? })
        })
    }

    fn add_data_files(&mut self, files: &[DataFile], at: Timestamp) -> Result<SnapshotId, StoreError> {
        self.change_files(&[], files, at)
    }

    fn data_files(&self, table: &TableName, snapshot: SnapshotId) -> Result<Vec<DataFile>, StoreError> {
        let Some(table_id) = self.table_id(table)? else { return Ok(Vec::new()) };
        // A file without a row of our own has no label. It was not put there by Oikos, and reading on would be reading unmarked
        // data.
        let sql = "SELECT ducklake_data_file.data_file_id, path, record_count, file_size_bytes, footer_size, import_number, label, \
                   time_minimum, time_maximum, begin_snapshot FROM ducklake_data_file \
                   LEFT JOIN oikos_data_file ON oikos_data_file.data_file_id = ducklake_data_file.data_file_id \
                   WHERE table_id = $1 AND begin_snapshot <= $2 AND (end_snapshot IS NULL OR end_snapshot > $2) \
                   ORDER BY ducklake_data_file.data_file_id";
        let mut files = self.read_all(DATA_FILE, sql, params![table_id, snapshot], |columns| {
            Ok(DataFile {
                id: columns.value(0)?,
                table: table.clone(),
                path: columns.value(1)?,
                record_count: columns.value(2)?,
                file_size_bytes: columns.value(3)?,
                footer_size_bytes: columns.value(4)?,
                import_number: columns.number(5)?,
                label: LabelId(columns.hash(6)?),
                time_minimum: columns.optional_timestamp(7)?,
                time_maximum: columns.optional_timestamp(8)?,
                begin_snapshot: columns.value(9)?,
                statistics: Vec::new(),
            })
        })?;
        for file in &mut files {
            file.statistics = self.statistics_of(table_id, file.id)?;
        }
        Ok(files)
    }

    fn erase_data_files(
        &mut self,
        erased: &[DataFileId],
        replacements: &[DataFile],
        at: Timestamp,
    ) -> Result<SnapshotId, StoreError> {
        self.change_files(erased, replacements, at)
    }

    fn paths_to_delete(&self) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT path FROM ducklake_files_scheduled_for_deletion ORDER BY data_file_id";
        self.read_all("ducklake_files_scheduled_for_deletion", sql, params![], |columns| columns.value(0))
    }

    fn forget_deleted_paths(&mut self, paths: &[String]) -> Result<(), StoreError> {
        self.writing()?;
        let sql = "DELETE FROM ducklake_files_scheduled_for_deletion WHERE path = $1";
        paths.iter().try_for_each(|path| self.execute("forgetting deleted paths", sql, params![path]).map(drop))
    }
}

impl PostgresTransaction<'_> {
    /// Makes snapshot 0 with the schema `main`, as DuckDB does, when the lake's first table is made.
    fn ensure_lake(&mut self, at: Timestamp) -> Result<(), StoreError> {
        if self.read_number(SNAPSHOT, "SELECT COUNT(*) FROM ducklake_snapshot", params![])? > 0 {
            return Ok(());
        }
        let first = Counters { snapshot: 0, schema_version: 0, next_catalog_id: 1, next_file_id: 0 };
        self.put_snapshot(first, at, "created_schema:\"main\"")?;
        let sql = "INSERT INTO ducklake_schema (schema_id, schema_uuid, begin_snapshot, schema_name, path, path_is_relative) \
                   VALUES (0, $1, 0, 'main', '', 1)";
        self.execute("making the lake", sql, params![uuid("schema", "main")])?;
        let created_by = concat!("Oikos ", env!("CARGO_PKG_VERSION"));
        for (key, value) in [("version", "1.0"), ("created_by", created_by), ("data_path", "lake/"), ("encrypted", "false")] {
            self.execute("making the lake", "INSERT INTO ducklake_metadata (key, value) VALUES ($1, $2)", params![key, value])?;
        }
        Ok(())
    }

    fn counters(&self) -> Result<Counters, StoreError> {
        let sql = "SELECT snapshot_id, schema_version, next_catalog_id, next_file_id FROM ducklake_snapshot \
                   ORDER BY snapshot_id DESC LIMIT 1";
        let counters = self.read_one(SNAPSHOT, sql, params![], |columns| {
            Ok(Counters {
                snapshot: columns.value(0)?,
                schema_version: columns.value(1)?,
                next_catalog_id: columns.value(2)?,
                next_file_id: columns.value(3)?,
            })
        })?;
        counters.ok_or_else(|| StoreError::Conflict("the lake has no table yet".to_owned()))
    }

    fn put_snapshot(&mut self, counters: Counters, at: Timestamp, changes: &str) -> Result<(), StoreError> {
        let sql = "INSERT INTO ducklake_snapshot (snapshot_id, snapshot_time, schema_version, next_catalog_id, next_file_id) \
                   VALUES ($1, $2, $3, $4, $5)";
        let Counters { snapshot, schema_version, next_catalog_id, next_file_id } = counters;
        let row = params![snapshot, lake_time(at), schema_version, next_catalog_id, next_file_id];
        self.execute("making a snapshot of the lake", sql, row)?;
        let sql = "INSERT INTO ducklake_snapshot_changes (snapshot_id, changes_made) VALUES ($1, $2)";
        self.execute("making a snapshot of the lake", sql, params![snapshot, changes]).map(drop)
    }

    fn put_table(&mut self, id: i64, table: &CatalogueTable, begin: Counters) -> Result<(), StoreError> {
        let doing = "making a table of the lake";
        let name = table.name.as_str();
        let sql = "INSERT INTO ducklake_table (table_id, table_uuid, begin_snapshot, schema_id, table_name, path, path_is_relative) \
                   VALUES ($1, $2, $3, 0, $4, '', 1)";
        self.execute(doing, sql, params![id, uuid("table", name), begin.snapshot, name])?;
        let sql = "INSERT INTO ducklake_column (column_id, begin_snapshot, table_id, column_order, column_name, column_type, \
                   nulls_allowed, default_value, default_value_type, default_value_dialect) \
                   VALUES ($1, $2, $3, $1, $4, $5, $6, 'NULL', 'literal', 'duckdb')";
        for (position, column) in (1_i64..).zip(&table.columns) {
            self.execute(doing, sql, params![position, begin.snapshot, id, column.name, column.column_type, column.nullable])?;
        }
        let sql = "INSERT INTO ducklake_table_stats (table_id, record_count, next_row_id, file_size_bytes) VALUES ($1, 0, 0, 0)";
        self.execute(doing, sql, params![id])?;
        let sql = "INSERT INTO ducklake_schema_versions (begin_snapshot, schema_version, table_id) VALUES ($1, $2, $3)";
        self.execute(doing, sql, params![begin.snapshot, begin.schema_version, id]).map(drop)
    }

    fn table_id(&self, name: &TableName) -> Result<Option<i64>, StoreError> {
        let sql = "SELECT table_id FROM ducklake_table WHERE table_name = $1 AND end_snapshot IS NULL";
        self.read_one(TABLE, sql, params![name.as_str()], |columns| columns.value(0))
    }

    fn known_table_id(&self, name: &TableName) -> Result<i64, StoreError> {
        self.table_id(name)?.ok_or_else(|| StoreError::Conflict(format!("the lake has no table {name}")))
    }

    fn columns_of(&self, table_id: i64) -> Result<Vec<CatalogueColumn>, StoreError> {
        let sql = "SELECT column_name, column_type, nulls_allowed FROM ducklake_column \
                   WHERE table_id = $1 AND end_snapshot IS NULL ORDER BY column_order";
        self.read_all("ducklake_column", sql, params![table_id], |columns| {
            Ok(CatalogueColumn { name: columns.value(0)?, column_type: columns.value(1)?, nullable: columns.flag(2)? })
        })
    }

    fn statistics_of(&self, table_id: i64, file: DataFileId) -> Result<Vec<ColumnStatistics>, StoreError> {
        let sql = "SELECT column_name, min_value, max_value, null_count FROM ducklake_file_column_stats \
                   JOIN ducklake_column ON ducklake_column.table_id = $1 \
                   AND ducklake_column.column_id = ducklake_file_column_stats.column_id \
                   WHERE data_file_id = $2 AND end_snapshot IS NULL ORDER BY column_order";
        self.read_all("ducklake_file_column_stats", sql, params![table_id, file], |columns| {
            Ok(ColumnStatistics {
                column: columns.value(0)?,
                minimum: columns.value(1)?,
                maximum: columns.value(2)?,
                null_count: columns.value(3)?,
            })
        })
    }

    /// One new snapshot: these files are gone from every snapshot, those are new in it. With neither there is no new snapshot.
    fn change_files(&mut self, erased: &[DataFileId], added: &[DataFile], at: Timestamp) -> Result<SnapshotId, StoreError> {
        self.writing()?;
        if erased.is_empty() && added.is_empty() {
            return self.current_snapshot();
        }
        let last = self.counters()?;
        let next = Counters { snapshot: last.snapshot + 1, next_file_id: last.next_file_id + added.len() as i64, ..last };
        let mut changes = BTreeSet::new();
        for &file in erased {
            changes.insert(format!("deleted_from_table:{}", self.erase_data_file(file, at)?));
        }
        for (id, file) in (last.next_file_id..).zip(added) {
            changes.insert(format!("inserted_into_table:{}", self.add_data_file(id, file, next.snapshot)?));
        }
        self.put_snapshot(next, at, &Vec::from_iter(changes).join(","))?;
        Ok(next.snapshot)
    }

    /// Adds one file. Returns its table's id.
    fn add_data_file(&mut self, id: DataFileId, file: &DataFile, begin: SnapshotId) -> Result<i64, StoreError> {
        let doing = "adding a data file";
        let table_id = self.known_table_id(&file.table)?;
        let sql = "INSERT INTO ducklake_data_file (data_file_id, table_id, begin_snapshot, path, path_is_relative, file_format, \
                   record_count, file_size_bytes, footer_size, row_id_start) \
                   SELECT $1, $2, $3, $4, 1, 'parquet', $5, $6, $7, next_row_id FROM ducklake_table_stats WHERE table_id = $2";
        let (rows, bytes) = (file.record_count, file.file_size_bytes);
        self.execute(doing, sql, params![id, table_id, begin, file.path, rows, bytes, file.footer_size_bytes])?;
        let sql = "UPDATE ducklake_table_stats SET record_count = record_count + $2, next_row_id = next_row_id + $2, \
                   file_size_bytes = file_size_bytes + $3 WHERE table_id = $1";
        self.execute(doing, sql, params![table_id, rows, bytes])?;
        let sql = "INSERT INTO oikos_data_file (data_file_id, import_number, label, time_minimum, time_maximum) \
                   VALUES ($1, $2, $3, $4, $5)";
        let (earliest, latest) = (file.time_minimum.map(microseconds), file.time_maximum.map(microseconds));
        self.execute(doing, sql, params![id, file.import_number, file.label.0.0, earliest, latest])?;
        self.add_statistics(id, table_id, file)?;
        Ok(table_id)
    }

    fn add_statistics(&mut self, id: DataFileId, table_id: i64, file: &DataFile) -> Result<(), StoreError> {
        let sql = "INSERT INTO ducklake_file_column_stats \
                   (data_file_id, table_id, column_id, value_count, null_count, min_value, max_value) \
                   SELECT $1, table_id, column_id, $4, $5, $6, $7 FROM ducklake_column \
                   WHERE table_id = $2 AND column_name = $3 AND end_snapshot IS NULL";
        for ColumnStatistics { column, minimum, maximum, null_count } in &file.statistics {
            let row = params![id, table_id, column, file.record_count - null_count, null_count, minimum, maximum];
            if self.execute("adding a data file's statistics", sql, row)? == 0 {
                return Err(StoreError::Conflict(format!("table {} has no column {column}", file.table)));
            }
        }
        Ok(())
    }

    /// Erases one file. Returns its table's id.
    fn erase_data_file(&mut self, id: DataFileId, at: Timestamp) -> Result<i64, StoreError> {
        let doing = "erasing a data file";
        let sql = "SELECT table_id FROM ducklake_data_file WHERE data_file_id = $1";
        let table_id = self.read_one(DATA_FILE, sql, params![id], |columns| columns.value(0))?;
        let table_id = table_id.ok_or_else(|| StoreError::Conflict(format!("the lake has no data file {id}")))?;
        let sql = "INSERT INTO ducklake_files_scheduled_for_deletion (data_file_id, path, path_is_relative, schedule_start) \
                   SELECT data_file_id, path, path_is_relative, $2 FROM ducklake_data_file WHERE data_file_id = $1";
        self.execute(doing, sql, params![id, lake_time(at)])?;
        let sql = "UPDATE ducklake_table_stats SET \
                   record_count = record_count - (SELECT record_count FROM ducklake_data_file WHERE data_file_id = $2), \
                   file_size_bytes = file_size_bytes - (SELECT file_size_bytes FROM ducklake_data_file WHERE data_file_id = $2) \
                   WHERE table_id = $1";
        self.execute(doing, sql, params![table_id, id])?;
        self.execute(doing, "DELETE FROM ducklake_file_column_stats WHERE data_file_id = $1", params![id])?;
        self.execute(doing, "DELETE FROM oikos_data_file WHERE data_file_id = $1", params![id])?;
        self.execute(doing, "DELETE FROM ducklake_data_file WHERE data_file_id = $1", params![id])?;
        Ok(table_id)
    }
}

/// A moment in the form that DuckDB writes and reads in a SQLite catalogue.
fn lake_time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S.%6f+00").to_string()
}

/// DuckLake names tables by UUID too. Ours is made of the name (RFC 9562, version 8), so making a table needs no dice.
fn uuid(what: &str, name: &str) -> String {
    let mut bytes = [0u8; 16];
    bytes.copy_from_slice(&ContentHash::of_bytes(format!("oikos lake {what} {name}").as_bytes()).0[..16]);
    bytes[6] = (bytes[6] & 0x0f) | 0x80;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let hex = format!("{:032x}", u128::from_be_bytes(bytes));
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}
