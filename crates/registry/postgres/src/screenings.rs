//! Decisions on matches, and sets of subjects that are screened again.

use oikos_model::{DatasetId, EntityId, LabelId, NodeId, Timestamp};
use oikos_registry::{ScreenedSubjectRow, ScreeningDecisionRow, ScreeningSetRow, Screenings, StoreError};

use crate::columns::{Columns, code, count, json, microseconds};
use crate::filter::{Filter, at_most};
use crate::transaction::PostgresTransaction;
use crate::values::params;

const DECISION: &str = "subject, origin, dataset, entity, label, verdict, decided_by, decided_at, expires_at, content";
const SET: &str = "id, label, owner, created_at, screened_at, content";

impl Screenings for PostgresTransaction<'_> {
    fn put_screening_decision(&mut self, decision: &ScreeningDecisionRow) -> Result<(), StoreError> {
        let sql = format!(
            "INSERT INTO screening_decision ({DECISION}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
             ON CONFLICT (subject, origin, dataset, entity) DO UPDATE SET label = excluded.label, verdict = excluded.verdict, \
             decided_by = excluded.decided_by, decided_at = excluded.decided_at, expires_at = excluded.expires_at, \
             content = excluded.content"
        );
        let row = params![
            decision.subject,
            decision.origin.as_str(),
            decision.dataset.as_str(),
            decision.entity.as_str(),
            decision.label.0.0,
            code(&decision.verdict)?,
            decision.decided_by.as_str(),
            microseconds(decision.decided_at),
            decision.expires_at.map(microseconds),
            json(&decision.content)?,
        ];
        self.execute("deciding on a match", &sql, row).map(drop)
    }

    fn remove_screening_decision(
        &mut self,
        subject: &str,
        origin: &NodeId,
        dataset: &DatasetId,
        entity: &EntityId,
    ) -> Result<bool, StoreError> {
        let sql = "DELETE FROM screening_decision WHERE subject = $1 AND origin = $2 AND dataset = $3 AND entity = $4";
        let row = params![subject, origin.as_str(), dataset.as_str(), entity.as_str()];
        Ok(self.execute("taking back a decision on a match", sql, row)? > 0)
    }

    fn screening_decisions(
        &self,
        subject: Option<&str>,
        labels: &[LabelId],
        limit: usize,
    ) -> Result<Vec<ScreeningDecisionRow>, StoreError> {
        let mut filter = Filter::default();
        filter.labels("label", labels);
        filter.with_some("subject = ?", subject.map(str::to_owned));
        let sql = format!(
            "SELECT {DECISION} FROM screening_decision {} \
             ORDER BY decided_at DESC, subject, origin, dataset, entity LIMIT {}",
            filter.clause(),
            at_most(limit)
        );
        self.read_all("screening_decision", &sql, filter.values(), read_decision)
    }

    fn put_screening_set(&mut self, set: &ScreeningSetRow) -> Result<(), StoreError> {
        // Replacing the row would take its subjects with it.
        let sql = format!(
            "INSERT INTO screening_set ({SET}) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO UPDATE SET \
             label = excluded.label, owner = excluded.owner, screened_at = excluded.screened_at, content = excluded.content"
        );
        let (created_at, screened_at) = (microseconds(set.created_at), set.screened_at.map(microseconds));
        let row = params![set.id, set.label.0.0, set.owner.as_str(), created_at, screened_at, json(&set.content)?];
        self.execute("putting a set of subjects", &sql, row).map(drop)
    }

    fn screening_set(&self, id: &str) -> Result<Option<ScreeningSetRow>, StoreError> {
        self.read_one("screening_set", &format!("SELECT {SET} FROM screening_set WHERE id = $1"), params![id], read_set)
    }

    fn screening_sets(&self, labels: Option<&[LabelId]>) -> Result<Vec<ScreeningSetRow>, StoreError> {
        let mut filter = Filter::default();
        if let Some(labels) = labels {
            filter.labels("label", labels);
        }
        let sql = format!("SELECT {SET} FROM screening_set {} ORDER BY created_at DESC, id", filter.clause());
        self.read_all("screening_set", &sql, filter.values(), read_set)
    }

    fn remove_screening_set(&mut self, id: &str) -> Result<bool, StoreError> {
        Ok(self.execute("removing a set of subjects", "DELETE FROM screening_set WHERE id = $1", params![id])? > 0)
    }

    fn put_screened_subjects(&mut self, set: &str, subjects: &[ScreenedSubjectRow]) -> Result<(), StoreError> {
        if self.screening_set(set)?.is_none() {
            // Asked before, because the server would undo the whole transaction.
            return Err(StoreError::Conflict(format!("there is no set {set} of screened subjects")));
        }
        let sql = "INSERT INTO screened_subject (set_id, position, content) VALUES ($1, $2, $3) \
                   ON CONFLICT (set_id, position) DO UPDATE SET content = excluded.content";
        for subject in subjects {
            let row = params![set, count(subject.position)?, json(&subject.content)?];
            self.execute("putting a subject", sql, row)?;
        }
        Ok(())
    }

    fn screened_subjects(&self, set: &str, from: u64, limit: usize) -> Result<Vec<ScreenedSubjectRow>, StoreError> {
        let sql =
            "SELECT position, content FROM screened_subject WHERE set_id = $1 AND position >= $2 ORDER BY position LIMIT $3";
        self.read_all("screened_subject", sql, params![set, count(from)?, at_most(limit)], |columns| {
            Ok(ScreenedSubjectRow { position: columns.number(0)?, content: columns.json(1)? })
        })
    }

    fn erase_expired_screenings(&mut self, now: Timestamp) -> Result<usize, StoreError> {
        self.writing()?;
        let expired = self.expired_labels(now)?;
        let mut erased = self.execute(
            "erasing decisions on matches",
            "DELETE FROM screening_decision WHERE expires_at <= $1",
            params![microseconds(now)],
        )?;
        let mut filter = Filter::default();
        filter.labels("label", &expired);
        for table in ["screening_decision", "screening_set"] {
            let sql = format!("DELETE FROM {table} {}", filter.clause());
            erased += self.execute("erasing expired screenings", &sql, filter.values())?;
        }
        Ok(erased)
    }
}

fn read_decision(columns: &Columns<'_>) -> Result<ScreeningDecisionRow, StoreError> {
    Ok(ScreeningDecisionRow {
        subject: columns.value(0)?,
        origin: columns.identifier(1)?,
        dataset: columns.identifier(2)?,
        entity: columns.identifier(3)?,
        label: LabelId(columns.hash(4)?),
        verdict: columns.code(5)?,
        decided_by: columns.identifier(6)?,
        decided_at: columns.timestamp(7)?,
        expires_at: columns.optional_timestamp(8)?,
        content: columns.json(9)?,
    })
}

fn read_set(columns: &Columns<'_>) -> Result<ScreeningSetRow, StoreError> {
    Ok(ScreeningSetRow {
        id: columns.value(0)?,
        label: LabelId(columns.hash(1)?),
        owner: columns.identifier(2)?,
        created_at: columns.timestamp(3)?,
        screened_at: columns.optional_timestamp(4)?,
        content: columns.json(5)?,
    })
}
