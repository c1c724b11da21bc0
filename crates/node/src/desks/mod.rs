//! Desks as people see them: what comes in, what their detectors look for, how these are set, and what a change of it would do.

mod card;
mod manual;
mod own;
mod place;
mod preview;
mod settings;
mod trial;

pub use card::{DatasetStatus, DeskStatus, DetectorStatus, FormatView, RunStatus, TableColumnView, TableView, VolumeOfDay};
pub use manual::{ChangeView, DetectorPage, FactView, KeyedColumn, ParameterView, ReasonView, StepView};
pub use own::{DetectorFile, OwnDetectorRequest};
pub use preview::{Preview, PreviewProblem, PreviewRequest};
pub use settings::{ParameterChange, SettingValue, Switch};
pub(crate) use trial::Trials;
pub use trial::{TrialCost, TrialLine, TrialPart, TrialReport, TrialRequest, TrialSummary, TriedParameter};

use std::sync::Arc;

use oikos_model::DetectorId;

use crate::detectors::LoadedDetector;
use crate::{Node, NodeError};

/// Longest reason for a change, bytes.
const LONGEST_REASON_BYTES: usize = 1_000;

impl Node {
    /// The detector of this id, or that it is not here.
    fn detector_or_not_here(&self, id: &DetectorId) -> Result<Arc<LoadedDetector>, NodeError> {
        self.loaded_detector(id).ok_or_else(|| NodeError::NotFound(format!("detector {id}")))
    }
}

/// A reason that says something and is not too long.
fn checked_reason(reason: &str) -> Result<&str, NodeError> {
    let reason = reason.trim();
    if reason.is_empty() || reason.len() > LONGEST_REASON_BYTES {
        return Err(NodeError::Invalid(format!("reason: say why, in 1 to {LONGEST_REASON_BYTES} bytes")));
    }
    Ok(reason)
}
