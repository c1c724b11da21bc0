//! Runs, checkpoints and jobs.

use oikos_model::{ContentHash, RunId, Timestamp};
use oikos_registry::{CheckpointRow, JobRow, RunRow, Runs, StoreError};

use crate::columns::{Columns, code, count, json, microseconds};
use crate::filter::at_most;
use crate::transaction::PostgresTransaction;
use crate::values::params;

const RUN: &str = "id, detector, detector_hash, parameter_hash, snapshot, span_from, span_to, findings, ran_at";
const JOB: &str = "id, kind, state, done, total, result, started_at, ended_at";

impl Runs for PostgresTransaction<'_> {
    fn put_run(&mut self, run: &RunRow) -> Result<(), StoreError> {
        let sql = format!(
            "INSERT INTO run ({RUN}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO UPDATE SET \
             detector = excluded.detector, detector_hash = excluded.detector_hash, parameter_hash = excluded.parameter_hash, \
             snapshot = excluded.snapshot, span_from = excluded.span_from, span_to = excluded.span_to, \
             findings = excluded.findings, ran_at = excluded.ran_at"
        );
        let row = params![
            run.id.0.0,
            run.detector.as_str(),
            run.detector_hash.0,
            run.parameter_hash.0,
            run.snapshot,
            microseconds(run.span_from),
            microseconds(run.span_to),
            count(run.findings)?,
            microseconds(run.at),
        ];
        self.execute("recording a run", &sql, row).map(drop)
    }

    fn runs(&self, limit: usize) -> Result<Vec<RunRow>, StoreError> {
        let sql = format!("SELECT {RUN} FROM run ORDER BY ran_at DESC, id LIMIT $1");
        self.read_all("run", &sql, params![at_most(limit)], read_run)
    }

    fn checkpoint(
        &self,
        detector: ContentHash,
        parameters: ContentHash,
        step: &str,
        at: Timestamp,
    ) -> Result<Option<CheckpointRow>, StoreError> {
        let sql = "SELECT fed_up_to, snapshot, state FROM checkpoint WHERE detector_hash = $1 AND parameter_hash = $2 \
                   AND step = $3 AND fed_up_to <= $4 ORDER BY fed_up_to DESC LIMIT 1";
        self.read_one("checkpoint", sql, params![detector.0, parameters.0, step, microseconds(at)], |columns| {
            Ok(CheckpointRow {
                detector_hash: detector,
                parameter_hash: parameters,
                step: step.to_owned(),
                fed_up_to: columns.timestamp(0)?,
                snapshot: columns.value(1)?,
                state: columns.value(2)?,
            })
        })
    }

    fn put_checkpoint(&mut self, checkpoint: &CheckpointRow) -> Result<(), StoreError> {
        let sql = "INSERT INTO checkpoint (detector_hash, parameter_hash, step, fed_up_to, snapshot, state) \
                   VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (detector_hash, parameter_hash, step, fed_up_to) \
                   DO UPDATE SET snapshot = excluded.snapshot, state = excluded.state";
        let row = params![
            checkpoint.detector_hash.0,
            checkpoint.parameter_hash.0,
            checkpoint.step,
            microseconds(checkpoint.fed_up_to),
            checkpoint.snapshot,
            checkpoint.state,
        ];
        self.execute("recording a checkpoint", sql, row).map(drop)
    }

    fn erase_checkpoints(&mut self) -> Result<(), StoreError> {
        self.execute("erasing checkpoints", "DELETE FROM checkpoint", params![]).map(drop)
    }

    fn put_job(&mut self, job: &JobRow) -> Result<(), StoreError> {
        let sql = format!(
            "INSERT INTO job ({JOB}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO UPDATE SET \
             kind = excluded.kind, state = excluded.state, done = excluded.done, total = excluded.total, \
             result = excluded.result, started_at = excluded.started_at, ended_at = excluded.ended_at"
        );
        let row = params![
            job.id,
            job.kind,
            code(&job.state)?,
            count(job.done)?,
            job.total.map(count).transpose()?,
            json(&job.result)?,
            microseconds(job.started_at),
            job.ended_at.map(microseconds),
        ];
        self.execute("recording a job", &sql, row).map(drop)
    }

    fn jobs(&self, limit: usize) -> Result<Vec<JobRow>, StoreError> {
        let sql = format!("SELECT {JOB} FROM job ORDER BY started_at DESC, id DESC LIMIT $1");
        self.read_all("job", &sql, params![at_most(limit)], read_job)
    }
}

fn read_run(columns: &Columns<'_>) -> Result<RunRow, StoreError> {
    Ok(RunRow {
        id: RunId(columns.hash(0)?),
        detector: columns.identifier(1)?,
        detector_hash: columns.hash(2)?,
        parameter_hash: columns.hash(3)?,
        snapshot: columns.value(4)?,
        span_from: columns.timestamp(5)?,
        span_to: columns.timestamp(6)?,
        findings: columns.number(7)?,
        at: columns.timestamp(8)?,
    })
}

fn read_job(columns: &Columns<'_>) -> Result<JobRow, StoreError> {
    let total = columns.optional::<i64>(4)?;
    Ok(JobRow {
        id: columns.value(0)?,
        kind: columns.value(1)?,
        state: columns.code(2)?,
        done: columns.number(3)?,
        total: total.map(|_| columns.number(4)).transpose()?,
        result: columns.json(5)?,
        started_at: columns.timestamp(6)?,
        ended_at: columns.optional_timestamp(7)?,
    })
}
