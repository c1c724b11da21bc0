//! Sending, without I/O: released things become a sealed parcel in the outbox; it may leave once its journal entry is below the
//! checkpoint's size; the partner's receipt takes it out of the outbox.

use oikos_model::{Actor, ContentHash, ContentHasher, DerivedFrom, FindingState, StatementId, Timestamp};
use oikos_registry::{NoticeKind, NoticeRow, OutboxQuery, OutgoingParcel, ReleaseQuery, ReleaseRow, StoreError, Transaction};

use crate::content::{FORMAT, ParcelContent, Rectification, ReleasedStatement, Retraction};
use crate::identity::NodeIdentity;
use crate::parcel::{SealedParcel, check_terms, seal};
use crate::partner::Partner;
use crate::receipt::{Receipt, ReceiptError};
use crate::refusal::SendError;
use crate::release::{FindingRelease, KnownToPartner, shown_key};
use crate::request::{ReleaseAnswer, ReleaseAsk};

/// What goes into one parcel to one partner.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ParcelDraft {
    /// Findings, as previewed.
    pub findings: Vec<FindingRelease>,
    /// Statements, as previewed.
    pub statements: Vec<ReleasedStatement>,
    /// What is taken back.
    pub retractions: Vec<Retraction>,
    /// What was wrong.
    pub rectifications: Vec<Rectification>,
    /// Requests for release.
    pub requests: Vec<ReleaseAsk>,
    /// Answers to requests of the partner.
    pub answers: Vec<ReleaseAnswer>,
    /// Whether this node leaves the agreement with this parcel.
    pub leaves: bool,
    /// Why it leaves.
    pub leave_reason: Option<String>,
}

impl ParcelDraft {
    fn is_empty(&self) -> bool {
        let releases = !self.findings.is_empty() || !self.statements.is_empty();
        let corrects = !self.retractions.is_empty() || !self.rectifications.is_empty();
        let asks_or_answers = !self.requests.is_empty() || !self.answers.is_empty();
        !releases && !corrects && !asks_or_answers && !self.leaves
    }
}

/// A sealed parcel with what the registry must know of it, before its journal entry is written. [Queue](Self::queue) it in the same transaction.
#[derive(Debug, Clone, PartialEq)]
pub struct PreparedParcel {
    /// The sealed bytes and their hash, which the journal entry names.
    pub parcel: SealedParcel,
    /// To whom, and its number in the sequence.
    pub content: ParcelContent,
    /// What left of what.
    pub releases: Vec<ReleaseRow>,
    /// Statements of the draft that the partner has already; they are not in the parcel.
    pub skipped: Vec<StatementId>,
}

/// A parcel's content before it is sealed, with what of this node's each part of it is.
pub(crate) struct Composed {
    pub(crate) content: ParcelContent,
    released: Vec<(DerivedFrom, Vec<String>)>,
    skipped: Vec<StatementId>,
}

/// Makes a parcel of a draft on behalf of the transaction's act: seals it under the next sequence number and lists what it releases.
///
/// # Errors
/// When there is nothing to send, something in it was recalled before, the partner would refuse it, or it cannot be sealed.
pub fn prepare(
    tx: &dyn Transaction,
    identity: &NodeIdentity,
    partner: &Partner,
    draft: ParcelDraft,
) -> Result<PreparedParcel, SendError> {
    let composed = compose(tx, identity, partner, draft)?;
    let parcel = seal(identity, partner.card(), &composed.content)?;
    Ok(composed.sealed_as(identity, parcel))
}

/// Everything of [`prepare`] but the sealing.
pub(crate) fn compose(
    tx: &dyn Transaction,
    identity: &NodeIdentity,
    partner: &Partner,
    mut draft: ParcelDraft,
) -> Result<Composed, SendError> {
    let mut skipped = Vec::new();
    for statement in std::mem::take(&mut draft.statements) {
        let name = statement_name(&statement);
        if KnownToPartner::among(tx, partner.node(), [&name])? == KnownToPartner::default() {
            draft.statements.push(statement);
        } else {
            skipped.push(statement.statement.id);
        }
    }
    if draft.is_empty() {
        return Err(SendError::Nothing);
    }
    check_not_recalled(tx, partner, &draft)?;
    let act = tx.act();
    let released_by = match &act.actor {
        Actor::Person(person) => Some(person.clone()),
        Actor::Partner(_) | Actor::Node(_) => None,
    };
    let mut released: Vec<_> = draft.findings.iter().map(|f| (f.what.clone(), f.fields.clone())).collect();
    released.extend(draft.statements.iter().map(|statement| (statement_name(statement), Vec::new())));
    let content = ParcelContent {
        format: FORMAT,
        from: identity.node().clone(),
        to: partner.node().clone(),
        sequence: tx.next_sequence(partner.node())?,
        agreement: partner.agreement().terms.hash(),
        created_at: act.at,
        expires: None,
        released_by,
        purpose: act.purpose.clone(),
        legal_basis: act.legal_basis.clone(),
        findings: draft.findings.into_iter().map(|release| release.finding).collect(),
        statements: draft.statements,
        retractions: draft.retractions,
        rectifications: draft.rectifications,
        requests: draft.requests,
        answers: draft.answers,
        leaves: draft.leaves,
        leave_reason: draft.leave_reason,
    };
    check_terms(&content, partner, act.at)?;
    Ok(Composed { content, released, skipped })
}

impl Composed {
    /// With its sealed bytes.
    pub(crate) fn sealed_as(self, identity: &NodeIdentity, parcel: SealedParcel) -> PreparedParcel {
        let Self { content, released, skipped } = self;
        let rows = released.into_iter().map(|(what, fields)| release_row(identity, &content, what, fields, parcel.id));
        PreparedParcel { releases: rows.collect(), parcel, content, skipped }
    }
}

/// A recall is final: the receiver keeps what was taken back as taken back, whatever comes after.
fn check_not_recalled(tx: &dyn Transaction, partner: &Partner, draft: &ParcelDraft) -> Result<(), SendError> {
    for release in &draft.findings {
        let DerivedFrom::Finding { origin, key, .. } = &release.what else { continue };
        if tx.finding(origin, *key)?.is_some_and(|stored| stored.state == FindingState::Recalled) {
            return Err(SendError::Recalled(release.what.clone()));
        }
    }
    let findings = draft.findings.iter().map(|release| release.what.clone());
    for what in findings.chain(draft.statements.iter().map(statement_name)) {
        let query = ReleaseQuery { partner: Some(partner.node()), what: Some(&what), ..ReleaseQuery::default() };
        if tx.releases(&query)?.iter().any(|row| row.recalled_at.is_some()) {
            return Err(SendError::Recalled(what));
        }
    }
    Ok(())
}

fn statement_name(released: &ReleasedStatement) -> DerivedFrom {
    DerivedFrom::Statement { origin: released.statement.origin.clone(), id: released.statement.id }
}

fn release_row(
    identity: &NodeIdentity,
    content: &ParcelContent,
    what: DerivedFrom,
    fields: Vec<String>,
    parcel: ContentHash,
) -> ReleaseRow {
    // A parcel carries a thing once, and the parcel's hash covers who, when and what. The parcel's number stands in front, so that of two
    // releases to one partner in one moment the later one sorts behind.
    let (name, shown_as) = match &what {
        DerivedFrom::Finding { origin, key, .. } => (key.0, Some(shown_key(identity, origin, *key))),
        DerivedFrom::Statement { id, .. } => (id.0, None),
    };
    let hash = ContentHasher::new("release").field(&parcel.0).field(&name.0).finish();
    let id = format!("{:016}-{hash}", content.sequence);
    ReleaseRow {
        id,
        partner: content.to.clone(),
        what,
        fields,
        released_by: content.released_by.clone(),
        at: content.created_at,
        parcel,
        recalled_at: None,
        shown_as,
    }
}

impl PreparedParcel {
    /// Puts the parcel in the outbox, and its releases and notices in the registry. `journal_index` is the entry of this act, written in
    /// the same transaction: the parcel leaves only when that entry is in a checkpoint.
    ///
    /// # Errors
    /// When the sequence number was taken meanwhile or the registry fails.
    pub fn queue(self, tx: &mut dyn Transaction, journal_index: i64) -> Result<(), StoreError> {
        let Self { parcel, content, releases, .. } = self;
        let brings = content.brings_something();
        let retracted = content.retractions.into_iter().map(|it| (NoticeKind::Recall, it.what, it.reason));
        let rectified = content.rectifications.into_iter().map(|it| (NoticeKind::Rectification, it.what, it.reason));
        for (kind, shown, reason) in retracted.chain(rectified) {
            let what = own_name(tx, &content.to, shown)?;
            let (partner, at) = (content.to.clone(), content.created_at);
            tx.put_notice(&NoticeRow { kind, what, partner, parcel: parcel.id, at, reason, acknowledged_at: None })?;
        }
        tx.put_outgoing(&OutgoingParcel {
            id: parcel.id,
            partner: content.to,
            sequence: content.sequence,
            bytes: parcel.bytes,
            journal_index,
            queued_at: content.created_at,
            delivered_at: None,
            brings,
        })?;
        releases.iter().try_for_each(|release| tx.put_release(release))
    }
}

/// This node's own name for a thing under the name that `partner` knows it by; the name itself where it was never released to it.
pub(crate) fn own_name(
    tx: &dyn Transaction,
    partner: &oikos_model::NodeId,
    shown: DerivedFrom,
) -> Result<DerivedFrom, StoreError> {
    let DerivedFrom::Finding { key, .. } = &shown else { return Ok(shown) };
    let query = ReleaseQuery { partner: Some(partner), shown_as: Some(*key), ..ReleaseQuery::default() };
    Ok(tx.releases(&query)?.pop().map_or(shown, |release| release.what))
}

/// The parcels to one partner that may leave: those in the outbox whose journal entry is in a checkpoint, in the order of their numbers.
///
/// # Errors
/// When the registry fails.
pub fn ready(tx: &dyn Transaction, query: &OutboxQuery<'_>) -> Result<Vec<OutgoingParcel>, StoreError> {
    tx.undelivered(query)
}

/// Why a parcel stays in the outbox although an answer came.
#[derive(Debug, thiserror::Error)]
pub enum AcknowledgeError {
    /// The receipt proves nothing.
    #[error(transparent)]
    Receipt(#[from] ReceiptError),
    /// The registry failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Takes a parcel out of the outbox on the partner's signed word that it has it. The same receipt twice changes nothing.
///
/// # Errors
/// When the receipt is not the partner's for this parcel, or the registry fails.
pub fn acknowledge(
    tx: &mut dyn Transaction,
    identity: &NodeIdentity,
    partner: &Partner,
    parcel: ContentHash,
    receipt: &Receipt,
    now: Timestamp,
) -> Result<(), AcknowledgeError> {
    receipt.verify(parcel, identity.node(), partner.card())?;
    Ok(tx.mark_delivered(parcel, now)?)
}
