//! Keeps what a reader or a kernel gives and shows it as JSON rows: for tests, and for looking at a small file.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DataType, Float32Type, Float64Type, Int32Type, Int64Type, TimestampMicrosecondType};
use arrow::record_batch::RecordBatch;
use oikos_model::{StatementDraft, Timestamp};
use serde_json::{Map, Value, json};

use crate::{Kernel, KernelError, Output, Parameters, Reject, Sink, SinkError};

/// A row as a JSON object, empty cells left out.
pub type JsonRow = Map<String, Value>;

/// A sink that keeps everything.
#[derive(Debug, Default)]
pub struct CollectedSink {
    /// Batches with the table each is of.
    pub batches: Vec<(&'static str, RecordBatch)>,
    /// Statements.
    pub statements: Vec<StatementDraft>,
    /// Refused rows.
    pub rejects: Vec<Reject>,
}

impl CollectedSink {
    /// The rows of a table, empty cells left out.
    pub fn rows(&self, table: &str) -> Vec<JsonRow> {
        self.batches.iter().filter(|(name, _)| *name == table).flat_map(|(_, batch)| json_rows(batch)).collect()
    }

    /// The statements as (entity, kind, property, value).
    pub fn said(&self) -> Vec<(&str, &str, &str, &str)> {
        self.statements
            .iter()
            .map(|draft| (draft.entity.as_str(), draft.kind.as_str(), draft.property.as_str(), draft.value.as_str()))
            .collect()
    }
}

impl Sink for CollectedSink {
    fn records(&mut self, table: &'static str, batch: RecordBatch) -> Result<(), SinkError> {
        self.batches.push((table, batch));
        Ok(())
    }

    fn statements(&mut self, statements: Vec<StatementDraft>) -> Result<(), SinkError> {
        self.statements.extend(statements);
        Ok(())
    }

    fn reject(&mut self, reject: Reject) -> Result<(), SinkError> {
        self.rejects.push(reject);
        Ok(())
    }

    fn progress(&mut self, _bytes_read: u64) {}
}

/// An output that keeps everything.
#[derive(Debug, Default)]
pub struct CollectedOutput(pub Vec<RecordBatch>);

impl Output for CollectedOutput {
    fn emit(&mut self, batch: RecordBatch) -> Result<(), KernelError> {
        self.0.push(batch);
        Ok(())
    }
}

/// Runs a kernel over whole inputs and gives its rows. The inputs are pushed in slices of `batch_rows`, as an engine might.
///
/// # Errors
/// When the kernel fails.
pub fn run_kernel(
    kernel: &dyn Kernel,
    parameters: &Parameters,
    inputs: &[RecordBatch],
    batch_rows: usize,
) -> Result<Vec<JsonRow>, KernelError> {
    let mut run = kernel.start(parameters)?;
    let mut output = CollectedOutput::default();
    for (input, batch) in inputs.iter().enumerate() {
        for start in (0..batch.num_rows()).step_by(batch_rows.max(1)) {
            let slice = batch.slice(start, batch_rows.max(1).min(batch.num_rows() - start));
            run.push(input, &slice, &mut output)?;
        }
    }
    run.finish(&mut output)?;
    Ok(output.0.iter().flat_map(json_rows).collect())
}

/// The rows of a batch as JSON objects, empty cells left out; a value of a type that no table and no kernel has is shown as text.
pub fn json_rows(batch: &RecordBatch) -> Vec<JsonRow> {
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
        DataType::Int32 => json!(column.as_primitive::<Int32Type>().value(index)),
        DataType::Float64 => json!(column.as_primitive::<Float64Type>().value(index)),
        DataType::Float32 => json!(column.as_primitive::<Float32Type>().value(index)),
        DataType::Boolean => json!(column.as_boolean().value(index)),
        DataType::Timestamp(..) => {
            let micros = column.as_primitive::<TimestampMicrosecondType>().value(index);
            json!(Timestamp::from_microsecond(micros).map_or_else(|_| micros.to_string(), |at| at.to_string()))
        }
        DataType::List(_) => {
            let items = column.as_list::<i32>().value(index);
            (0..items.len()).map(|item| value(&items, item)).collect()
        }
        other => json!(other.to_string()),
    }
}
