//! A case's history: its own events.

use oikos_model::{Timestamp, UserName};
use oikos_registry::Transaction;
use serde::{Deserialize, Serialize};

use super::Case;
use crate::findings::seconds;
use crate::{Caller, NodeError, sessions::own_name};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CaseEventKind {
    /// It was opened.
    Opened,
    /// Things were put in.
    Attached,
    /// Something was taken out.
    Detached,
    /// A task was added.
    TaskAdded,
    /// A task was changed.
    TaskChanged,
    /// A task was done.
    TaskDone,
    /// A task was not done after all.
    TaskReopened,
    /// Somebody wrote a note.
    Note,
    /// Something was decided.
    Decided,
    /// It has another owner.
    HandedOver,
    /// A playbook's tasks were added.
    PlaybookApplied,
    /// It was closed with an outcome.
    Closed,
    /// It was opened again.
    Reopened,
}

/// One event of a case. It is never changed: a note is corrected by another one that names it.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CaseEvent {
    /// Position in the case's history, from 1.
    #[serde(default)]
    pub number: u64,
    /// When, RFC 3339.
    #[serde(default)]
    pub at: String,
    /// By whom.
    #[schema(value_type = String)]
    pub by: UserName,
    /// What.
    pub kind: CaseEventKind,
    /// The note, the decision, the task, the outcome, the playbook's title, or the new owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What it is about: `finding:…`, `lead:…`, `task:…`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub things: Vec<String>,
    /// The number of the note that this one corrects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrects: Option<u64>,
}

impl CaseEvent {
    pub(super) fn new(caller: &Caller, kind: CaseEventKind) -> Result<Self, NodeError> {
        let by = own_name(caller)?.clone();
        Ok(Self { number: 0, at: String::new(), by, kind, text: None, reason: None, things: Vec::new(), corrects: None })
    }

    pub(super) fn with_text(self, text: impl Into<String>) -> Self {
        Self { text: Some(text.into()), ..self }
    }

    pub(super) fn with_reason(self, reason: String) -> Self {
        Self { reason: Some(reason), ..self }
    }

    pub(super) fn about(self, things: Vec<String>) -> Self {
        Self { things, ..self }
    }
}

impl Case {
    /// Adds to the history.
    pub(super) fn put_event(&self, tx: &mut dyn Transaction, at: Timestamp, event: &CaseEvent) -> Result<u64, NodeError> {
        let content = serde_json::to_value(event).map_err(NodeError::internal)?;
        Ok(tx.put_case_event(&self.id, at, &content)?)
    }

    /// The history, oldest first.
    pub(super) fn history(&self, tx: &dyn Transaction) -> Result<Vec<CaseEvent>, NodeError> {
        let read = |row: oikos_registry::CaseEventRow| {
            let event: CaseEvent = serde_json::from_value(row.content).map_err(NodeError::internal)?;
            Ok(CaseEvent { number: row.number, at: seconds(row.at), ..event })
        };
        tx.case_events(&self.id)?.into_iter().map(read).collect()
    }
}
