//! What was found, written as CSV, JSON lines or Parquet: one row per hit, with what explains it.

use std::io::Write;
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, StringArray, UInt64Array};
use arrow::record_batch::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use serde::{Deserialize, Serialize};

/// A hit. All of it is text or number, so that the three forms say the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HitRow {
    /// The row in the file of names, from 0.
    pub row: u64,
    /// That row's own id.
    pub subject: String,
    /// Which of its names was matched.
    pub name: String,
    /// The entity on the list.
    pub entity: String,
    /// The dataset it is in.
    pub dataset: String,
    /// The lists it is on, separated by `; `.
    pub lists: String,
    /// The legal force of each of them where the node is, separated by `; `.
    pub legal_force: String,
    /// The entity's name.
    pub listed_name: String,
    /// The name that was matched.
    pub alias: String,
    /// How good that alias is: name, strong, previous or weak.
    pub alias_strength: String,
    /// Its script.
    pub script: String,
    /// Programmes, separated by `; `.
    pub programmes: String,
    /// The list's own numbers, separated by `; `.
    pub references: String,
    /// Bits of log-odds. Uncalibrated.
    pub bits: f64,
    /// The bits as a number between 0 and 1.
    pub score: f64,
    /// What gave how many bits: `feature +1.5; feature -0.5`. They add up to `bits`.
    pub reasons: String,
    /// Which word stands for which: `first~second`, separated by `; `.
    pub words: String,
}

/// Why hits cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("writing hits: {0}")]
pub struct HitsError(String);

impl HitsError {
    fn of(error: impl std::fmt::Display) -> Self {
        Self(error.to_string())
    }
}

/// Takes hits and writes them.
pub trait HitWriter {
    /// Writes hits of one batch.
    ///
    /// # Errors
    /// When they cannot be written.
    fn write(&mut self, hits: &[HitRow]) -> Result<(), HitsError>;

    /// Makes sure that what was written is handed to the file, so that a screening may go on from here. Gives the bytes a file
    /// must be cut to before it is written on, or `None` if it cannot be written on and the next part needs a file of its own.
    ///
    /// # Errors
    /// When it cannot be written.
    fn checkpoint(&mut self) -> Result<Option<u64>, HitsError>;

    /// Ends the file.
    ///
    /// # Errors
    /// When it cannot be written.
    fn finish(self: Box<Self>) -> Result<(), HitsError>;
}

/// Counts what goes through.
struct Counting<W> {
    output: W,
    bytes: u64,
}

impl<W: Write> Write for Counting<W> {
    fn write(&mut self, buffer: &[u8]) -> std::io::Result<usize> {
        let length = self.output.write(buffer)?;
        self.bytes += length as u64;
        Ok(length)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.output.flush()
    }
}

/// Hits as CSV. The first row names the columns.
pub struct CsvHits<W: Write>(csv::Writer<Counting<W>>);

impl<W: Write> CsvHits<W> {
    /// Writes to `output`, which has `bytes_before` bytes already: none, or those of a screening that goes on.
    ///
    /// # Errors
    /// When the row of names cannot be written.
    pub fn new(output: W, bytes_before: u64) -> Result<Self, HitsError> {
        let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(Counting { output, bytes: bytes_before });
        if bytes_before == 0 {
            writer.write_record(COLUMNS).map_err(HitsError::of)?;
        }
        Ok(Self(writer))
    }
}

/// A text a spreadsheet would take for a formula is told from one by an apostrophe (OWASP, CSV injection): names on lists are
/// others' text.
fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

impl<W: Write> HitWriter for CsvHits<W> {
    fn write(&mut self, hits: &[HitRow]) -> Result<(), HitsError> {
        for hit in hits {
            let fields = texts(hit).map(harmless);
            let numbers = [hit.row.to_string(), hit.bits.to_string(), hit.score.to_string()];
            let [row, bits, score] = &numbers;
            let record = std::iter::once(row).chain(&fields).chain([bits, score]);
            self.0.write_record(record).map_err(HitsError::of)?;
        }
        Ok(())
    }

    fn checkpoint(&mut self) -> Result<Option<u64>, HitsError> {
        self.0.flush().map_err(HitsError::of)?;
        Ok(Some(self.0.get_ref().bytes))
    }

    fn finish(mut self: Box<Self>) -> Result<(), HitsError> {
        self.0.flush().map_err(HitsError::of)
    }
}

/// Columns of the forms that have them, in their order.
const COLUMNS: [&str; 17] = [
    "row",
    "subject",
    "name",
    "entity",
    "dataset",
    "lists",
    "legal_force",
    "listed_name",
    "alias",
    "alias_strength",
    "script",
    "programmes",
    "references",
    "reasons",
    "words",
    "bits",
    "score",
];

fn texts(hit: &HitRow) -> [&str; 14] {
    [
        &hit.subject,
        &hit.name,
        &hit.entity,
        &hit.dataset,
        &hit.lists,
        &hit.legal_force,
        &hit.listed_name,
        &hit.alias,
        &hit.alias_strength,
        &hit.script,
        &hit.programmes,
        &hit.references,
        &hit.reasons,
        &hit.words,
    ]
}

/// Hits as JSON lines.
pub struct JsonHits<W: Write>(Counting<W>);

impl<W: Write> JsonHits<W> {
    /// Writes to `output`, which has `bytes_before` bytes already.
    pub fn new(output: W, bytes_before: u64) -> Self {
        Self(Counting { output, bytes: bytes_before })
    }
}

impl<W: Write> HitWriter for JsonHits<W> {
    fn write(&mut self, hits: &[HitRow]) -> Result<(), HitsError> {
        for hit in hits {
            let mut line = serde_json::to_vec(hit).map_err(HitsError::of)?;
            line.push(b'\n');
            self.0.write_all(&line).map_err(HitsError::of)?;
        }
        Ok(())
    }

    fn checkpoint(&mut self) -> Result<Option<u64>, HitsError> {
        self.0.flush().map_err(HitsError::of)?;
        Ok(Some(self.0.bytes))
    }

    fn finish(mut self: Box<Self>) -> Result<(), HitsError> {
        self.0.flush().map_err(HitsError::of)
    }
}

/// Hits as Parquet. Its end is written last, so a file that was not finished holds nothing: a screening that goes on writes
/// another file.
pub struct ParquetHits<W: Write + Send>(ArrowWriter<W>);

impl<W: Write + Send> ParquetHits<W> {
    /// Writes to `output`.
    ///
    /// # Errors
    /// When the writer refuses.
    pub fn new(output: W) -> Result<Self, HitsError> {
        let properties = WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::default())).build();
        let schema = batch(&[])?.schema();
        Ok(Self(ArrowWriter::try_new(output, schema, Some(properties)).map_err(HitsError::of)?))
    }
}

fn batch(hits: &[HitRow]) -> Result<RecordBatch, HitsError> {
    let text = |place: usize| Arc::new(StringArray::from_iter_values(hits.iter().map(|hit| texts(hit)[place]))) as ArrayRef;
    let number = |of: fn(&HitRow) -> f64| Arc::new(Float64Array::from_iter_values(hits.iter().map(of))) as ArrayRef;
    let rows = Arc::new(UInt64Array::from_iter_values(hits.iter().map(|hit| hit.row))) as ArrayRef;
    let arrays =
        std::iter::once(rows).chain((0..COLUMNS.len() - 3).map(text)).chain([number(|hit| hit.bits), number(|hit| hit.score)]);
    RecordBatch::try_from_iter(COLUMNS.into_iter().zip(arrays)).map_err(HitsError::of)
}

impl<W: Write + Send> HitWriter for ParquetHits<W> {
    fn write(&mut self, hits: &[HitRow]) -> Result<(), HitsError> {
        if hits.is_empty() {
            return Ok(());
        }
        self.0.write(&batch(hits)?).map_err(HitsError::of)
    }

    fn checkpoint(&mut self) -> Result<Option<u64>, HitsError> {
        Ok(None)
    }

    fn finish(self: Box<Self>) -> Result<(), HitsError> {
        self.0.close().map(drop).map_err(HitsError::of)
    }
}
