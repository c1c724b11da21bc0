//! Kernels in the engine: sorted batches in, batches out, memory on the lake's account.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::datatypes::{DataType, Schema, SchemaRef};
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatch;
use datafusion::common::Column;
use datafusion::dataframe::DataFrame;
use datafusion::datasource::MemTable;
use datafusion::execution::memory_pool::MemoryReservation;
use datafusion::logical_expr::{Expr, SortExpr};
use oikos_desk::{EngineError, KernelError, KernelStep, Output};

use crate::Session;
use crate::session::{engine_error, query_error};

/// Runs a kernel over its inputs and keeps what it emits under the step's name.
pub(crate) fn run(session: &mut Session, step: &KernelStep<'_>) -> Result<Option<Vec<u8>>, EngineError> {
    let expected = step.kernel.input_count();
    if step.inputs.len() != expected {
        let problem = format!("the kernel {} takes {expected} inputs, not {}", step.kernel.name(), step.inputs.len());
        return Err(query_error(step.name, problem));
    }
    let failed = |source| kernel_error(step.name, source);
    let mut output = KeptOutput {
        kernel: step.kernel.name(),
        schema: step.kernel.output_schema(),
        batches: Vec::new(),
        reservation: session.reservation(&format!("output of {}", step.name)),
    };
    let memory = session.reservation(&format!("kernel {}", step.kernel.name()));
    let mut run = step.kernel.start(step.parameters).map_err(failed)?;
    if let Some(state) = step.restore {
        run.restore(state).map_err(failed)?;
    }
    for (input, name) in step.inputs.iter().enumerate() {
        let first: (&[String], &[String]) = if input == 0 { (step.partition_by, step.order_by) } else { (&[], &[]) };
        let frame = sorted(step.name, session.frame(step.name, name)?, &[first.0, first.1].concat())?;
        for batch in session.batches(step.name, frame)? {
            run.push(input, &batch?, &mut output).map_err(failed)?;
            memory.try_resize(run.memory_bytes()).map_err(|error| engine_error(step.name, &error))?;
        }
    }
    let state = run.checkpoint();
    run.finish(&mut output).map_err(failed)?;
    drop((run, memory));
    let table = MemTable::try_new(output.schema, vec![output.batches]).map_err(|error| engine_error(step.name, &error))?;
    session.register(step.name, Arc::new(table))?;
    session.keep(output.reservation);
    Ok(state)
}

/// A kernel that meets one of its own limits ran into a limit; anything else is a failure of the kernel.
fn kernel_error(step: &str, source: KernelError) -> EngineError {
    match source {
        KernelError::Limit { problem, .. } => EngineError::Limit { step: step.to_owned(), problem },
        source => EngineError::Kernel { step: step.to_owned(), source },
    }
}

/// What a kernel emitted, on the lake's account.
struct KeptOutput {
    kernel: &'static str,
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
    reservation: MemoryReservation,
}

impl Output for KeptOutput {
    fn emit(&mut self, batch: RecordBatch) -> Result<(), KernelError> {
        if batch.schema().fields() != self.schema.fields() {
            let problem = format!("kernel {} emitted {:?}, not its own schema {:?}", self.kernel, batch.schema(), self.schema);
            return Err(ArrowError::SchemaError(problem).into());
        }
        self.reservation.try_grow(batch.get_array_memory_size()).map_err(|error| KernelError::Limit {
            kernel: self.kernel,
            problem: format!("what it emits does not fit in memory: {}", error.strip_backtrace()),
        })?;
        self.batches.push(batch);
        Ok(())
    }
}

/// The rows in one order, whatever files they lie in and however many threads read them: by the columns asked for, then by what
/// tells rows apart, so that the same snapshot always gives the same findings. Empty values come last.
fn sorted(step: &str, frame: DataFrame, columns: &[String]) -> Result<DataFrame, EngineError> {
    let schema = frame.schema().inner();
    let mut seen = BTreeSet::new();
    let order = columns.iter().cloned().chain(tie_breakers(schema));
    let order: Vec<SortExpr> = order
        .filter(|column| seen.insert(column.clone()))
        .map(|column| Expr::Column(Column::from_name(column)).sort(true, false))
        .collect();
    if order.is_empty() {
        return Ok(frame);
    }
    frame.sort(order).map_err(|error| engine_error(step, &error))
}

/// The record id where there is one, or else every column that has an order.
fn tie_breakers(schema: &Schema) -> Vec<String> {
    if schema.index_of("record_id").is_ok() {
        return vec!["record_id".to_owned()];
    }
    let has_order = |data_type: &DataType| data_type.is_primitive() || matches!(data_type, DataType::Utf8 | DataType::Boolean);
    schema.fields().iter().filter(|field| has_order(field.data_type())).map(|field| field.name().clone()).collect()
}
