//! Leads: two or more findings that are read together, with why, and with what else could explain them.

use std::fmt;

use oikos_model::{
    DerivedFrom, DetectorId, FindingKey, FindingRevision, FindingState, Marking, NodeId, Place, Statement, StatementId, Timestamp,
};
use oikos_registry::StoredFinding;
use serde::{Deserialize, Serialize};

use crate::Link;

/// A lead, or a campaign. Its JSON is the `content` of the registry's lead row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Lead {
    /// Identity: hash of its members' origins and keys. Where the same findings make several leads because what joins them may not be used
    /// for the same purposes, the weaker ones' hash has their purposes too.
    pub id: String,
    /// One line a person reads first.
    pub title: String,
    /// The sum of the bits of the links that count.
    pub score_bits: f64,
    /// Whether the bits were calibrated against outcomes. They are not yet.
    pub calibrated: bool,
    /// Whether it is over the campaign threshold.
    pub is_campaign: bool,
    /// What it lacks to be a campaign, in words; empty for a campaign.
    pub lacks: Vec<String>,
    /// Its findings, in the order of time.
    pub members: Vec<LeadMember>,
    /// Findings derived from a member, or from what a member was derived from: they are no voices of their own. A link may rest on one
    /// that names more than its source does.
    pub echoes: Vec<FindingReference>,
    /// Why the findings are read together, strongest first.
    pub links: Vec<Link>,
    /// What else could explain them.
    pub rivals: Vec<Rival>,
    /// The desks of its findings, each once.
    pub desks: Vec<String>,
    /// The states of its findings' origins, as far as known, each once.
    pub states: Vec<String>,
    /// When the first began.
    pub occurred_from: Timestamp,
    /// When the last ended.
    pub occurred_to: Timestamp,
    /// What may be done with the whole: the join of every finding and statement in it.
    pub marking: Marking,
}

/// A finding in a lead, with what a list shows of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LeadMember {
    /// Which finding.
    #[serde(flatten)]
    pub finding: FindingReference,
    /// Its desk.
    pub desk: String,
    /// Its detector.
    pub detector: DetectorId,
    /// Its title.
    pub title: String,
    /// When it began.
    pub occurred_from: Timestamp,
    /// When it ended.
    pub occurred_to: Timestamp,
    /// Where, if anywhere.
    pub place: Option<Place>,
    /// Its own score, which is not part of the lead's.
    pub score_bits: f64,
    /// Where it stands.
    pub state: FindingState,
    /// Whether it came from a partner.
    pub received: bool,
}

/// A finding, own or received, in the revision that was used. Written `finding:<origin>/<key>`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FindingReference {
    /// The node whose finding it is.
    pub origin: NodeId,
    /// Its key.
    pub key: FindingKey,
    /// The revision used.
    pub revision: FindingRevision,
}

/// A statement, own or received. Written `statement:<id>`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct StatementReference {
    /// The node that first had it.
    pub origin: NodeId,
    /// Its id.
    pub id: StatementId,
}

/// What else could explain a lead.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rival {
    /// The kind of explanation.
    pub kind: RivalKind,
    /// The explanation in words, with its numbers.
    pub text: String,
    /// Bits that a finding's own counter-evidence gives it, below 0.
    pub bits: Option<f64>,
    /// The finding it is about, if about one.
    pub about: Option<FindingReference>,
}

/// Kinds of rival explanation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RivalKind {
    /// The findings have nothing to do with each other.
    Coincidence,
    /// Who stands behind them stands behind many.
    CommonHub,
    /// A member's own reasons against it: a repair, an anchorage, poor reception.
    CounterEvidence,
    /// One source or one method is wrong.
    OneSource,
}

impl FindingReference {
    pub(crate) fn of(finding: &StoredFinding) -> Self {
        let finding = &finding.finding;
        Self { origin: finding.origin.clone(), key: finding.key, revision: finding.revision() }
    }

    pub(crate) fn derived_from(&self) -> DerivedFrom {
        DerivedFrom::Finding { origin: self.origin.clone(), key: self.key, revision: self.revision }
    }
}

impl fmt::Display for FindingReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "finding:{}/{}", self.origin, self.key)
    }
}

impl StatementReference {
    pub(crate) fn of(statement: &Statement) -> Self {
        Self { origin: statement.origin.clone(), id: statement.id }
    }

    pub(crate) fn derived_from(&self) -> DerivedFrom {
        DerivedFrom::Statement { origin: self.origin.clone(), id: self.id }
    }
}

impl fmt::Display for StatementReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "statement:{}", self.id)
    }
}

impl LeadMember {
    pub(crate) fn of(stored: &StoredFinding) -> Self {
        let finding = &stored.finding;
        Self {
            finding: FindingReference::of(stored),
            desk: finding.desk.clone(),
            detector: finding.detector.clone(),
            title: finding.title.clone(),
            occurred_from: finding.occurred_from,
            occurred_to: finding.occurred_to,
            place: finding.place,
            score_bits: finding.score_bits(),
            state: stored.state,
            received: stored.received,
        }
    }
}
