//! What readers of hostile files have in common: lines, rows of CSV, elements of JSON, and rows on their way to the sink.

mod csv_rows;
mod json_elements;
mod lines;
mod said;
mod table_rows;

pub use csv_rows::{CsvRow, Problem, Refusal, TakeRow, read_csv};
pub use json_elements::{JsonLimits, JsonPiece, TakePiece, read_json};
pub use lines::{Line, Lines, encoding_problem, without_byte_order_mark};
pub use said::StatementOrigin;
pub use table_rows::TableRows;

use crate::ReadError;

/// The part of a record id that says where in the file, for files with at most 2^32 rows.
///
/// # Errors
/// When there are more.
pub fn record_position(number: u64) -> Result<u32, ReadError> {
    u32::try_from(number).map_err(|_| ReadError::Format {
        place: format!("row {number}"),
        problem: "a file may have at most 4,294,967,295 rows; split it".into(),
    })
}
