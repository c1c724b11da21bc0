//! What the picture is told: for whom it works, what it may use, and its thresholds.

use std::collections::BTreeMap;

use oikos_desk::graph::PathLimits;
use oikos_model::{LabelId, NodeId, Timestamp};
use serde::{Deserialize, Serialize};

/// What one computation of the picture works on.
#[derive(Debug, Clone)]
pub struct PictureInput {
    /// This node: the origin of the leads' labels.
    pub node: NodeId,
    /// The labels policy permits to be combined.
    pub permitted_labels: Vec<LabelId>,
    /// The present moment, for expiry and for what is currently valid.
    pub now: Timestamp,
    /// Thresholds and limits.
    pub parameters: Parameters,
}

/// Thresholds and limits. The bits are not calibrated against outcomes yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Parameters {
    /// A link needs at least so many bits of surprise, before any bits for closeness in time.
    pub min_link_bits: f64,
    /// A lead needs findings of at least so many desks. Above 1, one desk's findings on one thing stay that desk's own work.
    pub lead_desks: usize,
    /// A campaign needs at least so many bits.
    pub campaign_bits: f64,
    /// A campaign needs findings of at least so many desks.
    pub campaign_desks: usize,
    /// The most holdings between a finding's company and a common parent.
    pub max_hops: usize,
    /// Someone with more direct holdings than this is not walked through. The formula already gives them next to nothing; this saves the walk.
    pub hub_holdings: usize,
    /// The span over which events would be spread if they had nothing to do with each other, in days.
    pub time_window_days: f64,
    /// The most bits for closeness in time.
    pub max_time_bits: f64,
    /// How many identifiers of one kind to assume where the registry knows fewer.
    pub min_population: usize,
    /// The most findings it works on.
    pub max_findings: usize,
    /// The most statements it works on.
    pub max_statements: usize,
    /// The state each node belongs to (ISO 3166-1 alpha-2), where known.
    pub countries: BTreeMap<NodeId, String>,
}

impl Default for Parameters {
    fn default() -> Self {
        Self {
            min_link_bits: 6.0,
            lead_desks: 1,
            campaign_bits: 25.0,
            campaign_desks: 3,
            max_hops: 3,
            hub_holdings: 1_000,
            time_window_days: 365.0,
            max_time_bits: 2.0,
            min_population: 1_024,
            max_findings: 50_000,
            max_statements: 2_000_000,
            countries: BTreeMap::new(),
        }
    }
}

impl Parameters {
    pub(crate) fn path_limits(&self) -> PathLimits {
        PathLimits { max_hops: self.max_hops, hub_holdings: self.hub_holdings, ..PathLimits::default() }
    }
}
