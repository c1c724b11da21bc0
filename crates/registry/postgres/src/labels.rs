//! Interned labels.

use oikos_model::{Label, LabelId, Timestamp};
use oikos_registry::{Labels, StoreError};

use crate::columns::json;
use crate::transaction::PostgresTransaction;
use crate::values::params;

const TABLE: &str = "label";

impl Labels for PostgresTransaction<'_> {
    fn intern_label(&mut self, label: &Label) -> Result<LabelId, StoreError> {
        let id = label.id();
        let sql = "INSERT INTO label (id, content) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING";
        self.execute("interning a label", sql, params![id.0.0, json(label)?])?;
        Ok(id)
    }

    fn label(&self, id: LabelId) -> Result<Option<Label>, StoreError> {
        self.read_one(TABLE, "SELECT content FROM label WHERE id = $1", params![id.0.0], |columns| columns.json(0))
    }

    fn labels(&self) -> Result<Vec<(LabelId, Label)>, StoreError> {
        let sql = "SELECT id, content FROM label ORDER BY id";
        self.read_all(TABLE, sql, params![], |columns| Ok((LabelId(columns.hash(0)?), columns.json(1)?)))
    }
}

impl PostgresTransaction<'_> {
    /// Labels whose marking expired at `now`.
    pub(crate) fn expired_labels(&self, now: Timestamp) -> Result<Vec<LabelId>, StoreError> {
        let labels = self.labels()?;
        Ok(labels.into_iter().filter(|(_, label)| label.marking.is_expired(now)).map(|(id, _)| id).collect())
    }
}
