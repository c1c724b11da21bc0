//! What a node set of its detectors: enabled or not, parameters, detectors of its own; how that came about; and how their runs went.

use oikos_model::{DetectorId, LabelId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::StoreError;

/// How a node set one detector. A detector without a row is enabled and runs with its head's defaults.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DetectorRow {
    /// The detector.
    pub detector: DetectorId,
    /// Whether it runs.
    pub enabled: bool,
    /// Parameters that differ from the head's defaults, by name.
    pub parameters: serde_json::Value,
    /// The text of its file, where it is the node's own and not one that came with the program.
    pub text: Option<String>,
    /// When this was last changed.
    pub changed_at: Timestamp,
}

/// One change of a detector's settings or text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DetectorChangeRow {
    /// Number, from 1 in the whole node; 0 in a change that is being put.
    pub number: i64,
    /// The detector.
    pub detector: DetectorId,
    /// When.
    pub at: Timestamp,
    /// Who, why, and what was before and after.
    pub content: serde_json::Value,
}

/// How one run of a detector went, also where it failed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DetectorRunRow {
    /// The detector.
    pub detector: DetectorId,
    /// When it began.
    pub began_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
    /// What came of it.
    pub content: serde_json::Value,
}

/// How many own findings of a detector were first recorded on one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingsOfDay {
    /// The detector.
    pub detector: DetectorId,
    /// The day, as days since 1970-01-01 (UTC).
    pub day: i64,
    /// How many.
    pub findings: u64,
}

/// Detectors.
pub trait Detectors {
    /// Records how a detector is set; the row before is replaced.
    ///
    /// # Errors
    /// When the database fails.
    fn put_detector(&mut self, detector: &DetectorRow) -> Result<(), StoreError>;

    /// How a detector is set, if anybody ever set it.
    ///
    /// # Errors
    /// When the database fails.
    fn detector(&self, id: &DetectorId) -> Result<Option<DetectorRow>, StoreError>;

    /// Everything that was set, by id.
    ///
    /// # Errors
    /// When the database fails.
    fn detectors(&self) -> Result<Vec<DetectorRow>, StoreError>;

    /// Forgets how a detector is set; its history stays. Returns whether it was set.
    ///
    /// # Errors
    /// When the database fails.
    fn remove_detector(&mut self, id: &DetectorId) -> Result<bool, StoreError>;

    /// Records a change and gives its number. The number in `change` is ignored.
    ///
    /// # Errors
    /// When the database fails.
    fn put_detector_change(&mut self, change: &DetectorChangeRow) -> Result<i64, StoreError>;

    /// The changes of a detector, newest first, at most `limit`.
    ///
    /// # Errors
    /// When the database fails.
    fn detector_changes(&self, id: &DetectorId, limit: usize) -> Result<Vec<DetectorChangeRow>, StoreError>;

    /// Records how a run went, and forgets all but the `kept` newest of the same detector.
    ///
    /// # Errors
    /// When the database fails.
    fn put_detector_run(&mut self, run: &DetectorRunRow, kept: usize) -> Result<(), StoreError>;

    /// How a detector's last runs went, newest first, at most `limit`.
    ///
    /// # Errors
    /// When the database fails.
    fn detector_runs(&self, id: &DetectorId, limit: usize) -> Result<Vec<DetectorRunRow>, StoreError>;

    /// How many own findings with these labels were first recorded on each day from `since` on, by detector and day.
    ///
    /// # Errors
    /// When the database fails.
    fn findings_by_day(&self, labels: &[LabelId], since: Timestamp) -> Result<Vec<FindingsOfDay>, StoreError>;
}
