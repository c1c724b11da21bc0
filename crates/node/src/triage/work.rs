//! Work on findings: who works on one, until when it sleeps, and what was decided; one or many at once, each act written down.

use jiff::SignedDuration;
use oikos_model::{Action, Decision, DecisionKind, DerivedFrom, FindingKey, FindingState, NodeId, Timestamp, UserName};
use oikos_registry::{
    CaseItemKind, InboxRow, ReleaseQuery, Standing, StoredFinding, Transaction, WorkEvent, WorkKind, WorkState,
};
use serde::{Deserialize, Serialize};

use super::undo::UNDO_WITHIN;
use super::{CaseName, InboxLine, reference_of};
use crate::findings::{seconds, state_code};
use crate::release::{FindingName, ReleaseLine, release_line};
use crate::{Caller, Node, NodeError, Noted};

/// Longest reason a person may write, in bytes.
const REASON_BYTES_MAXIMUM: usize = 4_000;
/// Nothing sleeps longer than this.
const SNOOZE_MAXIMUM: SignedDuration = SignedDuration::from_hours(24 * 366);
/// How many of a person's last decisions are looked at for reasons, and how many reasons are offered.
const DECISIONS_LOOKED_AT: usize = 200;
const REASONS_OFFERED: usize = 10;

/// What a person does with findings.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum WorkStep {
    /// Gives them to somebody.
    Assign {
        /// The account.
        #[schema(value_type = String)]
        to: UserName,
    },
    /// Takes them back from whoever has them.
    Unassign,
    /// Puts them to sleep.
    Snooze {
        /// Until when, RFC 3339.
        #[schema(value_type = String)]
        until: Timestamp,
    },
    /// Wakes them.
    Wake,
    /// Confirms one. Confirming is done one by one.
    Confirm {
        /// Why.
        #[serde(default)]
        reason: String,
    },
    /// Dismisses them.
    Dismiss {
        /// Why. One reason for all.
        reason: String,
    },
    /// Takes decisions back.
    Reopen {
        /// Why.
        #[serde(default)]
        reason: String,
    },
}

/// Work on one finding or many.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkRequest {
    /// Which, 500 at most.
    pub findings: Vec<FindingName>,
    /// What.
    pub step: WorkStep,
}

/// What came of it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct WorkReport {
    /// The lines as they stand now.
    pub lines: Vec<InboxLine>,
    /// Until when the caller can undo it, RFC 3339, unless it is released before.
    pub undo_until: String,
}

/// One act on a finding.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct WorkLine {
    /// When, RFC 3339.
    pub at: String,
    /// By whom: `person:…` or `node:…`.
    pub by: String,
    /// `assign`, `snooze`, `decide` or `undo`.
    #[schema(value_type = String)]
    pub kind: WorkKind,
    /// `confirm`, `dismiss` or `reopen`, where it was a decision.
    #[schema(value_type = Option<String>)]
    pub decision: Option<DecisionKind>,
    /// Why.
    pub reason: String,
    /// Where it stood afterwards.
    pub state: String,
    /// Who worked on it afterwards.
    pub assignee: Option<String>,
    /// Until when it slept afterwards, RFC 3339.
    pub snoozed_until: Option<String>,
}

/// The work on one finding.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct WorkView {
    /// Who works on it.
    pub assignee: Option<String>,
    /// Until when it sleeps, RFC 3339; absent where it is awake.
    pub snoozed_until: Option<String>,
    /// The cases it is in that the reader may see.
    pub cases: Vec<CaseName>,
    /// Every act on it, oldest first.
    pub history: Vec<WorkLine>,
    /// To whom it was released.
    pub releases: Vec<ReleaseLine>,
}

impl WorkStep {
    const fn action(&self) -> Action {
        match self {
            Self::Assign { .. } | Self::Unassign => Action::AssignFinding,
            Self::Snooze { .. } | Self::Wake => Action::SnoozeFinding,
            Self::Confirm { .. } | Self::Dismiss { .. } | Self::Reopen { .. } => Action::DecideFinding,
        }
    }

    const fn code(&self) -> &'static str {
        match self {
            Self::Assign { .. } => "assign",
            Self::Unassign => "unassign",
            Self::Snooze { .. } => "snooze",
            Self::Wake => "wake",
            Self::Confirm { .. } => "confirm",
            Self::Dismiss { .. } => "dismiss",
            Self::Reopen { .. } => "reopen",
        }
    }

    const fn decision(&self) -> Option<DecisionKind> {
        match self {
            Self::Confirm { .. } => Some(DecisionKind::Confirm),
            Self::Dismiss { .. } => Some(DecisionKind::Dismiss),
            Self::Reopen { .. } => Some(DecisionKind::Reopen),
            _ => None,
        }
    }

    fn reason(&self) -> &str {
        match self {
            Self::Confirm { reason } | Self::Dismiss { reason } | Self::Reopen { reason } => reason.trim(),
            _ => "",
        }
    }

    fn check(&self, findings: usize, now: Timestamp) -> Result<(), NodeError> {
        let wrong = |message: &str| Err(NodeError::Invalid(message.to_owned()));
        match self {
            Self::Confirm { .. } if findings > 1 => wrong("findings are confirmed one by one: each is a decision of its own"),
            Self::Dismiss { .. } if self.reason().is_empty() => {
                wrong("a dismissal needs a reason: later readers will want to know")
            }
            Self::Snooze { until } if *until <= now => wrong("what sleeps must wake later than now"),
            Self::Snooze { until } if until.duration_since(now) > SNOOZE_MAXIMUM => wrong("nothing sleeps longer than a year"),
            _ if self.reason().len() > REASON_BYTES_MAXIMUM => {
                Err(NodeError::Invalid(format!("a reason has at most {REASON_BYTES_MAXIMUM} bytes")))
            }
            _ => Ok(()),
        }
    }

    /// How a finding stands after the step.
    fn applied(&self, before: &Standing) -> Standing {
        let mut after = before.clone();
        match self {
            Self::Assign { to } => after.work.assignee = Some(to.clone()),
            Self::Unassign => after.work.assignee = None,
            Self::Snooze { until } => after.work.snoozed_until = Some(*until),
            Self::Wake => after.work.snoozed_until = None,
            Self::Confirm { .. } => after.state = FindingState::Confirmed,
            Self::Dismiss { .. } => after.state = FindingState::Dismissed,
            Self::Reopen { .. } => after.state = FindingState::Open,
        }
        after
    }
}

impl Node {
    /// Assigns, snoozes or decides: all of the named findings in one transaction, under one journal entry, or none.
    ///
    /// # Errors
    /// When policy refuses, the step is not in order, or one of them is not there or was taken back by its origin.
    pub fn work_on_findings(&self, caller: &Caller, request: &WorkRequest) -> Result<WorkReport, NodeError> {
        let (names, step, now) = (self.named(&request.findings)?, &request.step, self.clock().now());
        step.check(names.len(), now)?;
        let action = step.action();
        self.write(caller, action, |tx| {
            if let WorkStep::Assign { to } = step {
                self.check_colleague(tx, caller, to)?;
            }
            let mut rows = Vec::with_capacity(names.len());
            for (origin, key) in &names {
                rows.push(self.take_step(tx, caller, origin, *key, step)?);
            }
            let lines = self.lines_now(tx, caller, &rows)?;
            let subjects = names.iter().map(|(origin, key)| format!("finding:{origin}/{key}")).collect();
            let detail = serde_json::json!({ "step": step.code(), "findings": names.len(),
                "to": if let WorkStep::Assign { to } = step { Some(to) } else { None },
                "until": if let WorkStep::Snooze { until } = step { Some(until) } else { None } });
            let undo_until = seconds(now.checked_add(UNDO_WITHIN).map_err(NodeError::internal)?);
            Ok((WorkReport { lines, undo_until }, Noted::about(subjects).with_detail(detail)))
        })
    }

    /// The lines of these rows, with their place in today's budgets.
    pub(super) fn lines_now(
        &self,
        tx: &dyn Transaction,
        caller: &Caller,
        rows: &[InboxRow],
    ) -> Result<Vec<InboxLine>, NodeError> {
        let labels = self.permitted_labels(tx, caller, Action::ReadFindings)?;
        let budget = self.budget_lines(tx, &labels)?;
        rows.iter().map(|row| self.line(tx, caller, row, Self::is_beyond(&budget, row))).collect()
    }

    /// Takes one step with one finding and writes it down.
    pub(crate) fn take_step(
        &self,
        tx: &mut dyn Transaction,
        caller: &Caller,
        origin: &NodeId,
        key: FindingKey,
        step: &WorkStep,
    ) -> Result<InboxRow, NodeError> {
        let stored = self.visible_finding(tx, caller, step.action(), origin, key)?;
        if stored.state == FindingState::Recalled {
            let title = &stored.finding.title;
            return Err(NodeError::Conflict(format!(
                "{title}: its origin took this finding back; there is nothing left to decide"
            )));
        }
        let before = standing(tx, &stored)?;
        let after = step.applied(&before);
        let (actor, at) = (caller.actor(), self.clock().now());
        if let Some(kind) = step.decision() {
            put_decision(tx, &stored, kind, step.reason(), caller, at)?;
        }
        if step.decision().is_some() || before != after {
            let kind = match step.action() {
                Action::AssignFinding => WorkKind::Assign,
                Action::SnoozeFinding => WorkKind::Snooze,
                _ => WorkKind::Decide,
            };
            let (decision, reason) = (step.decision(), step.reason().to_owned());
            let origin = origin.clone();
            tx.put_work_event(&WorkEvent { origin, key, kind, decision, reason, actor, at, before, after: after.clone() })?;
        }
        set_standing(tx, origin, key, &after)?;
        Ok(InboxRow { stored: StoredFinding { state: after.state, ..stored }, work: after.work })
    }

    /// The work on one finding, for who may see it.
    pub(crate) fn work_view(&self, tx: &dyn Transaction, caller: &Caller, stored: &StoredFinding) -> Result<WorkView, NodeError> {
        let (origin, key) = (&stored.finding.origin, stored.finding.key);
        let work = tx.work_state(origin, key)?.unwrap_or_default();
        let now = self.clock().now();
        let history = tx.work_events(origin, key)?.into_iter().map(work_line).collect();
        let what = DerivedFrom::Finding { origin: origin.clone(), key, revision: stored.finding.revision() };
        let releases = tx.releases(&ReleaseQuery { what: Some(&what), ..ReleaseQuery::default() })?;
        Ok(WorkView {
            assignee: work.assignee.map(|name| name.to_string()),
            snoozed_until: work.snoozed_until.filter(|until| *until > now).map(seconds),
            cases: self.visible_cases_with(tx, caller, CaseItemKind::Finding, &reference_of(origin, key))?,
            history,
            releases: releases.into_iter().map(|row| release_line(self.id(), row)).collect(),
        })
    }

    /// Reasons the caller gave for dismissals lately, newest first, of findings the caller may still see.
    ///
    /// # Errors
    /// When policy refuses.
    pub fn recent_reasons(&self, caller: &Caller) -> Result<Vec<String>, NodeError> {
        self.write(caller, Action::ReadFindings, |tx| {
            let (mut reasons, mut subjects): (Vec<String>, Vec<String>) = (Vec::new(), vec!["list:reasons".into()]);
            for event in tx.decisions_of(&caller.actor(), DECISIONS_LOOKED_AT)? {
                let known = event.reason.is_empty() || reasons.contains(&event.reason);
                if known || event.decision != Some(DecisionKind::Dismiss) || reasons.len() == REASONS_OFFERED {
                    continue;
                }
                if self.visible_finding(tx, caller, Action::ReadFindings, &event.origin, event.key).is_ok() {
                    subjects.push(format!("finding:{}/{}", event.origin, event.key));
                    reasons.push(event.reason);
                }
            }
            Ok((reasons, Noted::about(subjects)))
        })
    }
}

/// How a finding stands now.
pub(super) fn standing(tx: &dyn Transaction, stored: &StoredFinding) -> Result<Standing, NodeError> {
    let work = tx.work_state(&stored.finding.origin, stored.finding.key)?.unwrap_or_default();
    Ok(Standing { state: stored.state, work })
}

pub(super) fn set_standing(
    tx: &mut dyn Transaction,
    origin: &NodeId,
    key: FindingKey,
    Standing { state, work }: &Standing,
) -> Result<(), NodeError> {
    tx.set_finding_state(origin, key, *state)?;
    tx.set_work_state(origin, key, work)?;
    Ok(())
}

pub(super) fn put_decision(
    tx: &mut dyn Transaction,
    stored: &StoredFinding,
    kind: DecisionKind,
    reason: &str,
    caller: &Caller,
    at: Timestamp,
) -> Result<(), NodeError> {
    Ok(tx.put_decision(&Decision {
        key: stored.finding.key,
        origin: stored.finding.origin.clone(),
        revision: stored.finding.revision(),
        kind,
        reason: reason.to_owned(),
        actor: caller.actor(),
        at,
        label: stored.label,
    })?)
}

fn work_line(event: WorkEvent) -> WorkLine {
    let WorkState { assignee, snoozed_until } = event.after.work;
    WorkLine {
        at: seconds(event.at),
        by: event.actor.to_string(),
        kind: event.kind,
        decision: event.decision,
        reason: event.reason,
        state: state_code(event.after.state).to_owned(),
        assignee: assignee.map(|name| name.to_string()),
        snoozed_until: snoozed_until.map(seconds),
    }
}
