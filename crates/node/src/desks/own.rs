//! Detectors of the node's own: written here, or taken in as a file from a partner. The question travels, the records do not. Whatever
//! comes in arrives disabled; a second act enables it.

use oikos_model::{Action, DetectorId, FindingState};
use oikos_registry::DetectorRow;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::settings::{keep, note_change};
use super::{checked_reason, place};
use crate::detectors::that_fit;
use crate::{Caller, DetectorPage, Node, NodeError};

/// Most detectors a node keeps of its own.
const MOST_OWN: usize = 200;

/// A detector file to keep.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnDetectorRequest {
    /// The whole text of the file.
    pub text: String,
    /// Why it is written or changed.
    pub reason: String,
    /// Who it came from, where it was not written here.
    #[serde(default)]
    pub from: Option<String>,
}

/// A detector as a file.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct DetectorFile {
    /// What to call it.
    pub name: String,
    /// Its text.
    pub text: String,
}

impl Node {
    /// Keeps a detector of the node's own, or a new version of it. It is disabled until somebody enables it, also where the version
    /// before was enabled.
    ///
    /// # Errors
    /// When policy refuses, or the file is not in order: then the error names line and column.
    pub fn keep_detector(&self, caller: &Caller, request: &OwnDetectorRequest) -> Result<DetectorPage, NodeError> {
        let id = self.write(caller, Action::WriteDetector, |tx| {
            let reason = checked_reason(&request.reason)?;
            let loaded = crate::detectors::own(&request.text)
                .map_err(|error| NodeError::Invalid(place::of_file(&error, &request.text).to_string()))?;
            let id = loaded.detector.head.id.clone();
            self.check_id_is_free(&id)?;
            let before = tx.detector(&id)?;
            let own = tx.detectors()?.iter().filter(|row| row.text.is_some()).count();
            if before.is_none() && own >= MOST_OWN {
                return Err(NodeError::Conflict(format!(
                    "a node keeps at most {MOST_OWN} detectors of its own; remove one first"
                )));
            }
            if before.as_ref().and_then(|row| row.text.as_deref()) == Some(loaded.detector.text()) {
                return Err(NodeError::Conflict(format!("{id} is here with this very text")));
            }
            let values = before.map(|row| serde_json::from_value(row.parameters)).transpose().map_err(NodeError::internal)?;
            let parameters = that_fit(&loaded.detector.head, values.unwrap_or_default());
            let row = DetectorRow {
                detector: id.clone(),
                enabled: false,
                parameters: serde_json::to_value(parameters).map_err(NodeError::internal)?,
                text: Some(loaded.detector.text().to_owned()),
                changed_at: self.clock().now(),
            };
            let from = request.from.as_deref().map(|from| from.chars().take(200).collect::<String>());
            let content = json!({ "kind": if from.is_some() { "taken_in" } else { "written" }, "by": caller.actor().to_string(),
                "reason": reason, "from": from, "text_hash": loaded.detector.text_hash });
            keep(tx, &row, content).map(|((), noted)| (id, noted))
        })?;
        self.reload_detectors()?;
        self.show_detector(caller, &id)
    }

    fn check_id_is_free(&self, id: &DetectorId) -> Result<(), NodeError> {
        match self.loaded_detector(id) {
            Some(known) if !known.own => Err(NodeError::Conflict(format!("{id} came with the program; give yours another id"))),
            _ => Ok(()),
        }
    }

    /// A detector's file, to read it, keep it or hand it to a partner. It says what is looked for, and nothing of what was found.
    ///
    /// # Errors
    /// When policy refuses or there is no such detector.
    pub fn detector_file(&self, caller: &Caller, id: &DetectorId) -> Result<DetectorFile, NodeError> {
        self.read(caller, Action::ReadDesks, |tx| {
            if let Some(loaded) = self.loaded_detector(id) {
                let name = format!("{}.md", loaded.detector.head.id);
                return Ok(DetectorFile { name, text: loaded.detector.text().to_owned() });
            }
            // One that no longer fits its desk can still be read and mended.
            let text = tx.detector(id)?.and_then(|row| row.text);
            text.map(|text| DetectorFile { name: format!("{id}.md"), text })
                .ok_or_else(|| NodeError::NotFound(format!("detector {id}")))
        })
    }

    /// Removes a detector of the node's own. What it found is superseded; its history stays.
    ///
    /// # Errors
    /// When policy refuses, it came with the program, or it is enabled.
    pub fn remove_detector(&self, caller: &Caller, id: &DetectorId, reason: &str) -> Result<(), NodeError> {
        self.write(caller, Action::ChangeDetector, |tx| {
            let reason = checked_reason(reason)?;
            let row = tx.detector(id)?.filter(|row| row.text.is_some());
            let row = row.ok_or_else(|| NodeError::NotFound(format!("detector {id} among the node's own")))?;
            if row.enabled {
                return Err(NodeError::Conflict(format!("{id} is enabled; disable it first")));
            }
            let findings = crate::detect::earlier_findings(tx, id)?;
            for key in findings.keys() {
                tx.set_finding_state(self.id(), *key, FindingState::Superseded)?;
            }
            tx.remove_detector(id)?;
            let row = DetectorRow { changed_at: self.clock().now(), ..row };
            let content = json!({ "kind": "removed", "by": caller.actor().to_string(), "reason": reason,
                "superseded": findings.len() });
            note_change(tx, &row, content)
        })?;
        self.reload_detectors()
    }
}
