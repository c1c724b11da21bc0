//! Releases that need two persons.

use oikos_registry::{ApprovalRow, ApprovalState, Approvals, StoreError};

use crate::columns::{code, json, microseconds};
use crate::transaction::PostgresTransaction;
use crate::values::params;

impl Approvals for PostgresTransaction<'_> {
    fn put_approval(&mut self, approval: &ApprovalRow) -> Result<(), StoreError> {
        let sql = "INSERT INTO approval (id, state, requested_at, content) VALUES ($1, $2, $3, $4) \
                   ON CONFLICT (id) DO UPDATE SET state = excluded.state, content = excluded.content";
        let row = params![approval.id, code(&approval.state)?, microseconds(approval.act.at), json(approval)?];
        self.execute("putting an approval", sql, row).map(drop)
    }

    fn approval(&self, id: &str) -> Result<Option<ApprovalRow>, StoreError> {
        self.read_one("approval", "SELECT content FROM approval WHERE id = $1", params![id], |columns| columns.json(0))
    }

    fn approvals(&self, state: Option<ApprovalState>) -> Result<Vec<ApprovalRow>, StoreError> {
        let sql = "SELECT content FROM approval WHERE CAST($1 AS TEXT) IS NULL OR state = $1 ORDER BY requested_at DESC, id";
        let state = state.map(|state| code(&state)).transpose()?;
        self.read_all("approval", sql, params![state], |columns| columns.json(0))
    }
}
