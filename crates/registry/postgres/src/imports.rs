//! Imports and their numbers.

use oikos_model::{DatasetId, LabelId, SourceId};
use oikos_registry::{ImportRow, Imports, StoreError};

use crate::columns::{Columns, count, microseconds};
use crate::transaction::PostgresTransaction;
use crate::values::params;

const TABLE: &str = "import";
const COLUMNS: &str = "number, source, file_name, format, dataset, label, records, statements, rejects, imported_at, erased";
/// An import's number is the upper half of a record id that is never negative.
const LARGEST_NUMBER: i64 = i32::MAX as i64;

impl Imports for PostgresTransaction<'_> {
    fn reserve_import_number(&mut self) -> Result<u32, StoreError> {
        let sql =
            "INSERT INTO counter (name, last) VALUES ('import', 1) ON CONFLICT (name) DO UPDATE SET last = counter.last + 1";
        self.execute("reserving an import number", sql, params![])?;
        let number = self.read_number("counter", "SELECT last FROM counter WHERE name = 'import'", params![])?;
        match u32::try_from(number) {
            Ok(number) if i64::from(number) <= LARGEST_NUMBER => Ok(number),
            _ => Err(StoreError::Conflict(format!("import numbers are used up at {LARGEST_NUMBER}"))),
        }
    }

    fn import_of(&self, source: SourceId, dataset: &DatasetId) -> Result<Option<ImportRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM import WHERE source = $1 AND dataset = $2 AND erased = 0 ORDER BY number");
        self.read_one(TABLE, &sql, params![source.0.0, dataset.as_str()], read_import)
    }

    fn put_import(&mut self, import: &ImportRow) -> Result<(), StoreError> {
        let sql = format!(
            "INSERT INTO import ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (number) DO NOTHING"
        );
        let row = params![
            import.number,
            import.source.0.0,
            import.file_name,
            import.format,
            import.dataset.as_str(),
            import.label.0.0,
            count(import.records)?,
            count(import.statements)?,
            count(import.rejects)?,
            microseconds(import.at),
            import.erased,
        ];
        match self.execute("recording an import", &sql, row)? {
            0 => Err(StoreError::Conflict(format!("import number {} is taken", import.number))),
            _ => Ok(()),
        }
    }

    fn imports(&self) -> Result<Vec<ImportRow>, StoreError> {
        self.read_all(TABLE, &format!("SELECT {COLUMNS} FROM import ORDER BY number"), params![], read_import)
    }

    fn mark_import_erased(&mut self, number: u32) -> Result<bool, StoreError> {
        Ok(self.execute("noting an erasure", "UPDATE import SET erased = 1 WHERE number = $1", params![number])? > 0)
    }
}

fn read_import(columns: &Columns<'_>) -> Result<ImportRow, StoreError> {
    Ok(ImportRow {
        number: columns.number(0)?,
        source: SourceId(columns.hash(1)?),
        file_name: columns.value(2)?,
        format: columns.value(3)?,
        dataset: columns.identifier(4)?,
        label: LabelId(columns.hash(5)?),
        records: columns.number(6)?,
        statements: columns.number(7)?,
        rejects: columns.number(8)?,
        at: columns.timestamp(9)?,
        erased: columns.flag(10)?,
    })
}
