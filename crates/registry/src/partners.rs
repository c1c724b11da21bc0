//! Partners and the agreements with them.

use oikos_model::{NodeId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::StoreError;

/// A partner node.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartnerRow {
    /// Its node id.
    pub node: NodeId,
    /// Its public identity card in the exchange's JSON form: keys and address.
    pub identity: serde_json::Value,
    /// The agreement in the exchange's JSON form, signed by both.
    pub agreement: serde_json::Value,
    /// When the agreement was accepted here.
    pub accepted_at: Timestamp,
    /// When it was left, by either side.
    pub left_at: Option<Timestamp>,
}

/// Partners.
pub trait Partners {
    /// Adds a partner or replaces its row.
    ///
    /// # Errors
    /// When the database fails.
    fn put_partner(&mut self, partner: &PartnerRow) -> Result<(), StoreError>;

    /// The partner with this node id.
    ///
    /// # Errors
    /// When the database fails.
    fn partner(&self, node: &NodeId) -> Result<Option<PartnerRow>, StoreError>;

    /// All partners by node id.
    ///
    /// # Errors
    /// When the database fails.
    fn partners(&self) -> Result<Vec<PartnerRow>, StoreError>;
}
