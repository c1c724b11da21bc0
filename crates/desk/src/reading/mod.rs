//! What readers of plain tables have in common: lines and rows with limits, records whose fields are checked one by one, and the two
//! ways in which tables of our own come, CSV and JSON.

mod csv_file;
mod json_file;
pub mod lines;
mod origin;
mod record;

pub use csv_file::{CsvFormat, csv_fields, read_csv};
pub use json_file::{JsonArray, read_json};
pub use origin::Origin;
pub use record::{Problem, Record, Refusal};

/// The part of a record id that says where in the file, for files with at most 2^32 rows.
///
/// # Errors
/// When the file has more rows.
pub fn record_position(number: u64) -> Result<u32, crate::ReadError> {
    u32::try_from(number).map_err(|_| crate::ReadError::Format {
        place: format!("row {number}"),
        problem: "a file may have at most 4,294,967,295 rows; split it".into(),
    })
}

#[cfg(test)]
mod tests;
