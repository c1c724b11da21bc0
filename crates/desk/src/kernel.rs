//! Kernels: numeric and graph functions, Arrow batches in, Arrow batches out, streaming, without I/O.

use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;

use crate::Parameters;

/// Why a kernel cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum KernelError {
    /// A column it needs is missing or has another type.
    #[error("kernel {kernel}: input {input} needs the column {column} of type {expected}")]
    Column {
        /// The kernel.
        kernel: &'static str,
        /// Which input, from 0.
        input: usize,
        /// The column.
        column: String,
        /// The type it must have.
        expected: String,
    },
    /// A parameter is missing or out of its range.
    #[error("kernel {kernel}: parameter {parameter}: {problem}")]
    Parameter {
        /// The kernel.
        kernel: &'static str,
        /// The parameter.
        parameter: String,
        /// What is wrong.
        problem: String,
    },
    /// A limit was reached.
    #[error("kernel {kernel}: {problem}")]
    Limit {
        /// The kernel.
        kernel: &'static str,
        /// Which limit and what to do.
        problem: String,
    },
    /// A checkpoint does not read back.
    #[error("kernel {kernel}: its checkpoint cannot be read ({problem}); it is rebuilt by replay")]
    Checkpoint {
        /// The kernel.
        kernel: &'static str,
        /// What is wrong.
        problem: String,
    },
    /// Arrow refused.
    #[error("arrow: {0}")]
    Arrow(#[from] arrow::error::ArrowError),
}

/// Where a kernel's output goes.
pub trait Output {
    /// Takes a batch of the kernel's output schema.
    ///
    /// # Errors
    /// When the engine's memory limit is reached.
    fn emit(&mut self, batch: RecordBatch) -> Result<(), KernelError>;
}

/// A numeric or graph function, registered under the same name in every worker.
pub trait Kernel: Send + Sync {
    /// The name by which steps call it, for example `ais_gaps`.
    fn name(&self) -> &'static str;

    /// How many inputs it takes. They are pushed one after the other, each to its end.
    fn input_count(&self) -> usize {
        1
    }

    /// The schema of what it emits.
    fn output_schema(&self) -> SchemaRef;

    /// Starts it with these parameters.
    ///
    /// # Errors
    /// When a parameter is missing or out of its range.
    fn start(&self, parameters: &Parameters) -> Result<Box<dyn KernelRun>, KernelError>;
}

/// A kernel at work. With `partition_by`, the engine hands in rows ordered by (`partition_by`, `order_by`), and the kernel sees to the
/// change of partition itself: it reads the partition columns like any other. A `monitor` step gets rows ordered by `order_by` alone.
pub trait KernelRun: Send {
    /// Takes a batch of input `input`.
    ///
    /// # Errors
    /// When a column is missing or a limit is reached.
    fn push(&mut self, input: usize, batch: &RecordBatch, output: &mut dyn Output) -> Result<(), KernelError>;

    /// Hears that there is no more input for now. A monitor emits what is still open as it stands; it may be pushed to again after being restored.
    ///
    /// # Errors
    /// When a limit is reached.
    fn finish(&mut self, output: &mut dyn Output) -> Result<(), KernelError>;

    /// Bytes it holds, for the engine's memory reservation.
    fn memory_bytes(&self) -> usize;

    /// Its state, if it is a monitor's kernel. The same input always gives the same bytes, whatever the size of the batches.
    fn checkpoint(&self) -> Option<Vec<u8>> {
        None
    }

    /// Takes up a state that [`checkpoint`](Self::checkpoint) gave.
    ///
    /// # Errors
    /// When the bytes do not read back.
    fn restore(&mut self, _state: &[u8]) -> Result<(), KernelError> {
        Err(KernelError::Checkpoint { kernel: "unknown", problem: "this kernel keeps no state".into() })
    }
}
