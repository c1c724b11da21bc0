//! Partners and the agreements with them.

use oikos_model::NodeId;
use oikos_registry::{PartnerRow, Partners, StoreError};
use rusqlite::params;

use crate::columns::{Columns, json, microseconds};
use crate::transaction::SqliteTransaction;

const COLUMNS: &str = "node, identity, agreement, accepted_at, left_at";

impl Partners for SqliteTransaction<'_> {
    fn put_partner(&mut self, partner: &PartnerRow) -> Result<(), StoreError> {
        let sql = format!(
            "INSERT INTO partner ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (node) DO UPDATE SET \
             identity = excluded.identity, agreement = excluded.agreement, accepted_at = excluded.accepted_at, \
             left_at = excluded.left_at"
        );
        let row = params![
            partner.node.as_str(),
            json(&partner.identity)?,
            json(&partner.agreement)?,
            microseconds(partner.accepted_at),
            partner.left_at.map(microseconds),
        ];
        self.execute("putting a partner", &sql, row).map(drop)
    }

    fn partner(&self, node: &NodeId) -> Result<Option<PartnerRow>, StoreError> {
        self.read_one("partner", &format!("SELECT {COLUMNS} FROM partner WHERE node = ?1"), [node.as_str()], read_partner)
    }

    fn partners(&self) -> Result<Vec<PartnerRow>, StoreError> {
        self.read_all("partner", &format!("SELECT {COLUMNS} FROM partner ORDER BY node"), [], read_partner)
    }
}

fn read_partner(columns: &Columns<'_>) -> Result<PartnerRow, StoreError> {
    Ok(PartnerRow {
        node: columns.identifier(0)?,
        identity: columns.json(1)?,
        agreement: columns.json(2)?,
        accepted_at: columns.timestamp(3)?,
        left_at: columns.optional_timestamp(4)?,
    })
}
