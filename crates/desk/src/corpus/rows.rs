//! Rows written as JSON objects, as a batch of a table.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Float32Array, Float64Array, Int32Array, Int64Array, StringArray, TimestampMicrosecondArray,
};
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatch;
use oikos_model::{RecordReference, Timestamp};
use serde_json::{Map, Value};

use crate::{Column, ColumnType, Reject, TableDefinition};

/// A row as it is written.
pub(super) type JsonRow = Map<String, Value>;

/// The rows that fit the table, and those that do not. Rows without a record id get one: import 1, counted from 1.
pub(super) fn batch(table: &TableDefinition, rows: &[JsonRow]) -> Result<(RecordBatch, Vec<Reject>), ArrowError> {
    let mut fitting: Vec<JsonRow> = Vec::new();
    let mut rejects = Vec::new();
    for (row, position) in rows.iter().zip(1u32..) {
        let mut row = row.clone();
        let written = Value::Object(row.clone()).to_string();
        row.entry("record_id").or_insert_with(|| RecordReference::record_id(1, position).into());
        match misfit(table, &row) {
            None => fitting.push(row),
            Some((field, reason)) => {
                rejects.push(Reject::new(position.into(), Some(&field), reason, written.as_bytes()));
            }
        }
    }
    let columns = table.columns.iter().map(|column| array(column, &fitting)).collect();
    Ok((RecordBatch::try_new(table.schema(), columns)?, rejects))
}

/// The first field that does not fit the table, and why.
fn misfit(table: &TableDefinition, row: &JsonRow) -> Option<(String, String)> {
    let unknown = row.keys().find(|name| table.columns.iter().all(|column| column.name != *name));
    if let Some(unknown) = unknown {
        return Some((unknown.clone(), format!("the table {} has no such column", table.name)));
    }
    let mut misfits = table.columns.iter().filter_map(|column| {
        let value = row.get(column.name).unwrap_or(&Value::Null);
        let reason = match value {
            Value::Null if column.nullable => return None,
            Value::Null => "must not be empty",
            value => wanted_instead(column.column_type, value)?,
        };
        Some((column.name.to_owned(), reason.to_owned()))
    });
    misfits.next()
}

/// What the column takes, if it does not take this value.
fn wanted_instead(column_type: ColumnType, value: &Value) -> Option<&'static str> {
    let (fits, wanted) = match column_type {
        ColumnType::Text => (value.is_string(), "expected a text"),
        ColumnType::Integer => (value.is_i64(), "expected a whole number"),
        ColumnType::Integer32 => (integer32(value).is_some(), "expected a whole number of 32 bits"),
        ColumnType::Float | ColumnType::Float32 => (value.is_number(), "expected a number"),
        ColumnType::Boolean => (value.is_boolean(), "expected true or false"),
        ColumnType::Time => (time(value).is_some(), "expected a moment such as 2026-01-01T00:00:00Z"),
    };
    (!fits).then_some(wanted)
}

fn integer32(value: &Value) -> Option<i32> {
    value.as_i64().and_then(|number| i32::try_from(number).ok())
}

fn time(value: &Value) -> Option<Timestamp> {
    value.as_str().and_then(|text| text.parse().ok())
}

/// A column of rows that fit.
fn array(column: &Column, rows: &[JsonRow]) -> ArrayRef {
    let values = rows.iter().map(|row| row.get(column.name).unwrap_or(&Value::Null));
    match column.column_type {
        ColumnType::Text => Arc::new(values.map(Value::as_str).collect::<StringArray>()),
        ColumnType::Integer => Arc::new(values.map(Value::as_i64).collect::<Int64Array>()),
        ColumnType::Integer32 => Arc::new(values.map(integer32).collect::<Int32Array>()),
        ColumnType::Float => Arc::new(values.map(Value::as_f64).collect::<Float64Array>()),
        #[expect(clippy::cast_possible_truncation, reason = "the column is of single precision")]
        ColumnType::Float32 => Arc::new(values.map(|value| value.as_f64().map(|number| number as f32)).collect::<Float32Array>()),
        ColumnType::Boolean => Arc::new(values.map(Value::as_bool).collect::<BooleanArray>()),
        ColumnType::Time => {
            let moments = values.map(|value| time(value).map(|at| at.as_microsecond()));
            Arc::new(moments.collect::<TimestampMicrosecondArray>().with_timezone("UTC"))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::PINGS;

    fn rows(rows: &Value) -> (RecordBatch, Vec<Reject>) {
        let rows: Vec<JsonRow> = serde_json::from_value(rows.clone()).unwrap();
        batch(&PINGS, &rows).unwrap()
    }

    #[test]
    fn rows_that_fit_land_and_the_others_say_why() {
        let good = json!({"ship": "a", "at": "2026-01-01T10:00:00Z", "inside": true, "speed_knots": 3});
        let with = |field: &str, value: Value| {
            let mut row = good.clone();
            row[field] = value;
            row
        };
        let (batch, rejects) = rows(&json!([
            good,
            with("inside", json!("yes")),
            with("at", json!("yesterday")),
            with("ship", Value::Null),
            with("colour", json!("red")),
            with("speed_knots", Value::Null),
            with("record_id", json!(7)),
        ]));
        assert_eq!(batch.num_rows(), 3);
        let ids = batch.column(0).to_data();
        assert_eq!(ids.buffer::<i64>(0)[..3], [RecordReference::record_id(1, 1), RecordReference::record_id(1, 6), 7]);
        let why: Vec<(u64, &str, &str)> = rejects
            .iter()
            .map(|reject| (reject.position, reject.field.as_deref().unwrap_or_default(), reject.reason.as_str()))
            .collect();
        assert_eq!(
            why,
            [
                (2, "inside", "expected true or false"),
                (3, "at", "expected a moment such as 2026-01-01T00:00:00Z"),
                (4, "ship", "must not be empty"),
                (5, "colour", "the table pings has no such column"),
            ]
        );
    }

    #[test]
    fn no_rows_are_an_empty_batch_of_the_table() {
        let (batch, rejects) = rows(&json!([]));
        assert_eq!((batch.num_rows(), batch.schema()), (0, PINGS.schema()));
        assert!(rejects.is_empty());
    }
}
