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

/// How the link to a partner fares.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LinkRow {
    /// When it was last reached, or reached this node.
    pub seen_at: Option<Timestamp>,
    /// When reaching it last failed.
    pub failed_at: Option<Timestamp>,
    /// What was wrong then.
    pub problem: Option<String>,
    /// By how many seconds its clock was ahead of this node's, as far as known; negative: behind.
    pub clock_ahead_seconds: Option<i64>,
}

/// How much of what came from one node was erased.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ErasedFrom {
    /// Statements.
    pub statements: usize,
    /// Findings.
    pub findings: usize,
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

    /// Notes that the partner was reached or reached this node, or what went wrong.
    ///
    /// # Errors
    /// When the database fails.
    fn note_link(&mut self, node: &NodeId, at: Timestamp, problem: Option<&str>) -> Result<(), StoreError>;

    /// Notes by how many seconds the partner's clock is ahead of this node's; negative: behind.
    ///
    /// # Errors
    /// When the database fails.
    fn note_clock(&mut self, node: &NodeId, ahead_seconds: i64) -> Result<(), StoreError>;

    /// How the link to a partner fares.
    ///
    /// # Errors
    /// When the database fails.
    fn link(&self, node: &NodeId) -> Result<LinkRow, StoreError>;

    /// Removes every statement and finding that was received from this node. Returns how many of each.
    ///
    /// # Errors
    /// When the database fails.
    fn erase_received_from(&mut self, node: &NodeId) -> Result<ErasedFrom, StoreError>;
}
