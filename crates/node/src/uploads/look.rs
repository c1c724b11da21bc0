//! What a file is, before anything of it lands: which readers recognise it, and the first rows each would bring.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use arrow::record_batch::RecordBatch;
use oikos_desk::{Desk, Reader, Reject, Sink, SinkError, Source};
use oikos_model::{StatementDraft, Timestamp};
use serde::Serialize;

use crate::NodeError;

/// How much of a file's beginning readers see to recognise it.
pub(crate) const BEGINNING_BYTES: usize = 64 * 1024;
/// How much of a file is read for its first rows.
const LOOKED_AT_BYTES: u64 = 8 << 20;
/// Rows of each table, refused rows, and statements after which a reader is stopped.
const ROWS_SHOWN: usize = 20;
const REJECTS_SHOWN: usize = 20;
const STATEMENTS_ENOUGH: u64 = 2_000;
/// Longest value that is shown, characters.
const VALUE_CHARACTERS: usize = 300;

/// What one reader makes of a file.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ReaderLook {
    /// The reader's desk.
    pub desk: String,
    /// The format.
    pub format: String,
    /// What that is.
    pub description: String,
    /// Datasets it can go into, the usual one first.
    pub datasets: Vec<String>,
    /// Whether the beginning looks like this format.
    pub recognised: bool,
    /// The first rows; absent where the reader does not recognise the file.
    pub first: Option<FirstRows>,
    /// Why it cannot be read, or why this reader does not take it.
    pub problem: Option<String>,
}

/// The first rows a reader would bring.
#[derive(Debug, Clone, Default, Serialize, utoipa::ToSchema)]
pub struct FirstRows {
    /// Records, by table.
    pub tables: Vec<TableRows>,
    /// Statements in what was looked at.
    pub statements: u64,
    /// Refused rows in what was looked at.
    pub rejects: Vec<RejectView>,
    /// Whether the file goes on behind what was looked at.
    pub goes_on: bool,
}

/// The first records of one table.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct TableRows {
    /// The table.
    pub table: String,
    /// Columns that are not restricted, in order; without the record id, which only an import gives.
    pub columns: Vec<String>,
    /// Rows, each with its values as text in the order of the columns.
    pub rows: Vec<Vec<Option<String>>>,
}

/// A refused row.
#[derive(Debug, Clone, Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct RejectView {
    /// Line or ordinal in the file, from 1.
    pub position: u64,
    /// The field at fault, where one is.
    pub field: Option<String>,
    /// What is wrong and what would be right.
    pub reason: String,
    /// The beginning of the row.
    pub excerpt: String,
}

impl From<Reject> for RejectView {
    fn from(reject: Reject) -> Self {
        let Reject { position, field, reason, excerpt } = reject;
        Self { position, field, reason, excerpt }
    }
}

/// Desks with their readers that recognise this beginning, in the order in which an import takes them.
pub(crate) fn recognising(beginning: &[u8]) -> Vec<(&'static Desk, &'static dyn Reader)> {
    all().filter(|(_, reader)| reader.recognises(beginning)).collect()
}

fn all() -> impl Iterator<Item = (&'static Desk, &'static dyn Reader)> {
    oikos_desks::DESKS.iter().flat_map(|desk| desk.readers.iter().map(move |reader| (*desk, *reader)))
}

/// Looks at a file with every reader that recognises it; where none does, says of each that it does not.
pub(super) fn look(path: &Path, now: Timestamp) -> Result<Vec<ReaderLook>, NodeError> {
    let failed = |source| NodeError::io("reading", path, source);
    let mut beginning = Vec::with_capacity(BEGINNING_BYTES);
    let file = File::open(path).map_err(failed)?;
    let length = file.metadata().map_err(failed)?.len();
    file.take(BEGINNING_BYTES as u64).read_to_end(&mut beginning).map_err(failed)?;
    let recognising = recognising(&beginning);
    if recognising.is_empty() {
        let unlike = |(desk, reader): (&Desk, &dyn Reader)| ReaderLook {
            problem: Some("its beginning does not look like this format".to_owned()),
            ..card(desk, reader, false)
        };
        return Ok(all().map(unlike).collect());
    }
    recognising.into_iter().map(|(desk, reader)| first_rows(path, length, desk, reader, now)).collect()
}

fn card(desk: &Desk, reader: &dyn Reader, recognised: bool) -> ReaderLook {
    let format = reader.format();
    let carries = desk.datasets.iter().filter(|dataset| dataset.formats.contains(&format.name));
    ReaderLook {
        desk: desk.name.to_owned(),
        format: format.name.to_owned(),
        description: format.description.to_owned(),
        datasets: carries.map(|dataset| dataset.id.to_owned()).collect(),
        recognised,
        first: None,
        problem: None,
    }
}

fn first_rows(
    path: &Path,
    length: u64,
    desk: &'static Desk,
    reader: &dyn Reader,
    now: Timestamp,
) -> Result<ReaderLook, NodeError> {
    let file = File::open(path).map_err(|source| NodeError::io("reading", path, source))?;
    let goes_on = length > LOOKED_AT_BYTES;
    let mut sink = LookingSink { desk, tables: BTreeMap::new(), statements: 0, rejects: Vec::new(), has_enough: false };
    let source = Source { file_name: String::new(), import_number: 0, imported_at: now };
    let outcome = reader.read(&source, &mut BufReader::new(file.take(LOOKED_AT_BYTES)), &mut sink);
    // A file that was cut off, or a reader that was stopped, is no problem of the file.
    let problem = outcome.err().filter(|_| !sink.has_enough && !goes_on).map(|error| error.to_string());
    let goes_on = goes_on || sink.has_enough;
    Ok(ReaderLook { first: Some(sink.first_rows(goes_on)), problem, ..card(desk, reader, true) })
}

/// Keeps the first rows, and stops the reader once there are enough.
struct LookingSink {
    desk: &'static Desk,
    tables: BTreeMap<&'static str, TableRows>,
    statements: u64,
    rejects: Vec<RejectView>,
    has_enough: bool,
}

impl LookingSink {
    fn first_rows(self, goes_on: bool) -> FirstRows {
        FirstRows { tables: self.tables.into_values().collect(), statements: self.statements, rejects: self.rejects, goes_on }
    }

    fn go_on_unless(&mut self, enough: bool) -> Result<(), SinkError> {
        self.has_enough |= enough;
        if enough { Err(SinkError("enough was seen".to_owned())) } else { Ok(()) }
    }
}

impl Sink for LookingSink {
    fn records(&mut self, table: &'static str, batch: RecordBatch) -> Result<(), SinkError> {
        let restricted = self.desk.table(table).map_or(&[][..], |definition| definition.restricted_columns);
        let schema = batch.schema();
        let is_shown = |at: &usize| {
            let name = schema.field(*at).name().as_str();
            name != "record_id" && !restricted.contains(&name)
        };
        let shown: Vec<usize> = (0..batch.num_columns()).filter(is_shown).collect();
        let rows = self.tables.entry(table).or_insert_with(|| TableRows {
            table: table.to_owned(),
            columns: shown.iter().map(|at| schema.field(*at).name().clone()).collect(),
            rows: Vec::new(),
        });
        let failed = |error: arrow::error::ArrowError| SinkError(error.to_string());
        for row in 0..batch.num_rows().min(ROWS_SHOWN.saturating_sub(rows.rows.len())) {
            let values = shown.iter().map(|at| cell(batch.column(*at).as_ref(), row)).collect::<Result<_, _>>();
            rows.rows.push(values.map_err(failed)?);
        }
        let enough = self.tables.values().any(|table| table.rows.len() >= ROWS_SHOWN);
        self.go_on_unless(enough)
    }

    fn statements(&mut self, statements: Vec<StatementDraft>) -> Result<(), SinkError> {
        self.statements += statements.len() as u64;
        self.go_on_unless(self.statements >= STATEMENTS_ENOUGH)
    }

    fn reject(&mut self, reject: Reject) -> Result<(), SinkError> {
        self.rejects.push(reject.into());
        self.go_on_unless(self.rejects.len() >= REJECTS_SHOWN)
    }

    fn progress(&mut self, _: u64) {}
}

fn cell(column: &dyn arrow::array::Array, row: usize) -> Result<Option<String>, arrow::error::ArrowError> {
    use arrow::util::display::{ArrayFormatter, FormatOptions};
    if column.is_null(row) {
        return Ok(None);
    }
    let options = FormatOptions::default();
    let text = ArrayFormatter::try_new(column, &options)?.value(row).try_to_string()?;
    Ok(Some(text.chars().take(VALUE_CHARACTERS).collect()))
}
