//! Query results as JSON, for the API and the command line.

use arrow::array::{Array, AsArray};
use arrow::datatypes::{DataType, Float32Type, Float64Type, Int32Type, Int64Type, TimeUnit, TimestampMicrosecondType};
use arrow::record_batch::RecordBatch;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use oikos_lake::QueryResult;
use oikos_model::Timestamp;
use serde_json::{Map, Value};

use crate::NodeError;

/// One JSON object per row.
pub(crate) fn to_json(result: &QueryResult) -> Result<Vec<Value>, NodeError> {
    let mut rows = Vec::new();
    for batch in &result.batches {
        for row in 0..batch.num_rows() {
            rows.push(row_to_json(batch, row)?);
        }
    }
    Ok(rows)
}

fn row_to_json(batch: &RecordBatch, row: usize) -> Result<Value, NodeError> {
    let mut object = Map::new();
    for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
        object.insert(field.name().clone(), cell_to_json(column.as_ref(), row)?);
    }
    Ok(Value::Object(object))
}

/// Numbers and truth values as such, moments as RFC 3339, lists as lists; everything else as Arrow writes it.
fn cell_to_json(column: &dyn Array, row: usize) -> Result<Value, NodeError> {
    if column.is_null(row) {
        return Ok(Value::Null);
    }
    Ok(match column.data_type() {
        DataType::Int64 => Value::from(column.as_primitive::<Int64Type>().value(row)),
        DataType::Int32 => Value::from(column.as_primitive::<Int32Type>().value(row)),
        DataType::Float64 => Value::from(column.as_primitive::<Float64Type>().value(row)),
        DataType::Float32 => Value::from(f64::from(column.as_primitive::<Float32Type>().value(row))),
        DataType::Boolean => Value::from(column.as_boolean().value(row)),
        DataType::Utf8 => Value::from(column.as_string::<i32>().value(row)),
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            let microseconds = column.as_primitive::<TimestampMicrosecondType>().value(row);
            Value::from(Timestamp::from_microsecond(microseconds).map_err(NodeError::internal)?.to_string())
        }
        DataType::List(_) => {
            let items = column.as_list::<i32>().value(row);
            let values: Result<Vec<Value>, NodeError> = (0..items.len()).map(|item| cell_to_json(items.as_ref(), item)).collect();
            Value::Array(values?)
        }
        _ => {
            let options = FormatOptions::default();
            let formatter = ArrayFormatter::try_new(column, &options).map_err(NodeError::internal)?;
            Value::from(formatter.value(row).to_string())
        }
    })
}
