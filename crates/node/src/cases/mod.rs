//! Cases: people's work on what belongs together. A case has an owner, tasks with clocks, notes and decisions; its history is what
//! happened in it, event by event, and nothing of it is changed afterwards.
//!
//! A case carries the marking of everything that is or ever was in it: its notes were written by people who saw all of that. It is opened
//! for one purpose, and only acts for that purpose see it.

mod history;
mod items;
mod list;
mod open;
mod playbooks;
mod show;
mod step;
mod tasks;

use std::collections::BTreeSet;

use oikos_model::{Action, CaseId, Label, LegalBasis, Marking, Purpose, Regime, Scope, Timestamp, Tlp, UserName};
use oikos_registry::{CaseRow, Transaction};
use serde::{Deserialize, Serialize};

use crate::{Caller, Node, NodeError};

pub use history::{CaseEvent, CaseEventKind};
pub use list::{CaseFilter, CaseSummary};
pub use open::CaseRequest;
pub use playbooks::{PlaybookTask, PlaybookView};
pub use show::{CaseFinding, CaseLead, CaseView, MarkingView};
pub use step::CaseStep;
pub use tasks::{NewTask, TaskChange, TaskView};

const TITLE_BYTES_MAXIMUM: usize = 200;
const TEXT_BYTES_MAXIMUM: usize = 10_000;

/// What the node keeps of a case besides its row.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct CaseContent {
    title: String,
    purpose: Purpose,
    legal_basis: LegalBasis,
    opened_by: UserName,
    /// What came of it, once it is closed.
    outcome: Option<String>,
}

/// A case in hand.
struct Case {
    id: CaseId,
    label: Label,
    open: bool,
    owner: UserName,
    opened_at: Timestamp,
    changed_at: Timestamp,
    content: CaseContent,
}

impl Case {
    fn of_row(tx: &dyn Transaction, row: CaseRow) -> Result<Self, NodeError> {
        let label = tx.label(row.label)?.ok_or_else(|| NodeError::internal(format!("the label of {} is gone", row.id)))?;
        let content = serde_json::from_value(row.content).map_err(NodeError::internal)?;
        let CaseRow { id, open, owner, opened_at, changed_at, .. } = row;
        Ok(Self { id, label, open, owner, opened_at, changed_at, content })
    }

    fn put(&self, tx: &mut dyn Transaction) -> Result<(), NodeError> {
        let label = tx.intern_label(&self.label)?;
        Ok(tx.put_case(&CaseRow {
            id: self.id.clone(),
            label,
            open: self.open,
            owner: self.owner.clone(),
            opened_at: self.opened_at,
            changed_at: self.changed_at,
            content: serde_json::to_value(&self.content).map_err(NodeError::internal)?,
        })?)
    }

    fn subject(&self) -> String {
        format!("case:{}", self.id)
    }
}

/// The title of a case's row.
pub(crate) fn title_of(row: &CaseRow) -> Result<String, NodeError> {
    let content: CaseContent = serde_json::from_value(row.content.clone()).map_err(NodeError::internal)?;
    Ok(content.title)
}

/// The marking of a case with nothing in it: the house's own paper.
fn empty_marking(regime: Regime, purpose: &Purpose) -> Marking {
    Marking::new(regime, Tlp::AmberStrict, BTreeSet::from([purpose.clone()]))
}

/// A text that a person wrote for others to read.
fn said(text: &str, what: &str, most: usize) -> Result<String, NodeError> {
    let text = text.trim();
    if text.is_empty() || text.len() > most {
        return Err(NodeError::Invalid(format!("say {what} in 1 to {most} bytes")));
    }
    Ok(text.to_owned())
}

impl Node {
    /// The case, if the caller may do this with it. What may not be known of looks as if it were not there.
    fn visible_case(&self, tx: &dyn Transaction, caller: &Caller, action: Action, id: &CaseId) -> Result<Case, NodeError> {
        let not_here = || NodeError::NotFound(format!("case {id}"));
        let case = Case::of_row(tx, tx.case(id)?.ok_or_else(not_here)?)?;
        if self.may(caller, action, &case.label) { Ok(case) } else { Err(not_here()) }
    }

    fn case_label(&self, marking: Marking) -> Label {
        Label { marking, origin: self.id().clone(), scope: Scope::Node }
    }
}
