//! Findings' work state and every act on it.

use std::collections::BTreeMap;

use oikos_model::{Actor, FindingKey, NodeId, Timestamp, UserName};
use oikos_registry::{StoreError, Work, WorkEvent, WorkKind, WorkState};

use crate::columns::{Columns, code, json, microseconds};
use crate::filter::at_most;
use crate::transaction::PostgresTransaction;
use crate::values::params;

const TABLE: &str = "work_event";

impl Work for PostgresTransaction<'_> {
    fn work_state(&self, origin: &NodeId, key: FindingKey) -> Result<Option<WorkState>, StoreError> {
        let sql = "SELECT assignee, snoozed_until FROM finding WHERE origin = $1 AND finding_key = $2";
        self.read_one("finding", sql, params![origin.as_str(), key.0.0], |columns| read_work(columns, 0))
    }

    fn set_work_state(&mut self, origin: &NodeId, key: FindingKey, work: &WorkState) -> Result<bool, StoreError> {
        let sql = "UPDATE finding SET assignee = $3, snoozed_until = $4 WHERE origin = $1 AND finding_key = $2";
        let assignee = work.assignee.as_ref().map(UserName::as_str);
        let row = params![origin.as_str(), key.0.0, assignee, work.snoozed_until.map(microseconds)];
        Ok(self.execute("setting who works on a finding", sql, row)? > 0)
    }

    fn put_work_event(&mut self, event: &WorkEvent) -> Result<(), StoreError> {
        self.writing()?;
        if self.work_state(&event.origin, event.key)?.is_none() {
            return Err(StoreError::Conflict(format!("there is no finding {} of {}", event.key, event.origin)));
        }
        let sql = "INSERT INTO work_event (number, origin, finding_key, kind, actor, at, content) \
                   SELECT COALESCE(MAX(number), 0) + 1, $1, $2, $3, $4, $5, $6 FROM work_event";
        let (actor, at) = (event.actor.to_string(), microseconds(event.at));
        let row = params![event.origin.as_str(), event.key.0.0, code(&event.kind)?, actor, at, json(event)?];
        self.execute("recording work on a finding", sql, row).map(drop)
    }

    fn work_events(&self, origin: &NodeId, key: FindingKey) -> Result<Vec<WorkEvent>, StoreError> {
        let sql = "SELECT content FROM work_event WHERE origin = $1 AND finding_key = $2 ORDER BY number";
        self.read_all(TABLE, sql, params![origin.as_str(), key.0.0], |columns| columns.json(0))
    }

    fn decisions_of(&self, actor: &Actor, limit: usize) -> Result<Vec<WorkEvent>, StoreError> {
        let sql = "SELECT content FROM work_event WHERE kind = $1 AND actor = $2 ORDER BY at DESC, number DESC LIMIT $3";
        let row = params![code(&WorkKind::Decide)?, actor.to_string(), at_most(limit)];
        self.read_all(TABLE, sql, row, |columns| columns.json(0))
    }

    fn decided_since(&self, since: Timestamp) -> Result<BTreeMap<String, u64>, StoreError> {
        let sql = "SELECT finding.desk, COUNT(*) FROM \
                   (SELECT DISTINCT origin, finding_key FROM work_event WHERE kind = $1 AND at >= $2) AS decided \
                   JOIN finding ON finding.origin = decided.origin AND finding.finding_key = decided.finding_key \
                   WHERE finding.state IN ('confirmed', 'dismissed') GROUP BY finding.desk";
        let row = params![code(&WorkKind::Decide)?, microseconds(since)];
        let counts = self.read_all(TABLE, sql, row, |columns| Ok((columns.value(0)?, columns.number(1)?)))?;
        Ok(counts.into_iter().collect())
    }
}

/// Who works on a finding and until when it sleeps, from two columns.
pub(crate) fn read_work(columns: &Columns<'_>, first: usize) -> Result<WorkState, StoreError> {
    let assignee = columns.optional::<String>(first)?.map(|_| columns.identifier(first)).transpose()?;
    Ok(WorkState { assignee, snoozed_until: columns.optional_timestamp(first + 1)? })
}
