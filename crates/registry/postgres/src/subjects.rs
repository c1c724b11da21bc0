//! Requests of data subjects, and what it takes to answer them.

use oikos_model::{ContentHash, FindingKey, LabelId, NodeId, Selector, Statement, StatementId};
use oikos_registry::{Findings, StoreError, SubjectRequestRow, Subjects};

use crate::columns::{Columns, json, microseconds};
use crate::filter::Filter;
use crate::statements;
use crate::transaction::PostgresTransaction;
use crate::values::params;

const COLUMNS: &str = "id, state, received_at, due_at, content";

impl Subjects for PostgresTransaction<'_> {
    fn put_subject_request(&mut self, request: &SubjectRequestRow) -> Result<(), StoreError> {
        let sql = format!(
            "INSERT INTO subject_request ({COLUMNS}) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (id) DO UPDATE SET state = excluded.state, received_at = excluded.received_at, \
             due_at = excluded.due_at, content = excluded.content"
        );
        let (received_at, due_at) = (microseconds(request.received_at), microseconds(request.due_at));
        let row = params![request.id, request.state, received_at, due_at, json(&request.content)?];
        self.execute("recording a data subject's request", &sql, row).map(drop)
    }

    fn subject_request(&self, id: &str) -> Result<Option<SubjectRequestRow>, StoreError> {
        self.read_one(
            "subject_request",
            &format!("SELECT {COLUMNS} FROM subject_request WHERE id = $1"),
            params![id],
            read_request,
        )
    }

    fn subject_requests(&self) -> Result<Vec<SubjectRequestRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM subject_request ORDER BY due_at, id");
        self.read_all("subject_request", &sql, params![], read_request)
    }

    fn statements_naming(&self, selector: &Selector) -> Result<Vec<Statement>, StoreError> {
        let sql = format!(
            "SELECT {} FROM statement WHERE id IN (SELECT statement FROM statement_selector WHERE kind = $1 AND LEFT(value, 255) = LEFT($2, 255) AND value = $2) \
             ORDER BY id",
            statements::COLUMNS
        );
        self.read_all(statements::TABLE, &sql, params![selector.kind.code(), selector.value], statements::read_statement)
    }

    fn relabel_statement(&mut self, id: StatementId, label: LabelId) -> Result<bool, StoreError> {
        let sql = "UPDATE statement SET label = $2 WHERE id = $1";
        let relabelled = self.execute("relabelling a statement", sql, params![id.0.0, label.0.0])?;
        self.note_statements(relabelled)?;
        Ok(relabelled > 0)
    }

    fn restrict_finding(&mut self, origin: &NodeId, key: FindingKey, label: LabelId) -> Result<bool, StoreError> {
        self.hold(origin, key, Some(label))?;
        let sql = "UPDATE finding SET label = $3 WHERE origin = $1 AND finding_key = $2";
        Ok(self.execute("restricting a finding", sql, params![origin.as_str(), key.0.0, label.0.0])? > 0)
    }

    fn erase_statement(&mut self, id: StatementId) -> Result<bool, StoreError> {
        let mut filter = Filter::default();
        filter.with("id = ?", id.0.0);
        Ok(self.delete_statements("erasing a statement", &filter)? > 0)
    }

    fn erase_one_finding(&mut self, origin: &NodeId, key: FindingKey) -> Result<bool, StoreError> {
        self.hold(origin, key, None)?;
        if self.finding(origin, key)?.is_none() {
            return Ok(false);
        }
        self.erase_finding(origin, key)?;
        Ok(true)
    }
}

impl PostgresTransaction<'_> {
    fn hold(&mut self, origin: &NodeId, key: FindingKey, label: Option<LabelId>) -> Result<(), StoreError> {
        let sql = "INSERT INTO finding_hold (origin, finding_key, label) VALUES ($1, $2, $3) \
                   ON CONFLICT (origin, finding_key) DO UPDATE SET label = excluded.label";
        let row = params![origin.as_str(), key.0.0, label.map(|label| label.0.0)];
        self.execute("holding a finding", sql, row).map(drop)
    }

    /// What was decided of a finding for good: `Some(None)` that it was erased, `Some(Some(label))` which label it has.
    pub(crate) fn held(&self, origin: &NodeId, key: FindingKey) -> Result<Option<Option<LabelId>>, StoreError> {
        let sql = "SELECT label FROM finding_hold WHERE origin = $1 AND finding_key = $2";
        self.read_one("finding_hold", sql, params![origin.as_str(), key.0.0], |columns| {
            Ok(columns.optional_bytes(0)?.map(|bytes| LabelId(ContentHash(bytes))))
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
