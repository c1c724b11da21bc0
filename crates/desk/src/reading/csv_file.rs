//! Tables as CSV (RFC 4180, UTF-8, comma, one row per line) with a header.

use std::io::BufRead;

use super::lines::{Line, Lines, encoding_problem, without_byte_order_mark};
use super::record::{Problem, Record, Refusal};
use super::record_position;
use crate::{ReadError, ReadSummary, Reject, Sink};

const LINE_MAX_BYTES: usize = 16 * 1_024;
const PROGRESS_LINES: u64 = 16_384;

/// The columns of a CSV.
#[derive(Debug, Clone, Copy)]
pub struct CsvFormat {
    /// All columns that are read, in the order in which people are shown them.
    pub columns: &'static [&'static str],
    /// Those that must be in the header.
    pub needed: &'static [&'static str],
    /// Whether columns of other names may stand in the file; they are not read.
    pub allows_others: bool,
}

impl CsvFormat {
    /// Whether a file that begins with these bytes has this header.
    pub fn recognises(&self, beginning: &[u8]) -> bool {
        let first = beginning.split(|byte| *byte == b'\n').next().unwrap_or_default();
        self.places(first).is_ok()
    }

    /// Where each column stands.
    fn places(&self, header: &[u8]) -> Result<Vec<Option<usize>>, String> {
        if let Some(problem) = encoding_problem(header) {
            return Err(problem.to_owned());
        }
        let record = csv_fields(without_byte_order_mark(header)).ok_or("it is no CSV")?;
        let names: Vec<&str> = record.iter().map(str::trim).collect();
        let mut places = Vec::with_capacity(self.columns.len());
        for column in self.columns {
            let mut found = names.iter().enumerate().filter(|(_, name)| *name == column).map(|(place, _)| place);
            let place = found.next();
            if found.next().is_some() {
                return Err(format!("the column {column} stands twice"));
            }
            if place.is_none() && self.needed.contains(column) {
                return Err(format!("there is no column {column}"));
            }
            places.push(place);
        }
        let unknown = names.iter().find(|name| !self.columns.contains(name));
        match unknown {
            Some(unknown) if !self.allows_others => {
                Err(format!("{:?} is no column of this format", unknown.chars().take(60).collect::<String>()))
            }
            _ => Ok(places),
        }
    }

    fn header_error(&self, problem: &str) -> ReadError {
        let expected = self.columns.join(",");
        ReadError::Format { place: "line 1".into(), problem: format!("{problem}; expected a header of {expected}") }
    }
}

/// The fields of one line of a CSV; `None` where it is none, or no UTF-8.
pub fn csv_fields(line: &[u8]) -> Option<csv::StringRecord> {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).buffer_capacity(line.len().max(1)).from_reader(line);
    let mut record = csv::StringRecord::new();
    reader.read_record(&mut record).ok().filter(|found| *found)?;
    Some(record)
}

/// Reads a CSV row by row. `take` gets each row with its line number and says whether it lands.
///
/// # Errors
/// When the header is not the format's, the input cannot be read, or `take` stops.
pub fn read_csv(
    format: &CsvFormat,
    input: &mut dyn BufRead,
    sink: &mut dyn Sink,
    take: &mut dyn FnMut(&Record<'_>, u32, &mut dyn Sink) -> Result<(), Refusal>,
) -> Result<ReadSummary, ReadError> {
    let mut lines = Lines::new(input, LINE_MAX_BYTES);
    let (places, width) = match lines.next()? {
        Some(Line::Whole(header)) => {
            let places = format.places(header).map_err(|problem| format.header_error(&problem))?;
            (places, csv_fields(header).map_or(0, |fields| fields.len()))
        }
        Some(Line::TooLong(_)) => return Err(format.header_error("the header is too long")),
        None => return Err(format.header_error("the file is empty")),
    };
    let mut summary = ReadSummary::default();
    loop {
        let number = lines.number() + 1;
        if number.is_multiple_of(PROGRESS_LINES) {
            sink.progress(lines.offset());
        }
        let Some(line) = lines.next()? else { break };
        let (bytes, fields) = match line {
            Line::Whole(bytes) if bytes.trim_ascii().is_empty() => continue,
            Line::Whole(bytes) => (bytes, fields(bytes, width)),
            Line::TooLong(bytes) => (bytes, Err(Problem::row(format!("the line has more than {LINE_MAX_BYTES} bytes")))),
        };
        summary.rows += 1;
        let position = record_position(number)?;
        let taken = match &fields {
            Ok(fields) => Record::new(format.columns, &places, fields)
                .map_err(Refusal::from)
                .and_then(|record| take(&record, position, sink)),
            Err(problem) => Err(problem.clone().into()),
        };
        match taken {
            Ok(()) => {}
            Err(Refusal::Row(problem)) => sink.reject(Reject::new(number, problem.field, problem.reason, bytes))?,
            Err(Refusal::Stop(error)) => return Err(error),
        }
    }
    sink.progress(lines.offset());
    Ok(summary)
}

/// The fields of a row, as many as the header has. A quote that is not closed swallows fields, and so shows as too few.
fn fields(line: &[u8], width: usize) -> Result<csv::StringRecord, Problem> {
    let fields = csv_fields(line).ok_or_else(|| Problem::row("the line is no CSV in UTF-8"))?;
    if fields.len() == width {
        return Ok(fields);
    }
    Err(Problem::row(format!("expected {width} fields as in the header, found {}", fields.len())))
}
