//! Transfers as CSV (RFC 4180, UTF-8, one row per line), by a mapping of columns to fields.
//!
//! A file may begin with its mapping: YAML between two lines `---`. So a mapping file is put before any export with `cat
//! mapping.yaml export.csv`, and stays with what was imported by it. Without one, the layouts of AMLSim, AMLworld and AMLGentex
//! are known by how they begin; any other file must have the desk's own column names.

mod layout;
mod mapping;
#[cfg(test)]
mod tests;

use std::io::BufRead;

use oikos_desk::{Format, ReadError, ReadSummary, Reader, Sink, Source};

use super::Problem;
use super::landing::Landing;
use super::lines::{Line, Lines, encoding_problem, without_byte_order_mark};
use layout::Layout;
use mapping::Mapping;

pub(in crate::readers) use mapping::iso_moment;

const LINE_MAX_BYTES: usize = 16 * 1_024;
const MAPPING_MAX_BYTES: usize = 64 * 1_024;
const PROGRESS_LINES: u64 = 16_384;
const FENCE: &[u8] = b"---";

/// Reads transfers as CSV.
pub(crate) struct TransfersCsv;

impl Reader for TransfersCsv {
    fn format(&self) -> Format {
        Format {
            name: "transfers-csv",
            description: "Transfers as CSV (RFC 4180) with a mapping of columns before it, as AMLSim, AMLworld and AMLGentex \
                          have them, or with the desk's own columns; the README explains mappings",
            extensions: &["csv", "txt"],
        }
    }

    fn recognises(&self, beginning: &[u8]) -> bool {
        let text = String::from_utf8_lossy(without_byte_order_mark(beginning));
        let first = text.lines().next().unwrap_or_default();
        if first.as_bytes() == FENCE {
            return ["columns:", "from_account:", "to_account:"].iter().all(|word| text.contains(word));
        }
        let names: Vec<&str> = first.split(',').map(|name| name.trim().trim_matches('"')).collect();
        layout::known(first).is_some() || ["at", "amount", "from_account", "to_account"].iter().all(|name| names.contains(name))
    }

    fn read(&self, source: &Source, input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError> {
        let mut lines = Lines::new(input, LINE_MAX_BYTES);
        let opening = opening(&mut lines)?;
        let mut landing = Landing::new(source, sink);
        let mut summary = ReadSummary::default();
        if let Some(first) = opening.first_row {
            take(&opening.layout, lines.number(), Line::Whole(&first), &mut landing, &mut summary)?;
        }
        loop {
            let number = lines.number() + 1;
            if number.is_multiple_of(PROGRESS_LINES) {
                landing.progress(lines.offset());
            }
            let Some(line) = lines.next()? else { break };
            take(&opening.layout, number, line, &mut landing, &mut summary)?;
        }
        landing.progress(lines.offset());
        landing.finish()?;
        Ok(summary)
    }
}

fn take(
    layout: &Layout,
    number: u64,
    line: Line<'_>,
    landing: &mut Landing<'_>,
    summary: &mut ReadSummary,
) -> Result<(), ReadError> {
    let (bytes, record) = match line {
        Line::Whole(bytes) if bytes.trim_ascii().is_empty() => return Ok(()),
        Line::Whole(bytes) if layout.skips(bytes) => return Ok(()),
        Line::Whole(bytes) => (bytes, record_of(bytes, layout.delimiter())),
        Line::TooLong(bytes) => (bytes, Err(Problem::row(format!("the line has more than {LINE_MAX_BYTES} bytes")))),
    };
    summary.rows += 1;
    landing.take(number, record.and_then(|record| layout.draft(&record)), bytes)
}

/// How a file begins: its layout, and its first row where there is no header.
struct Opening {
    layout: Layout,
    first_row: Option<Vec<u8>>,
}

fn opening(lines: &mut Lines<'_>) -> Result<Opening, ReadError> {
    let mut first = first_line(lines)?;
    let mut mapping = None;
    if first == FENCE {
        mapping = Some(read_mapping(lines)?);
        first = first_line(lines)?;
    }
    let here = format!("line {}", lines.number());
    let refuse = |problem: String| ReadError::Format { place: here.clone(), problem };
    let text = String::from_utf8(first.clone()).map_err(|_| refuse("the first row is no UTF-8".into()))?;
    let mapping = mapping.or_else(|| layout::known(&text));
    let delimiter = mapping.as_ref().map_or(b',', |mapping| u8::try_from(mapping.delimiter).unwrap_or(b','));
    if mapping.as_ref().is_some_and(|mapping| !mapping.header) {
        let layout = mapping.map(|mapping| Layout::new(mapping, None)).transpose().map_err(refuse)?;
        let layout = layout.ok_or_else(|| refuse("there is no mapping".into()))?;
        return Ok(Opening { layout, first_row: Some(first) });
    }
    let header = record_of(text.as_bytes(), delimiter).map_err(|_| refuse("the header is no CSV".into()))?;
    let header: Vec<String> = header.iter().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect();
    let mapping = mapping.map_or_else(|| layout::own(&header), Ok).map_err(refuse)?;
    let layout = Layout::new(mapping, Some(&header)).map_err(refuse)?;
    Ok(Opening { layout, first_row: None })
}

/// The next line that is not empty, without a byte order mark.
fn first_line(lines: &mut Lines<'_>) -> Result<Vec<u8>, ReadError> {
    loop {
        let place = format!("line {}", lines.number() + 1);
        let refuse = |problem: &str| ReadError::Format { place: place.clone(), problem: problem.to_owned() };
        match lines.next()? {
            None => {
                return Err(refuse("the file ends before its header; expected column names, or a mapping between two lines ---"));
            }
            Some(Line::TooLong(_)) => return Err(refuse("the header is longer than a row may be")),
            Some(Line::Whole(bytes)) => {
                if let Some(problem) = encoding_problem(bytes) {
                    return Err(refuse(problem));
                }
                let bytes = without_byte_order_mark(bytes).trim_ascii();
                if !bytes.is_empty() {
                    return Ok(bytes.to_vec());
                }
            }
        }
    }
}

fn read_mapping(lines: &mut Lines<'_>) -> Result<Mapping, ReadError> {
    let mut text = String::new();
    loop {
        let place = format!("line {}", lines.number() + 1);
        let refuse = |problem: &str| ReadError::Format { place: place.clone(), problem: problem.to_owned() };
        match lines.next()? {
            Some(Line::Whole(bytes)) if bytes.trim_ascii_end() == FENCE => break,
            Some(Line::Whole(bytes)) if text.len() + bytes.len() < MAPPING_MAX_BYTES => {
                text.push_str(std::str::from_utf8(bytes).map_err(|_| refuse("the mapping is no UTF-8"))?);
                text.push('\n');
            }
            Some(_) => return Err(refuse("the mapping has more than 64 KiB; it ends with a line ---")),
            None => return Err(refuse("the mapping does not end; write --- on a line of its own")),
        }
    }
    Mapping::read(&text).map_err(|problem| ReadError::Format { place: "the mapping before the header".into(), problem })
}

fn record_of(line: &[u8], delimiter: u8) -> Result<csv::ByteRecord, Problem> {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).delimiter(delimiter).buffer_capacity(line.len().max(1)).from_reader(line);
    let mut record = csv::ByteRecord::new();
    // A quote that is not closed would swallow the rest of the line; what it swallowed shows as fields that are missing.
    match reader.read_byte_record(&mut record) {
        Ok(true) => Ok(record),
        _ => Err(Problem::row("the line is no CSV")),
    }
}
