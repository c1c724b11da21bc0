//! Cases with what is in them, their tasks and their history.

use oikos_model::{CaseId, LabelId, Timestamp};
use oikos_registry::{CaseEventRow, CaseItemKind, CaseItemRow, CaseQuery, CaseRow, CaseTaskRow, Cases, StoreError};

use crate::columns::{Columns, code, count, json, microseconds};
use crate::filter::{Filter, page};
use crate::transaction::PostgresTransaction;
use crate::values::params;

const COLUMNS: &str = "id, label, open, owner, opened_at, changed_at, content";

impl Cases for PostgresTransaction<'_> {
    fn reserve_case_number(&mut self) -> Result<u64, StoreError> {
        let sql = "INSERT INTO counter (name, last) VALUES ('case', 1) ON CONFLICT (name) DO UPDATE SET last = counter.last + 1";
        self.execute("reserving a case number", sql, params![])?;
        Ok(self.read_number("counter", "SELECT last FROM counter WHERE name = 'case'", params![])?.unsigned_abs())
    }

    fn put_case(&mut self, case: &CaseRow) -> Result<(), StoreError> {
        // Replacing the row would take everything of the case with it.
        let sql = format!(
            "INSERT INTO case_file ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO UPDATE SET \
             label = excluded.label, open = excluded.open, owner = excluded.owner, changed_at = excluded.changed_at, \
             content = excluded.content"
        );
        let (opened_at, changed_at) = (microseconds(case.opened_at), microseconds(case.changed_at));
        let (id, owner) = (case.id.as_str(), case.owner.as_str());
        let row = params![id, case.label.0.0, case.open, owner, opened_at, changed_at, json(&case.content)?];
        self.execute("putting a case", &sql, row).map(drop)
    }

    fn case(&self, id: &CaseId) -> Result<Option<CaseRow>, StoreError> {
        self.read_one("case_file", &format!("SELECT {COLUMNS} FROM case_file WHERE id = $1"), params![id.as_str()], read_case)
    }

    fn cases(&self, query: &CaseQuery<'_>) -> Result<Vec<CaseRow>, StoreError> {
        let mut filter = Filter::default();
        if let Some(labels) = query.labels {
            filter.labels("label", labels);
        }
        filter.with_some("open = ?", query.open);
        filter.with_some("owner = ?", query.owner.map(ToString::to_string));
        let (clause, page) = (filter.clause(), page(query.limit, query.offset));
        let sql = format!("SELECT {COLUMNS} FROM case_file {clause} ORDER BY changed_at DESC, id {page}");
        self.read_all("case_file", &sql, filter.values(), read_case)
    }

    fn put_case_item(&mut self, item: &CaseItemRow) -> Result<bool, StoreError> {
        self.known_case(&item.case)?;
        let sql = "INSERT INTO case_item (case_id, kind, reference, added_by, added_at) VALUES ($1, $2, $3, $4, $5) \
                   ON CONFLICT DO NOTHING";
        let (case, kind, at) = (item.case.as_str(), code(&item.kind)?, microseconds(item.added_at));
        let row = params![case, kind, item.reference, item.added_by.as_str(), at];
        Ok(self.execute("putting something into a case", sql, row)? > 0)
    }

    fn remove_case_item(&mut self, case: &CaseId, kind: CaseItemKind, reference: &str) -> Result<bool, StoreError> {
        let sql = "DELETE FROM case_item WHERE case_id = $1 AND kind = $2 AND reference = $3";
        Ok(self.execute("taking something out of a case", sql, params![case.as_str(), code(&kind)?, reference])? > 0)
    }

    fn case_items(&self, case: &CaseId) -> Result<Vec<CaseItemRow>, StoreError> {
        let sql = "SELECT case_id, kind, reference, added_by, added_at FROM case_item WHERE case_id = $1 \
                   ORDER BY added_at, kind, reference";
        self.read_all("case_item", sql, params![case.as_str()], |columns| {
            Ok(CaseItemRow {
                case: columns.identifier(0)?,
                kind: columns.code(1)?,
                reference: columns.value(2)?,
                added_by: columns.identifier(3)?,
                added_at: columns.timestamp(4)?,
            })
        })
    }

    fn cases_with(&self, kind: CaseItemKind, reference: &str) -> Result<Vec<CaseId>, StoreError> {
        let sql = "SELECT case_id FROM case_item WHERE kind = $1 AND reference = $2 ORDER BY added_at, case_id";
        self.read_all("case_item", sql, params![code(&kind)?, reference], |columns| columns.identifier(0))
    }

    fn put_case_task(&mut self, task: &CaseTaskRow) -> Result<(), StoreError> {
        self.known_case(&task.case)?;
        let sql = "INSERT INTO case_task (id, case_id, due_at, done_at, content) VALUES ($1, $2, $3, $4, $5) \
                   ON CONFLICT (id) DO UPDATE SET due_at = excluded.due_at, done_at = excluded.done_at, content = excluded.content";
        let (due, done) = (task.due_at.map(microseconds), task.done_at.map(microseconds));
        let row = params![task.id, task.case.as_str(), due, done, json(&task.content)?];
        self.execute("putting a task", sql, row).map(drop)
    }

    fn case_tasks(&self, case: &CaseId) -> Result<Vec<CaseTaskRow>, StoreError> {
        let sql = "SELECT id, case_id, due_at, done_at, content FROM case_task WHERE case_id = $1 \
                   ORDER BY due_at IS NULL, due_at, id";
        self.read_all("case_task", sql, params![case.as_str()], |columns| {
            Ok(CaseTaskRow {
                id: columns.value(0)?,
                case: columns.identifier(1)?,
                due_at: columns.optional_timestamp(2)?,
                done_at: columns.optional_timestamp(3)?,
                content: columns.json(4)?,
            })
        })
    }

    fn put_case_event(&mut self, case: &CaseId, at: Timestamp, content: &serde_json::Value) -> Result<u64, StoreError> {
        self.known_case(case)?;
        let sql = "SELECT COALESCE(MAX(number), 0) + 1 FROM case_event WHERE case_id = $1";
        let number = self.read_number("case_event", sql, params![case.as_str()])?.unsigned_abs();
        let sql = "INSERT INTO case_event (case_id, number, at, content) VALUES ($1, $2, $3, $4)";
        let row = params![case.as_str(), count(number)?, microseconds(at), json(content)?];
        self.execute("recording what happened in a case", sql, row)?;
        Ok(number)
    }

    fn case_events(&self, case: &CaseId) -> Result<Vec<CaseEventRow>, StoreError> {
        let sql = "SELECT number, at, content FROM case_event WHERE case_id = $1 ORDER BY number";
        self.read_all("case_event", sql, params![case.as_str()], |columns| {
            Ok(CaseEventRow { number: columns.number(0)?, at: columns.timestamp(1)?, content: columns.json(2)? })
        })
    }

    fn erase_expired_cases(&mut self, now: Timestamp) -> Result<Vec<CaseId>, StoreError> {
        self.writing()?;
        let mut filter = Filter::default();
        filter.labels("label", &self.expired_labels(now)?);
        let sql = format!("SELECT id FROM case_file {} ORDER BY id", filter.clause());
        let expired: Vec<CaseId> = self.read_all("case_file", &sql, filter.values(), |columns| columns.identifier(0))?;
        for case in &expired {
            // What is in it, its tasks and its history go with it.
            self.execute("erasing a case", "DELETE FROM case_file WHERE id = $1", params![case.as_str()])?;
        }
        Ok(expired)
    }
}

impl PostgresTransaction<'_> {
    /// Fails where there is no such case: asked before, because the server would undo the whole transaction.
    fn known_case(&self, case: &CaseId) -> Result<(), StoreError> {
        self.writing()?;
        let known = self.read_one("case_file", "SELECT 1 FROM case_file WHERE id = $1", params![case.as_str()], |_| Ok(()))?;
        known.ok_or_else(|| StoreError::Conflict(format!("there is no case {case}")))
    }
}

fn read_case(columns: &Columns<'_>) -> Result<CaseRow, StoreError> {
    Ok(CaseRow {
        id: columns.identifier(0)?,
        label: LabelId(columns.hash(1)?),
        open: columns.flag(2)?,
        owner: columns.identifier(3)?,
        opened_at: columns.timestamp(4)?,
        changed_at: columns.timestamp(5)?,
        content: columns.json(6)?,
    })
}
