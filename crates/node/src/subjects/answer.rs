//! Answering a request, step by step.

use std::fmt::Write as _;

use oikos_model::{Action, Statement, StatementDraft, StatementId, Timestamp};
use oikos_registry::Transaction;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::find::{Held, HeldView};
use super::{DAYS_MORE, Refusal, Request, StepDone, SubjectRequestView, days_after, said};
use crate::{Caller, NOTICE, Node, NodeError, Noted};

/// More things than this are erased or restricted source by source.
const MOST_THINGS: usize = 900;

/// What the officer does next.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(tag = "step", rename_all = "snake_case", deny_unknown_fields)]
pub enum SubjectStep {
    /// Shows what is held.
    Find,
    /// Gives what is held, whole, as JSON and as text for the person.
    Export,
    /// Ends a wrong statement and puts a right one in its place.
    Correct {
        /// The wrong one.
        #[schema(value_type = String)]
        statement: StatementId,
        /// What is right.
        value: String,
        /// Why.
        reason: String,
    },
    /// Makes everything held invisible to detectors, picture and readers.
    Restrict {
        /// Why.
        reason: String,
    },
    /// Erases everything held, here and at partners.
    Erase,
    /// Two more months, where the request is complex.
    Extend {
        /// Why.
        reason: String,
    },
    /// Refuses.
    Refuse {
        /// The law it rests on.
        law: String,
        /// Why.
        reason: String,
        /// The supervisor to whom the person may turn.
        supervisor: String,
    },
    /// The person was answered.
    Close {
        /// How.
        note: String,
    },
}

impl SubjectStep {
    const fn name(&self) -> &'static str {
        match self {
            Self::Find => "find",
            Self::Export => "export",
            Self::Correct { .. } => "correct",
            Self::Restrict { .. } => "restrict",
            Self::Erase => "erase",
            Self::Extend { .. } => "extend",
            Self::Refuse { .. } => "refuse",
            Self::Close { .. } => "close",
        }
    }
}

/// What came of a step.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SubjectAnswer {
    /// The request as it now stands.
    pub request: SubjectRequestView,
    /// What is held; in `find` and `export`.
    pub held: Option<HeldView>,
    /// The same as text for the person; in `export`.
    pub text: Option<String>,
}

impl Node {
    /// Does one step on a request, by the data-protection officer.
    ///
    /// # Errors
    /// When policy refuses, the request is closed, or the step is not in order.
    pub fn answer_subject(&self, caller: &Caller, id: &str, step: &SubjectStep) -> Result<SubjectAnswer, NodeError> {
        let act = self.authorise(caller, Action::AnswerSubject)?;
        let by = caller.person().cloned().ok_or_else(|| NodeError::Invalid("a named officer answers".into()))?;
        let told = match step {
            // Before the things are gone: a retraction names them.
            SubjectStep::Erase => {
                let tx = self.store().snapshot(&act)?;
                let request = open_request(tx.as_ref(), id)?;
                let held = Held::find(tx.as_ref(), &request.person)?;
                drop(tx);
                self.recall_for_erasure(caller, &held)?
            }
            _ => Default::default(),
        };
        let now = self.clock().now();
        let answer = self.write(caller, Action::AnswerSubject, |tx| {
            let mut request = open_request(tx, id)?;
            request.told.extend(told);
            let held = Held::find(tx, &request.person)?;
            let things = held.statements.len() + held.findings.len();
            if things > MOST_THINGS {
                return Err(NodeError::Invalid(format!(
                    "{things} things are more than {MOST_THINGS}: describe the person closer"
                )));
            }
            let (note, mut subjects) = self.do_step(tx, step, &mut request, &held, now)?;
            subjects.insert(0, request.subject());
            request.steps.push(StepDone { at: now, by, what: step.name().into(), note: note.clone() });
            request.put(tx)?;
            let shows = matches!(step, SubjectStep::Find | SubjectStep::Export);
            let whole = matches!(step, SubjectStep::Export);
            let view = shows.then(|| held.view(whole));
            let text = view.as_ref().filter(|_| whole).map(|view| readable(&request, view));
            let detail = json!({ "step": step.name(), "note": note, "in_time": now <= request.due_at });
            Ok((SubjectAnswer { request: request.view(tx, now)?, held: view, text }, Noted::about(subjects).with_detail(detail)))
        })?;
        if matches!(step, SubjectStep::Erase | SubjectStep::Restrict { .. } | SubjectStep::Correct { .. }) {
            // A lead must not outlive what it was made of.
            self.recompute_picture(&self.itself())?;
        }
        Ok(answer)
    }

    /// What came of the step, without what was held, and what was touched.
    fn do_step(
        &self,
        tx: &mut dyn Transaction,
        step: &SubjectStep,
        request: &mut Request,
        held: &Held,
        now: Timestamp,
    ) -> Result<(String, Vec<String>), NodeError> {
        let counted = |done: &str| format!("{done}: {} statements, {} findings", held.statements.len(), held.findings.len());
        let touched = || held.subjects().collect::<Vec<_>>();
        match step {
            SubjectStep::Find => Ok((counted("found"), touched())),
            SubjectStep::Export => Ok((counted("given to the person"), touched())),
            SubjectStep::Correct { statement, value, reason } => {
                let wrong = held.statements.get(statement);
                let wrong = wrong.ok_or_else(|| NodeError::NotFound(format!("statement {statement} about this person")))?;
                let right = self.corrected(tx, wrong, value, now)?;
                let subjects = vec![format!("statement:{}", wrong.id), format!("statement:{}", right.id)];
                Ok((said(reason, "why")?, subjects))
            }
            SubjectStep::Restrict { reason } => {
                held.restrict(tx, request)?;
                Ok((format!("{}: {}", counted("restricted"), said(reason, "why")?), touched()))
            }
            SubjectStep::Erase => {
                let subjects = touched();
                held.erase(tx)?;
                Ok((format!("{}; partners told: {}", counted("erased"), request.told.len()), subjects))
            }
            SubjectStep::Extend { reason } => {
                if request.extended {
                    return Err(NodeError::Conflict("the time was extended before; the law allows it once".into()));
                }
                request.extended = true;
                request.due_at = days_after(request.due_at, DAYS_MORE)?;
                Ok((said(reason, "why it takes longer")?, Vec::new()))
            }
            SubjectStep::Refuse { law, reason, supervisor } => {
                let refusal = Refusal {
                    law: said(law, "on which law it is refused")?,
                    reason: said(reason, "why it is refused")?,
                    supervisor: said(supervisor, "to which supervisor the person may turn")?,
                };
                let note = format!("refused under {}; supervisor: {}", refusal.law, refusal.supervisor);
                request.refusal = Some(refusal);
                request.state = "refused".into();
                Ok((note, Vec::new()))
            }
            SubjectStep::Close { note } => {
                request.state = "closed".into();
                Ok((said(note, "how the person was answered")?, Vec::new()))
            }
        }
    }

    /// Ends a wrong statement of this node and records the right one in its place.
    fn corrected(
        &self,
        tx: &mut dyn Transaction,
        wrong: &Statement,
        value: &str,
        now: Timestamp,
    ) -> Result<Statement, NodeError> {
        if wrong.origin != *self.id() {
            return Err(NodeError::Invalid(format!("{} recorded it: ask it to correct it", wrong.origin)));
        }
        let content = StatementDraft { value: said(value, "what is right")?, ..wrong.content.clone() };
        let right = Statement::record(content, wrong.origin.clone(), wrong.dataset.clone(), wrong.label, now);
        tx.end_statements(&[wrong.id], now)?;
        tx.put_statements(std::slice::from_ref(&right))?;
        Ok(right)
    }
}

fn open_request(tx: &dyn Transaction, id: &str) -> Result<Request, NodeError> {
    let request = Request::read(tx, id)?;
    if request.state == "open" { Ok(request) } else { Err(NodeError::Conflict(format!("request {id} is {}", request.state))) }
}

/// What is held, for the person to read.
fn readable(request: &Request, held: &HeldView) -> String {
    let mut text = format!("What we hold about you. Request {}.\n{NOTICE}\n\n", request.id);
    if held.statements.is_empty() && held.findings.is_empty() {
        text.push_str("We hold nothing under the description you gave.\n");
    }
    // Writing to a string does not fail.
    for statement in &held.statements {
        let ended = statement.ended_at.as_ref().map_or_else(String::new, |at| format!(", no longer said since {at}"));
        _ = writeln!(
            text,
            "- {}: {} (source: {}; held since {}{ended})",
            statement.property, statement.value, statement.source, statement.recorded_at
        );
    }
    for finding in &held.findings {
        let whose = if finding.received { "received from" } else { "concluded by" };
        _ = writeln!(text, "- Finding {whose} {}: {}", finding.origin, finding.title);
    }
    text
}
