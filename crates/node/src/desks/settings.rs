//! How a node sets a detector: parameters, enabled or disabled. Each change is an act of its own, with a reason, and can be undone.
//! Findings that are there stay as they are until the next run, which uses the new settings and answers for its whole span again.

use std::collections::BTreeMap;

use oikos_desk::ParameterValue;
use oikos_model::{Action, DetectorId};
use oikos_registry::{DetectorChangeRow, DetectorRow, Transaction};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::checked_reason;
use crate::detectors::LoadedDetector;
use crate::{Caller, DetectorPage, Node, NodeError, Noted};

/// The value of a parameter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(untagged)]
pub enum SettingValue {
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
}

impl From<&ParameterValue> for SettingValue {
    fn from(value: &ParameterValue) -> Self {
        match value {
            ParameterValue::Number(number) => Self::Number(*number),
            ParameterValue::Text(text) => Self::Text(text.clone()),
            ParameterValue::Time(at) => Self::Text(at.to_string()),
        }
    }
}

impl From<SettingValue> for ParameterValue {
    fn from(value: SettingValue) -> Self {
        match value {
            SettingValue::Number(number) => Self::Number(number),
            SettingValue::Text(text) => Self::Text(text),
        }
    }
}

/// Values by name, as a detector takes them.
pub(super) fn values(settings: &BTreeMap<String, SettingValue>) -> BTreeMap<String, ParameterValue> {
    settings.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect()
}

/// New parameters, or the undoing of an earlier change of them.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ParameterChange {
    /// Values by name; a parameter that is not named gets its default.
    #[serde(default)]
    pub values: BTreeMap<String, SettingValue>,
    /// Why.
    pub reason: String,
    /// The number of a change whose values before are to stand again; then `values` must be empty.
    #[serde(default)]
    pub undoes: Option<i64>,
}

/// Enabling or disabling.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Switch {
    /// Whether it is to run.
    pub enabled: bool,
    /// Why.
    pub reason: String,
}

impl Node {
    /// Saves a detector's parameters.
    ///
    /// # Errors
    /// When policy refuses, there is no such detector, a value is out of its range, or nothing would change.
    pub fn set_parameters(&self, caller: &Caller, id: &DetectorId, change: &ParameterChange) -> Result<DetectorPage, NodeError> {
        self.write(caller, Action::ChangeDetector, |tx| {
            let reason = checked_reason(&change.reason)?;
            let loaded = self.detector_or_not_here(id)?;
            let wanted = match change.undoes {
                Some(number) => values_before(tx, id, number, change)?,
                None => values(&change.values),
            };
            let after = differing(&loaded, wanted)?;
            if after == loaded.parameters {
                return Err(NodeError::Conflict("these are the values it has already".into()));
            }
            let mut row = row_of(tx, &loaded)?;
            row.parameters = serde_json::to_value(&after).map_err(NodeError::internal)?;
            row.changed_at = self.clock().now();
            let content = json!({ "kind": "parameters", "by": caller.actor().to_string(), "reason": reason,
                "before": loaded.parameters, "after": after, "undoes": change.undoes });
            keep(tx, &row, content)
        })?;
        self.reload_detectors()?;
        self.show_detector(caller, id)
    }

    /// Enables or disables a detector. A disabled one does not run; what it found stays.
    ///
    /// # Errors
    /// When policy refuses, there is no such detector, or it is as wanted already.
    pub fn switch_detector(&self, caller: &Caller, id: &DetectorId, switch: &Switch) -> Result<DetectorPage, NodeError> {
        self.write(caller, Action::ChangeDetector, |tx| {
            let reason = checked_reason(&switch.reason)?;
            let loaded = self.detector_or_not_here(id)?;
            let kind = if switch.enabled { "enabled" } else { "disabled" };
            if loaded.enabled == switch.enabled {
                return Err(NodeError::Conflict(format!("{id} is {kind} already")));
            }
            let row = DetectorRow { enabled: switch.enabled, changed_at: self.clock().now(), ..row_of(tx, &loaded)? };
            keep(tx, &row, json!({ "kind": kind, "by": caller.actor().to_string(), "reason": reason }))
        })?;
        self.reload_detectors()?;
        self.show_detector(caller, id)
    }
}

/// The values that stood before a change of parameters.
fn values_before(
    tx: &dyn Transaction,
    id: &DetectorId,
    number: i64,
    change: &ParameterChange,
) -> Result<BTreeMap<String, ParameterValue>, NodeError> {
    if !change.values.is_empty() {
        return Err(NodeError::Invalid("undoes: a change is undone, or values are given, not both".into()));
    }
    let undone = tx.detector_changes(id, usize::MAX)?.into_iter().find(|row| row.number == number);
    let undone = undone.filter(|row| row.content["kind"] == "parameters");
    let undone = undone.ok_or_else(|| NodeError::NotFound(format!("change {number} of the parameters of {id}")))?;
    serde_json::from_value(undone.content["before"].clone()).map_err(NodeError::internal)
}

/// The values that the head allows and that differ from its defaults.
fn differing(
    loaded: &LoadedDetector,
    wanted: BTreeMap<String, ParameterValue>,
) -> Result<BTreeMap<String, ParameterValue>, NodeError> {
    let head = &loaded.detector.head;
    oikos_desk::parameters::resolve(head, &wanted).map_err(|error| NodeError::Invalid(error.to_string()))?;
    let differs =
        |(name, value): &(String, ParameterValue)| head.parameters.get(name).is_some_and(|known| known.default != *value);
    Ok(wanted.into_iter().filter(differs).collect())
}

/// The row that says how a detector is set now.
pub(super) fn row_of(tx: &dyn Transaction, loaded: &LoadedDetector) -> Result<DetectorRow, NodeError> {
    let id = &loaded.detector.head.id;
    let fresh = || DetectorRow {
        detector: id.clone(),
        enabled: loaded.enabled,
        parameters: json!({}),
        text: None,
        changed_at: oikos_model::Timestamp::UNIX_EPOCH,
    };
    Ok(tx.detector(id)?.unwrap_or_else(fresh))
}

/// Puts a detector's row and its change; the same words go into the journal.
pub(super) fn keep(tx: &mut dyn Transaction, row: &DetectorRow, content: serde_json::Value) -> Result<((), Noted), NodeError> {
    tx.put_detector(row)?;
    note_change(tx, row, content)
}

/// Writes a change down, in the detector's history and in the journal.
pub(super) fn note_change(
    tx: &mut dyn Transaction,
    row: &DetectorRow,
    content: serde_json::Value,
) -> Result<((), Noted), NodeError> {
    let change = DetectorChangeRow { number: 0, detector: row.detector.clone(), at: row.changed_at, content: content.clone() };
    tx.put_detector_change(&change)?;
    Ok(((), Noted::about(vec![format!("detector:{}", row.detector)]).with_detail(content)))
}
