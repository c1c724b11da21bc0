//! Leads and campaigns: local to the node, recomputed by the picture.

use oikos_model::{DerivedFrom, LabelId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::StoreError;

/// A lead as the picture wrote it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LeadRow {
    /// Identity: hash of its members.
    pub id: String,
    /// Label of the combination.
    pub label: LabelId,
    /// Whether it is over the campaign threshold.
    pub is_campaign: bool,
    /// Strength in bits.
    pub score_bits: f64,
    /// When it was first computed.
    pub first_seen_at: Timestamp,
    /// The lead itself, in the picture's JSON form.
    pub content: serde_json::Value,
    /// What it was derived from.
    pub derived_from: Vec<DerivedFrom>,
}

/// Leads.
pub trait Leads {
    /// Replaces all leads by these; `first_seen_at` of a lead that was there before is kept.
    ///
    /// # Errors
    /// When the database fails.
    fn replace_leads(&mut self, leads: &[LeadRow]) -> Result<(), StoreError>;

    /// Leads with a permitted label, strongest first. `None` only for the node's own housekeeping.
    ///
    /// # Errors
    /// When the database fails or a row is damaged.
    fn leads(&self, labels: Option<&[LabelId]>) -> Result<Vec<LeadRow>, StoreError>;
}
