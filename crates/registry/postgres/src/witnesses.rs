//! Partners' journals, as this node last cosigned them.

use oikos_model::NodeId;
use oikos_registry::{StoreError, WitnessedLog, Witnesses};

use crate::columns::{Columns, count, json, microseconds};
use crate::transaction::PostgresTransaction;
use crate::values::params;

const TABLE: &str = "witnessed_log";
const COLUMNS: &str = "node, keys, size, root, cosigned_at, problem, evidence";

impl Witnesses for PostgresTransaction<'_> {
    fn put_witnessed_log(&mut self, log: &WitnessedLog) -> Result<(), StoreError> {
        let sql = format!(
            "INSERT INTO witnessed_log ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (node) DO UPDATE SET \
             keys = excluded.keys, size = excluded.size, root = excluded.root, cosigned_at = excluded.cosigned_at, \
             problem = excluded.problem, evidence = excluded.evidence"
        );
        let row = params![
            log.node.as_str(),
            json(&log.keys)?,
            count(log.size)?,
            log.root,
            log.cosigned_at.map(microseconds),
            log.problem,
            log.evidence,
        ];
        self.execute("recording a witnessed log", &sql, row).map(drop)
    }

    fn witnessed_log(&self, node: &NodeId) -> Result<Option<WitnessedLog>, StoreError> {
        self.read_one(TABLE, &format!("SELECT {COLUMNS} FROM witnessed_log WHERE node = $1"), params![node.as_str()], read_log)
    }

    fn witnessed_logs(&self) -> Result<Vec<WitnessedLog>, StoreError> {
        self.read_all(TABLE, &format!("SELECT {COLUMNS} FROM witnessed_log ORDER BY node"), params![], read_log)
    }
}

fn read_log(columns: &Columns<'_>) -> Result<WitnessedLog, StoreError> {
    Ok(WitnessedLog {
        node: columns.identifier(0)?,
        keys: columns.json(1)?,
        size: columns.number(2)?,
        root: columns.bytes(3)?,
        cosigned_at: columns.optional_timestamp(4)?,
        problem: columns.value(5)?,
        evidence: columns.value(6)?,
    })
}
