//! Evidence bundles.

use oikos_registry::{BundleRow, Bundles, StoreError};

use crate::columns::{Columns, json, microseconds};
use crate::transaction::PostgresTransaction;
use crate::values::params;

const COLUMNS: &str = "id, state, prepared_at, content";

impl Bundles for PostgresTransaction<'_> {
    fn put_bundle(&mut self, bundle: &BundleRow) -> Result<(), StoreError> {
        let sql = format!(
            "INSERT INTO bundle ({COLUMNS}) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO UPDATE SET state = excluded.state, \
             prepared_at = excluded.prepared_at, content = excluded.content"
        );
        let row = params![bundle.id, bundle.state, microseconds(bundle.prepared_at), json(&bundle.content)?];
        self.execute("recording a bundle", &sql, row).map(drop)
    }

    fn bundle(&self, id: &str) -> Result<Option<BundleRow>, StoreError> {
        self.read_one("bundle", &format!("SELECT {COLUMNS} FROM bundle WHERE id = $1"), params![id], read_bundle)
    }

    fn bundles(&self) -> Result<Vec<BundleRow>, StoreError> {
        self.read_all("bundle", &format!("SELECT {COLUMNS} FROM bundle ORDER BY prepared_at DESC, id"), params![], read_bundle)
    }
}

fn read_bundle(columns: &Columns<'_>) -> Result<BundleRow, StoreError> {
    Ok(BundleRow {
        id: columns.value(0)?,
        state: columns.value(1)?,
        prepared_at: columns.timestamp(2)?,
        content: columns.json(3)?,
    })
}
