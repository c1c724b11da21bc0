//! One reader per format, streaming, in bounded memory. Nothing is fetched.

mod assets;
mod captures_json;
mod csv_records;
mod http;
mod landing;
mod lines;
mod rows;
#[cfg(test)]
pub(crate) mod test_sink;
mod warc;
mod warc_records;

pub(crate) use assets::WatchedAssets;
pub(crate) use captures_json::CapturesJsonLines;
pub(crate) use warc::Warc;

use oikos_desk::ReadError;

/// Rows between two reports of progress.
const PROGRESS_ROWS: u64 = 1_024;

/// The part of a record id that says where in the file, for files with at most 2^32 rows.
fn record_position(number: u64) -> Result<u32, ReadError> {
    u32::try_from(number).map_err(|_| ReadError::Format {
        place: format!("row {number}"),
        problem: "a file may have at most 4,294,967,295 rows; split it".into(),
    })
}

/// Why a row is refused.
#[derive(Debug)]
struct Problem {
    field: Option<&'static str>,
    reason: String,
}

impl Problem {
    fn row(reason: impl Into<String>) -> Self {
        Self { field: None, reason: reason.into() }
    }

    fn field(field: &'static str, reason: impl Into<String>) -> Self {
        Self { field: Some(field), reason: reason.into() }
    }
}
