//! Reference data the desk brings along.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, StringArray};
use arrow::record_batch::RecordBatch;
use oikos_desk::ReferenceTable;

const DUTIES: &str = include_str!("../reference/notification_duties.csv");

/// What the law wants to be told by when.
pub(crate) const NOTIFICATION_DUTIES: ReferenceTable = ReferenceTable {
    name: "notification_duties",
    description: "Duties to notify incidents with their clause, their time, from when it counts, and how far the clause was verified.",
    rows: notification_duties,
};

#[expect(clippy::expect_used, reason = "the file is compiled in, and a test reads it")]
fn notification_duties() -> RecordBatch {
    parse(DUTIES).expect("the compiled-in duties are in order")
}

fn parse(text: &str) -> Result<RecordBatch, String> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| error.to_string())?.clone();
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().map_err(|error| error.to_string())?;
    let columns = header.iter().enumerate().map(|(place, name)| {
        let cells = rows.iter().map(|row| row.get(place).filter(|cell| !cell.is_empty()));
        let column: ArrayRef = match name {
            "hours" | "months" => {
                let number = |cell: Option<&str>| {
                    cell.map(|cell| cell.parse().map_err(|_| format!("{name}: {cell:?} is no number"))).transpose()
                };
                Arc::new(cells.map(number).collect::<Result<Int64Array, String>>()?)
            }
            _ => Arc::new(cells.collect::<StringArray>()),
        };
        Ok((name.to_owned(), column, true))
    });
    let columns = columns.collect::<Result<Vec<_>, String>>()?;
    RecordBatch::try_from_iter_with_nullable(columns).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use oikos_desk::collected::json_rows;

    use super::*;

    #[test]
    fn the_duties_are_those_of_the_two_directives() {
        let rows = json_rows(&parse(DUTIES).unwrap());
        let of = |regime: &str| -> Vec<(Option<i64>, Option<i64>)> {
            let rows = rows.iter().filter(|row| row["regime"] == regime);
            rows.map(|row| (row.get("hours").and_then(|h| h.as_i64()), row.get("months").and_then(|m| m.as_i64()))).collect()
        };
        assert_eq!(of("CER"), [(Some(24), None), (None, Some(1))]);
        assert_eq!(of("NIS2"), [(Some(24), None), (Some(72), None), (None, Some(1))]);
        assert!(rows.iter().all(|row| row.contains_key("clause") && row["verified"].as_str().unwrap().contains("not checked")));
        assert!(parse("hours\nx\n").is_err());
    }
}
