//! Receiving, without I/O: idempotent and order-free.
//!
//! - The same bytes again change nothing and get a receipt again: the first one may have been lost.
//! - Of a finding's revisions the one from the parcel with the highest number stays, whatever the order of arrival.
//! - A retraction that arrives before its thing leaves a notice; the registry then keeps the thing as taken back from the start.
//! - A statement is never changed by a later one with its id: an honest origin never says two things under one id.
//! - Gaps in the sequence are reported: something is still on its way, or was lost.
//!
//! Two ends are not order-free, on purpose: once the agreement has expired or was left, nothing new is taken, however old it is.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use oikos_model::{ContentHash, DerivedFrom, FindingKey, FindingState, Label, NodeId, Scope, Statement, Timestamp};
use oikos_registry::{FindingOutcome, IncomingParcel, PartnerRow, StoreError, Transaction};

use crate::content::{ParcelContent, ReleasedFinding, Retraction, origin_of};
use crate::identity::NodeIdentity;
use crate::parcel::Envelope;
use crate::partner::Partner;
use crate::receipt::Receipt;
use crate::refusal::{ParcelRefusal, ReceiveError};
use crate::release::KnownToPartner;

/// What receiving a parcel did.
#[derive(Debug, Clone, PartialEq)]
pub struct Received {
    /// The signed answer to the sender. Give it away only once the transaction is committed.
    pub receipt: Receipt,
    /// What the parcel brought.
    pub outcome: Outcome,
}

/// Whether a parcel was new, and what it brought.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It was new; what it brought is stored once the transaction is committed.
    Applied(Box<Applied>),
    /// These bytes were received before. Nothing changed.
    Duplicate,
}

/// What a new parcel brought.
#[derive(Debug, Clone, PartialEq)]
pub struct Applied {
    /// The parcel: hash of its sealed bytes.
    pub parcel: ContentHash,
    /// What was in it. Its requests and answers are stored nowhere yet: the node keeps them in the same transaction.
    pub content: ParcelContent,
    /// What each finding did; an older revision that came late counts as unchanged.
    pub findings: Vec<(FindingKey, FindingOutcome)>,
    /// How many statements are new here.
    pub new_statements: usize,
    /// What was taken back: the picture walks what was derived from it.
    pub recalled: Vec<DerivedFrom>,
    /// Numbers below the highest received that did not arrive yet.
    pub missing: Vec<RangeInclusive<u64>>,
}

/// Takes a parcel from the partner of `row`. On an error the transaction must be dropped: then nothing of the parcel is kept.
///
/// # Errors
/// When the parcel is refused or the registry fails.
pub fn receive(
    tx: &mut dyn Transaction,
    identity: &NodeIdentity,
    row: &PartnerRow,
    bytes: &[u8],
    now: Timestamp,
) -> Result<Received, ReceiveError> {
    let envelope = Envelope::read(bytes)?;
    envelope.check_parties(identity.node(), &row.node)?;
    let incoming =
        IncomingParcel { id: envelope.id, partner: row.node.clone(), sequence: envelope.address.sequence, received_at: now };
    let outcome = take(tx, identity, row, &incoming, || {
        let partner =
            Partner::from_row(row, identity.card()).map_err(|error| StoreError::corrupt("partner", error.to_string()))?;
        let content = envelope.open(identity, &partner, now)?;
        Ok((partner, content))
    })?;
    Ok(Received { receipt: Receipt::sign(identity, envelope.id, row.node.clone(), now), outcome })
}

/// Takes a parcel once: opens it only if its bytes are new, and applies what is in it.
pub(crate) fn take(
    tx: &mut dyn Transaction,
    identity: &NodeIdentity,
    row: &PartnerRow,
    incoming: &IncomingParcel,
    open: impl FnOnce() -> Result<(Partner, ParcelContent), ReceiveError>,
) -> Result<Outcome, ReceiveError> {
    let seen = tx.received_sequences(&row.node)?;
    if !tx.put_incoming(incoming)? {
        return Ok(Outcome::Duplicate);
    }
    let (partner, content) = open()?;
    if seen.binary_search(&incoming.sequence).is_ok() {
        return Err(ParcelRefusal::Replayed(incoming.sequence).into());
    }
    let mut inbox = Inbox { tx, identity, partner: &partner, content: &content, now: incoming.received_at };
    let findings = inbox.take_findings()?;
    let new_statements = inbox.take_statements()?;
    let recalled = inbox.take_back()?;
    if content.leaves {
        let left_at = Some(row.left_at.map_or(content.created_at, |left| left.min(content.created_at)));
        tx.put_partner(&PartnerRow { left_at, ..row.clone() })?;
    }
    let missing = gaps(seen, incoming.sequence);
    Ok(Outcome::Applied(Box::new(Applied { parcel: incoming.id, content, findings, new_statements, recalled, missing })))
}

/// The numbers of parcels from a partner that did not arrive although a later one did.
///
/// # Errors
/// When the registry fails.
pub fn missing_from(tx: &dyn Transaction, partner: &NodeId) -> Result<Vec<RangeInclusive<u64>>, StoreError> {
    let seen = tx.received_sequences(partner)?;
    Ok(match seen.last().copied() {
        Some(last) => gaps(seen, last),
        None => Vec::new(),
    })
}

fn gaps(seen: Vec<u64>, newest: u64) -> Vec<RangeInclusive<u64>> {
    let all: BTreeSet<u64> = seen.into_iter().chain([newest]).collect();
    let mut expected = 1;
    let mut gaps = Vec::new();
    for sequence in all {
        if sequence > expected {
            gaps.push(expected..=sequence - 1);
        }
        expected = sequence.saturating_add(1);
    }
    gaps
}

/// One parcel being taken.
struct Inbox<'a, 'tx> {
    tx: &'a mut (dyn Transaction + 'tx),
    identity: &'a NodeIdentity,
    partner: &'a Partner,
    content: &'a ParcelContent,
    now: Timestamp,
}

impl Inbox<'_, '_> {
    fn take_findings(&mut self) -> Result<Vec<(FindingKey, FindingOutcome)>, StoreError> {
        let content = self.content;
        content.findings.iter().map(|finding| Ok((finding.key, self.take_finding(finding)?))).collect()
    }

    fn take_finding(&mut self, released: &ReleasedFinding) -> Result<FindingOutcome, StoreError> {
        let (sender, sequence) = (&self.content.from, self.content.sequence);
        let newest = self.tx.newest_sequence_of(sender, released.key)?;
        if newest.is_some_and(|newest| newest >= sequence) {
            return Ok(FindingOutcome::Unchanged);
        }
        let terms = &self.partner.agreement().terms;
        let mut finding = released.clone().into_finding(self.content.created_at, |own| terms.bind(own, self.content.created_at));
        finding.derived_from = self.own_names(finding.derived_from)?;
        let label = Label { marking: finding.marking.clone(), origin: sender.clone(), scope: Scope::Node };
        let label = self.tx.intern_label(&label)?;
        let outcome = self.tx.put_finding(&finding, label, true, self.now)?;
        self.tx.set_newest_sequence_of(sender, released.key, sequence)?;
        Ok(outcome)
    }

    /// Where the partner names things of this node, gives them the names they have here.
    fn own_names(&self, sources: Vec<DerivedFrom>) -> Result<Vec<DerivedFrom>, StoreError> {
        if !sources.iter().any(|source| origin_of(source) == self.identity.node()) {
            return Ok(sources);
        }
        let known = KnownToPartner::read(self.tx, self.partner.node())?;
        let rename = |source: DerivedFrom| match origin_of(&source) == self.identity.node() {
            true => known.own_name(self.identity, source),
            false => source,
        };
        Ok(sources.into_iter().map(rename).collect())
    }

    fn take_statements(&mut self) -> Result<usize, StoreError> {
        let terms = &self.partner.agreement().terms;
        let mut statements = Vec::with_capacity(self.content.statements.len());
        let mut taken_back = Vec::new();
        for released in &self.content.statements {
            let marking = terms.bind(&released.label.marking, self.content.created_at);
            let label = self.tx.intern_label(&Label { marking, ..released.label.clone() })?;
            let statement = Statement { label, recorded_at: self.now, ..released.statement.clone() };
            let name = DerivedFrom::Statement { origin: statement.origin.clone(), id: statement.id };
            if self.tx.has_recall_notice(&name)? {
                taken_back.push(statement.id);
            }
            statements.push(statement);
        }
        let new = self.tx.put_statements(&statements)?;
        self.tx.end_statements(&taken_back, self.now)?;
        Ok(new)
    }

    fn take_back(&mut self) -> Result<Vec<DerivedFrom>, StoreError> {
        for Retraction { what, at, .. } in &self.content.retractions {
            self.tx.put_recall_notice(what, *at)?;
            match what {
                DerivedFrom::Finding { origin, key, .. } => {
                    self.tx.set_finding_state(origin, *key, FindingState::Recalled)?;
                }
                DerivedFrom::Statement { origin, id } => {
                    // The notice names the origin; the id alone might be another node's statement.
                    if self.tx.statement(*id)?.is_some_and(|statement| statement.origin == *origin) {
                        self.tx.end_statements(&[*id], *at)?;
                    }
                }
            }
        }
        Ok(self.content.retractions.iter().map(|retraction| retraction.what.clone()).collect())
    }
}
