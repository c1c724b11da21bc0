//! Runs a detector over a span: steps through the engine, rows of the last step into findings.
//!
//! # Which findings a run answers for
//! Those that ended in its span (`span.from <= occurred_to < span.to`), and those that began before the span's end and go on to it or
//! beyond. In one line: `span.from <= occurred_to` and `occurred_from < span.to`. A row outside gives no finding: another run answers
//! for it. An empty end says that it still goes on. A monitor emits episodes that are still open as they stand, under the key they will
//! keep, so the next run revises them.
//!
//! # What steps read
//! The span's parameters `$read_from`, `$span_from` and `$span_to` are moments. `$read_from` is the span's beginning less the head's
//! lookback. A detector with a monitor is different in one way: if the run takes up a checkpoint, then for every step up to and with the
//! monitor `$read_from` is the moment up to which the checkpoint was fed. So a monitor is fed each row once. What stands before a monitor
//! must therefore decide row by row, without looking at neighbours; steps after it see the lookback as always.
//!
//! # Replay
//! A replay begins with an empty state at the span's beginning less the lookback. A chain of checkpoints and a replay from the chain's
//! beginning give the same state and the same findings. So the lookback must be as long as what the monitor remembers.

use std::collections::BTreeSet;

use oikos_model::{DetectorId, Finding, Marking, NodeId, Purpose, RunId, Timestamp};

use crate::findings::{Common, FindingBuilder, MOST_FINDINGS};
use crate::parameters::{ParameterError, read_from, with_span};
use crate::{Desk, Detector, DetectorError, Engine, EngineError, Kernel, KernelStep, Parameters, Span, Step, StepKind};

impl Span {
    /// Whether a run over this span answers for what happened from `occurred_from` to `occurred_to`.
    pub fn answers_for(&self, occurred_from: Timestamp, occurred_to: Timestamp) -> bool {
        self.from <= occurred_to && occurred_from < self.to
    }
}

/// The state of a monitor at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The step it is the state of.
    pub step: String,
    /// All rows before this moment are in the state.
    pub fed_up_to: Timestamp,
    /// The snapshot they were read from.
    pub snapshot: i64,
    /// The state.
    pub state: Vec<u8>,
}

/// What is asked of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct RunRequest {
    /// The node that runs it.
    pub origin: NodeId,
    /// The span it answers for.
    pub span: Span,
    /// The parameters, from [`resolve`](crate::parameters::resolve).
    pub parameters: Parameters,
    /// The run, for the findings.
    pub run: RunId,
    /// The newest checkpoint, by the same detector and parameters, fed up to the span's beginning or earlier. The runner decides
    /// whether it can be used.
    pub checkpoint: Option<Checkpoint>,
}

/// What came of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct RunOutcome {
    /// The findings the run answers for, in the order of time.
    pub findings: Vec<Finding>,
    /// The states monitors left, fed up to the span's end.
    pub checkpoints: Vec<Checkpoint>,
    /// The join of the markings of everything the run could read; `None` where there was nothing.
    pub marking: Option<Marking>,
    /// Whether a monitor took up the request's checkpoint; otherwise it was replayed from the lookback.
    pub resumed: bool,
}

/// Why a run gave nothing. Nothing of it may be kept.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The detector's file is not in order, or does not fit the desk.
    #[error(transparent)]
    Detector(#[from] DetectorError),
    /// The span cannot be read.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
    /// A step failed.
    #[error("{detector}: {source}")]
    Engine {
        /// The detector.
        detector: DetectorId,
        /// Which step, and why.
        source: EngineError,
    },
    /// The last step lacks columns that the head's `finding` names, or they hold something else.
    #[error("{detector}: step {step} does not give what `finding` needs: {problems}")]
    Columns {
        /// The detector.
        detector: DetectorId,
        /// The last step.
        step: String,
        /// All that is wrong.
        problems: String,
    },
    /// A row of the last step is no finding.
    #[error("{detector}: step {step}, row {row} of its batch, column {column}: {problem}")]
    Row {
        /// The detector.
        detector: DetectorId,
        /// The last step.
        step: String,
        /// The row in its batch, from 0.
        row: String,
        /// The column or columns.
        column: String,
        /// What is wrong and what would be right.
        problem: String,
    },
    /// More findings than anyone can look at.
    #[error("{detector}: more than {MOST_FINDINGS} findings in one run; run a shorter span, or make the detector stricter")]
    TooManyFindings {
        /// The detector.
        detector: DetectorId,
    },
    /// There are rows, but no file they could have come from.
    #[error("{detector}: the last step gives rows although its tables have no files, so nothing says how a finding is marked")]
    Unmarked {
        /// The detector.
        detector: DetectorId,
    },
}

/// Runs a detector of a desk over a span. The engine's session must be fresh and see the head's tables; the runner adds the desk's
/// reference tables to it.
///
/// # Errors
/// When the detector does not fit the desk, a step fails, the last step's columns are not what the head says, or a row is no finding.
pub fn run_detector(
    engine: &mut dyn Engine,
    desk: &Desk,
    detector: &Detector,
    request: &RunRequest,
) -> Result<RunOutcome, RunError> {
    detector.check(desk)?;
    let read_from = read_from(&detector.head, request.span)?;
    let checkpoint = usable_checkpoint(engine, desk, detector, request, read_from);
    let in_engine = |source| RunError::Engine { detector: detector.head.id.clone(), source };
    for reference in desk.references {
        engine.add_reference(reference.name, (reference.rows)()).map_err(in_engine)?;
    }
    let checkpoints = carry_out(engine, desk, detector, request, read_from, checkpoint)?;
    let marking = engine.marking_of(&detector.head.tables);
    let findings = collect(engine, detector, request, marking.as_ref())?;
    Ok(RunOutcome { findings, checkpoints, marking, resumed: checkpoint.is_some() })
}

/// Carries out a detector's steps without gathering findings, for whoever writes it and looks at what its steps give; then checks that
/// the last step gives what the head's `finding` needs. Steps that could be carried out stay readable in the engine also where this fails.
///
/// # Errors
/// When the detector does not fit the desk, a step fails, or the last step's columns are not what the head says.
pub fn try_steps(engine: &mut dyn Engine, desk: &Desk, detector: &Detector, request: &RunRequest) -> Result<(), RunError> {
    detector.check(desk)?;
    let read_from = read_from(&detector.head, request.span)?;
    let in_engine = |source| RunError::Engine { detector: detector.head.id.clone(), source };
    for reference in desk.references {
        engine.add_reference(reference.name, (reference.rows)()).map_err(in_engine)?;
    }
    carry_out(engine, desk, detector, request, read_from, None)?;
    let Some(last) = detector.steps.last() else { return Ok(()) };
    let schema = engine.schema(&last.name).map_err(in_engine)?;
    let unmarked = Marking::new(oikos_model::Regime::Gdpr, oikos_model::Tlp::Red, []);
    let common = Common { detector, origin: &request.origin, run: request.run, span: request.span, marking: &unmarked };
    FindingBuilder::new(common, &schema).map(drop)
}

/// The request's checkpoint, if it is of the detector's monitor, within the lookback, not stale and in order.
fn usable_checkpoint<'a>(
    engine: &dyn Engine,
    desk: &Desk,
    detector: &Detector,
    request: &'a RunRequest,
    read_from: Timestamp,
) -> Option<&'a Checkpoint> {
    let checkpoint = request.checkpoint.as_ref()?;
    let Step { name, kind: StepKind::Monitor { kernel, .. } } = detector.monitor()? else { return None };
    let of_this_monitor = *name == checkpoint.step;
    let in_time = (read_from..=request.span.from).contains(&checkpoint.fed_up_to);
    if !of_this_monitor || !in_time {
        return None;
    }
    if engine.has_late_rows(&detector.head.tables, checkpoint.snapshot, checkpoint.fed_up_to) {
        return None;
    }
    // A state that does not read back is no reason to fail: a replay gives the same.
    let parameters = with_span(&request.parameters, request.span, checkpoint.fed_up_to);
    let mut trial = desk.kernel(kernel)?.start(&parameters).ok()?;
    trial.restore(&checkpoint.state).ok().map(|()| checkpoint)
}

/// Carries out all steps; gives the states that monitors left.
fn carry_out(
    engine: &mut dyn Engine,
    desk: &Desk,
    detector: &Detector,
    request: &RunRequest,
    read_from: Timestamp,
    checkpoint: Option<&Checkpoint>,
) -> Result<Vec<Checkpoint>, RunError> {
    let in_engine = |source| RunError::Engine { detector: detector.head.id.clone(), source };
    let with_lookback = with_span(&request.parameters, request.span, read_from);
    let mut parameters =
        checkpoint.map_or_else(|| with_lookback.clone(), |taken| with_span(&request.parameters, request.span, taken.fed_up_to));
    let mut checkpoints = Vec::new();
    for (position, step) in detector.steps.iter().enumerate() {
        let kernel = |name: &str| -> Result<&dyn Kernel, RunError> {
            let unknown = || detector.error_in_step(position, &format!("run: the desk has no kernel {name:?}")).into();
            desk.kernel(name).map(|kernel| kernel as &dyn Kernel).ok_or_else(unknown)
        };
        match &step.kind {
            StepKind::Sql { query } => engine.sql(&step.name, query, &parameters).map_err(in_engine)?,
            StepKind::Kernel { kernel: name, inputs, partition_by, order_by } => {
                let kernel = kernel(name)?;
                let name = &step.name;
                let step = KernelStep { name, kernel, inputs, partition_by, order_by, parameters: &parameters, restore: None };
                engine.kernel(&step).map_err(in_engine)?;
            }
            StepKind::Monitor { kernel: name, inputs, order_by } => {
                let kernel = kernel(name)?;
                let name = &step.name;
                let restore = checkpoint.map(|taken| taken.state.as_slice());
                let step = KernelStep { name, kernel, inputs, partition_by: &[], order_by, parameters: &parameters, restore };
                let state = engine.kernel(&step).map_err(in_engine)?.ok_or_else(|| {
                    detector.error_in_step(position, "the kernel keeps no state, so it is no monitor's; write ```kernel")
                })?;
                let (snapshot, fed_up_to) = (engine.snapshot(), request.span.to);
                checkpoints.push(Checkpoint { step: name.clone(), fed_up_to, snapshot, state });
                parameters.clone_from(&with_lookback);
            }
        }
    }
    Ok(checkpoints)
}

/// Turns the last step's rows into findings.
fn collect(
    engine: &dyn Engine,
    detector: &Detector,
    request: &RunRequest,
    marking: Option<&Marking>,
) -> Result<Vec<Finding>, RunError> {
    let in_engine = |source| RunError::Engine { detector: detector.head.id.clone(), source };
    let Some(last) = detector.steps.last() else { return Ok(Vec::new()) };
    let schema = engine.schema(&last.name).map_err(in_engine)?;
    let unmarked = Marking::new(oikos_model::Regime::Gdpr, oikos_model::Tlp::Red, []);
    let narrowed = narrowed(marking.unwrap_or(&unmarked), detector)?;
    let common = Common { detector, origin: &request.origin, run: request.run, span: request.span, marking: &narrowed };
    let mut builder = FindingBuilder::new(common, &schema)?;
    for batch in engine.read(&last.name).map_err(in_engine)? {
        builder.add(&batch.map_err(in_engine)?)?;
    }
    let findings = builder.finish();
    if marking.is_none() && !findings.is_empty() {
        return Err(RunError::Unmarked { detector: detector.head.id.clone() });
    }
    Ok(findings)
}

/// The marking of a detector's findings: that of its inputs, for the head's purposes only where it names any.
fn narrowed(marking: &Marking, detector: &Detector) -> Result<Marking, RunError> {
    let codes = &detector.head.finding.purposes;
    let purpose = |code: &String| Purpose::new(code.as_str());
    let purposes: BTreeSet<Purpose> = codes
        .iter()
        .map(purpose)
        .collect::<Result<_, _>>()
        .map_err(|problem| RunError::Detector(detector.error_at(&["finding", "purposes"], &problem.to_string())))?;
    let mut marking = marking.clone();
    marking.purposes.retain(|purpose| codes.is_empty() || purposes.contains(purpose));
    Ok(marking)
}

#[cfg(test)]
mod tests;
