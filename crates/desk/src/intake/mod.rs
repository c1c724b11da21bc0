//! What readers of hostile files have in common: lines, rows of CSV, elements of JSON, and rows on their way to the sink.

mod csv_rows;
mod json_elements;
mod table_rows;

pub use csv_rows::{CsvRow, Problem, Refusal, TakeRow, read_csv};
pub use json_elements::{JsonLimits, JsonPiece, TakePiece, read_json};
pub use table_rows::TableRows;
