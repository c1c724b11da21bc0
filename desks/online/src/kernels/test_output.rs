//! Runs kernels in tests: rows in, JSON rows out.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int64Array, ListArray, StringArray, TimestampMicrosecondArray};
use arrow::datatypes::{DataType, Float64Type, Int64Type, TimestampMicrosecondType};
use arrow::record_batch::RecordBatch;
use oikos_desk::{Kernel, KernelError, KernelRun, Output, ParameterValue, Parameters};
use serde_json::{Map, Value, json};

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
            let items = list.value(index);
            Value::Array((0..items.len()).map(|item| value(&items, item)).collect())
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

pub(super) fn whole(values: impl Iterator<Item = i64>) -> ArrayRef {
    Arc::new(values.collect::<Int64Array>())
}

pub(super) fn texts<'a>(values: impl Iterator<Item = &'a str>) -> ArrayRef {
    Arc::new(values.map(Some).collect::<StringArray>())
}

/// Moments as seconds since 1970.
pub(super) fn times(seconds: impl Iterator<Item = f64>) -> ArrayRef {
    Arc::new(seconds.map(|seconds| Some((seconds * 1e6) as i64)).collect::<TimestampMicrosecondArray>().with_timezone("UTC"))
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

/// Numbers that depend on the seed only (SplitMix64).
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x2545_f491_4f6c_dd1d))
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    pub(super) fn below(&mut self, count: usize) -> usize {
        (self.next() % count as u64) as usize
    }
}
