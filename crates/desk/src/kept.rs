//! What readers and kernels give, kept in memory: for tests and trials.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DataType, Float32Type, Float64Type, Int32Type, Int64Type, TimestampMicrosecondType};
use arrow::record_batch::RecordBatch;
use oikos_model::{StatementDraft, Timestamp};
use serde_json::{Map, Value, json};

use crate::{Kernel, KernelError, Output, Parameters, Reject, Sink, SinkError};

/// A row as a JSON object, empty cells left out.
pub type JsonRow = Map<String, Value>;

/// A sink that keeps everything.
#[derive(Default)]
pub struct KeptSink {
    /// Records, by table.
    pub batches: Vec<(&'static str, RecordBatch)>,
    /// Statements.
    pub statements: Vec<StatementDraft>,
    /// Refused rows.
    pub rejects: Vec<Reject>,
}

impl Sink for KeptSink {
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

impl KeptSink {
    /// The rows of a table.
    pub fn rows(&self, table: &str) -> Vec<JsonRow> {
        self.batches.iter().filter(|(name, _)| *name == table).flat_map(|(_, batch)| rows_of(batch)).collect()
    }

    /// The statements as (entity, kind, property, value).
    pub fn said(&self) -> Vec<(&str, &str, &str, &str)> {
        self.statements
            .iter()
            .map(|draft| (draft.entity.as_str(), draft.kind.as_str(), draft.property.as_str(), draft.value.as_str()))
            .collect()
    }
}

/// The rows of a batch.
pub fn rows_of(batch: &RecordBatch) -> Vec<JsonRow> {
    let mut rows = vec![Map::new(); batch.num_rows()];
    for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
        for (index, row) in rows.iter_mut().enumerate().filter(|(index, _)| !column.is_null(*index)) {
            row.insert(field.name().clone(), value(column, index));
        }
    }
    rows
}

/// A value; `null` for a type that no table and no kernel of the house has.
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
            Timestamp::from_microsecond(micros).map_or(Value::Null, |at| json!(at.to_string()))
        }
        _ => Value::Null,
    }
}

/// A kernel's output, kept.
#[derive(Default)]
pub struct KeptOutput(pub Vec<JsonRow>);

impl Output for KeptOutput {
    fn emit(&mut self, batch: RecordBatch) -> Result<(), KernelError> {
        self.0.extend(rows_of(&batch));
        Ok(())
    }
}

/// Runs a kernel over whole inputs, in slices of so many rows.
///
/// # Errors
/// Those of the kernel.
pub fn run_kernel(
    kernel: &dyn Kernel,
    parameters: &Parameters,
    inputs: &[RecordBatch],
    batch_rows: usize,
) -> Result<Vec<JsonRow>, KernelError> {
    let mut run = kernel.start(parameters)?;
    let mut output = KeptOutput::default();
    for (input, batch) in inputs.iter().enumerate() {
        for start in (0..batch.num_rows()).step_by(batch_rows.max(1)) {
            run.push(input, &batch.slice(start, batch_rows.min(batch.num_rows() - start)), &mut output)?;
        }
    }
    run.finish(&mut output)?;
    Ok(output.0)
}
