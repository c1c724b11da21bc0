//! Reading findings, seeing the records behind one, and deciding.

use std::collections::BTreeMap;

use oikos_lake::{ColumnsPermit, SessionLimits};
use oikos_model::{Action, Decision, DecisionKind, Finding, FindingKey, FindingState, NodeId, RecordReference, Timestamp};
use oikos_registry::{FindingQuery, ImportRow, StoredFinding, Transaction};
use serde::{Deserialize, Serialize};

use crate::release::FindingName;
use crate::sql::{ANSWER_BYTES_MAXIMUM, ROWS_MAXIMUM};
use crate::triage::{WorkRequest, WorkStep, WorkView};
use crate::{Caller, Node, NodeError, Noted};

/// Most findings one page shows.
pub(crate) const PAGE_MAXIMUM: usize = 500;

/// Which findings a person wants to see.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct FindingFilter {
    /// Only this desk's.
    pub desk: Option<String>,
    /// Only in this state: `open`, `confirmed`, `dismissed`, `superseded` or `recalled`. Absent: open and confirmed.
    pub state: Option<String>,
    /// Only received (`true`) or own (`false`) ones.
    pub received: Option<bool>,
    /// Skips so many.
    #[serde(default)]
    pub offset: usize,
    /// Shows at most so many; 100 where absent, 500 at most.
    pub limit: Option<usize>,
}

/// One line of the inbox.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct FindingSummary {
    /// The node whose finding it is.
    pub origin: String,
    /// Its key.
    pub key: String,
    /// The detector.
    pub detector: String,
    /// The desk.
    pub desk: String,
    /// One line.
    pub title: String,
    /// Beginning, RFC 3339.
    pub occurred_from: String,
    /// End, RFC 3339.
    pub occurred_to: String,
    /// Log-odds in bits that the records bear the finding out; uncalibrated unless `calibrated`.
    pub score_bits: f64,
    /// Whether the bits were calibrated against outcomes.
    pub calibrated: bool,
    /// Where it stands.
    pub state: String,
    /// Whether a partner released it.
    pub received: bool,
    /// Traffic light.
    pub tlp: String,
}

/// A page of the inbox.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct FindingPage {
    /// How many there are in all that the reader may see.
    pub total: u64,
    /// This page.
    pub findings: Vec<FindingSummary>,
}

/// A finding with its reasons, and the decisions on it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct FindingView {
    /// The line of the inbox.
    pub summary: FindingSummary,
    /// The finding itself; its evidence shows as a count until it is asked for with a purpose.
    #[schema(value_type = Object)]
    pub finding: Finding,
    /// How many records it rests on.
    pub evidence_count: usize,
    /// What the detector finds, why that matters, known false positives: its head. Absent where this node has no such detector.
    #[schema(value_type = Option<Object>)]
    pub detector: Option<oikos_desk::Head>,
    /// Decisions, oldest first.
    #[schema(value_type = Vec<Object>)]
    pub decisions: Vec<Decision>,
    /// Who works on it, the cases it is in, every act on it, and to whom it was released.
    pub work: WorkView,
}

/// A record behind a finding, with where it stood in which file.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct EvidenceRow {
    /// The table.
    pub table: String,
    /// The file it was read from; absent once erased.
    pub file: Option<String>,
    /// Line or ordinal in that file.
    pub position: u32,
    /// The record's columns.
    #[schema(value_type = Object)]
    pub record: serde_json::Value,
}

/// What a person decides.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecisionRequest {
    /// `confirm`, `dismiss` or `reopen`.
    #[schema(value_type = String)]
    pub kind: DecisionKind,
    /// Why. A dismissal needs one.
    #[serde(default)]
    pub reason: String,
}

impl Node {
    /// The inbox: findings the caller may see, strongest first.
    ///
    /// # Errors
    /// When policy refuses or the filter is not in order.
    pub fn list_findings(&self, caller: &Caller, filter: &FindingFilter) -> Result<FindingPage, NodeError> {
        let states = states_of(filter.state.as_deref())?;
        self.write(caller, Action::ReadFindings, |tx| {
            let labels = self.permitted_labels(tx, caller, Action::ReadFindings)?;
            let query = FindingQuery {
                labels: Some(&labels),
                desk: filter.desk.as_deref(),
                received: filter.received,
                states: Some(&states),
                offset: filter.offset,
                limit: filter.limit.unwrap_or(100).clamp(1, PAGE_MAXIMUM),
                ..FindingQuery::default()
            };
            let findings: Vec<FindingSummary> = tx.findings(&query)?.iter().map(summary).collect();
            let page = FindingPage { total: tx.count_findings(&query)?, findings };
            let subjects = page.findings.iter().map(|line| format!("finding:{}/{}", line.origin, line.key)).collect();
            let detail = serde_json::json!({ "desk": filter.desk, "state": filter.state, "total": page.total });
            Ok((page, Noted::about(subjects).with_detail(detail)))
        })
    }

    /// One finding with its reasons and decisions.
    ///
    /// # Errors
    /// When policy refuses, or there is none that the caller may know of.
    pub fn show_finding(&self, caller: &Caller, origin: &NodeId, key: FindingKey) -> Result<FindingView, NodeError> {
        self.write(caller, Action::ReadFindings, |tx| {
            let stored = self.visible_finding(tx, caller, Action::ReadFindings, origin, key)?;
            let decisions = tx.decisions(origin, key)?;
            let work = self.work_view(tx, caller, &stored)?;
            let head = self.loaded_detector(&stored.finding.detector);
            let view = FindingView {
                summary: summary(&stored),
                evidence_count: stored.finding.evidence.len(),
                finding: Finding { evidence: Vec::new(), ..stored.finding },
                detector: head.map(|loaded| loaded.detector.head.clone()),
                decisions,
                work,
            };
            Ok((view, Noted::about(vec![format!("finding:{origin}/{key}")])))
        })
    }

    /// The records behind a finding, for the purpose the caller named.
    ///
    /// # Errors
    /// When policy refuses, or there is no such finding that the caller may know of.
    pub fn show_evidence(&self, caller: &Caller, origin: &NodeId, key: FindingKey) -> Result<Vec<EvidenceRow>, NodeError> {
        self.write(caller, Action::ReadEvidence, |tx| {
            let stored = self.visible_finding(tx, caller, Action::ReadEvidence, origin, key)?;
            let imports = tx.imports()?;
            let rows = self.records(tx, caller, &stored.finding.evidence)?;
            let rows: Vec<EvidenceRow> =
                rows.into_iter().map(|(reference, record)| evidence_row(&imports, &reference, record)).collect();
            let detail = serde_json::json!({ "records": rows.len() });
            Ok((rows, Noted::about(vec![format!("finding:{origin}/{key}")]).with_detail(detail)))
        })
    }

    /// Records a person's decision on a finding.
    ///
    /// # Errors
    /// When policy refuses, a reason is missing or too long, or there is no such finding that the caller may know of.
    pub fn decide_finding(
        &self,
        caller: &Caller,
        origin: &NodeId,
        key: FindingKey,
        request: &DecisionRequest,
    ) -> Result<FindingSummary, NodeError> {
        let (reason, findings) = (request.reason.clone(), vec![FindingName { origin: Some(origin.clone()), key }]);
        let step = match request.kind {
            DecisionKind::Confirm => WorkStep::Confirm { reason },
            DecisionKind::Dismiss => WorkStep::Dismiss { reason },
            DecisionKind::Reopen => WorkStep::Reopen { reason },
        };
        let mut lines = self.work_on_findings(caller, &WorkRequest { findings, step })?.lines;
        lines.pop().map(|line| line.finding).ok_or_else(|| NodeError::NotFound(format!("finding {origin}/{key}")))
    }

    /// The finding, if the caller may do this with it. What may not be known of looks as if it were not there.
    pub(crate) fn visible_finding(
        &self,
        tx: &dyn Transaction,
        caller: &Caller,
        action: Action,
        origin: &NodeId,
        key: FindingKey,
    ) -> Result<StoredFinding, NodeError> {
        let not_here = || NodeError::NotFound(format!("finding {origin}/{key}"));
        let stored = tx.finding(origin, key)?.ok_or_else(not_here)?;
        let label = tx.label(stored.label)?.ok_or_else(not_here)?;
        if self.may(caller, action, &label) { Ok(stored) } else { Err(not_here()) }
    }

    /// Reads records by reference, table by table.
    pub(crate) fn records(
        &self,
        tx: &dyn Transaction,
        caller: &Caller,
        references: &[RecordReference],
    ) -> Result<Vec<(RecordReference, serde_json::Value)>, NodeError> {
        let tables: BTreeMap<String, ColumnsPermit> =
            references.iter().map(|reference| (reference.table.to_string(), ColumnsPermit::All)).collect();
        let permits = self.permits(tx, caller, Action::ReadEvidence, tables.clone())?;
        let session = self.lake().session(tx, &permits, SessionLimits::for_people()).map_err(NodeError::internal)?;
        let mut found = Vec::new();
        for table in tables.keys() {
            let ids: Vec<String> = references
                .iter()
                .filter(|reference| reference.table.as_str() == table)
                .map(|r| r.record_id.to_string())
                .collect();
            let query = format!("SELECT * FROM {table} WHERE record_id IN ({}) ORDER BY record_id", ids.join(", "));
            let result = session.query(&query, ROWS_MAXIMUM, ANSWER_BYTES_MAXIMUM).map_err(NodeError::internal)?;
            for row in crate::rows::to_json(&result)? {
                let record_id = row.get("record_id").and_then(serde_json::Value::as_i64).unwrap_or_default();
                let table = oikos_model::TableName::new(table.clone()).map_err(NodeError::internal)?;
                found.push((RecordReference { table, record_id }, row));
            }
        }
        Ok(found)
    }
}

fn evidence_row(imports: &[ImportRow], reference: &RecordReference, record: serde_json::Value) -> EvidenceRow {
    let import = imports.iter().find(|import| import.number == reference.import_number());
    EvidenceRow {
        table: reference.table.to_string(),
        file: import.map(|import| import.file_name.clone()),
        position: reference.position(),
        record,
    }
}

/// The code of a state, as the API writes it.
pub(crate) fn state_code(state: FindingState) -> &'static str {
    match state {
        FindingState::Open => "open",
        FindingState::Confirmed => "confirmed",
        FindingState::Dismissed => "dismissed",
        FindingState::Superseded => "superseded",
        FindingState::Recalled => "recalled",
    }
}

fn states_of(code: Option<&str>) -> Result<Vec<FindingState>, NodeError> {
    let all =
        [FindingState::Open, FindingState::Confirmed, FindingState::Dismissed, FindingState::Superseded, FindingState::Recalled];
    match code {
        None => Ok(vec![FindingState::Open, FindingState::Confirmed]),
        Some("all") => Ok(all.to_vec()),
        Some(code) => match all.into_iter().find(|state| state_code(*state) == code) {
            Some(state) => Ok(vec![state]),
            None => {
                Err(NodeError::Invalid(format!("there is no state {code:?}; known are all, {}", all.map(state_code).join(", "))))
            }
        },
    }
}

/// The line of the inbox.
pub(crate) fn summary(stored: &StoredFinding) -> FindingSummary {
    let finding = &stored.finding;
    FindingSummary {
        origin: finding.origin.to_string(),
        key: finding.key.to_string(),
        detector: finding.detector.to_string(),
        desk: finding.desk.clone(),
        title: finding.title.clone(),
        occurred_from: seconds(finding.occurred_from),
        occurred_to: seconds(finding.occurred_to),
        score_bits: finding.score_bits(),
        calibrated: finding.calibrated,
        state: state_code(stored.state).to_owned(),
        received: stored.received,
        tlp: finding.marking.tlp.code().to_owned(),
    }
}

/// RFC 3339 without a fraction: people do not read microseconds.
pub(crate) fn seconds(at: Timestamp) -> String {
    Timestamp::from_second(at.as_second()).unwrap_or(at).to_string()
}
