//! The tables as they are, for copying.

use std::fmt::Write as _;
use std::io::Write as _;

use oikos_model::Finding;
use oikos_registry::{Cell, EachRow, StoreError, Table, Tables};
use postgres::Row;
use postgres::fallible_iterator::FallibleIterator;
use postgres::types::{ToSql, Type};

use crate::columns::code;
use crate::transaction::PostgresTransaction;
use crate::words;

/// What is kept of a finding beside its content, computed from it.
const OF_FINDING: &str = ", title, title_words, tlp, latitude, longitude";

impl Tables for PostgresTransaction<'_> {
    fn count_rows(&self, table: &Table) -> Result<u64, StoreError> {
        Ok(self.read_number(table.name, &format!("SELECT COUNT(*) FROM {}", table.name), &[])?.unsigned_abs())
    }

    fn each_row(&self, table: &Table, each: &mut EachRow<'_>) -> Result<(), StoreError> {
        let doing = "reading a table";
        let sql = format!("SELECT {} FROM {}", table.columns.join(", "), table.name);
        // The rows are handed on one by one, so a large table takes as long as whoever takes them.
        self.with(doing, |client| client.batch_execute("SET LOCAL statement_timeout = 0"))?;
        let mut stopped = Ok(());
        self.with(doing, |client| {
            let mut rows = client.query_typed_raw(&sql, Vec::<(&(dyn ToSql + Sync), Type)>::new())?;
            while let Some(row) = rows.next()? {
                stopped = cells(table, &row).and_then(&mut *each);
                if stopped.is_err() {
                    break;
                }
            }
            Ok(())
        })?;
        stopped
    }

    fn put_rows(&mut self, table: &Table, rows: &[Vec<Cell>]) -> Result<(), StoreError> {
        self.writing()?;
        let doing = "putting rows";
        let mut text = String::new();
        for row in rows {
            for (place, cell) in row.iter().enumerate() {
                separate(&mut text, place);
                write_cell(&mut text, cell)?;
            }
            if table.name == "finding" {
                write_of_finding(&mut text, table.text(row, "content")?)?;
            }
            text.push('\n');
        }
        let more = if table.name == "finding" { OF_FINDING } else { "" };
        let sql = format!("COPY {} ({}{more}) FROM STDIN", table.name, table.columns.join(", "));
        let sent = self.with(doing, |client| {
            let mut writer = client.copy_in(&sql)?;
            let sent = writer.write_all(text.as_bytes());
            writer.finish().map(|_| sent)
        })?;
        sent.map_err(|source| StoreError::database(doing, source))?;
        if table.name == "statement" {
            self.index_rows(table, rows)?;
        }
        Ok(())
    }
}

impl PostgresTransaction<'_> {
    fn index_rows(&self, table: &Table, rows: &[Vec<Cell>]) -> Result<(), StoreError> {
        let indexed = rows.iter().map(|row| {
            let text = |name| table.text(row, name);
            Ok((table.statement_id(row)?, text("kind")?, text("property")?, text("value")?))
        });
        let indexed = indexed.collect::<Result<Vec<_>, StoreError>>()?;
        self.index_statements("indexing statements", indexed.into_iter())
    }
}

fn cells(table: &Table, row: &Row) -> Result<Vec<Cell>, StoreError> {
    let cell = |(place, column): (usize, &postgres::Column)| {
        let cell = match *column.type_() {
            Type::INT8 => row.try_get::<_, Option<i64>>(place).map(|number| number.map(Cell::Integer)),
            Type::FLOAT8 => row.try_get::<_, Option<f64>>(place).map(|number| number.map(Cell::Number)),
            Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(place).map(|bytes| bytes.map(Cell::Bytes)),
            _ => row.try_get::<_, Option<String>>(place).map(|text| text.map(Cell::Text)),
        };
        cell.map(|cell| cell.unwrap_or(Cell::Absent)).map_err(|problem| StoreError::corrupt(table.name, problem.to_string()))
    };
    row.columns().iter().enumerate().map(cell).collect()
}

/// A tab between cells.
fn separate(text: &mut String, place: usize) {
    if place > 0 {
        text.push('\t');
    }
}

/// A cell as `COPY` reads it (PostgreSQL manual, COPY, text format).
fn write_cell(text: &mut String, cell: &Cell) -> Result<(), StoreError> {
    let written = match cell {
        Cell::Absent => write!(text, "\\N"),
        Cell::Integer(number) => write!(text, "{number}"),
        Cell::Number(number) => write!(text, "{number:e}"),
        Cell::Text(value) => return write_text(text, value),
        Cell::Bytes(bytes) => {
            text.push_str("\\\\x");
            bytes.iter().try_for_each(|byte| write!(text, "{byte:02x}"))
        }
    };
    written.map_err(|source| StoreError::database("putting rows", source))
}

fn write_text(text: &mut String, value: &str) -> Result<(), StoreError> {
    for sign in value.chars() {
        match sign {
            '\0' => {
                return Err(StoreError::Conflict(
                    "PostgreSQL keeps no NUL character, and a text of this registry has one".to_owned(),
                ));
            }
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            sign => text.push(sign),
        }
    }
    Ok(())
}

fn write_of_finding(text: &mut String, content: &str) -> Result<(), StoreError> {
    let finding: Finding =
        serde_json::from_str(content).map_err(|problem| StoreError::corrupt("finding", problem.to_string()))?;
    let place = |part: Option<f64>| part.map_or(Cell::Absent, Cell::Number);
    let computed = [
        // A word has letters and digits only, so words with spaces between them are a `tsvector` as it is written.
        Cell::Text(words::indexed(&finding.title).join(" ")),
        Cell::Text(code(&finding.marking.tlp)?),
        place(finding.place.map(|place| place.latitude)),
        place(finding.place.map(|place| place.longitude)),
    ];
    let title = Cell::Text(finding.title);
    for cell in std::iter::once(&title).chain(&computed) {
        text.push('\t');
        write_cell(text, cell)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_written_as_the_server_reads_them() {
        let mut text = String::new();
        let cells = [
            Cell::Absent,
            Cell::Integer(-7),
            Cell::Number(1e300),
            Cell::Text("a\tb\\N\r\n".to_owned()),
            Cell::Bytes(vec![0, 10, 255]),
        ];
        for (place, cell) in cells.iter().enumerate() {
            separate(&mut text, place);
            write_cell(&mut text, cell).unwrap();
        }
        assert_eq!(text, "\\N\t-7\t1e300\ta\\tb\\\\N\\r\\n\t\\\\x000aff");
        assert!(write_cell(&mut text, &Cell::Text("\0".to_owned())).is_err());
    }
}
