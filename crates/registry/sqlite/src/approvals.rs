//! Releases that need two persons.

use oikos_registry::{ApprovalRow, ApprovalState, Approvals, StoreError};
use rusqlite::params;

use crate::columns::{code, json, microseconds};
use crate::transaction::SqliteTransaction;

impl Approvals for SqliteTransaction<'_> {
    fn put_approval(&mut self, approval: &ApprovalRow) -> Result<(), StoreError> {
        let sql = "INSERT INTO approval (id, state, requested_at, content) VALUES (?1, ?2, ?3, ?4) \
                   ON CONFLICT (id) DO UPDATE SET state = excluded.state, content = excluded.content";
        let row = params![approval.id, code(&approval.state)?, microseconds(approval.act.at), json(approval)?];
        let rows = self.execute("putting an approval", sql, row)?;
        // What a decided one previewed is gone, from the log too.
        self.note_erasure(if approval.preview.is_null() { rows } else { 0 });
        Ok(())
    }

    fn approval(&self, id: &str) -> Result<Option<ApprovalRow>, StoreError> {
        self.read_one("approval", "SELECT content FROM approval WHERE id = ?1", [id], |columns| columns.json(0))
    }

    fn approvals(&self, state: Option<ApprovalState>) -> Result<Vec<ApprovalRow>, StoreError> {
        let sql = "SELECT content FROM approval WHERE ?1 IS NULL OR state = ?1 ORDER BY requested_at DESC, id";
        let state = state.map(|state| code(&state)).transpose()?;
        self.read_all("approval", sql, [state], |columns| columns.json(0))
    }
}
