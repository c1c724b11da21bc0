//! The files with which a new detector begins: they parse, they run, and they say what to replace.

use serde_json::{Value, json};

use crate::corpus::CaseKind;
use crate::{ColumnType, Desk, TableDefinition};

/// Why no detector can be begun.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScaffoldError {
    /// The name is not one.
    #[error("{name:?} is no detector's name: use a-z, 0-9 and '-', beginning with a letter, for example long-stay")]
    Name {
        /// The name.
        name: String,
    },
    /// The name is taken.
    #[error("the desk {desk} has a detector {name} already")]
    Taken {
        /// The desk.
        desk: &'static str,
        /// The name.
        name: String,
    },
    /// The desk has nothing that happens at a time.
    #[error("the desk {desk} has no table with a time column; state one in its tables first")]
    NoTable {
        /// The desk.
        desk: &'static str,
    },
}

/// The files of a new detector, as paths below the repository's root with their texts: a detector over the desk's first table with a
/// time column, which counts rows per day, and a corpus case of each kind. Their `.out.json` files are written by the corpus test.
///
/// # Errors
/// When the name is not in form or taken, or the desk has no table to begin with.
pub fn detector_template(desk: &Desk, name: &str) -> Result<Vec<(String, String)>, ScaffoldError> {
    let slug = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if name.len() > 40 || !name.starts_with(|c: char| c.is_ascii_lowercase()) || !name.bytes().all(slug) {
        return Err(ScaffoldError::Name { name: name.chars().take(80).collect() });
    }
    if desk.detectors.iter().any(|(file, _)| *file == format!("{name}.md")) {
        return Err(ScaffoldError::Taken { desk: desk.name, name: name.to_owned() });
    }
    let timed = desk.tables.iter().find_map(|table| table.time_column.map(|time| (table, time)));
    let (table, time) = timed.ok_or(ScaffoldError::NoTable { desk: desk.name })?;
    let folder = format!("desks/{}", desk.name);
    let mut files = vec![(format!("{folder}/detectors/{name}.md"), detector(desk, name, table.name, time))];
    for kind in CaseKind::ALL {
        let path = format!("{folder}/corpus/{name}/{}.in.json", kind.name());
        files.push((path, format!("{:#}\n", case(kind, table, time))));
    }
    Ok(files)
}

fn detector(desk: &Desk, name: &str, table: &str, time: &str) -> String {
    include_str!("detector.md")
        .replace("DESK", desk.name)
        .replace("NAME", name)
        .replace("TABLE", table)
        .replace("TIME", time)
        // Last, because it is free text; JSON's quoting is YAML's too.
        .replace("LEGAL_BASIS", &Value::from(desk.legal_basis).to_string())
}

fn case(kind: CaseKind, table: &TableDefinition, time: &str) -> Value {
    let row = |hour: u8| sample(table, time, hour);
    let (about, rows) = match kind {
        CaseKind::Positive => ("Three rows on one day.", vec![row(6), row(12), row(18)]),
        CaseKind::Negative => ("Two rows: one less than it takes.", vec![row(6), row(12)]),
        CaseKind::Empty => ("Nothing landed.", vec![]),
        CaseKind::Malformed => ("One of two rows does not say when.", vec![row(6), without(row(12), time)]),
    };
    let span = json!({ "from": "2026-01-01T00:00:00Z", "to": "2026-01-02T00:00:00Z" });
    let mut tables = serde_json::Map::new();
    tables.insert(table.name.to_owned(), rows.into());
    json!({ "about": about, "span": span, "tables": tables })
}

/// A row with something in every column that must not be empty.
fn sample(table: &TableDefinition, time: &str, hour: u8) -> Value {
    let at = format!("2026-01-01T{hour:02}:00:00Z");
    let columns = table.columns.iter().filter(|column| column.name != "record_id");
    let needed = columns.filter(|column| !column.nullable || column.name == time);
    let cell = |column_type| match column_type {
        ColumnType::Text => json!("example"),
        ColumnType::Integer | ColumnType::Integer32 => json!(1),
        ColumnType::Float | ColumnType::Float32 => json!(1.5),
        ColumnType::Boolean => json!(true),
        ColumnType::Time => json!(at),
    };
    Value::Object(needed.map(|column| (column.name.to_owned(), cell(column.column_type))).collect())
}

fn without(mut row: Value, time: &str) -> Value {
    row[time] = json!("yesterday");
    row
}
