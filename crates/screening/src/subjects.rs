//! Files of names to be screened: CSV, JSON lines and Parquet, with a choice of columns. Rows come one at a time, from any row
//! on; a row that cannot be screened comes as what is wrong with it, and the next one follows.

use std::collections::BTreeMap;
use std::io::BufRead;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::DataType;
use oikos_matching::{Entity, EntityKind, Identifier, NotAnIdentifier, PartialDate, Standard, normalise};
use oikos_model::SelectorKind;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::file::reader::ChunkReader;
use serde::{Deserialize, Serialize};

/// The most bytes of one row.
pub const ROW_BYTES: usize = 1 << 20;
/// The most names of one row.
const NAMES: usize = 100;

/// Which column says what. A name that no column has is an error, not nothing: who screens the wrong column finds nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnChoice {
    /// Columns with names; each is one name of the row.
    pub names: Vec<String>,
    /// The row's own id.
    #[serde(default)]
    pub id: Option<String>,
    /// What the row is: `person`, `organisation` or `vessel`.
    #[serde(default)]
    pub kind: Option<String>,
    /// A date of birth.
    #[serde(default)]
    pub birth_date: Option<String>,
    /// The country of registration, of organisations and vessels.
    #[serde(default)]
    pub country: Option<String>,
    /// A nationality. It only excludes false matches.
    #[serde(default)]
    pub nationality: Option<String>,
    /// Identifiers: the scheme (`lei`, `imo`, `iban`, `vat`, `bic`, `isin`, `company-number`, `document-number`) and its column.
    #[serde(default)]
    pub identifiers: BTreeMap<String, String>,
    /// What rows are that do not say it.
    pub usual_kind: EntityKind,
}

impl ColumnChoice {
    /// Only a column of names.
    pub fn name(column: impl Into<String>, usual_kind: EntityKind) -> Self {
        Self {
            names: vec![column.into()],
            id: None,
            kind: None,
            birth_date: None,
            country: None,
            nationality: None,
            identifiers: BTreeMap::new(),
            usual_kind,
        }
    }

    fn columns(&self) -> impl Iterator<Item = &String> {
        let singles = [&self.id, &self.kind, &self.birth_date, &self.country, &self.nationality];
        self.names.iter().chain(singles.into_iter().flatten()).chain(self.identifiers.values())
    }

    fn check<'c>(&self, has: impl Fn(&str) -> bool, all: impl Iterator<Item = &'c str>) -> Result<(), SubjectsError> {
        if self.names.is_empty() {
            return Err(SubjectsError::NoNames);
        }
        match self.columns().find(|column| !has(column)) {
            None => Ok(()),
            Some(missing) => {
                let all = all.take(50).map(|name| name.chars().take(60).collect::<String>()).collect::<Vec<_>>().join(", ");
                Err(SubjectsError::NoColumn { column: missing.clone(), all })
            }
        }
    }

    /// A subject out of a row's values.
    fn subject<'v>(&self, row: u64, get: &dyn Fn(&str) -> Option<&'v str>) -> Result<Subject, RowProblem> {
        let get = |column: &String| get(column).map(str::trim).filter(|value| !value.is_empty());
        let of = |column: &Option<String>| column.as_ref().and_then(get);
        let wrong = |column: &str, problem: String| RowProblem { row, column: column.to_owned(), problem };
        let names: Vec<&str> = self.names.iter().filter_map(get).take(NAMES).collect();
        if names.is_empty() {
            return Err(wrong(&self.names.join(", "), "there is no name".into()));
        }
        let kind = match of(&self.kind) {
            None => self.usual_kind,
            Some(text) => kind_of(text).ok_or_else(|| {
                wrong(
                    self.kind.as_deref().unwrap_or_default(),
                    format!("{:?} is none of person, organisation, vessel", shortened(text)),
                )
            })?,
        };
        let mut entity = Entity::new(row.to_string(), kind, names);
        if let (Some(text), Some(column)) = (of(&self.birth_date), &self.birth_date) {
            let date: Result<PartialDate, _> = text.get(..10).unwrap_or(text).parse();
            entity.birth_dates.push(date.map_err(|error| wrong(column, error.to_string()))?);
        }
        entity.registered_in.extend(of(&self.country).map(str::to_owned));
        entity.nationalities.extend(of(&self.nationality).map(str::to_owned));
        for (scheme, column) in &self.identifiers {
            if let Some(text) = get(column) {
                entity.identifiers.push(identifier(scheme, text).map_err(|problem| wrong(column, problem))?);
            }
        }
        Ok(Subject { row, id: of(&self.id).map(str::to_owned), entity })
    }
}

fn kind_of(text: &str) -> Option<EntityKind> {
    match text.to_ascii_lowercase().as_str() {
        "person" | "individual" | "p" => Some(EntityKind::Person),
        "organisation" | "organization" | "company" | "entity" | "e" => Some(EntityKind::Organisation),
        "vessel" | "ship" | "aircraft" => Some(EntityKind::Vessel),
        _ => None,
    }
}

fn identifier(scheme: &str, text: &str) -> Result<Identifier, String> {
    if let Some(standard) = Standard::from_code(scheme) {
        return standard.normalise(text).map_err(|error: NotAnIdentifier| error.to_string());
    }
    let kind = SelectorKind::from_code(scheme).ok_or_else(|| format!("{:?} is no scheme of identifiers", shortened(scheme)))?;
    let selector = normalise(kind, text).map_err(|error| error.to_string())?;
    Ok(Identifier { scheme: scheme.to_owned(), value: selector.value })
}

fn shortened(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).take(60).collect()
}

/// A row to be screened.
#[derive(Debug, Clone, PartialEq)]
pub struct Subject {
    /// The row's number in the file, from 0, without the row of names.
    pub row: u64,
    /// The row's own id, where a column has one.
    pub id: Option<String>,
    /// What is searched for; its id is the row's number.
    pub entity: Entity,
}

/// A row that cannot be screened. It is told, because it was not screened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("row {row}, {column}: {problem}")]
pub struct RowProblem {
    /// The row's number, from 0.
    pub row: u64,
    /// The column at fault.
    pub column: String,
    /// What is wrong.
    pub problem: String,
}

/// Why a file cannot be read on.
#[derive(Debug, thiserror::Error)]
pub enum SubjectsError {
    /// No column of names was chosen.
    #[error("no column of names was chosen")]
    NoNames,
    /// A chosen column is not in the file.
    #[error("there is no column {column:?}; the file has: {all}")]
    NoColumn {
        /// The column.
        column: String,
        /// Those that there are.
        all: String,
    },
    /// A row is too long: something is not closed.
    #[error("row {row} is longer than {ROW_BYTES} bytes; a quote or bracket may not be closed")]
    TooLong {
        /// The row.
        row: u64,
    },
    /// The file cannot be read.
    #[error("row {row}: {source}")]
    Io {
        /// Near which row.
        row: u64,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file is not what it was taken for.
    #[error("row {row}: {problem}")]
    Format {
        /// Near which row.
        row: u64,
        /// What is wrong.
        problem: String,
    },
}

/// Reads subjects, one row after the other.
pub trait Subjects {
    /// The next row, or what is wrong with it; `None` at the end.
    ///
    /// # Errors
    /// When the file cannot be read on.
    fn next(&mut self) -> Result<Option<Result<Subject, RowProblem>>, SubjectsError>;

    /// Goes on at this row, without making subjects of those before it. Rows that were read are not read again.
    ///
    /// # Errors
    /// When the file cannot be read.
    fn skip_to(&mut self, row: u64) -> Result<(), SubjectsError>;
}

/// Refuses to hand out more bytes than one row may have.
struct OneRow<R> {
    input: R,
    since_row: usize,
}

impl<R: BufRead> std::io::Read for OneRow<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.since_row > ROW_BYTES + (64 << 10) {
            return Err(std::io::Error::new(std::io::ErrorKind::FileTooLarge, "row"));
        }
        let length = self.input.read(buffer)?;
        self.since_row += length;
        Ok(length)
    }
}

/// Names in CSV: the first row names the columns.
pub struct CsvSubjects<R> {
    reader: csv::Reader<OneRow<R>>,
    choice: ColumnChoice,
    columns: BTreeMap<String, usize>,
    record: csv::ByteRecord,
    row: u64,
}

impl<R: BufRead> CsvSubjects<R> {
    /// Reads CSV whose fields are set off by `delimiter`.
    ///
    /// # Errors
    /// When a chosen column is missing.
    pub fn new(input: R, delimiter: u8, choice: ColumnChoice) -> Result<Self, SubjectsError> {
        let reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .from_reader(OneRow { input, since_row: 0 });
        let mut subjects = Self { reader, choice, columns: BTreeMap::new(), record: csv::ByteRecord::new(), row: 0 };
        if subjects.advance()? {
            let name = |field: &[u8]| String::from_utf8_lossy(field).trim().trim_start_matches('\u{feff}').to_owned();
            subjects.columns = subjects.record.iter().enumerate().rev().map(|(place, field)| (name(field), place)).collect();
        }
        let columns = &subjects.columns;
        subjects.choice.check(|column| columns.contains_key(column), columns.keys().map(String::as_str))?;
        Ok(subjects)
    }

    fn advance(&mut self) -> Result<bool, SubjectsError> {
        self.reader.get_mut().since_row = 0;
        self.reader.read_byte_record(&mut self.record).map_err(|error| failed(self.row, error))
    }
}

fn failed(row: u64, error: csv::Error) -> SubjectsError {
    match error.into_kind() {
        csv::ErrorKind::Io(source) if source.kind() == std::io::ErrorKind::FileTooLarge => SubjectsError::TooLong { row },
        csv::ErrorKind::Io(source) => SubjectsError::Io { row, source },
        other => SubjectsError::Format { row, problem: format!("{other:?}") },
    }
}

impl<R: BufRead> Subjects for CsvSubjects<R> {
    fn next(&mut self) -> Result<Option<Result<Subject, RowProblem>>, SubjectsError> {
        if !self.advance()? {
            return Ok(None);
        }
        let row = self.row;
        self.row += 1;
        let Ok(texts) = self.record.iter().map(std::str::from_utf8).collect::<Result<Vec<_>, _>>() else {
            let problem = "the text is not UTF-8; save the file in that encoding".to_owned();
            return Ok(Some(Err(RowProblem { row, column: String::new(), problem })));
        };
        Ok(Some(self.choice.subject(row, &|column| texts.get(*self.columns.get(column)?).copied())))
    }

    fn skip_to(&mut self, row: u64) -> Result<(), SubjectsError> {
        while self.row < row && self.advance()? {
            self.row += 1;
        }
        Ok(())
    }
}

/// Names in JSON lines: an object per line. A column is a key; a value is a text, a number, or a list of texts.
pub struct JsonSubjects<R> {
    input: R,
    choice: ColumnChoice,
    line: Vec<u8>,
    row: u64,
}

impl<R: BufRead> JsonSubjects<R> {
    /// Reads JSON lines.
    ///
    /// # Errors
    /// When no column of names was chosen.
    pub fn new(input: R, choice: ColumnChoice) -> Result<Self, SubjectsError> {
        if choice.names.is_empty() {
            return Err(SubjectsError::NoNames);
        }
        Ok(Self { input, choice, line: Vec::new(), row: 0 })
    }

    /// The next line that is not empty, in `self.line`.
    fn advance(&mut self) -> Result<bool, SubjectsError> {
        loop {
            self.line.clear();
            let row = self.row;
            let limit = ROW_BYTES as u64 + 1;
            let mut one_line = std::io::Read::take(&mut self.input, limit);
            let length = one_line.read_until(b'\n', &mut self.line).map_err(|source| SubjectsError::Io { row, source })?;
            if length > ROW_BYTES {
                return Err(SubjectsError::TooLong { row });
            }
            if length == 0 {
                return Ok(false);
            }
            if !self.line.iter().all(u8::is_ascii_whitespace) {
                return Ok(true);
            }
        }
    }
}

impl<R: BufRead> Subjects for JsonSubjects<R> {
    fn next(&mut self) -> Result<Option<Result<Subject, RowProblem>>, SubjectsError> {
        if !self.advance()? {
            return Ok(None);
        }
        let row = self.row;
        self.row += 1;
        let parsed: Result<BTreeMap<String, serde_json::Value>, _> = serde_json::from_slice(&self.line);
        let object = match parsed {
            Ok(object) => object,
            Err(error) => return Ok(Some(Err(RowProblem { row, column: String::new(), problem: error.to_string() }))),
        };
        // Of a list, each item is a name; of other columns, the first counts.
        let mut texts = BTreeMap::new();
        let mut choice = self.choice.clone();
        choice.names.clear();
        for (key, value) in &object {
            for (number, text) in texts_of(value).into_iter().take(NAMES).enumerate() {
                let column = if number == 0 { key.clone() } else { format!("{key}\n{number}") };
                if self.choice.names.contains(key) {
                    choice.names.push(column.clone());
                }
                texts.insert(column, text);
            }
        }
        if choice.names.is_empty() {
            choice.names.clone_from(&self.choice.names);
        }
        Ok(Some(choice.subject(row, &|column| texts.get(column).map(String::as_str))))
    }

    fn skip_to(&mut self, row: u64) -> Result<(), SubjectsError> {
        while self.row < row && self.advance()? {
            self.row += 1;
        }
        Ok(())
    }
}

fn texts_of(value: &serde_json::Value) -> Vec<String> {
    match value {
        serde_json::Value::String(text) => vec![text.clone()],
        serde_json::Value::Number(number) => vec![number.to_string()],
        serde_json::Value::Array(items) => items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect(),
        _ => Vec::new(),
    }
}

/// Names in Parquet. Columns of any type that has a text are read as texts.
pub struct ParquetSubjects {
    reader: ParquetRecordBatchReader,
    choice: ColumnChoice,
    batch: Option<RecordBatch>,
    next_in_batch: usize,
    row: u64,
}

/// How many rows of Parquet are held at a time.
const BATCH_ROWS: usize = 4096;

impl ParquetSubjects {
    /// Reads a Parquet file.
    ///
    /// # Errors
    /// When the file is none, or a chosen column is missing.
    pub fn new(input: impl ChunkReader + 'static, choice: ColumnChoice) -> Result<Self, SubjectsError> {
        let refuse = |error: parquet::errors::ParquetError| SubjectsError::Format { row: 0, problem: error.to_string() };
        let builder = ParquetRecordBatchReaderBuilder::try_new(input).map_err(refuse)?;
        let schema = builder.schema().clone();
        let has = |column: &str| schema.column_with_name(column).is_some();
        choice.check(has, schema.fields().iter().map(|field| field.name().as_str()))?;
        let chosen: Vec<&str> = choice.columns().map(String::as_str).collect();
        let projection = parquet::arrow::ProjectionMask::columns(builder.parquet_schema(), chosen);
        let reader = builder.with_projection(projection).with_batch_size(BATCH_ROWS).build().map_err(refuse)?;
        Ok(Self { reader, choice, batch: None, next_in_batch: 0, row: 0 })
    }

    /// The batch that the next row is in; as texts.
    fn batch(&mut self) -> Result<Option<&RecordBatch>, SubjectsError> {
        while self.batch.as_ref().is_none_or(|batch| self.next_in_batch >= batch.num_rows()) {
            let row = self.row;
            let Some(batch) = self.reader.next() else { return Ok(None) };
            let wrong = |error: arrow::error::ArrowError| SubjectsError::Format { row, problem: error.to_string() };
            self.batch = Some(as_texts(&batch.map_err(wrong)?).map_err(wrong)?);
            self.next_in_batch = 0;
        }
        Ok(self.batch.as_ref())
    }
}

fn as_texts(batch: &RecordBatch) -> Result<RecordBatch, arrow::error::ArrowError> {
    let strict = CastOptions { safe: false, ..CastOptions::default() };
    let columns = batch.columns().iter().map(|column| cast_with_options(column, &DataType::Utf8, &strict));
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    RecordBatch::try_from_iter(batch.schema().fields().iter().map(|field| field.name().clone()).zip(columns))
}

impl Subjects for ParquetSubjects {
    fn next(&mut self) -> Result<Option<Result<Subject, RowProblem>>, SubjectsError> {
        let (row, at) = (self.row, if self.batch()?.is_some() { self.next_in_batch } else { return Ok(None) });
        let Some(batch) = &self.batch else { return Ok(None) };
        let text = |column: &str| {
            let column = batch.column_by_name(column)?.as_string::<i32>();
            column.is_valid(at).then(|| column.value(at))
        };
        let subject = self.choice.subject(row, &text);
        self.row += 1;
        self.next_in_batch += 1;
        Ok(Some(subject))
    }

    fn skip_to(&mut self, row: u64) -> Result<(), SubjectsError> {
        while self.row < row {
            let left = row - self.row;
            let next_in_batch = self.next_in_batch;
            let Some(batch) = self.batch()? else { return Ok(()) };
            // A new batch may have come, of which nothing was taken yet.
            let in_batch = batch.num_rows();
            let next_in_batch = if next_in_batch >= in_batch { 0 } else { next_in_batch.min(self.next_in_batch) };
            let step = left.min((in_batch - next_in_batch) as u64);
            self.row += step;
            self.next_in_batch = next_in_batch + step as usize;
        }
        Ok(())
    }
}
