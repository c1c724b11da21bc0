//! Taking back and correcting: who must be told, also of what was passed on, and what is decided anew.
//!
//! A thing goes as far as its releases say, so a recall follows the releases: the node tells everyone whom it gave the thing, and each
//! of them, when it takes the retraction, tells those to whom it passed the thing on. The receipt of the parcel that carries a retraction
//! or a correction is its acknowledgement.

use std::collections::{BTreeMap, BTreeSet};

use oikos_model::{Actor, Decision, DecisionKind, DerivedFrom, FindingKey, FindingState, NodeId, StatementId};
use oikos_registry::{ReleaseQuery, StoreError, Transaction};

use crate::content::{Rectification, Retraction};
use crate::identity::NodeIdentity;
use crate::inbound::Applied;
use crate::outbound::ParcelDraft;
use crate::release::name_to_others;

/// Takes a thing back from everyone whom this node gave it: notes the recall, and returns what to send to whom. What was derived from
/// the thing is the picture's to walk; the thing's own state is the caller's to set.
///
/// # Errors
/// When the registry fails.
pub fn recall(
    tx: &mut dyn Transaction,
    identity: &NodeIdentity,
    what: &DerivedFrom,
    reason: &str,
) -> Result<Vec<(NodeId, Retraction)>, StoreError> {
    let at = tx.act().at;
    let partners = tx.mark_recalled(what, at)?;
    let retraction = Retraction { what: name_to_others(identity, what), reason: reason.to_owned(), at };
    Ok(partners.into_iter().map(|partner| (partner, retraction.clone())).collect())
}

/// The partners who have a thing of this node that was not taken back, with the names of the fields that each got.
///
/// # Errors
/// When the registry fails.
pub fn holders(tx: &dyn Transaction, what: &DerivedFrom) -> Result<BTreeMap<NodeId, BTreeSet<String>>, StoreError> {
    let mut holders: BTreeMap<NodeId, BTreeSet<String>> = BTreeMap::new();
    for release in tx.releases(&ReleaseQuery { what: Some(what), ..ReleaseQuery::default() })? {
        if release.recalled_at.is_none() {
            holders.entry(release.partner).or_default().extend(release.fields);
        }
    }
    Ok(holders)
}

/// What to tell a partner of a thing that was wrong. What is right goes into the same draft, where it is released.
pub fn rectification(
    identity: &NodeIdentity,
    wrong: &DerivedFrom,
    replaced_by: Option<StatementId>,
    reason: &str,
    at: oikos_model::Timestamp,
) -> Rectification {
    Rectification { what: name_to_others(identity, wrong), replaced_by, reason: reason.to_owned(), at }
}

/// What those must hear to whom this node passed on what a parcel took back or corrected. A correction goes on as the word that the
/// thing was wrong; what is right goes on only when a person releases it.
///
/// # Errors
/// When the registry fails.
pub fn pass_on(
    tx: &mut dyn Transaction,
    identity: &NodeIdentity,
    applied: &Applied,
) -> Result<Vec<(NodeId, ParcelDraft)>, StoreError> {
    let mut drafts: BTreeMap<NodeId, ParcelDraft> = BTreeMap::new();
    for retraction in &applied.content.retractions {
        for (partner, own) in recall(tx, identity, &retraction.what, &retraction.reason)? {
            drafts.entry(partner).or_default().retractions.push(Retraction { at: retraction.at, ..own });
        }
    }
    for wrong in &applied.content.rectifications {
        for partner in holders(tx, &wrong.what)?.into_keys() {
            let own = Rectification { what: name_to_others(identity, &wrong.what), replaced_by: None, ..wrong.clone() };
            drafts.entry(partner).or_default().rectifications.push(own);
        }
    }
    Ok(drafts.into_iter().collect())
}

/// Opens a finding again on which a person decided, because what it rests on was corrected or taken back. Returns whether there was
/// such a decision.
///
/// # Errors
/// When the registry fails.
pub fn reopen(
    tx: &mut dyn Transaction,
    identity: &NodeIdentity,
    origin: &NodeId,
    key: FindingKey,
    reason: &str,
) -> Result<bool, StoreError> {
    let Some(stored) = tx.finding(origin, key)? else { return Ok(false) };
    if !matches!(stored.state, FindingState::Confirmed | FindingState::Dismissed) {
        return Ok(false);
    }
    let at = tx.act().at;
    tx.set_finding_state(origin, key, FindingState::Open)?;
    tx.put_decision(&Decision {
        key,
        origin: origin.clone(),
        revision: stored.finding.revision(),
        kind: DecisionKind::Reopen,
        reason: reason.to_owned(),
        actor: Actor::Node(identity.node().clone()),
        at,
        label: stored.label,
    })?;
    Ok(true)
}
