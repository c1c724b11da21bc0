//! One reader per format, streaming, in bounded memory.

mod assets;
mod authorised;
mod remote_id;
mod tracks;
mod zones;

pub(crate) use assets::Assets;
pub(crate) use authorised::AuthorisedFlights;
pub(crate) use remote_id::RemoteId;
pub(crate) use tracks::Tracks;
pub(crate) use zones::{Ed269Zones, Ed318Zones};

use oikos_desk::intake::{CsvRow, Problem};

/// A column that must hold a number within its bounds.
fn needed_number(row: &CsvRow<'_>, column: &'static str, least: f64, most: f64) -> Result<f64, Problem> {
    row.number(column, least, most)?.ok_or_else(|| Problem::field(column, "it is empty"))
}

/// A column that must hold a moment.
fn needed_moment(row: &CsvRow<'_>, column: &'static str) -> Result<oikos_model::Timestamp, Problem> {
    row.moment(column)?.ok_or_else(|| Problem::field(column, "it is empty"))
}

/// Whether a file begins with a line that has all these columns.
fn has_header(beginning: &[u8], columns: &[&str]) -> bool {
    let line = beginning.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = String::from_utf8_lossy(line);
    let names: Vec<&str> = line.trim_start_matches('\u{feff}').trim().split(',').map(str::trim).collect();
    columns.iter().all(|column| names.contains(column))
}

/// What the tests of readers share.
#[cfg(test)]
mod test_file {
    use std::io::BufReader;

    use oikos_desk::collected::CollectedSink;
    use oikos_desk::{ReadError, ReadSummary, Reader, Source};

    /// Reads bytes through a small buffer.
    pub(super) fn read(reader: &dyn Reader, bytes: &[u8]) -> (CollectedSink, Result<ReadSummary, ReadError>) {
        let imported_at = "2026-03-01T12:00:00Z".parse().expect("a time");
        let source = Source { file_name: "test".into(), import_number: 7, imported_at };
        let mut sink = CollectedSink::default();
        let summary = reader.read(&source, &mut BufReader::with_capacity(61, bytes), &mut sink);
        (sink, summary)
    }

    /// The shared test data, or a loud note that it is not there.
    pub(super) fn shared(path: &str) -> Option<String> {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/");
        match std::fs::read_to_string(format!("{root}{path}")) {
            Ok(text) => Some(text),
            Err(error) => {
                eprintln!("SKIPPED: {root}{path} is not there ({error}); this test needs the shared data");
                None
            }
        }
    }
}
