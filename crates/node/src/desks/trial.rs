//! What other parameters would do: a detector is run twice over the same span of the same snapshot, once as the node set it and once as
//! tried, and what both found is compared. Nothing is kept but the comparison, in memory, for whoever asked, until newer ones replace it.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use oikos_desk::{Batches, Engine, EngineError, KernelStep, Parameters, RunRequest, Span};
use oikos_lake::{ColumnsPermit, Session, SessionLimits};
use oikos_model::{Action, Actor, DetectorId, Finding, FindingKey, FindingState, Label, Marking, Scope, TableName, Timestamp};
use oikos_registry::{FindingQuery, Transaction};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::watch;

use super::settings::{SettingValue, values};
use crate::detect::{detection_caller, run_id};
use crate::detectors::LoadedDetector;
use crate::{Caller, Node, NodeError, Noted};

/// Most findings of each kind that are listed.
const MOST_LISTED: usize = 200;
/// Most comparisons that are kept.
const MOST_KEPT: usize = 32;
/// Most trials at work at once: each takes its share of the lake's memory.
const MOST_AT_WORK: usize = 2;

/// What to try.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TrialRequest {
    /// Parameters by name; one that is not named has its default.
    #[serde(default)]
    pub values: BTreeMap<String, SettingValue>,
    /// The span's beginning, RFC 3339; thirty days before its end where absent.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub from: Option<Timestamp>,
    /// The span's end; behind the newest record where absent.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub to: Option<Timestamp>,
}

/// What came of it, in numbers: what the job itself says.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct TrialSummary {
    /// The detector.
    pub detector: String,
    /// Findings as the detector is set.
    pub now: u64,
    /// Findings as tried.
    pub tried: u64,
}

/// What came of it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct TrialReport {
    /// The detector.
    pub detector: String,
    /// The span, RFC 3339; absent where there is no record to answer for.
    pub from: Option<String>,
    /// Its end.
    pub to: Option<String>,
    /// The state of the lake that was read.
    pub snapshot: i64,
    /// Parameters that differ.
    pub parameters: Vec<TriedParameter>,
    /// Findings as the detector is set.
    pub now: u64,
    /// Findings as tried.
    pub tried: u64,
    /// Findings that would be new.
    pub new: TrialPart,
    /// Findings that would vanish.
    pub vanished: TrialPart,
    /// Findings whose score would change.
    pub changed: TrialPart,
    /// Findings that would stay with their score.
    pub unchanged: u64,
    /// What it cost.
    pub cost: TrialCost,
    /// Whether the findings themselves are left out because their label is not permitted for this purpose; counts are always there.
    pub hidden: bool,
}

/// A parameter that was tried.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct TriedParameter {
    /// Name.
    pub name: String,
    /// Unit.
    pub unit: String,
    /// As the node set it.
    pub now: SettingValue,
    /// As tried.
    pub tried: SettingValue,
}

/// Findings of one kind.
#[derive(Debug, Clone, Default, Serialize, utoipa::ToSchema)]
pub struct TrialPart {
    /// How many.
    pub count: u64,
    /// The first of them: strongest first.
    pub first: Vec<TrialLine>,
}

/// One finding in a comparison.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct TrialLine {
    /// Its key.
    pub key: String,
    /// One line.
    pub title: String,
    /// When it began, RFC 3339.
    pub occurred_from: String,
    /// When it ended.
    pub occurred_to: String,
    /// Its score as the detector is set.
    pub bits_now: Option<f64>,
    /// Its score as tried.
    pub bits_tried: Option<f64>,
    /// Where it stands at the node, if it is there: `open`, `confirmed`, `dismissed`, ….
    pub state: Option<String>,
}

/// What a trial cost.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct TrialCost {
    /// Both runs together.
    pub duration_ms: u64,
    /// Records in the files that could hold rows of the span and its lookback.
    pub records: u64,
}

/// The trials of this process.
#[derive(Default)]
pub(crate) struct Trials(Mutex<BTreeMap<String, Trial>>);

struct Trial {
    owner: Actor,
    stop: watch::Sender<bool>,
    report: Option<TrialReport>,
}

impl Trials {
    fn begin(&self, id: &str, owner: Actor) -> Result<watch::Receiver<bool>, NodeError> {
        let mut trials = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if trials.values().filter(|trial| trial.report.is_none()).count() >= MOST_AT_WORK {
            return Err(NodeError::Conflict(format!("{MOST_AT_WORK} trials are at work; wait for one to end, or stop it")));
        }
        // Ids sort by time, so the first one that is done is the oldest.
        while trials.len() >= MOST_KEPT {
            let Some(oldest) = trials.iter().find(|(_, trial)| trial.report.is_some()).map(|(id, _)| id.clone()) else { break };
            trials.remove(&oldest);
        }
        let (stop, stopped) = watch::channel(false);
        trials.insert(id.to_owned(), Trial { owner, stop, report: None });
        Ok(stopped)
    }

    fn end(&self, id: &str, report: Option<TrialReport>) {
        let mut trials = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match (report, trials.get_mut(id)) {
            (Some(report), Some(trial)) => trial.report = Some(report),
            _ => drop(trials.remove(id)),
        }
    }

    fn look<T>(&self, id: &str, owner: &Actor, look: impl FnOnce(&Trial) -> T) -> Result<T, NodeError> {
        let trials = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let trial = trials.get(id).filter(|trial| trial.owner == *owner);
        trial.map(look).ok_or_else(|| NodeError::NotFound(format!("trial {id}")))
    }
}

impl Node {
    /// Tries a detector with other parameters. `id` names the trial; `progress` hears (steps done, steps in all).
    ///
    /// # Errors
    /// When policy refuses, a value is out of its range, a limit is reached, or somebody stopped it.
    pub(crate) fn try_detector(
        &self,
        caller: &Caller,
        (id, detector): (&str, &DetectorId),
        request: &TrialRequest,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<TrialSummary, NodeError> {
        self.authorise(caller, Action::TryDetector)?;
        let loaded = self.detector_or_not_here(detector)?;
        let stopped = self.trials().begin(id, caller.actor())?;
        let outcome = self.compare(caller, &loaded, request, &stopped, progress);
        let outcome = if *stopped.borrow() { Err(NodeError::Stopped) } else { outcome };
        let summary = outcome.and_then(|report| {
            let summary = TrialSummary { detector: detector.to_string(), now: report.now, tried: report.tried };
            let detail = json!({ "detector": detector, "parameters": request.values, "from": report.from, "to": report.to,
                "snapshot": report.snapshot, "now": report.now, "tried": report.tried });
            let noted = Noted::about(vec![format!("detector:{detector}"), format!("trial:{id}")]).with_detail(detail);
            self.write(caller, Action::TryDetector, |_| Ok(((), noted)))?;
            Ok((summary, report))
        });
        match summary {
            Ok((summary, report)) => {
                self.trials().end(id, Some(report));
                Ok(summary)
            }
            Err(error) => {
                self.trials().end(id, None);
                Err(error)
            }
        }
    }

    /// The comparison a trial gave, for the person who asked for it.
    ///
    /// # Errors
    /// When policy refuses, it is not theirs, is still at work, or newer ones replaced it.
    pub fn show_trial(&self, caller: &Caller, id: &str) -> Result<TrialReport, NodeError> {
        self.write(caller, Action::TryDetector, |_| {
            let report = self.trials().look(id, &caller.actor(), |trial| trial.report.clone())?;
            let report = report.ok_or_else(|| NodeError::Conflict("the trial is still at work".into()))?;
            Ok((report, Noted::about(vec![format!("trial:{id}")])))
        })
    }

    /// Stops a trial at work.
    ///
    /// # Errors
    /// When policy refuses or it is not theirs.
    pub fn stop_trial(&self, caller: &Caller, id: &str) -> Result<(), NodeError> {
        self.write(caller, Action::TryDetector, |_| {
            self.trials().look(id, &caller.actor(), |trial| trial.stop.send_replace(true))?;
            Ok(((), Noted::about(vec![format!("trial:{id}")]).with_detail(json!({ "stopped": true }))))
        })
    }

    fn compare(
        &self,
        caller: &Caller,
        loaded: &LoadedDetector,
        request: &TrialRequest,
        stopped: &watch::Receiver<bool>,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<TrialReport, NodeError> {
        let head = &loaded.detector.head;
        let resolve =
            |values| oikos_desk::parameters::resolve(head, values).map_err(|error| NodeError::Invalid(error.to_string()));
        let (now, tried) = (resolve(&loaded.parameters)?, resolve(&values(&request.values))?);
        let began_at = self.clock().now();
        let as_desk = detection_caller(caller, loaded)?;
        let act = self.authorise(&as_desk, Action::TryDetector)?;
        let tx = self.store().snapshot(&act)?;
        let mut report = TrialReport { parameters: differing(loaded, &now, &tried), ..TrialReport::nothing(&head.id) };
        report.snapshot = tx.current_snapshot()?;
        let Some(span) = self.looked_at(tx.as_ref(), loaded, request.from, request.to)? else { return Ok(report) };
        (report.from, report.to) = (Some(span.from.to_string()), Some(span.to.to_string()));
        let steps = loaded.detector.steps.len() as u64 + 1;
        let mut found = Vec::new();
        for (round, parameters) in (0..).zip([now, tried]) {
            let mut at_step = |done: u64| progress(round * steps + done.min(steps), 2 * steps);
            at_step(0);
            found.push(self.findings_with(tx.as_ref(), &as_desk, loaded, (span, parameters), stopped, &mut at_step)?);
        }
        let [(before, marking), (after, _)] = <[_; 2]>::try_from(found).map_err(|_| NodeError::internal("two runs were made"))?;
        report.hidden = !self.may_see(caller, marking);
        let states = states(tx.as_ref(), &head.id)?;
        fill(&mut report, &before, &after, &states);
        report.cost = TrialCost {
            duration_ms: u64::try_from(self.clock().now().duration_since(began_at).as_millis()).unwrap_or_default(),
            records: records_in(tx.as_ref(), loaded, span)?,
        };
        Ok(report)
    }

    /// What the detector finds with these parameters, and how all of it would be marked.
    fn findings_with(
        &self,
        tx: &dyn Transaction,
        caller: &Caller,
        loaded: &LoadedDetector,
        (span, parameters): (Span, Parameters),
        stopped: &watch::Receiver<bool>,
        at_step: &mut dyn FnMut(u64),
    ) -> Result<(Vec<Finding>, Option<Marking>), NodeError> {
        let tables = loaded.detector.head.tables.iter().map(|table| (table.clone(), ColumnsPermit::All)).collect();
        let permits = self.permits(tx, caller, Action::TryDetector, tables)?;
        let session = self.lake().session(tx, &permits, SessionLimits::for_trials()).map_err(NodeError::internal)?;
        let mut watched = Watched { session: session.stopped_by(stopped.clone()), done: 0, at_step };
        let run = run_id(loaded, parameters.hash(), watched.snapshot(), span);
        let request = RunRequest { origin: self.id().clone(), span, parameters, run, checkpoint: None };
        let outcome = oikos_desk::run_detector(&mut watched, loaded.desk, &loaded.detector, &request)
            .map_err(|error| NodeError::Invalid(error.to_string()))?;
        Ok((outcome.findings, outcome.marking))
    }

    /// Whether the caller may see findings with this marking, for their own purpose and not the desk's.
    fn may_see(&self, caller: &Caller, marking: Option<Marking>) -> bool {
        let Some(marking) = marking else { return true };
        self.may(caller, Action::TryDetector, &Label { marking, origin: self.id().clone(), scope: Scope::Node })
    }
}

impl TrialReport {
    fn nothing(detector: &DetectorId) -> Self {
        Self {
            detector: detector.to_string(),
            from: None,
            to: None,
            snapshot: 0,
            parameters: Vec::new(),
            now: 0,
            tried: 0,
            new: TrialPart::default(),
            vanished: TrialPart::default(),
            changed: TrialPart::default(),
            unchanged: 0,
            cost: TrialCost { duration_ms: 0, records: 0 },
            hidden: false,
        }
    }
}

fn differing(loaded: &LoadedDetector, now: &Parameters, tried: &Parameters) -> Vec<TriedParameter> {
    let pairs = now.0.iter().filter_map(|(name, now)| Some((name, now, tried.0.get(name).filter(|tried| *tried != now)?)));
    pairs
        .map(|(name, now, tried)| TriedParameter {
            name: name.clone(),
            unit: loaded.detector.head.parameters.get(name).map(|one| one.unit.clone()).unwrap_or_default(),
            now: now.into(),
            tried: tried.into(),
        })
        .collect()
}

/// Where the detector's findings stand, by key.
fn states(tx: &dyn Transaction, detector: &DetectorId) -> Result<BTreeMap<FindingKey, FindingState>, NodeError> {
    let query = FindingQuery { detector: Some(detector), received: Some(false), ..FindingQuery::default() };
    Ok(tx.findings(&query)?.into_iter().map(|stored| (stored.finding.key, stored.state)).collect())
}

/// Compares two runs over the same span.
fn fill(report: &mut TrialReport, before: &[Finding], after: &[Finding], states: &BTreeMap<FindingKey, FindingState>) {
    let old: BTreeMap<FindingKey, &Finding> = before.iter().map(|finding| (finding.key, finding)).collect();
    let new: BTreeMap<FindingKey, &Finding> = after.iter().map(|finding| (finding.key, finding)).collect();
    (report.now, report.tried) = (old.len() as u64, new.len() as u64);
    let (mut added, mut gone, mut changed) = (Vec::new(), Vec::new(), Vec::new());
    let line = |shown: &Finding, now: Option<&&Finding>, tried: Option<&&Finding>| TrialLine {
        key: shown.key.to_string(),
        title: shown.title.clone(),
        occurred_from: shown.occurred_from.to_string(),
        occurred_to: shown.occurred_to.to_string(),
        bits_now: now.map(|finding| finding.score_bits()),
        bits_tried: tried.map(|finding| finding.score_bits()),
        state: states.get(&shown.key).and_then(|state| serde_json::to_value(state).ok()?.as_str().map(str::to_owned)),
    };
    for (key, finding) in &new {
        match old.get(key) {
            None => added.push(line(finding, None, Some(finding))),
            Some(before) if before.score_bits() != finding.score_bits() => {
                changed.push(line(finding, Some(before), Some(finding)))
            }
            Some(_) => report.unchanged += 1,
        }
    }
    gone.extend(old.iter().filter(|(key, _)| !new.contains_key(key)).map(|(_, finding)| line(finding, Some(finding), None)));
    let hidden = report.hidden;
    let part = |mut lines: Vec<TrialLine>| {
        let strength = |line: &TrialLine| line.bits_tried.or(line.bits_now).unwrap_or(f64::MIN);
        lines.sort_by(|one, other| strength(other).total_cmp(&strength(one)));
        let count = lines.len() as u64;
        lines.truncate(if hidden { 0 } else { MOST_LISTED });
        TrialPart { count, first: lines }
    };
    (report.new, report.vanished, report.changed) = (part(added), part(gone), part(changed));
}

/// Records in the files of the detector's tables that could hold rows it reads.
fn records_in(tx: &dyn Transaction, loaded: &LoadedDetector, span: Span) -> Result<u64, NodeError> {
    let read_from = oikos_desk::parameters::read_from(&loaded.detector.head, span).map_err(NodeError::internal)?;
    let snapshot = tx.current_snapshot()?;
    let mut records = 0;
    for table in &loaded.detector.head.tables {
        let table = TableName::new(table).map_err(NodeError::internal)?;
        let outside = |from: Option<Timestamp>, to: Option<Timestamp>| {
            from.is_some_and(|from| from >= span.to) || to.is_some_and(|to| to < read_from)
        };
        let files = tx.data_files(&table, snapshot)?.into_iter();
        let read = files.filter(|file| !outside(file.time_minimum, file.time_maximum));
        records += read.map(|file| file.record_count.unsigned_abs()).sum::<u64>();
    }
    Ok(records)
}

/// A session that says how many steps were carried out.
struct Watched<'a> {
    session: Session,
    done: u64,
    at_step: &'a mut dyn FnMut(u64),
}

impl Watched<'_> {
    fn step_done<T>(&mut self, outcome: Result<T, EngineError>) -> Result<T, EngineError> {
        self.done += 1;
        (self.at_step)(self.done);
        outcome
    }
}

impl Engine for Watched<'_> {
    fn sql(&mut self, name: &str, query: &str, parameters: &Parameters) -> Result<(), EngineError> {
        let outcome = self.session.sql(name, query, parameters);
        self.step_done(outcome)
    }

    fn kernel(&mut self, step: &KernelStep<'_>) -> Result<Option<Vec<u8>>, EngineError> {
        let outcome = self.session.kernel(step);
        self.step_done(outcome)
    }

    fn schema(&self, name: &str) -> Result<arrow::datatypes::SchemaRef, EngineError> {
        self.session.schema(name)
    }

    fn read<'a>(&'a self, name: &str) -> Result<Batches<'a>, EngineError> {
        self.session.read(name)
    }

    fn add_reference(&mut self, name: &str, batch: arrow::record_batch::RecordBatch) -> Result<(), EngineError> {
        self.session.add_reference(name, batch)
    }

    fn marking_of(&self, tables: &[String]) -> Option<Marking> {
        self.session.marking_of(tables)
    }

    fn snapshot(&self) -> i64 {
        self.session.snapshot()
    }

    fn has_late_rows(&self, tables: &[String], since: i64, before: Timestamp) -> bool {
        self.session.has_late_rows(tables, since, before)
    }
}
