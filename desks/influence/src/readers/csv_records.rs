//! CSV as RFC 4180 has it: UTF-8, comma, a header, line breaks allowed within quotes. A quote that nobody closes costs its own
//! line only.

use std::collections::VecDeque;
use std::io::BufRead;

use oikos_desk::{ReadError, ReadSummary, Reject, Sink};

use super::lines::{Line, Lines, encoding_problem, without_byte_order_mark};
use super::{PROGRESS_ROWS, Problem};

/// The longest record, and so the longest line.
const RECORD_MAX_BYTES: usize = 128 * 1_024;

/// What a header must and may name, in any order.
pub(super) struct Layout {
    pub(super) needed: &'static [&'static str],
    pub(super) optional: &'static [&'static str],
}

impl Layout {
    /// Whether the beginning of a file is a header of this layout.
    pub(super) fn recognises(&self, beginning: &[u8]) -> bool {
        let first = without_byte_order_mark(beginning).split(|byte| *byte == b'\n').next().unwrap_or_default();
        record_of(first).is_some_and(|record| self.header(&record).is_ok())
    }

    fn header(&self, record: &csv::ByteRecord) -> Result<Header, String> {
        let mut columns = Vec::with_capacity(record.len());
        for name in record {
            let name = String::from_utf8_lossy(name).trim().to_owned();
            let known = self.needed.iter().chain(self.optional).find(|column| **column == name);
            let column = known.ok_or_else(|| format!("column {:?} is not known", name.chars().take(60).collect::<String>()))?;
            if columns.contains(column) {
                return Err(format!("column {column:?} stands twice"));
            }
            columns.push(*column);
        }
        match self.needed.iter().find(|column| !columns.contains(column)) {
            Some(missing) => Err(format!("column {missing:?} is missing")),
            None => Ok(Header { columns }),
        }
    }

    fn error(&self, problem: &str) -> ReadError {
        let (needed, optional) = (self.needed.join(","), self.optional.join(","));
        let also = if optional.is_empty() { String::new() } else { format!(" and, if there are, {optional}") };
        ReadError::Format { place: "line 1".into(), problem: format!("{problem}; expected a header with {needed}{also}") }
    }
}

struct Header {
    columns: Vec<&'static str>,
}

/// The fields of one record.
pub(super) struct Fields<'a> {
    header: &'a Header,
    record: csv::ByteRecord,
    /// Line on which it begins.
    pub(super) number: u64,
}

impl Fields<'_> {
    /// The text of a field, trimmed; `None` where it is empty or the file has no such column.
    pub(super) fn text(&self, column: &'static str) -> Result<Option<&str>, Problem> {
        let Some(place) = self.header.columns.iter().position(|name| *name == column) else { return Ok(None) };
        let bytes = self.record.get(place).unwrap_or_default();
        let text = std::str::from_utf8(bytes).map_err(|_| Problem::field(column, "it is no UTF-8"))?.trim();
        Ok((!text.is_empty()).then_some(text))
    }

    /// The text of a field that must not be empty.
    pub(super) fn needed(&self, column: &'static str) -> Result<&str, Problem> {
        self.text(column)?.ok_or_else(|| Problem::field(column, "it is empty"))
    }
}

/// Reads all records, handing each to `take`; what it refuses becomes a reject.
pub(super) fn read(
    layout: &Layout,
    input: &mut dyn BufRead,
    sink: &mut dyn Sink,
    take: &mut dyn FnMut(&Fields<'_>, &mut dyn Sink) -> Result<Result<(), Problem>, ReadError>,
) -> Result<ReadSummary, ReadError> {
    let mut records = Records { lines: Lines::new(input, RECORD_MAX_BYTES), waiting: VecDeque::new() };
    let header = match records.next()? {
        Some((_, Ok(bytes))) => match encoding_problem(&bytes) {
            Some(problem) => return Err(layout.error(problem)),
            None => record_of(without_byte_order_mark(&bytes)).ok_or_else(|| layout.error("the header is no CSV"))?,
        },
        Some((_, Err((_, reason)))) => return Err(layout.error(&reason)),
        None => return Err(layout.error("the file is empty")),
    };
    let header = layout.header(&header).map_err(|problem| layout.error(&problem))?;
    let mut summary = ReadSummary::default();
    while let Some((number, record)) = records.next()? {
        if record.as_ref().is_ok_and(|bytes| bytes.trim_ascii().is_empty()) {
            continue;
        }
        summary.rows += 1;
        if summary.rows.is_multiple_of(PROGRESS_ROWS) {
            sink.progress(records.lines.offset());
        }
        let (bytes, taken) = match record {
            Err((bytes, reason)) => (bytes, Err(Problem::row(reason))),
            Ok(bytes) => match fields(&header, number, &bytes) {
                Ok(fields) => (bytes, take(&fields, sink)?),
                Err(problem) => (bytes, Err(problem)),
            },
        };
        if let Err(problem) = taken {
            sink.reject(Reject::new(number, problem.field, problem.reason, &bytes))?;
        }
    }
    sink.progress(records.lines.offset());
    Ok(summary)
}

fn fields<'a>(header: &'a Header, number: u64, bytes: &[u8]) -> Result<Fields<'a>, Problem> {
    let record = record_of(bytes).ok_or_else(|| Problem::row("the line is no CSV"))?;
    if record.len() != header.columns.len() {
        return Err(Problem::row(format!("expected {} fields, found {}", header.columns.len(), record.len())));
    }
    Ok(Fields { header, record, number })
}

fn record_of(bytes: &[u8]) -> Option<csv::ByteRecord> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).buffer_capacity(bytes.len().max(1)).from_reader(bytes);
    let mut record = csv::ByteRecord::new();
    reader.read_byte_record(&mut record).ok().filter(|found| *found)?;
    Some(record)
}

/// Lines put together to records while a quote is open.
struct Records<'a> {
    lines: Lines<'a>,
    /// Lines read ahead that turned out to belong to no open quote.
    waiting: VecDeque<(u64, Vec<u8>)>,
}

/// A record's bytes, or what was refused and why.
type Record = Result<Vec<u8>, (Vec<u8>, String)>;

impl Records<'_> {
    fn next(&mut self) -> Result<Option<(u64, Record)>, ReadError> {
        let Some((number, first)) = self.line()? else { return Ok(None) };
        let first = match first {
            Ok(first) => first,
            Err(beginning) => {
                let reason = format!("the line has more than {RECORD_MAX_BYTES} bytes");
                return Ok(Some((number, Err((beginning, reason)))));
            }
        };
        if !opens_quote(&first) {
            return Ok(Some((number, Ok(first))));
        }
        let mut more: Vec<(u64, Vec<u8>)> = Vec::new();
        let mut bytes = first.len();
        while bytes <= RECORD_MAX_BYTES {
            let Some((next, Ok(line))) = self.line()? else { break };
            bytes += line.len() + 1;
            let closes = opens_quote(&line);
            more.push((next, line));
            if closes {
                let lines: Vec<&[u8]> =
                    std::iter::once(first.as_slice()).chain(more.iter().map(|(_, line)| line.as_slice())).collect();
                return Ok(Some((number, Ok(lines.join(&b'\n')))));
            }
        }
        for line in more.into_iter().rev() {
            self.waiting.push_front(line);
        }
        Ok(Some((number, Err((first, "a quote is not closed".to_owned())))))
    }

    /// The next line with its number: whole, or the beginning of one that is too long.
    fn line(&mut self) -> Result<Option<(u64, Result<Vec<u8>, Vec<u8>>)>, ReadError> {
        if let Some((number, line)) = self.waiting.pop_front() {
            return Ok(Some((number, Ok(line))));
        }
        let line = self.lines.next()?.map(|line| match line {
            Line::Whole(bytes) => Ok(bytes.to_vec()),
            Line::TooLong(bytes) => Err(bytes.to_vec()),
        });
        Ok(line.map(|line| (self.lines.number(), line)))
    }
}

/// Whether a line leaves a quote open that was closed before it, or the other way round.
fn opens_quote(line: &[u8]) -> bool {
    line.iter().filter(|byte| **byte == b'"').count() % 2 == 1
}
