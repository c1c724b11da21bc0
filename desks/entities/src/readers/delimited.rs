//! Rows of a delimited file, one at a time, with columns by the names of the first row.

use std::collections::HashMap;
use std::io::BufRead;

use csv::ByteRecord;
use oikos_desk::ReadError;

use super::bounded::Bounded;

/// The most bytes of one row; a quote that is not closed ends there.
const ROW_BYTES: u64 = 1 << 20;
/// The most columns of a file. GLEIF's have some 340.
const COLUMNS: usize = 2000;
/// The reader's buffer is filled beyond the end of a row, so that much is allowed for it.
const BUFFER_BYTES: u64 = 64 << 10;

/// A row.
pub(super) struct Row {
    /// Its number, from 1, without the row of names.
    pub(super) ordinal: u64,
    /// The line it begins on.
    pub(super) line: u64,
    fields: Vec<String>,
    /// What is wrong with it, if something is.
    pub(super) problem: Option<String>,
}

impl Row {
    /// The field at this place, unless it is empty.
    pub(super) fn at(&self, place: usize) -> Option<&str> {
        self.fields.get(place).map(|field| field.trim()).filter(|field| !field.is_empty())
    }

    pub(super) fn len(&self) -> usize {
        self.fields.len()
    }

    /// The row as it was, nearly.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.fields.join(",").into_bytes();
        bytes.truncate(2048);
        bytes
    }
}

/// Where columns are, by their names.
#[derive(Default)]
pub(super) struct Columns(HashMap<String, usize>);

impl Columns {
    /// A field of a row by its column's name.
    pub(super) fn get<'r>(&self, row: &'r Row, name: &str) -> Option<&'r str> {
        self.0.get(name).and_then(|place| row.at(*place))
    }
}

/// The rows of a file.
pub(super) struct Rows<'a> {
    reader: csv::Reader<Bounded<'a>>,
    record: ByteRecord,
    ordinal: u64,
    width: Option<usize>,
}

impl<'a> Rows<'a> {
    pub(super) fn new(input: &'a mut dyn BufRead, delimiter: u8) -> Result<Self, ReadError> {
        let mut bounded = Bounded::new(input, ROW_BYTES + BUFFER_BYTES);
        bounded.refuse_other_encodings()?;
        let reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(BUFFER_BYTES as usize)
            .from_reader(bounded);
        Ok(Self { reader, record: ByteRecord::new(), ordinal: 0, width: None })
    }

    pub(super) fn bytes_read(&self) -> u64 {
        self.reader.position().byte()
    }

    /// Takes the first row as the names of columns; these must be among them.
    pub(super) fn columns(&mut self, required: &[&str]) -> Result<Columns, ReadError> {
        let refuse = |problem: String| ReadError::Format { place: "line 1".into(), problem };
        let first = self.next()?.ok_or_else(|| refuse("the file is empty; expected a row of column names".into()))?;
        self.ordinal = 0;
        if first.len() > COLUMNS {
            return Err(refuse(format!("there are more than {COLUMNS} columns")));
        }
        let name = |name: &str| name.trim().trim_start_matches('\u{feff}').to_owned();
        let columns = Columns(first.fields.iter().enumerate().rev().map(|(place, text)| (name(text), place)).collect());
        if let Some(missing) = required.iter().find(|name| !columns.0.contains_key(**name)) {
            return Err(refuse(format!("there is no column {missing}; the first row must name the columns")));
        }
        self.width = Some(first.len());
        Ok(columns)
    }

    /// The next row that is not empty.
    pub(super) fn next(&mut self) -> Result<Option<Row>, ReadError> {
        loop {
            self.reader.get_mut().next_unit();
            let line = self.reader.position().line();
            let is_there = self.reader.read_byte_record(&mut self.record).map_err(|error| self.failed(error))?;
            if !is_there {
                return Ok(None);
            }
            if self.record.iter().all(<[u8]>::is_empty) {
                continue;
            }
            self.ordinal += 1;
            let mut problem = None;
            let fields = self.record.iter().map(|field| match std::str::from_utf8(field) {
                Ok(text) => text.to_owned(),
                Err(_) => {
                    problem = Some("the text is not UTF-8; save the file in that encoding".to_owned());
                    String::from_utf8_lossy(field).into_owned()
                }
            });
            let fields: Vec<String> = fields.collect();
            if let Some(width) = self.width.filter(|width| *width != fields.len()) {
                problem = problem.or(Some(format!("there are {} fields; the first row has {width}", fields.len())));
            }
            return Ok(Some(Row { ordinal: self.ordinal, line, fields, problem }));
        }
    }

    fn failed(&self, error: csv::Error) -> ReadError {
        let offset = self.reader.position().byte();
        match error.into_kind() {
            csv::ErrorKind::Io(source) => ReadError::Io { offset, source },
            other => ReadError::Format { place: format!("byte {offset}"), problem: format!("{other:?}") },
        }
    }
}
