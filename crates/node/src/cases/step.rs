//! Working in a case, step by step. Each step is one act, one journal entry and one event of the case's history.

use oikos_model::{Action, CaseId, Timestamp, UserName};
use oikos_registry::{CaseItemKind, Transaction};
use serde::Deserialize;

use super::history::{CaseEvent, CaseEventKind};
use super::{Case, CaseView, NewTask, TEXT_BYTES_MAXIMUM, TaskChange, said};
use crate::release::FindingName;
use crate::triage::reference_of;
use crate::{Caller, Node, NodeError, Noted};

/// What somebody does in a case.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(tag = "step", rename_all = "snake_case", deny_unknown_fields)]
pub enum CaseStep {
    /// Puts findings and leads in.
    Attach {
        /// Findings.
        #[serde(default)]
        findings: Vec<FindingName>,
        /// Leads, by id.
        #[serde(default)]
        leads: Vec<String>,
    },
    /// Takes a finding out. The case keeps its marking: what was written in it was written with this in sight.
    DetachFinding {
        /// Which.
        finding: FindingName,
        /// Why.
        reason: String,
    },
    /// Takes a lead out. The case keeps its marking.
    DetachLead {
        /// Which.
        lead: String,
        /// Why.
        reason: String,
    },
    /// Adds a task.
    AddTask {
        /// The task.
        task: NewTask,
    },
    /// Changes a task's text, owner or date.
    ChangeTask {
        /// What changes.
        change: TaskChange,
    },
    /// Notes that a task was done.
    FinishTask {
        /// Which.
        task: String,
    },
    /// Notes that a task was not done after all.
    ReopenTask {
        /// Which.
        task: String,
    },
    /// Adds a note.
    Note {
        /// What it says.
        text: String,
        /// The number of the note it corrects.
        corrects: Option<u64>,
    },
    /// Notes a decision with its reasons.
    Decide {
        /// What was decided.
        text: String,
        /// Why.
        reason: String,
    },
    /// Adds the tasks of a playbook.
    ApplyPlaybook {
        /// Which.
        playbook: String,
        /// When its clock began, RFC 3339; absent: now.
        #[schema(value_type = Option<String>)]
        started_at: Option<Timestamp>,
    },
    /// Gives the case to another owner. The owner or a supervisor.
    HandOver {
        /// The new owner.
        #[schema(value_type = String)]
        to: UserName,
        /// Why.
        reason: String,
    },
    /// Closes the case. The owner or a supervisor.
    Close {
        /// What came of it.
        outcome: String,
    },
    /// Opens the case again. The owner or a supervisor.
    Reopen {
        /// Why.
        reason: String,
    },
}

impl CaseStep {
    const fn steers(&self) -> bool {
        matches!(self, Self::HandOver { .. } | Self::Close { .. } | Self::Reopen { .. })
    }
}

impl Node {
    /// Takes a step in a case.
    ///
    /// # Errors
    /// When policy refuses, there is no such case that the caller may know of, it is closed, or the step is not in order.
    pub fn step_in_case(&self, caller: &Caller, id: &CaseId, step: &CaseStep) -> Result<CaseView, NodeError> {
        let action = if step.steers() { self.steering_of(caller, id)? } else { Action::WorkCase };
        let now = self.clock().now();
        self.write(caller, action, |tx| {
            let mut case = self.visible_case(tx, caller, action, id)?;
            if case.open == matches!(step, CaseStep::Reopen { .. }) {
                let state = if case.open { "open already" } else { "closed; reopen it first" };
                return Err(NodeError::Conflict(format!("{id} is {state}")));
            }
            let event = self.taken(tx, caller, &mut case, step, now)?;
            // A playbook has written its own.
            let event = match event {
                Some(event) => {
                    case.put_event(tx, now, &event)?;
                    event
                }
                None => CaseEvent::new(caller, CaseEventKind::PlaybookApplied)?,
            };
            case.changed_at = now;
            case.put(tx)?;
            let subjects = std::iter::once(case.subject()).chain(event.things.iter().cloned()).collect();
            let detail = serde_json::json!({ "step": event.kind });
            Ok((self.case_view(tx, caller, &case)?, Noted::about(subjects).with_detail(detail)))
        })
    }

    /// What steering this case is to the caller: their own work, or that of a supervisor.
    pub(super) fn steering(&self, caller: &Caller, case: &Case) -> Action {
        if caller.person() == Some(&case.owner) { Action::WorkCase } else { Action::SteerCase }
    }

    fn steering_of(&self, caller: &Caller, id: &CaseId) -> Result<Action, NodeError> {
        let act = caller.act(Action::WorkCase, self.clock().now());
        let snapshot = self.store().snapshot(&act)?;
        let row = snapshot.case(id)?;
        // Whether there is such a case is said after policy was asked.
        let is_owner = row.is_some_and(|row| caller.person() == Some(&row.owner));
        Ok(if is_owner { Action::WorkCase } else { Action::SteerCase })
    }

    /// Takes the step and says what happened.
    fn taken(
        &self,
        tx: &mut dyn Transaction,
        caller: &Caller,
        case: &mut Case,
        step: &CaseStep,
        now: Timestamp,
    ) -> Result<Option<CaseEvent>, NodeError> {
        let event = |kind| CaseEvent::new(caller, kind);
        let text = |text: &str, what| said(text, what, TEXT_BYTES_MAXIMUM);
        Ok(Some(match step {
            CaseStep::Attach { findings, leads } => {
                let things = self.attach(tx, caller, case, findings, leads)?;
                if things.is_empty() {
                    return Err(NodeError::Conflict(format!("all of this is in {} already", case.id)));
                }
                event(CaseEventKind::Attached)?.about(things)
            }
            CaseStep::DetachFinding { finding, reason } => {
                let reference = reference_of(finding.origin.as_ref().unwrap_or(self.id()), finding.key);
                take_out(tx, case, CaseItemKind::Finding, &reference)?;
                let reason = text(reason, "why it is taken out")?;
                event(CaseEventKind::Detached)?.with_reason(reason).about(vec![format!("finding:{reference}")])
            }
            CaseStep::DetachLead { lead, reason } => {
                take_out(tx, case, CaseItemKind::Lead, lead)?;
                let reason = text(reason, "why it is taken out")?;
                event(CaseEventKind::Detached)?.with_reason(reason).about(vec![format!("lead:{lead}")])
            }
            CaseStep::AddTask { task } => {
                let task = self.add_task(tx, caller, case, task)?;
                event(CaseEventKind::TaskAdded)?.with_text(&task.text).about(vec![format!("task:{}", task.id)])
            }
            CaseStep::ChangeTask { change } => {
                let task = self.change_task(tx, caller, case, change)?;
                event(CaseEventKind::TaskChanged)?.with_text(&task.text).about(vec![format!("task:{}", task.id)])
            }
            CaseStep::FinishTask { task } => {
                let task = self.mark_task(tx, caller, case, task, true)?;
                event(CaseEventKind::TaskDone)?.with_text(&task.text).about(vec![format!("task:{}", task.id)])
            }
            CaseStep::ReopenTask { task } => {
                let task = self.mark_task(tx, caller, case, task, false)?;
                event(CaseEventKind::TaskReopened)?.with_text(&task.text).about(vec![format!("task:{}", task.id)])
            }
            CaseStep::Note { text: note, corrects } => {
                if let Some(number) = corrects {
                    check_is_note(tx, case, *number)?;
                }
                CaseEvent { corrects: *corrects, ..event(CaseEventKind::Note)?.with_text(text(note, "the note")?) }
            }
            CaseStep::Decide { text: decision, reason } => event(CaseEventKind::Decided)?
                .with_text(text(decision, "what was decided")?)
                .with_reason(text(reason, "why it was decided so")?),
            CaseStep::ApplyPlaybook { playbook, started_at } => {
                self.apply_playbook(tx, caller, case, playbook, started_at.unwrap_or(now))?;
                return Ok(None);
            }
            CaseStep::HandOver { to, reason } => {
                self.check_colleague(tx, caller, to)?;
                case.owner = to.clone();
                event(CaseEventKind::HandedOver)?.with_text(to.as_str()).with_reason(text(reason, "why it is handed over")?)
            }
            CaseStep::Close { outcome } => {
                let outcome = text(outcome, "what came of it")?;
                (case.open, case.content.outcome) = (false, Some(outcome.clone()));
                event(CaseEventKind::Closed)?.with_text(outcome)
            }
            CaseStep::Reopen { reason } => {
                (case.open, case.content.outcome) = (true, None);
                event(CaseEventKind::Reopened)?.with_reason(text(reason, "why it is opened again")?)
            }
        }))
    }
}

fn take_out(tx: &mut dyn Transaction, case: &Case, kind: CaseItemKind, reference: &str) -> Result<(), NodeError> {
    if tx.remove_case_item(&case.id, kind, reference)? {
        return Ok(());
    }
    Err(NodeError::NotFound(format!("{reference} in {}", case.id)))
}

fn check_is_note(tx: &dyn Transaction, case: &Case, number: u64) -> Result<(), NodeError> {
    let is_note = |event: &CaseEvent| event.number == number && event.kind == CaseEventKind::Note;
    if case.history(tx)?.iter().any(is_note) {
        return Ok(());
    }
    Err(NodeError::NotFound(format!("note {number} of {}", case.id)))
}
