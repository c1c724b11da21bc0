//! Tasks of a case. Whether one is late is what the clock says when it is asked.

use oikos_model::{Timestamp, UserName};
use oikos_registry::{CaseTaskRow, Transaction};
use serde::{Deserialize, Serialize};

use super::{Case, said};
use crate::findings::seconds;
use crate::{Caller, Node, NodeError, sessions::own_name};

pub(super) const TASK_BYTES_MAXIMUM: usize = 1_000;
const TASKS_MAXIMUM: usize = 500;

/// A task to be added.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTask {
    /// What is to be done.
    pub text: String,
    /// By whom; absent: nobody yet.
    #[schema(value_type = Option<String>)]
    pub owner: Option<UserName>,
    /// By when, RFC 3339; absent: no date.
    #[schema(value_type = Option<String>)]
    pub due_at: Option<Timestamp>,
}

/// What changes of a task. What is absent stays.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskChange {
    /// Which.
    pub task: String,
    /// What is to be done.
    pub text: Option<String>,
    /// By whom.
    #[schema(value_type = Option<String>)]
    pub owner: Option<UserName>,
    /// By when, RFC 3339.
    #[schema(value_type = Option<String>)]
    pub due_at: Option<Timestamp>,
}

/// A task as people see it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct TaskView {
    /// Its id.
    pub id: String,
    /// What is to be done.
    pub text: String,
    /// By whom.
    pub owner: Option<String>,
    /// The role whose task it is, where a playbook says so.
    pub role: Option<String>,
    /// The law that gives the date.
    pub law: Option<String>,
    /// By when, RFC 3339.
    pub due_at: Option<String>,
    /// Whether it is not done and its date has passed.
    pub late: bool,
    /// When it was done, RFC 3339.
    pub done_at: Option<String>,
    /// By whom it was done.
    pub done_by: Option<String>,
}

/// A task as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Task {
    #[serde(skip)]
    pub(super) id: String,
    pub(super) text: String,
    pub(super) owner: Option<UserName>,
    pub(super) role: Option<String>,
    pub(super) law: Option<String>,
    #[serde(skip)]
    pub(super) due_at: Option<Timestamp>,
    #[serde(skip)]
    pub(super) done_at: Option<Timestamp>,
    pub(super) done_by: Option<UserName>,
}

impl Task {
    fn of_row(row: CaseTaskRow) -> Result<Self, NodeError> {
        let task: Self = serde_json::from_value(row.content).map_err(NodeError::internal)?;
        Ok(Self { id: row.id, due_at: row.due_at, done_at: row.done_at, ..task })
    }

    pub(super) fn put(&self, tx: &mut dyn Transaction, case: &Case) -> Result<(), NodeError> {
        let content = serde_json::to_value(self).map_err(NodeError::internal)?;
        let (id, due_at, done_at) = (self.id.clone(), self.due_at, self.done_at);
        Ok(tx.put_case_task(&CaseTaskRow { id, case: case.id.clone(), due_at, done_at, content })?)
    }

    pub(super) fn is_late(&self, now: Timestamp) -> bool {
        self.done_at.is_none() && self.due_at.is_some_and(|due| due < now)
    }

    pub(super) fn view(&self, now: Timestamp) -> TaskView {
        TaskView {
            id: self.id.clone(),
            text: self.text.clone(),
            owner: self.owner.as_ref().map(ToString::to_string),
            role: self.role.clone(),
            law: self.law.clone(),
            due_at: self.due_at.map(seconds),
            late: self.is_late(now),
            done_at: self.done_at.map(seconds),
            done_by: self.done_by.as_ref().map(ToString::to_string),
        }
    }
}

impl Case {
    pub(super) fn tasks(&self, tx: &dyn Transaction) -> Result<Vec<Task>, NodeError> {
        tx.case_tasks(&self.id)?.into_iter().map(Task::of_row).collect()
    }

    pub(super) fn task(&self, tx: &dyn Transaction, id: &str) -> Result<Task, NodeError> {
        let found = self.tasks(tx)?.into_iter().find(|task| task.id == id);
        found.ok_or_else(|| NodeError::NotFound(format!("task {id} of {}", self.id)))
    }

    pub(super) fn check_room(&self, tx: &dyn Transaction, more: usize) -> Result<(), NodeError> {
        if tx.case_tasks(&self.id)?.len() + more > TASKS_MAXIMUM {
            return Err(NodeError::Conflict(format!("a case has at most {TASKS_MAXIMUM} tasks; open another one")));
        }
        Ok(())
    }
}

impl Node {
    pub(super) fn add_task(
        &self,
        tx: &mut dyn Transaction,
        caller: &Caller,
        case: &Case,
        new: &NewTask,
    ) -> Result<Task, NodeError> {
        case.check_room(tx, 1)?;
        if let Some(owner) = &new.owner {
            self.check_colleague(tx, caller, owner)?;
        }
        let task = Task {
            id: crate::ids::new_id(self.clock().now()),
            text: said(&new.text, "what is to be done", TASK_BYTES_MAXIMUM)?,
            owner: new.owner.clone(),
            role: None,
            law: None,
            due_at: new.due_at,
            done_at: None,
            done_by: None,
        };
        task.put(tx, case)?;
        Ok(task)
    }

    pub(super) fn change_task(
        &self,
        tx: &mut dyn Transaction,
        caller: &Caller,
        case: &Case,
        change: &TaskChange,
    ) -> Result<Task, NodeError> {
        let mut task = case.task(tx, &change.task)?;
        if let Some(text) = &change.text {
            task.text = said(text, "what is to be done", TASK_BYTES_MAXIMUM)?;
        }
        if let Some(owner) = &change.owner {
            self.check_colleague(tx, caller, owner)?;
            task.owner = Some(owner.clone());
        }
        task.due_at = change.due_at.or(task.due_at);
        task.put(tx, case)?;
        Ok(task)
    }

    /// Notes that a task was done, or that it was not after all.
    pub(super) fn mark_task(
        &self,
        tx: &mut dyn Transaction,
        caller: &Caller,
        case: &Case,
        id: &str,
        done: bool,
    ) -> Result<Task, NodeError> {
        let mut task = case.task(tx, id)?;
        if task.done_at.is_some() == done {
            let state = if done { "done already" } else { "not done" };
            return Err(NodeError::Conflict(format!("this task is {state}")));
        }
        task.done_at = done.then(|| self.clock().now());
        task.done_by = if done { Some(own_name(caller)?.clone()) } else { None };
        task.put(tx, case)?;
        Ok(task)
    }
}
