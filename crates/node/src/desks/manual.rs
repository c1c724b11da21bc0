//! A detector's manual page: its head with all fields, its steps, its parameters with the node's own values, and its history.

use oikos_desk::{Head, ParameterDefinition, Step, StepKind};
use oikos_model::{Action, DetectorId};
use oikos_registry::DetectorChangeRow;
use serde::Serialize;

use super::card::{RunStatus, run_status};
use super::settings::SettingValue;
use crate::detectors::LoadedDetector;
use crate::{Caller, Node, NodeError};

/// Most changes and runs that a page shows.
const MOST_SHOWN: usize = 50;

/// Everything about one detector.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct DetectorPage {
    /// Id.
    pub id: String,
    /// Its desk.
    pub desk: String,
    /// Title.
    pub title: String,
    /// What it finds.
    pub finds: String,
    /// Why that matters.
    pub why: String,
    /// The law it rests on.
    pub legal_basis: String,
    /// Tables it reads.
    pub tables: Vec<String>,
    /// Whether it also reads what partners released.
    pub reads_received: bool,
    /// How far before the span it reads.
    pub lookback_hours: f64,
    /// How late rows may come.
    pub lateness_hours: f64,
    /// Known false positives.
    pub false_positives: Vec<String>,
    /// Literature and standards.
    pub references: Vec<String>,
    /// Columns that make two findings the same.
    pub key: Vec<String>,
    /// The title of a finding, with columns in braces.
    pub finding_title: String,
    /// Log-odds in bits before any reason.
    pub prior_bits: f64,
    /// Whether the bits were calibrated against outcomes.
    pub calibrated: bool,
    /// Reasons for and against.
    pub reasons: Vec<ReasonView>,
    /// What may travel.
    pub facts: Vec<FactView>,
    /// Identifiers a finding names, by kind.
    pub selectors: Vec<KeyedColumn>,
    /// Records a finding rests on, by table.
    pub evidence: Vec<KeyedColumn>,
    /// Parameters.
    pub parameters: Vec<ParameterView>,
    /// Steps in order.
    pub steps: Vec<StepView>,
    /// The prose of its file, as Markdown with its steps.
    pub manual: String,
    /// Whether it is the node's own.
    pub own: bool,
    /// Whether it runs.
    pub enabled: bool,
    /// Hash of its file.
    pub text_hash: String,
    /// Hash of its parameters as the node set them: a run names both.
    pub parameter_hash: String,
    /// Changes of its settings and text, newest first.
    pub changes: Vec<ChangeView>,
    /// Its last runs, newest first.
    pub runs: Vec<RunStatus>,
}

/// A reason.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ReasonView {
    /// Name.
    pub name: String,
    /// The column with its bits.
    pub bits: String,
    /// In words, with columns in braces.
    pub text: String,
}

/// A fact.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct FactView {
    /// Name.
    pub name: String,
    /// The column.
    pub column: String,
    /// Unit.
    pub unit: Option<String>,
    /// The kind, if it is an identifier.
    pub selector: Option<String>,
    /// Whether a change of it reopens a person's decision.
    pub material: bool,
}

/// A column and what it holds: a kind of identifier, or records of a table.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct KeyedColumn {
    /// The kind or the table.
    pub of: String,
    /// The column.
    pub column: String,
}

/// A parameter with the node's value.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ParameterView {
    /// Name.
    pub name: String,
    /// What it means.
    pub description: String,
    /// Unit.
    pub unit: String,
    /// Value where nobody says otherwise.
    pub default: SettingValue,
    /// The value with which it runs at this node.
    pub value: SettingValue,
    /// Least value allowed.
    pub minimum: Option<f64>,
    /// Greatest value allowed.
    pub maximum: Option<f64>,
}

/// A step.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct StepView {
    /// Name.
    pub name: String,
    /// `sql`, `kernel` or `monitor`.
    pub kind: String,
    /// The query, or what the kernel is given.
    pub text: String,
}

/// A change of a detector.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ChangeView {
    /// Number.
    pub number: i64,
    /// When, RFC 3339.
    pub at: String,
    /// Who.
    pub by: String,
    /// `parameters`, `enabled`, `disabled`, `written`, `taken_in` or `removed`.
    pub kind: String,
    /// Why.
    pub reason: String,
    /// Parameters before, where they changed.
    #[schema(value_type = Option<Object>)]
    pub before: Option<serde_json::Value>,
    /// Parameters after.
    #[schema(value_type = Option<Object>)]
    pub after: Option<serde_json::Value>,
    /// Hash of the text that was written or taken in.
    pub text_hash: Option<String>,
    /// The change that this one undid.
    pub undoes: Option<i64>,
}

impl Node {
    /// One detector's manual page.
    ///
    /// # Errors
    /// When policy refuses or there is no such detector.
    pub fn show_detector(&self, caller: &Caller, id: &DetectorId) -> Result<DetectorPage, NodeError> {
        let sees_failures = self.may_detect(caller);
        self.read(caller, Action::ReadDesks, |tx| {
            let loaded = self.detector_or_not_here(id)?;
            let changes = tx.detector_changes(id, MOST_SHOWN)?.into_iter().map(change).collect();
            let runs = tx.detector_runs(id, MOST_SHOWN)?.into_iter().map(|run| run_status(run, sees_failures)).collect();
            page(&loaded, changes, runs)
        })
    }
}

fn page(loaded: &LoadedDetector, changes: Vec<ChangeView>, runs: Vec<RunStatus>) -> Result<DetectorPage, NodeError> {
    let detector = &loaded.detector;
    let Head { id, finds, why, legal_basis, tables, reads_received, lookback_hours, lateness_hours, .. } = detector.head.clone();
    let Head { false_positives, references, finding, .. } = detector.head.clone();
    let resolved = oikos_desk::parameters::resolve(&detector.head, &loaded.parameters).map_err(NodeError::internal)?;
    let value = |name: &str, definition: &ParameterDefinition| resolved.0.get(name).unwrap_or(&definition.default).into();
    Ok(DetectorPage {
        id: id.to_string(),
        desk: loaded.desk.name.to_owned(),
        title: detector.title.clone(),
        finds,
        why,
        legal_basis,
        tables,
        reads_received,
        lookback_hours,
        lateness_hours,
        false_positives,
        references,
        key: finding.key,
        finding_title: finding.title,
        prior_bits: finding.prior_bits,
        calibrated: finding.calibrated,
        reasons: finding.reasons.into_iter().map(|one| ReasonView { name: one.name, bits: one.bits, text: one.text }).collect(),
        facts: finding
            .facts
            .into_iter()
            .map(|fact| FactView {
                name: fact.name,
                column: fact.column,
                unit: fact.unit,
                selector: fact.selector.map(|kind| kind.code().to_owned()),
                material: fact.material,
            })
            .collect(),
        selectors: finding
            .selectors
            .into_iter()
            .map(|one| KeyedColumn { of: one.kind.code().to_owned(), column: one.column })
            .collect(),
        evidence: finding.evidence.into_iter().map(|one| KeyedColumn { of: one.table, column: one.column }).collect(),
        parameters: detector
            .head
            .parameters
            .iter()
            .map(|(name, definition)| ParameterView {
                name: name.clone(),
                description: definition.description.clone(),
                unit: definition.unit.clone(),
                default: (&definition.default).into(),
                value: value(name, definition),
                minimum: definition.minimum,
                maximum: definition.maximum,
            })
            .collect(),
        steps: detector.steps.iter().map(step).collect(),
        manual: detector.manual.clone(),
        own: loaded.own,
        enabled: loaded.enabled,
        text_hash: detector.text_hash.to_string(),
        parameter_hash: resolved.hash().to_string(),
        changes,
        runs,
    })
}

fn step(step: &Step) -> StepView {
    let list =
        |label: &str, items: &[String]| if items.is_empty() { String::new() } else { format!("\n{label}: {}", items.join(", ")) };
    let (kind, text) = match &step.kind {
        StepKind::Sql { query } => ("sql", query.clone()),
        StepKind::Kernel { kernel, inputs, partition_by, order_by } => {
            let lists = [list("inputs", inputs), list("partition_by", partition_by), list("order_by", order_by)];
            ("kernel", format!("run: {kernel}{}", lists.concat()))
        }
        StepKind::Monitor { kernel, inputs, order_by } => {
            ("monitor", format!("run: {kernel}{}{}", list("inputs", inputs), list("order_by", order_by)))
        }
    };
    StepView { name: step.name.clone(), kind: kind.to_owned(), text }
}

fn change(row: DetectorChangeRow) -> ChangeView {
    let text = |name: &str| row.content[name].as_str().map(str::to_owned);
    let value = |name: &str| Some(row.content[name].clone()).filter(|value| !value.is_null());
    ChangeView {
        number: row.number,
        at: row.at.to_string(),
        by: text("by").unwrap_or_default(),
        kind: text("kind").unwrap_or_default(),
        reason: text("reason").unwrap_or_default(),
        before: value("before"),
        after: value("after"),
        text_hash: text("text_hash"),
        undoes: row.content["undoes"].as_i64(),
    }
}
