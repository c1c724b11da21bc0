//! Runs of detectors, checkpoints of monitors, and jobs.

use oikos_model::{ContentHash, DetectorId, RunId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{SnapshotId, StoreError};

/// One run of one detector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunRow {
    /// Identity: hash of detector, parameters, snapshot and span.
    pub id: RunId,
    /// The detector.
    pub detector: DetectorId,
    /// Hash of its file and kernels' versions.
    pub detector_hash: ContentHash,
    /// Hash of its parameters.
    pub parameter_hash: ContentHash,
    /// The state of the lake it read.
    pub snapshot: SnapshotId,
    /// The span it answers for: from here,
    pub span_from: Timestamp,
    /// up to, but not at, here.
    pub span_to: Timestamp,
    /// Findings it gave.
    pub findings: u64,
    /// When it ran.
    pub at: Timestamp,
}

/// The state of a monitor at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckpointRow {
    /// Hash of the detector's file.
    pub detector_hash: ContentHash,
    /// Hash of its parameters.
    pub parameter_hash: ContentHash,
    /// The step it is the state of.
    pub step: String,
    /// All records before this moment are in the state.
    pub fed_up_to: Timestamp,
    /// The state of the lake they were read from.
    pub snapshot: SnapshotId,
    /// The state.
    pub state: Vec<u8>,
}

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// At work.
    Running,
    /// Done.
    Done,
    /// Ended by an error.
    Failed,
    /// The node stopped while it was at work; nothing of it landed.
    Interrupted,
}

/// Long work that someone asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JobRow {
    /// Identity.
    pub id: String,
    /// `import`, `detect`, …
    pub kind: String,
    /// Where it stands.
    pub state: JobState,
    /// Units done.
    pub done: u64,
    /// Units in all, where known.
    pub total: Option<u64>,
    /// What came of it, or the error.
    pub result: serde_json::Value,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

/// Runs, checkpoints and jobs.
pub trait Runs {
    /// Records a run; the same run again replaces its row.
    ///
    /// # Errors
    /// When the database fails.
    fn put_run(&mut self, run: &RunRow) -> Result<(), StoreError>;

    /// Runs, newest first, at most `limit`.
    ///
    /// # Errors
    /// When the database fails.
    fn runs(&self, limit: usize) -> Result<Vec<RunRow>, StoreError>;

    /// The newest checkpoint of a step that was fed up to `at` or earlier.
    ///
    /// # Errors
    /// When the database fails.
    fn checkpoint(
        &self,
        detector: ContentHash,
        parameters: ContentHash,
        step: &str,
        at: Timestamp,
    ) -> Result<Option<CheckpointRow>, StoreError>;

    /// Records a checkpoint; one at the same moment is replaced.
    ///
    /// # Errors
    /// When the database fails.
    fn put_checkpoint(&mut self, checkpoint: &CheckpointRow) -> Result<(), StoreError>;

    /// Removes every checkpoint: records they were fed with were erased.
    ///
    /// # Errors
    /// When the database fails.
    fn erase_checkpoints(&mut self) -> Result<(), StoreError>;

    /// Records a job or its progress.
    ///
    /// # Errors
    /// When the database fails.
    fn put_job(&mut self, job: &JobRow) -> Result<(), StoreError>;

    /// Jobs, newest first, at most `limit`.
    ///
    /// # Errors
    /// When the database fails.
    fn jobs(&self, limit: usize) -> Result<Vec<JobRow>, StoreError>;
}
