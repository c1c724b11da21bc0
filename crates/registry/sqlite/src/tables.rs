//! The tables as they are, for copying.

use oikos_registry::{Cell, EachRow, StoreError, Table, Tables};
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{ToSql, params_from_iter};

use crate::statements::StatementIndexes;
use crate::transaction::SqliteTransaction;

/// The index over titles is filled from the titles themselves.
const INDEX_TITLE: &str = "INSERT INTO finding_title (origin, finding_key, words) \
                           SELECT origin, finding_key, title FROM finding WHERE origin = ?1 AND finding_key = ?2";

impl Tables for SqliteTransaction<'_> {
    fn count_rows(&self, table: &Table) -> Result<u64, StoreError> {
        Ok(self.read_number(table.name, &format!("SELECT COUNT(*) FROM {}", table.name), [])?.unsigned_abs())
    }

    fn each_row(&self, table: &Table, each: &mut EachRow<'_>) -> Result<(), StoreError> {
        let failed = |source| StoreError::database("reading a table", source);
        let sql = format!("SELECT {} FROM {}", table.columns.join(", "), table.name);
        let mut statement = self.reading().prepare(&sql).map_err(failed)?;
        let mut rows = statement.query([]).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            let cell = |column| cell(table, column, row.get_ref(column).map_err(failed)?);
            each((0..table.columns.len()).map(cell).collect::<Result<_, _>>()?)?;
        }
        Ok(())
    }

    fn put_rows(&mut self, table: &Table, rows: &[Vec<Cell>]) -> Result<(), StoreError> {
        let doing = "putting rows";
        let places = vec!["?"; table.columns.len()].join(", ");
        let sql = format!("INSERT INTO {} ({}) VALUES ({places})", table.name, table.columns.join(", "));
        for row in rows {
            self.execute(doing, &sql, params_from_iter(row.iter().map(Kept)))?;
        }
        match table.name {
            "statement" => {
                let mut indexes = StatementIndexes::open(self)?;
                rows.iter().try_for_each(|row| {
                    let text = |name| table.text(row, name);
                    indexes.add(table.statement_id(row)?, text("kind")?, text("property")?, text("value")?)
                })
            }
            "finding" => rows.iter().try_for_each(|row| {
                let key = [table.cell(row, "origin")?, table.cell(row, "finding_key")?].map(Kept);
                self.execute(doing, INDEX_TITLE, params_from_iter(key)).map(drop)
            }),
            _ => Ok(()),
        }
    }
}

fn cell(table: &Table, column: usize, value: ValueRef<'_>) -> Result<Cell, StoreError> {
    Ok(match value {
        ValueRef::Null => Cell::Absent,
        ValueRef::Integer(number) => Cell::Integer(number),
        ValueRef::Real(number) => Cell::Number(number),
        ValueRef::Text(text) => {
            let text = String::from_utf8(text.to_vec());
            Cell::Text(text.map_err(|problem| StoreError::corrupt(table.name, format!("column {column}: {problem}")))?)
        }
        ValueRef::Blob(bytes) => Cell::Bytes(bytes.to_vec()),
    })
}

/// A cell on its way into the database.
struct Kept<'row>(&'row Cell);

impl ToSql for Kept<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self.0 {
            Cell::Absent => ToSqlOutput::Owned(Value::Null),
            Cell::Integer(number) => ToSqlOutput::Owned(Value::Integer(*number)),
            Cell::Number(number) => ToSqlOutput::Owned(Value::Real(*number)),
            Cell::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Cell::Bytes(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
        })
    }
}
