//! What this node knows of its partners' journals as their witness: one row per log, so that no log gets it to sign two histories.

use oikos_model::{NodeId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::StoreError;

/// A partner's log, as this node last saw it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WitnessedLog {
    /// The partner; its node id is the log's origin.
    pub node: NodeId,
    /// The journal keys the partner stated, signed by the keys of its card, in the exchange's JSON form.
    pub keys: serde_json::Value,
    /// Size of the newest checkpoint that this node cosigned; 0 where there is none.
    pub size: u64,
    /// Its root.
    pub root: [u8; 32],
    /// When it was cosigned.
    pub cosigned_at: Option<Timestamp>,
    /// What is wrong with the log, in words, where something is.
    pub problem: Option<String>,
    /// The signed checkpoint that contradicts what was cosigned, kept as proof.
    pub evidence: Option<String>,
}

/// Witnessed logs.
pub trait Witnesses {
    /// Adds a log or replaces its row.
    ///
    /// # Errors
    /// When the database fails.
    fn put_witnessed_log(&mut self, log: &WitnessedLog) -> Result<(), StoreError>;

    /// The log of this partner.
    ///
    /// # Errors
    /// When the database fails.
    fn witnessed_log(&self, node: &NodeId) -> Result<Option<WitnessedLog>, StoreError>;

    /// All logs by node id.
    ///
    /// # Errors
    /// When the database fails.
    fn witnessed_logs(&self) -> Result<Vec<WitnessedLog>, StoreError>;
}
