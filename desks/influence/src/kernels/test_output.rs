//! Runs kernels in tests: rows in, JSON rows out.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int64Array, ListArray, StringArray, TimestampMicrosecondArray};
use arrow::datatypes::{DataType, Float64Type, Int64Type, TimestampMicrosecondType};
use arrow::record_batch::RecordBatch;
use oikos_desk::{Kernel, KernelError, KernelRun, Output, ParameterValue, Parameters};
use serde_json::{Map, Value, json};

use super::micros;

pub(super) type Row = Map<String, Value>;

#[derive(Default)]
pub(super) struct Collected(pub(super) Vec<Row>);

impl Output for Collected {
    fn emit(&mut self, batch: RecordBatch) -> Result<(), KernelError> {
        self.0.extend(rows_of(&batch));
        Ok(())
    }
}

fn rows_of(batch: &RecordBatch) -> Vec<Row> {
    let mut rows = vec![Map::new(); batch.num_rows()];
    for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
        for (index, row) in rows.iter_mut().enumerate().filter(|(index, _)| !column.is_null(*index)) {
            row.insert(field.name().clone(), value(column, index));
        }
    }
    rows
}

fn value(column: &ArrayRef, index: usize) -> Value {
    match column.data_type() {
        DataType::Utf8 => json!(column.as_string::<i32>().value(index)),
        DataType::Int64 => json!(column.as_primitive::<Int64Type>().value(index)),
        DataType::Float64 => json!(column.as_primitive::<Float64Type>().value(index)),
        DataType::Boolean => json!(column.as_boolean().value(index)),
        DataType::Timestamp(..) => json!(column.as_primitive::<TimestampMicrosecondType>().value(index) as f64 / 1e6),
        DataType::List(_) => {
            let list: &ListArray = column.as_list();
            let ids = list.value(index);
            json!(ids.as_primitive::<Int64Type>().values().to_vec())
        }
        other => panic!("no kernel emits {other}"),
    }
}

/// Parameters that are numbers.
pub(super) fn parameters(numbers: &[(&str, f64)]) -> Parameters {
    Parameters(numbers.iter().map(|(name, number)| ((*name).to_owned(), ParameterValue::Number(*number))).collect())
}

/// A batch of named columns.
pub(super) fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter(columns).expect("columns of one length")
}

pub(super) fn ids(count: usize) -> ArrayRef {
    Arc::new((0..).take(count).collect::<Vec<i64>>().into_iter().collect::<Int64Array>())
}

pub(super) fn texts<'a>(values: impl Iterator<Item = &'a str>) -> ArrayRef {
    Arc::new(values.map(Some).collect::<StringArray>())
}

/// Moments as seconds since 1970.
pub(super) fn times(seconds: impl Iterator<Item = f64>) -> ArrayRef {
    Arc::new(seconds.map(|seconds| Some(micros(seconds))).collect::<TimestampMicrosecondArray>().with_timezone("UTC"))
}

/// Pushes a batch in slices of so many rows.
pub(super) fn push(run: &mut dyn KernelRun, input: usize, batch: &RecordBatch, batch_rows: usize, output: &mut Collected) {
    for start in (0..batch.num_rows()).step_by(batch_rows) {
        let slice = batch.slice(start, batch_rows.min(batch.num_rows() - start));
        run.push(input, &slice, output).expect("a push");
    }
}

/// Runs a kernel over whole inputs, in slices of so many rows.
pub(super) fn run(kernel: &dyn Kernel, parameters: &Parameters, inputs: &[RecordBatch], batch_rows: usize) -> Vec<Row> {
    let mut run = kernel.start(parameters).expect("a start");
    let mut output = Collected::default();
    for (input, batch) in inputs.iter().enumerate() {
        push(run.as_mut(), input, batch, batch_rows, &mut output);
    }
    run.finish(&mut output).expect("an end");
    output.0
}
