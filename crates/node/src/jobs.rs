//! Long work: started by a request, watched by polling, kept in the registry so that it survives the page being closed.

use oikos_model::{Action, Timestamp};
use oikos_registry::{JobRow, JobState, Transaction};
use serde::Serialize;

use crate::{Caller, Node, NodeError};

/// A job as people see it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct JobView {
    /// Identity.
    pub id: String,
    /// `import`, `detect` or `trial`.
    pub kind: String,
    /// `running`, `done`, `failed` or `interrupted`.
    pub state: String,
    /// Units done.
    pub done: u64,
    /// Units in all, where known.
    pub total: Option<u64>,
    /// What came of it, for those who may run detectors, or `{"error": {"code", "message"}}`.
    #[schema(value_type = Object)]
    pub result: serde_json::Value,
    /// When it began, RFC 3339.
    pub started_at: String,
    /// When it ended, RFC 3339.
    pub ended_at: Option<String>,
}

impl From<JobRow> for JobView {
    fn from(row: JobRow) -> Self {
        let state = match row.state {
            JobState::Running => "running",
            JobState::Done => "done",
            JobState::Failed => "failed",
            JobState::Interrupted => "interrupted",
        };
        Self {
            id: row.id,
            kind: row.kind,
            state: state.to_owned(),
            done: row.done,
            total: row.total,
            result: row.result,
            started_at: row.started_at.to_string(),
            ended_at: row.ended_at.map(|at| at.to_string()),
        }
    }
}

impl JobView {
    /// A job for somebody who may see what came of it, or not: refused rows and errors can quote records.
    fn of(row: JobRow, sees_results: bool) -> Self {
        let view = Self::from(row);
        if sees_results { view } else { Self { result: serde_json::Value::Null, ..view } }
    }
}

/// Jobs that were at work when the node stopped left nothing behind.
pub(crate) fn mark_interrupted(tx: &mut dyn Transaction, now: Timestamp) -> Result<(), NodeError> {
    for job in tx.jobs(usize::MAX)?.into_iter().filter(|job| job.state == JobState::Running) {
        tx.put_job(&JobRow { state: JobState::Interrupted, ended_at: Some(now), ..job })?;
    }
    Ok(())
}

/// A job at work. Its progress is written at most once for every hundredth part, so that watching costs little.
pub(crate) struct RunningJob<'a> {
    node: &'a Node,
    row: JobRow,
    written_hundredths: u64,
}

impl<'a> RunningJob<'a> {
    /// Writes down that a job begins.
    pub(crate) fn begin(node: &'a Node, kind: &str) -> Result<Self, NodeError> {
        let started_at = node.clock().now();
        let row = JobRow {
            id: crate::ids::new_id(started_at),
            kind: kind.to_owned(),
            state: JobState::Running,
            done: 0,
            total: None,
            result: serde_json::Value::Null,
            started_at,
            ended_at: None,
        };
        let job = Self { node, row, written_hundredths: 0 };
        job.put()?;
        Ok(job)
    }

    /// The job's identity.
    pub(crate) fn id(&self) -> &str {
        &self.row.id
    }

    /// Hears how far the work is. Progress that cannot be written down is no reason to stop working.
    pub(crate) fn progress(&mut self, done: u64, total: u64) {
        self.row.done = done;
        self.row.total = Some(total);
        let hundredths = done.saturating_mul(100).checked_div(total).unwrap_or(0);
        if hundredths > self.written_hundredths {
            self.written_hundredths = hundredths;
            let _ = self.put();
        }
    }

    /// Writes down what came of it.
    pub(crate) fn end<T: Serialize>(mut self, outcome: &Result<T, NodeError>) -> Result<(), NodeError> {
        self.row.ended_at = Some(self.node.clock().now());
        match outcome {
            Ok(value) => {
                self.row.state = JobState::Done;
                self.row.done = self.row.total.unwrap_or(self.row.done);
                self.row.result = serde_json::to_value(value).map_err(NodeError::internal)?;
            }
            Err(error) => {
                self.row.state = JobState::Failed;
                self.row.result = serde_json::json!({ "error": { "code": error.code(), "message": error.to_string() } });
            }
        }
        self.put()
    }

    fn put(&self) -> Result<(), NodeError> {
        self.node.housekeeping(Action::ReadJobs, |tx| Ok(tx.put_job(&self.row)?))
    }
}

impl Node {
    /// The newest jobs.
    ///
    /// # Errors
    /// When policy refuses.
    pub fn list_jobs(&self, caller: &Caller, limit: usize) -> Result<Vec<JobView>, NodeError> {
        let sees_results = self.may_detect(caller);
        self.read(caller, Action::ReadJobs, |tx| {
            Ok(tx.jobs(limit.clamp(1, 500))?.into_iter().map(|row| JobView::of(row, sees_results)).collect())
        })
    }

    /// One job.
    ///
    /// # Errors
    /// When policy refuses or there is none of this id.
    pub fn show_job(&self, caller: &Caller, id: &str) -> Result<JobView, NodeError> {
        let jobs = self.read(caller, Action::ReadJobs, |tx| Ok(tx.jobs(usize::MAX)?))?;
        let row = jobs.into_iter().find(|job| job.id == id);
        let sees_results = self.may_detect(caller);
        row.map(|row| JobView::of(row, sees_results)).ok_or_else(|| NodeError::NotFound(format!("job {id}")))
    }
}
