//! What carries out a detector's steps. `lake` implements it for one session, which sees only permitted tables, columns and files.

use std::collections::BTreeMap;

use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use oikos_model::{ContentHash, ContentHasher, Marking, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Kernel, KernelError};

/// A span of world time: from here up to, but not at, there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Span {
    /// The first moment inside.
    pub from: Timestamp,
    /// The first moment after.
    pub to: Timestamp,
}

/// The value of a parameter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ParameterValue {
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// A moment; only the span's own parameters are moments.
    Time(Timestamp),
}

/// Values by name. SQL steps see them as `$name`; kernels ask for them. The span adds `$span_from`, `$span_to` and `$read_from`
/// (`span_from` less the head's lookback).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Parameters(pub BTreeMap<String, ParameterValue>);

impl Parameters {
    /// The number of this name.
    pub fn number(&self, name: &str) -> Option<f64> {
        match self.0.get(name) {
            Some(ParameterValue::Number(number)) => Some(*number),
            _ => None,
        }
    }

    /// The text of this name.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.0.get(name) {
            Some(ParameterValue::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// The moment of this name.
    pub fn time(&self, name: &str) -> Option<Timestamp> {
        match self.0.get(name) {
            Some(ParameterValue::Time(at)) => Some(*at),
            _ => None,
        }
    }

    /// A hash of the values. The span's own parameters do not count: they are the run's, not the detector's.
    pub fn hash(&self) -> ContentHash {
        let mut hasher = ContentHasher::new("parameters");
        for (name, value) in &self.0 {
            let text = match value {
                ParameterValue::Number(number) => format!("{number:?}"),
                ParameterValue::Text(text) => text.clone(),
                ParameterValue::Time(_) => continue,
            };
            hasher = hasher.field(name.as_bytes()).field(text.as_bytes());
        }
        hasher.finish()
    }
}

/// A kernel or monitor step, as the engine is asked to carry it out.
pub struct KernelStep<'a> {
    /// Name under which later steps find its output.
    pub name: &'a str,
    /// The kernel.
    pub kernel: &'a dyn Kernel,
    /// Tables or earlier steps, in the order of the kernel's inputs.
    pub inputs: &'a [String],
    /// Columns by which the first input is partitioned; empty: not partitioned.
    pub partition_by: &'a [String],
    /// Columns by which each partition, or the whole first input, is ordered.
    pub order_by: &'a [String],
    /// Parameters.
    pub parameters: &'a Parameters,
    /// The state to take up first: a monitor's.
    pub restore: Option<&'a [u8]>,
}

/// Why a step could not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The SQL is not in order, or names a table or column the session does not see.
    #[error("step {step}: {problem}")]
    Query {
        /// The step.
        step: String,
        /// What the engine says.
        problem: String,
    },
    /// The kernel could not go on.
    #[error("step {step}: {source}")]
    Kernel {
        /// The step.
        step: String,
        /// Why.
        source: KernelError,
    },
    /// Memory or time ran out.
    #[error("step {step}: {problem}")]
    Limit {
        /// The step.
        step: String,
        /// Which limit and what to do.
        problem: String,
    },
}

/// A stream of batches.
pub type Batches<'a> = Box<dyn Iterator<Item = Result<RecordBatch, EngineError>> + 'a>;

/// Carries out steps in one session over one snapshot of the lake. Steps are named; later steps read earlier ones like tables.
pub trait Engine {
    /// Makes the result of a query available under `name`, for later steps. It may run only when it is read.
    ///
    /// # Errors
    /// When the query cannot be planned.
    fn sql(&mut self, name: &str, query: &str, parameters: &Parameters) -> Result<(), EngineError>;

    /// Runs a kernel over its inputs and keeps what it emits under the step's name. Returns the state it left, if it keeps one,
    /// taken after the last input and before [`KernelRun::finish`](crate::KernelRun::finish).
    ///
    /// # Errors
    /// When an input cannot be read, the kernel fails or memory runs out.
    fn kernel(&mut self, step: &KernelStep<'_>) -> Result<Option<Vec<u8>>, EngineError>;

    /// The schema of a table or step.
    ///
    /// # Errors
    /// When there is none of this name.
    fn schema(&self, name: &str) -> Result<SchemaRef, EngineError>;

    /// Reads a table or step to its end.
    ///
    /// # Errors
    /// When there is none of this name or planning fails; an error while running comes as an item.
    fn read<'a>(&'a self, name: &str) -> Result<Batches<'a>, EngineError>;

    /// Adds a small table that is no record: a desk's reference data.
    ///
    /// # Errors
    /// When the name is taken.
    fn add_reference(&mut self, name: &str, batch: RecordBatch) -> Result<(), EngineError>;

    /// The join of the markings of every file of these tables that the session sees; `None` where there is no file.
    fn marking_of(&self, tables: &[String]) -> Option<Marking>;

    /// The snapshot the session reads.
    fn snapshot(&self) -> i64;

    /// Whether any file of these tables came after snapshot `since` and holds rows from before `before`: then a state that was fed
    /// up to `before` from the older snapshot is stale.
    fn has_late_rows(&self, tables: &[String], since: i64, before: Timestamp) -> bool;
}
