//! What a desk is: tables, readers, kernels and detectors; and how a detector runs.
//!
//! A desk is data and pure functions. It does not know the query engine, the registry or the node: a reader pushes rows into a
//! [`Sink`], a kernel turns Arrow batches into Arrow batches, and a detector is a file of named steps that an [`Engine`] carries out.
//! `lake` implements the engine; `node` implements the sink.

mod cells;
mod check;
pub mod collected;
pub mod corpus;
mod desk;
mod detector;
mod detector_file;
mod engine;
mod findings;
pub mod graph;
pub mod intake;
mod kernel;
pub mod kernel_input;
#[cfg(test)]
mod newcomer;
pub mod parameters;
mod reader;
pub mod reading;
pub mod render;
mod row_batch;
mod runner;
mod supersession;
mod table;
mod template;
#[cfg(test)]
mod testing;
mod units;

pub use check::{DeskError, check};
pub use desk::{DatasetDefinition, Desk, ReferenceTable};
pub use detector::{
    EvidenceDefinition, FactDefinition, FindingDefinition, Head, ParameterDefinition, ReasonDefinition, SelectorDefinition, Step,
    StepKind,
};
pub use detector_file::{Detector, DetectorError, detectors_of};
pub use engine::{Batches, Engine, EngineError, KernelStep, ParameterValue, Parameters, Span};
pub use findings::{MOST_FINDINGS, MOST_LISTED};
pub use kernel::{Kernel, KernelError, KernelRun, Output};
pub use reader::{Coverage, Format, ReadError, ReadSummary, Reader, Reject, Sink, SinkError, Source};
pub use row_batch::{BATCH_ROWS, CellValue, RowBatch, schema_of};
pub use runner::{Checkpoint, RunError, RunOutcome, RunRequest, run_detector, try_steps};
pub use supersession::{Supersession, material_changes, supersession};
pub use table::{Column, ColumnType, TableDefinition};
