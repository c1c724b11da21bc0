//! Requests of data subjects, and what it takes to answer them.

use oikos_model::{FindingKey, LabelId, NodeId, Selector, Statement, StatementId};
use oikos_registry::{Findings, StoreError, SubjectRequestRow, Subjects};
use rusqlite::params;

use crate::columns::{Columns, json, microseconds};
use crate::statements;
use crate::transaction::SqliteTransaction;

const COLUMNS: &str = "id, state, received_at, due_at, content";

impl Subjects for SqliteTransaction<'_> {
    fn put_subject_request(&mut self, request: &SubjectRequestRow) -> Result<(), StoreError> {
        let sql = format!("INSERT OR REPLACE INTO subject_request ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5)");
        let (received_at, due_at) = (microseconds(request.received_at), microseconds(request.due_at));
        let row = params![request.id, request.state, received_at, due_at, json(&request.content)?];
        self.execute("recording a data subject's request", &sql, row)?;
        // What the row said before may name what was erased since.
        self.note_erasure(1);
        Ok(())
    }

    fn subject_request(&self, id: &str) -> Result<Option<SubjectRequestRow>, StoreError> {
        self.read_one("subject_request", &format!("SELECT {COLUMNS} FROM subject_request WHERE id = ?1"), [id], read_request)
    }

    fn subject_requests(&self) -> Result<Vec<SubjectRequestRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM subject_request ORDER BY due_at, id");
        self.read_all("subject_request", &sql, [], read_request)
    }

    fn statements_naming(&self, selector: &Selector) -> Result<Vec<Statement>, StoreError> {
        let sql = format!(
            "SELECT {} FROM statement WHERE id IN (SELECT statement FROM statement_selector WHERE kind = ?1 AND value = ?2) \
             ORDER BY id",
            statements::COLUMNS
        );
        self.read_all(statements::TABLE, &sql, params![selector.kind.code(), selector.value], statements::read_statement)
    }

    fn relabel_statement(&mut self, id: StatementId, label: LabelId) -> Result<bool, StoreError> {
        let sql = "UPDATE statement SET label = ?2 WHERE id = ?1";
        let relabelled = self.execute("relabelling a statement", sql, params![id.0.0, label.0.0])?;
        self.note_statements(relabelled)?;
        Ok(relabelled > 0)
    }

    fn restrict_finding(&mut self, origin: &NodeId, key: FindingKey, label: LabelId) -> Result<bool, StoreError> {
        self.hold(origin, key, Some(label))?;
        let sql = "UPDATE finding SET label = ?3 WHERE origin = ?1 AND finding_key = ?2";
        Ok(self.execute("restricting a finding", sql, params![origin.as_str(), key.0.0, label.0.0])? > 0)
    }

    fn erase_statement(&mut self, id: StatementId) -> Result<bool, StoreError> {
        let erased = self.execute("erasing a statement", "DELETE FROM statement WHERE id = ?1", params![id.0.0])?;
        self.note_statements(erased)?;
        self.note_erasure(erased);
        Ok(erased > 0)
    }

    fn erase_one_finding(&mut self, origin: &NodeId, key: FindingKey) -> Result<bool, StoreError> {
        self.hold(origin, key, None)?;
        if self.finding(origin, key)?.is_none() {
            return Ok(false);
        }
        self.erase_finding(origin, key)?;
        self.note_erasure(1);
        Ok(true)
    }
}

impl SqliteTransaction<'_> {
    fn hold(&mut self, origin: &NodeId, key: FindingKey, label: Option<LabelId>) -> Result<(), StoreError> {
        let sql = "INSERT OR REPLACE INTO finding_hold (origin, finding_key, label) VALUES (?1, ?2, ?3)";
        let row = params![origin.as_str(), key.0.0, label.map(|label| label.0.0)];
        self.execute("holding a finding", sql, row).map(drop)
    }

    /// What was decided of a finding for good: `Some(None)` that it was erased, `Some(Some(label))` which label it has.
    pub(crate) fn held(&self, origin: &NodeId, key: FindingKey) -> Result<Option<Option<LabelId>>, StoreError> {
        let sql = "SELECT label FROM finding_hold WHERE origin = ?1 AND finding_key = ?2";
        self.read_one("finding_hold", sql, params![origin.as_str(), key.0.0], |columns| {
            Ok(columns.optional::<[u8; 32]>(0)?.map(|_| columns.hash(0).map(LabelId)).transpose()?)
        })
    }
}

fn read_request(columns: &Columns<'_>) -> Result<SubjectRequestRow, StoreError> {
    Ok(SubjectRequestRow {
        id: columns.value(0)?,
        state: columns.value(1)?,
        received_at: columns.timestamp(2)?,
        due_at: columns.timestamp(3)?,
        content: columns.json(4)?,
    })
}
