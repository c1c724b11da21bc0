//! Partners and the agreements with them.

use oikos_model::{FindingKey, NodeId, Timestamp};
use oikos_registry::{ErasedFrom, LinkRow, PartnerRow, Partners, StoreError};

use crate::columns::{Columns, json, microseconds};
use crate::filter::Filter;
use crate::transaction::PostgresTransaction;
use crate::values::params;

const COLUMNS: &str = "node, identity, agreement, accepted_at, left_at";

impl Partners for PostgresTransaction<'_> {
    fn put_partner(&mut self, partner: &PartnerRow) -> Result<(), StoreError> {
        let sql = format!(
            "INSERT INTO partner ({COLUMNS}) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (node) DO UPDATE SET \
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
        self.read_one("partner", &format!("SELECT {COLUMNS} FROM partner WHERE node = $1"), params![node.as_str()], read_partner)
    }

    fn partners(&self) -> Result<Vec<PartnerRow>, StoreError> {
        self.read_all("partner", &format!("SELECT {COLUMNS} FROM partner ORDER BY node"), params![], read_partner)
    }

    fn note_link(&mut self, node: &NodeId, at: Timestamp, problem: Option<&str>) -> Result<(), StoreError> {
        let sql = match problem {
            None => {
                "INSERT INTO link (partner, seen_at) VALUES ($1, $2) ON CONFLICT (partner) DO UPDATE SET \
                 seen_at = excluded.seen_at, problem = $3"
            }
            Some(_) => {
                "INSERT INTO link (partner, failed_at, problem) VALUES ($1, $2, $3) ON CONFLICT (partner) DO UPDATE SET \
                 failed_at = excluded.failed_at, problem = excluded.problem"
            }
        };
        self.execute("noting how a link fares", sql, params![node.as_str(), microseconds(at), problem]).map(drop)
    }

    fn note_clock(&mut self, node: &NodeId, ahead_seconds: i64) -> Result<(), StoreError> {
        let sql = "INSERT INTO link (partner, clock_ahead_seconds) VALUES ($1, $2) ON CONFLICT (partner) DO UPDATE SET \
                   clock_ahead_seconds = excluded.clock_ahead_seconds";
        self.execute("noting a partner's clock", sql, params![node.as_str(), ahead_seconds]).map(drop)
    }

    fn link(&self, node: &NodeId) -> Result<LinkRow, StoreError> {
        let sql = "SELECT seen_at, failed_at, problem, clock_ahead_seconds FROM link WHERE partner = $1";
        let link = self.read_one("link", sql, params![node.as_str()], |columns| {
            Ok(LinkRow {
                seen_at: columns.optional_timestamp(0)?,
                failed_at: columns.optional_timestamp(1)?,
                problem: columns.optional(2)?,
                clock_ahead_seconds: columns.optional(3)?,
            })
        })?;
        Ok(link.unwrap_or_default())
    }

    fn erase_received_from(&mut self, node: &NodeId) -> Result<ErasedFrom, StoreError> {
        let sql = "SELECT finding_key FROM finding WHERE received = 1 AND origin = $1";
        let keys = self.read_all("finding", sql, params![node.as_str()], |columns| Ok(FindingKey(columns.hash(0)?)))?;
        for key in &keys {
            self.erase_finding(node, *key)?;
        }
        let mut filter = Filter::default();
        filter.with("origin = ?", node.as_str());
        let statements = self.delete_statements("erasing a partner's statements", &filter)?;
        Ok(ErasedFrom { statements, findings: keys.len() })
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
