//! Receiving, without I/O: idempotent and order-free.
//!
//! - The same bytes again change nothing and get a receipt again: the first one may have been lost.
//! - Of a finding's revisions the one from the parcel with the highest number stays, whatever the order of arrival.
//! - A retraction that arrives before its thing leaves a notice; the registry then keeps the thing as taken back from the start.
//! - What was corrected stays known with the reason. A correction without what is right holds the thing until that comes.
//! - A statement is never changed by a later one with its id: an honest origin never says two things under one id.
//! - Gaps in the sequence are reported: something is still on its way, or was lost.
//!
//! Two ends are not order-free, on purpose: once the agreement has expired or was left, nothing new is taken, however old it is.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use oikos_model::{ContentHash, DerivedFrom, FindingKey, FindingState, Label, NodeId, Scope, Statement, Timestamp};
use oikos_registry::{ErasedFrom, FindingOutcome, IncomingParcel, PartnerRow, RectificationRow, StoreError, Transaction};

use crate::content::{ParcelContent, Rectification, ReleasedFinding, Retraction, origin_of};
use crate::correction::reopen;
use crate::identity::NodeIdentity;
use crate::outbound::own_name;
use crate::parcel::Envelope;
use crate::partner::Partner;
use crate::receipt::Receipt;
use crate::refusal::{ParcelRefusal, ReceiveError};

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
    /// What was corrected; a person's decision on it was opened again.
    pub rectified: Vec<DerivedFrom>,
    /// What was erased at once, because the partner left an agreement that says so.
    pub erased: ErasedFrom,
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
    let rectified = inbox.take_corrections()?;
    let recalled = inbox.take_back()?;
    let erased = inbox.take_leave(row)?;
    let missing = gaps(seen, incoming.sequence);
    let parcel = incoming.id;
    let applied = Applied { parcel, content, findings, new_statements, recalled, rectified, erased, missing };
    Ok(Outcome::Applied(Box::new(applied)))
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
        // A later parcel, which came earlier, may have said that this is wrong.
        let what = DerivedFrom::Finding { origin: sender.clone(), key: released.key, revision: finding.revision() };
        if self.tx.rectifications_of(&what)?.iter().any(|row| !row.replaced && row.sequence > sequence) {
            self.hold(sender, released.key)?;
        }
        Ok(outcome)
    }

    /// A finding that is known to be wrong counts as superseded until its origin says what is right.
    fn hold(&mut self, origin: &NodeId, key: FindingKey) -> Result<(), StoreError> {
        if self.tx.finding(origin, key)?.is_some_and(|stored| stored.state != FindingState::Recalled) {
            self.tx.set_finding_state(origin, key, FindingState::Superseded)?;
        }
        Ok(())
    }

    fn take_corrections(&mut self) -> Result<Vec<DerivedFrom>, StoreError> {
        for wrong in &self.content.rectifications {
            self.take_correction(wrong)?;
        }
        Ok(self.content.rectifications.iter().map(|wrong| wrong.what.clone()).collect())
    }

    fn take_correction(&mut self, wrong: &Rectification) -> Result<(), StoreError> {
        let (sender, sequence) = (&self.content.from, self.content.sequence);
        let replaced = match &wrong.what {
            DerivedFrom::Finding { key, .. } => self.content.findings.iter().any(|finding| finding.key == *key),
            DerivedFrom::Statement { .. } => true,
        };
        self.tx.put_rectification(&RectificationRow {
            what: wrong.what.clone(),
            partner: sender.clone(),
            sequence,
            replaced_by: wrong.replaced_by,
            replaced,
            reason: wrong.reason.clone(),
            at: wrong.at,
        })?;
        match &wrong.what {
            DerivedFrom::Finding { origin, key, .. } => {
                let reason = format!("{sender} corrected it: {}", wrong.reason);
                reopen(self.tx, self.identity, origin, *key, &reason)?;
                let newest = self.tx.newest_sequence_of(sender, *key)?;
                if !replaced && newest.is_some_and(|newest| newest < sequence) {
                    self.hold(origin, *key)?;
                }
                Ok(())
            }
            statement @ DerivedFrom::Statement { .. } => self.end(statement, wrong.at),
        }
    }

    /// Ends a statement of the sender, and lets it arrive ended where it was not there yet.
    fn end(&mut self, what: &DerivedFrom, at: Timestamp) -> Result<(), StoreError> {
        let DerivedFrom::Statement { origin, id } = what else { return Ok(()) };
        self.tx.put_recall_notice(what, at)?;
        // The notice names the origin; the id alone might be another node's statement.
        if self.tx.statement(*id)?.is_some_and(|statement| statement.origin == *origin) {
            self.tx.end_statements(&[*id], at)?;
        }
        Ok(())
    }

    fn take_leave(&mut self, row: &PartnerRow) -> Result<ErasedFrom, StoreError> {
        if !self.content.leaves {
            return Ok(ErasedFrom::default());
        }
        let left_at = Some(row.left_at.map_or(self.content.created_at, |left| left.min(self.content.created_at)));
        self.tx.put_partner(&PartnerRow { left_at, ..row.clone() })?;
        match self.partner.agreement().terms.erase_on_leaving {
            true => self.tx.erase_received_from(&row.node),
            false => Ok(ErasedFrom::default()),
        }
    }

    /// Where the partner names things of this node, gives them the names they have here.
    fn own_names(&self, sources: Vec<DerivedFrom>) -> Result<Vec<DerivedFrom>, StoreError> {
        if !sources.iter().any(|source| origin_of(source) == self.identity.node()) {
            return Ok(sources);
        }
        let rename = |source: DerivedFrom| match origin_of(&source) == self.identity.node() {
            true => own_name(self.tx, self.partner.node(), source),
            false => Ok(source),
        };
        sources.into_iter().map(rename).collect()
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
            match what {
                DerivedFrom::Finding { origin, key, .. } => {
                    self.tx.put_recall_notice(what, *at)?;
                    self.tx.set_finding_state(origin, *key, FindingState::Recalled)?;
                }
                DerivedFrom::Statement { .. } => self.end(what, *at)?,
            }
        }
        Ok(self.content.retractions.iter().map(|retraction| retraction.what.clone()).collect())
    }
}
