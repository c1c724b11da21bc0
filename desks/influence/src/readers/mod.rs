//! One reader per format, streaming, in bounded memory. Nothing is fetched: links are read as they stand.

mod assets;
mod coortweet;
mod csv_records;
mod feed;
mod feed_fields;
mod landing;
mod lines;
mod posts_csv;
mod posts_json;
mod rows;
#[cfg(test)]
pub(crate) mod test_sink;

pub(crate) use assets::WatchedAssets;
pub(crate) use coortweet::CoorTweet;
pub(crate) use feed::Feed;
pub(crate) use posts_csv::PostsCsv;
pub(crate) use posts_json::PostsJsonLines;

use oikos_desk::ReadError;

/// Bytes or rows between two reports of progress.
const PROGRESS_ROWS: u64 = 16_384;

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
