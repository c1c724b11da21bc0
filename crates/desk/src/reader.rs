//! Readers: one per file format in the whole house. A reader pushes two streams, records and statements, and a third of what it
//! had to refuse. It holds at most a few thousand rows at a time, whatever the size of the file.

use std::io::BufRead;

use arrow::record_batch::RecordBatch;
use oikos_model::{StatementDraft, Timestamp};

/// A file format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Format {
    /// Name by which people ask for it, for example `ais-nmea`.
    pub name: &'static str,
    /// What it is, with the standard and its edition.
    pub description: &'static str,
    /// Usual file name endings, without the dot.
    pub extensions: &'static [&'static str],
}

/// What is being read.
#[derive(Debug, Clone)]
pub struct Source {
    /// The file's name, for messages.
    pub file_name: String,
    /// The number of this import: the upper half of every record id.
    pub import_number: u32,
    /// When the import began: the time of rows whose format carries none.
    pub imported_at: Timestamp,
}

impl Source {
    /// The record id of the row at this line or ordinal (from 1).
    pub const fn record_id(&self, position: u32) -> i64 {
        oikos_model::RecordReference::record_id(self.import_number, position)
    }
}

/// A row that did not land.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Reject {
    /// Line or ordinal in the file, from 1.
    pub position: u64,
    /// The field at fault, where one is.
    pub field: Option<String>,
    /// What is wrong and what would be right.
    pub reason: String,
    /// The beginning of the row as it was read, at most [`Reject::EXCERPT_CHARACTERS`] characters.
    pub excerpt: String,
}

impl Reject {
    /// How much of a refused row is kept.
    pub const EXCERPT_CHARACTERS: usize = 300;

    /// A refused row. The excerpt is shortened and control characters are made visible.
    pub fn new(position: u64, field: Option<&str>, reason: impl Into<String>, row: &[u8]) -> Self {
        let text = String::from_utf8_lossy(&row[..row.len().min(4 * Self::EXCERPT_CHARACTERS)]);
        let visible = |c: char| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
        let excerpt = text.chars().map(visible).take(Self::EXCERPT_CHARACTERS).collect();
        Self { position, field: field.map(str::to_owned), reason: reason.into(), excerpt }
    }
}

/// Where a reader's streams go.
pub trait Sink {
    /// Takes records of one table. The batch has the table's schema.
    ///
    /// # Errors
    /// When the batch cannot be stored, or a limit was reached; the reader stops and passes the error on.
    fn records(&mut self, table: &'static str, batch: RecordBatch) -> Result<(), SinkError>;

    /// Takes statements.
    ///
    /// # Errors
    /// As [`records`](Self::records).
    fn statements(&mut self, statements: Vec<StatementDraft>) -> Result<(), SinkError>;

    /// Takes a refused row.
    ///
    /// # Errors
    /// As [`records`](Self::records).
    fn reject(&mut self, reject: Reject) -> Result<(), SinkError>;

    /// Hears how many bytes were read so far.
    fn progress(&mut self, bytes_read: u64);
}

/// Why a sink takes no more.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct SinkError(pub String);

/// Why a whole file cannot be read. Bad rows are no reason: they are rejects.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file cannot be read from.
    #[error("reading failed near byte {offset}: {source}")]
    Io {
        /// Where.
        offset: u64,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file as a whole is not in this format.
    #[error("at {place}: {problem}")]
    Format {
        /// Line, offset or path in the document.
        place: String,
        /// What is wrong and what would be right.
        problem: String,
    },
    /// The sink takes no more.
    #[error(transparent)]
    Sink(#[from] SinkError),
}

/// How much of what its source says a file holds. It decides what ends when a node imports the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Coverage {
    /// Some of it, or not all of it could be read: what the file does not say may still be so, and nothing ends.
    #[default]
    Part,
    /// The format cannot tell. Nothing ends, unless the person who imports it knows that it is whole, and says so.
    Unsaid {
        /// As in [`Whole`](Self::Whole), if a person says so.
        tables: &'static [&'static str],
    },
    /// All of it, and all of it was read: whatever earlier imports of the same dataset read into these tables, and this file does
    /// not say, has ended. The tables are those of the statements' record references.
    Whole {
        /// Names of the tables.
        tables: &'static [&'static str],
        /// When its source made the file, where it says so. A file older than one that was imported already ends nothing.
        made_at: Option<Timestamp>,
    },
}

/// What a reader saw.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadSummary {
    /// Rows (lines, sentences, statements) looked at.
    pub rows: u64,
    /// Rows that are in order but carry nothing Oikos reads yet, for example AIS message type 8, by what they are.
    pub ignored: std::collections::BTreeMap<String, u64>,
    /// How much of what its source says the file holds.
    pub coverage: Coverage,
}

/// Reads one file format.
pub trait Reader: Send + Sync {
    /// The format.
    fn format(&self) -> Format;

    /// Whether a file that begins with these bytes (up to 64 KiB) looks like this format.
    fn recognises(&self, beginning: &[u8]) -> bool;

    /// Reads `input` to its end, pushing into `sink`.
    ///
    /// # Errors
    /// When the file as a whole cannot be read or is not in this format.
    fn read(&self, source: &Source, input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError>;
}
