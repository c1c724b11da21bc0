//! Running detectors: choose the span, open a session that sees only what policy permits, run the steps, and put findings, run,
//! checkpoint and journal entry in one transaction.

use std::collections::BTreeMap;
use std::sync::Arc;

use oikos_desk::{ParameterValue, RunOutcome, RunRequest, Span};
use oikos_lake::{ColumnsPermit, SessionLimits};
use oikos_model::{
    Action, Actor, ContentHash, ContentHasher, Decision, DecisionKind, DetectorId, Finding, FindingKey, FindingState, Label,
    LabelId, LegalBasis, Purpose, RunId, Scope, Timestamp,
};
use oikos_registry::{CheckpointRow, DetectorRunRow, FindingOutcome, FindingQuery, RunRow, SnapshotId, Transaction};
use serde::Serialize;

use crate::detectors::LoadedDetector;
use crate::{Caller, Node, NodeError, Noted};

/// How many runs of each detector are kept.
const RUNS_KEPT: usize = 50;
/// How much of what a failed run says is kept.
const FAILURE_CHARACTERS: usize = 500;

/// What to run.
#[derive(Debug, Clone, Default)]
pub struct DetectRequest {
    /// Only this detector; `None`: all of them.
    pub detector: Option<DetectorId>,
    /// The span's beginning; `None`: where the last run ended, or earlier where rows came late.
    pub from: Option<Timestamp>,
    /// The span's end; `None`: behind the newest row, less the detector's lateness measured from now.
    pub to: Option<Timestamp>,
    /// Parameters for this run alone, where they differ from what the node saved.
    pub parameters: BTreeMap<String, ParameterValue>,
}

/// What one run gave.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct RunReport {
    /// The detector.
    pub detector: String,
    /// Identity of the run; absent where there was nothing to answer for.
    pub run: Option<String>,
    /// The span it answers for: from here,
    pub from: Option<String>,
    /// up to here.
    pub to: Option<String>,
    /// Findings that were not there before.
    pub new: u64,
    /// Findings that were there with other content.
    pub revised: u64,
    /// Findings that were there as they are.
    pub unchanged: u64,
    /// Findings that no longer follow from the records.
    pub superseded: u64,
}

impl Node {
    /// Runs detectors. `progress` hears (detectors done, detectors in all).
    ///
    /// # Errors
    /// When policy refuses, there is no such detector, a parameter is out of range, or a step fails; findings of earlier detectors stay.
    pub fn detect(
        &self,
        caller: &Caller,
        request: &DetectRequest,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<Vec<RunReport>, NodeError> {
        let chosen = self.chosen(request)?;
        let mut reports = Vec::with_capacity(chosen.len());
        for (done, loaded) in chosen.iter().enumerate() {
            progress(done as u64, chosen.len() as u64);
            let began_at = self.clock().now();
            let outcome = self.detect_one(caller, loaded, request);
            self.note_run(loaded, began_at, &outcome)?;
            reports.push(outcome?);
        }
        progress(chosen.len() as u64, chosen.len() as u64);
        Ok(reports)
    }

    /// The enabled detectors, or the one that was named.
    fn chosen(&self, request: &DetectRequest) -> Result<Vec<Arc<LoadedDetector>>, NodeError> {
        let Some(id) = &request.detector else {
            return Ok(self.detectors().into_iter().filter(|loaded| loaded.enabled).collect());
        };
        let Some(loaded) = self.loaded_detector(id) else {
            let known: Vec<String> = self.detectors().iter().map(|loaded| loaded.detector.head.id.to_string()).collect();
            return Err(NodeError::Invalid(format!("there is no such detector; known are {}", known.join(", "))));
        };
        if !loaded.enabled {
            return Err(NodeError::Conflict(format!("{id} is disabled; enable it first")));
        }
        Ok(vec![loaded])
    }

    /// Keeps how a run went, also where it failed. A refusal is in the journal, and is no run.
    fn note_run(
        &self,
        loaded: &LoadedDetector,
        began_at: Timestamp,
        outcome: &Result<RunReport, NodeError>,
    ) -> Result<(), NodeError> {
        let content = match outcome {
            Ok(report) => serde_json::to_value(report).map_err(NodeError::internal)?,
            Err(NodeError::Denied(_) | NodeError::PurposeRequired(_)) => return Ok(()),
            Err(error) => serde_json::json!({ "failed": error.to_string().chars().take(FAILURE_CHARACTERS).collect::<String>() }),
        };
        let detector = loaded.detector.head.id.clone();
        let row = DetectorRunRow { detector, began_at, ended_at: self.clock().now(), content };
        self.housekeeping(Action::Detect, |tx| Ok(tx.put_detector_run(&row, RUNS_KEPT)?))
    }

    fn detect_one(&self, caller: &Caller, loaded: &LoadedDetector, request: &DetectRequest) -> Result<RunReport, NodeError> {
        let caller = detection_caller(caller, loaded)?;
        let head = &loaded.detector.head;
        let act = self.authorise(&caller, Action::Detect)?;
        let mut values = loaded.parameters.clone();
        values.extend(request.parameters.clone());
        let parameters = oikos_desk::parameters::resolve(head, &values).map_err(|error| NodeError::Invalid(error.to_string()))?;
        let tx = self.store().snapshot(&act)?;
        let Some(span) = self.span_of(tx.as_ref(), loaded, parameters.hash(), request)? else {
            return Ok(RunReport::nothing(&head.id));
        };
        let tables = head.tables.iter().map(|table| (table.clone(), ColumnsPermit::All)).collect();
        let permits = self.permits(tx.as_ref(), &caller, Action::Detect, tables)?;
        let mut session =
            self.lake().session(tx.as_ref(), &permits, SessionLimits::for_detectors()).map_err(NodeError::internal)?;
        let snapshot = oikos_desk::Engine::snapshot(&session);
        let run = run_id(loaded, parameters.hash(), snapshot, span);
        let checkpoint = monitor_checkpoint(tx.as_ref(), loaded, parameters.hash(), span)?;
        let run_request = RunRequest { origin: self.id().clone(), span, parameters: parameters.clone(), run, checkpoint };
        let outcome = oikos_desk::run_detector(&mut session, loaded.desk, &loaded.detector, &run_request)
            .map_err(|error| NodeError::Invalid(format!("{}: {error}", head.id)))?;
        drop(session);
        drop(tx);
        self.write(&caller, Action::Detect, |tx| {
            let row = RunRow {
                id: run,
                detector: head.id.clone(),
                detector_hash: loaded.detector.text_hash,
                parameter_hash: parameters.hash(),
                snapshot,
                span_from: span.from,
                span_to: span.to,
                findings: outcome.findings.len() as u64,
                at: act.at,
            };
            let report = self.land_run(tx, loaded, &row, &outcome)?;
            let detail = serde_json::json!({ "detector": head.id, "from": span.from, "to": span.to, "snapshot": snapshot,
                "new": report.new, "revised": report.revised, "superseded": report.superseded });
            Ok((report, Noted::about(vec![format!("run:{run}")]).with_detail(detail)))
        })
    }

    /// The span a run answers for, or `None` where there is no row to answer for.
    pub(crate) fn span_of(
        &self,
        tx: &dyn Transaction,
        loaded: &LoadedDetector,
        parameter_hash: ContentHash,
        request: &DetectRequest,
    ) -> Result<Option<Span>, NodeError> {
        let head = &loaded.detector.head;
        let snapshot = tx.current_snapshot()?;
        let mut files = Vec::new();
        for table in &head.tables {
            let table = oikos_model::TableName::new(table).map_err(NodeError::internal)?;
            files.extend(tx.data_files(&table, snapshot)?.into_iter().filter(|file| file.time_maximum.is_some()));
        }
        let last = tx
            .runs(usize::MAX)?
            .into_iter()
            .filter(|run| run.detector == head.id && run.parameter_hash == parameter_hash)
            .filter(|run| run.detector_hash == loaded.detector.text_hash)
            .max_by_key(|run| run.span_to);
        // Rows that came after the last run and belong before its end are late: the span goes back to them.
        let unanswered = |run: &RunRow| {
            let late = files.iter().filter(|file| file.begin_snapshot > run.snapshot).filter_map(|file| file.time_minimum).min();
            late.map_or(run.span_to, |late| late.min(run.span_to))
        };
        let from = request.from.or(last.as_ref().map(unanswered)).or(files.iter().filter_map(|file| file.time_minimum).min());
        let newest = files.iter().filter_map(|file| file.time_maximum).max();
        let to = request.to.or_else(|| self.latest_answer(newest?, head.lateness_hours));
        Ok(match (from, to) {
            (Some(from), Some(to)) if from < to => Some(Span { from, to }),
            _ => None,
        })
    }

    /// Behind the newest row, but no later than the clock less the detector's lateness.
    fn latest_answer(&self, newest: Timestamp, lateness_hours: f64) -> Option<Timestamp> {
        let behind_newest = newest.checked_add(jiff::SignedDuration::from_micros(1)).ok()?;
        let lateness = jiff::SignedDuration::try_from_secs_f64(lateness_hours * 3600.0).ok()?;
        Some(behind_newest.min(self.clock().now().checked_sub(lateness).ok()?))
    }

    fn land_run(
        &self,
        tx: &mut dyn Transaction,
        loaded: &LoadedDetector,
        row: &RunRow,
        outcome: &RunOutcome,
    ) -> Result<RunReport, NodeError> {
        let head = &loaded.detector.head;
        let mut report = RunReport {
            run: Some(row.id.to_string()),
            from: Some(row.span_from.to_string()),
            to: Some(row.span_to.to_string()),
            ..RunReport::nothing(&head.id)
        };
        let span = Span { from: row.span_from, to: row.span_to };
        let earlier = earlier_findings(tx, &head.id)?;
        let plan = oikos_desk::supersession(&earlier, &outcome.findings, span);
        for key in &plan.superseded {
            tx.set_finding_state(self.id(), *key, FindingState::Superseded)?;
            report.superseded += 1;
        }
        for finding in outcome.findings.iter().filter(|finding| !plan.outlived.contains(&finding.key)) {
            self.reopen_on_material_change(tx, loaded, finding, row.at)?;
            let label = self.label_of(tx, finding)?;
            match tx.put_finding(finding, label, false, row.at)? {
                FindingOutcome::New => report.new += 1,
                FindingOutcome::Revised => report.revised += 1,
                FindingOutcome::Unchanged => report.unchanged += 1,
            }
        }
        tx.put_run(row)?;
        for checkpoint in &outcome.checkpoints {
            tx.put_checkpoint(&CheckpointRow {
                detector_hash: row.detector_hash,
                parameter_hash: row.parameter_hash,
                step: checkpoint.step.clone(),
                fed_up_to: checkpoint.fed_up_to,
                snapshot: checkpoint.snapshot,
                state: checkpoint.state.clone(),
            })?;
        }
        Ok(report)
    }

    /// A decision stays with a finding's key, until a fact that the head calls material changes.
    fn reopen_on_material_change(
        &self,
        tx: &mut dyn Transaction,
        loaded: &LoadedDetector,
        finding: &Finding,
        at: Timestamp,
    ) -> Result<(), NodeError> {
        let Some(before) = tx.finding(self.id(), finding.key)? else { return Ok(()) };
        if !matches!(before.state, FindingState::Confirmed | FindingState::Dismissed) {
            return Ok(());
        }
        let changed = oikos_desk::material_changes(&loaded.detector.head.finding, &before.finding, finding);
        if changed.is_empty() {
            return Ok(());
        }
        tx.put_decision(&Decision {
            key: finding.key,
            origin: self.id().clone(),
            revision: finding.revision(),
            kind: DecisionKind::Reopen,
            reason: format!("changed since the decision: {}", changed.join(", ")),
            actor: Actor::Node(self.id().clone()),
            at,
            label: before.label,
        })?;
        tx.set_finding_state(self.id(), finding.key, FindingState::Open)?;
        Ok(())
    }

    /// Records are their desk's; findings are the node's, or no two desks' findings could ever be joined. Purposes still bind them.
    fn label_of(&self, tx: &mut dyn Transaction, finding: &Finding) -> Result<LabelId, NodeError> {
        let label = Label { marking: finding.marking.clone(), origin: self.id().clone(), scope: Scope::Node };
        Ok(tx.intern_label(&label)?)
    }
}

impl RunReport {
    fn nothing(detector: &DetectorId) -> Self {
        Self { detector: detector.to_string(), run: None, from: None, to: None, new: 0, revised: 0, unchanged: 0, superseded: 0 }
    }
}

/// A detector runs for its desk's purpose, on its desk's legal basis, whoever starts it.
pub(crate) fn detection_caller(caller: &Caller, loaded: &LoadedDetector) -> Result<Caller, NodeError> {
    Ok(Caller {
        purpose: Purpose::new(loaded.desk.purpose).map_err(NodeError::internal)?,
        legal_basis: LegalBasis::new(loaded.desk.legal_basis).map_err(NodeError::internal)?,
        ..caller.clone()
    })
}

/// A run's identity: hash of detector, parameters, snapshot and span.
pub(crate) fn run_id(loaded: &LoadedDetector, parameters: ContentHash, snapshot: SnapshotId, span: Span) -> RunId {
    RunId(
        ContentHasher::new("run")
            .field(loaded.detector.head.id.as_str().as_bytes())
            .field(&loaded.detector.text_hash.0)
            .field(&parameters.0)
            .field(&snapshot.to_be_bytes())
            .field(&span.from.as_microsecond().to_be_bytes())
            .field(&span.to.as_microsecond().to_be_bytes())
            .finish(),
    )
}

/// The state a monitor left when it was last fed up to the span's beginning.
fn monitor_checkpoint(
    tx: &dyn Transaction,
    loaded: &LoadedDetector,
    parameters: ContentHash,
    span: Span,
) -> Result<Option<oikos_desk::Checkpoint>, NodeError> {
    let Some(step) = loaded.detector.monitor() else { return Ok(None) };
    let row = tx.checkpoint(loaded.detector.text_hash, parameters, &step.name, span.from)?;
    Ok(row.map(|row| oikos_desk::Checkpoint {
        step: row.step,
        fed_up_to: row.fed_up_to,
        snapshot: row.snapshot,
        state: row.state,
    }))
}

/// The ends of the detector's findings that stand.
pub(crate) fn earlier_findings(
    tx: &dyn Transaction,
    detector: &DetectorId,
) -> Result<BTreeMap<FindingKey, Timestamp>, NodeError> {
    let query = FindingQuery { detector: Some(detector), received: Some(false), ..FindingQuery::default() };
    let standing = tx.findings(&query)?.into_iter().filter(|stored| stored.state != FindingState::Superseded);
    Ok(standing.map(|stored| (stored.finding.key, stored.finding.occurred_to)).collect())
}
