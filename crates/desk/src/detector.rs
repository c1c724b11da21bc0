//! Detectors: a head, which is the manual page, and named steps.

use std::collections::BTreeMap;

use oikos_model::{DetectorId, SelectorKind};
use serde::{Deserialize, Serialize};

/// A parameter of a detector.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParameterDefinition {
    /// Value where nobody says otherwise.
    pub default: crate::ParameterValue,
    /// Unit; the name ends in it too.
    pub unit: String,
    /// What it means.
    pub description: String,
    /// Least value allowed.
    #[serde(default)]
    pub minimum: Option<f64>,
    /// Greatest value allowed.
    #[serde(default)]
    pub maximum: Option<f64>,
}

/// A reason: a column of the last step that holds bits, and words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReasonDefinition {
    /// Name.
    pub name: String,
    /// The column that holds its bits of log-odds. Empty in a row: the reason does not apply there.
    pub bits: String,
    /// The reason in words; `{column}` is replaced by the row's value.
    pub text: String,
}

/// A selector: a column of the last step that holds a normalised identifier.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SelectorDefinition {
    /// Kind.
    pub kind: SelectorKind,
    /// The column. Empty in a row: no selector there. A list column gives several.
    pub column: String,
}

/// A fact: a column of the last step that may travel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactDefinition {
    /// Name.
    pub name: String,
    /// The column.
    pub column: String,
    /// Unit of a number.
    #[serde(default)]
    pub unit: Option<String>,
    /// The kind, if it is an identifier.
    #[serde(default)]
    pub selector: Option<SelectorKind>,
    /// Whether a change of it reopens a person's decision.
    #[serde(default)]
    pub material: bool,
}

/// Evidence: a column of the last step that holds record ids (one or a list) of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceDefinition {
    /// The table.
    pub table: String,
    /// The column.
    pub column: String,
}

/// How rows of the last step become findings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindingDefinition {
    /// Columns whose values, with the detector's id, are the finding's identity.
    pub key: Vec<String>,
    /// One line; `{column}` is replaced by the row's value.
    pub title: String,
    /// Column of the beginning.
    pub from: String,
    /// Column of the end.
    pub to: String,
    /// Columns of latitude and longitude, where it happened somewhere.
    #[serde(default)]
    pub place: Option<[String; 2]>,
    /// Log-odds in bits before any reason.
    pub prior_bits: f64,
    /// Whether the bits were calibrated against outcomes.
    #[serde(default)]
    pub calibrated: bool,
    /// Reasons for and against.
    pub reasons: Vec<ReasonDefinition>,
    /// Selectors.
    #[serde(default)]
    pub selectors: Vec<SelectorDefinition>,
    /// Facts.
    pub facts: Vec<FactDefinition>,
    /// Evidence.
    pub evidence: Vec<EvidenceDefinition>,
    /// Codes of the only purposes the findings are for. They narrow what the inputs' marking allows, and never add to it: a finding
    /// that names somebody can be stricter than the records it rests on. Empty: as the inputs' marking says.
    #[serde(default)]
    pub purposes: Vec<String>,
}

/// What a detector is, for people and for the runner: its manual page, help panel and model card.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// Id; begins with the desk's name and a dot.
    pub id: DetectorId,
    /// What it finds, in one sentence.
    pub finds: String,
    /// Why that matters, in one sentence.
    pub why: String,
    /// The law it rests on.
    pub legal_basis: String,
    /// Tables it reads. A session for it sees no others.
    pub tables: Vec<String>,
    /// Whether it also reads what partners released.
    #[serde(default)]
    pub reads_received: bool,
    /// How far before the span it reads.
    pub lookback_hours: f64,
    /// How late rows may come; a run answers only for spans that ended so long ago.
    pub lateness_hours: f64,
    /// Known false positives.
    pub false_positives: Vec<String>,
    /// Literature and standards.
    pub references: Vec<String>,
    /// Parameters by name.
    #[serde(default)]
    pub parameters: BTreeMap<String, ParameterDefinition>,
    /// How rows become findings.
    pub finding: FindingDefinition,
}

/// What a step does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum StepKind {
    /// A query over tables, references and earlier steps.
    Sql {
        /// The query.
        query: String,
    },
    /// A kernel.
    Kernel {
        /// Its name.
        kernel: String,
        /// Inputs.
        inputs: Vec<String>,
        /// Partition columns.
        partition_by: Vec<String>,
        /// Order columns.
        order_by: Vec<String>,
    },
    /// A kernel that keeps its state from run to run.
    Monitor {
        /// Its name.
        kernel: String,
        /// Inputs: exactly one.
        inputs: Vec<String>,
        /// Order columns, the time first.
        order_by: Vec<String>,
    },
}

/// A named step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Name; later steps read it like a table.
    pub name: String,
    /// What it does.
    pub kind: StepKind,
}
