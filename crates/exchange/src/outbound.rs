//! Sending, without I/O: released things become a sealed parcel in the outbox; it may leave once its journal entry is below the
//! checkpoint's size; the partner's receipt takes it out of the outbox.

use oikos_model::{Actor, ContentHash, ContentHasher, DerivedFrom, StatementId, Timestamp, UserName};
use oikos_registry::{OutgoingParcel, ReleaseRow, StoreError, Transaction};

use crate::content::{FORMAT, ParcelContent, ReleasedStatement, Retraction};
use crate::identity::NodeIdentity;
use crate::parcel::{SealedParcel, check_terms, seal};
use crate::partner::Partner;
use crate::receipt::{Receipt, ReceiptError};
use crate::refusal::SendError;
use crate::release::{FindingRelease, KnownToPartner, name_to_others};
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
    /// Requests for release.
    pub requests: Vec<ReleaseAsk>,
    /// Answers to requests of the partner.
    pub answers: Vec<ReleaseAnswer>,
    /// Whether this node leaves the agreement with this parcel.
    pub leaves: bool,
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
    let known = KnownToPartner::read(tx, partner.node())?;
    let is_known = |released: &ReleasedStatement| known.has_statement(released.statement.id);
    let (skipped, statements): (Vec<_>, Vec<_>) = draft.statements.into_iter().partition(is_known);
    let asks_or_answers = !draft.requests.is_empty() || !draft.answers.is_empty();
    if draft.findings.is_empty() && statements.is_empty() && draft.retractions.is_empty() && !asks_or_answers && !draft.leaves {
        return Err(SendError::Nothing);
    }
    check_not_recalled(tx, partner, &draft.findings, &statements)?;
    let act = tx.act();
    let released_by = match &act.actor {
        Actor::Person(person) => Some(person.clone()),
        Actor::Partner(_) | Actor::Node(_) => None,
    };
    let released: Vec<(DerivedFrom, Vec<String>)> = draft.findings.iter().map(|f| (f.what.clone(), f.fields.clone())).collect();
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
        statements,
        retractions: draft.retractions,
        requests: draft.requests,
        answers: draft.answers,
        leaves: draft.leaves,
    };
    check_terms(&content, partner, act.at)?;
    let parcel = seal(identity, partner.card(), &content)?;
    let releases = release_rows(&content, released, parcel.id);
    let skipped = skipped.into_iter().map(|released| released.statement.id).collect();
    Ok(PreparedParcel { parcel, content, releases, skipped })
}

/// A recall is final: the receiver keeps what was taken back as taken back, whatever comes after.
fn check_not_recalled(
    tx: &dyn Transaction,
    partner: &Partner,
    findings: &[FindingRelease],
    statements: &[ReleasedStatement],
) -> Result<(), SendError> {
    let recalled: Vec<_> =
        tx.releases()?.into_iter().filter(|row| row.partner == *partner.node() && row.recalled_at.is_some()).collect();
    let names = findings.iter().map(|release| release.what.clone()).chain(statements.iter().map(statement_name));
    for what in names {
        if recalled.iter().any(|row| is_same_thing(&row.what, &what)) {
            return Err(SendError::Recalled(what));
        }
    }
    Ok(())
}

fn statement_name(released: &ReleasedStatement) -> DerivedFrom {
    DerivedFrom::Statement { origin: released.statement.origin.clone(), id: released.statement.id }
}

/// Whether both name one thing, whatever its revision.
fn is_same_thing(one: &DerivedFrom, other: &DerivedFrom) -> bool {
    match (one, other) {
        (DerivedFrom::Finding { origin: o1, key: k1, .. }, DerivedFrom::Finding { origin: o2, key: k2, .. }) => {
            (o1, k1) == (o2, k2)
        }
        _ => one == other,
    }
}

fn release_rows(content: &ParcelContent, findings: Vec<(DerivedFrom, Vec<String>)>, parcel: ContentHash) -> Vec<ReleaseRow> {
    let Some(released_by) = &content.released_by else { return Vec::new() };
    let statements = content.statements.iter().map(|released| (statement_name(released), Vec::new()));
    findings.into_iter().chain(statements).map(|(what, fields)| release_row(content, what, fields, released_by, parcel)).collect()
}

fn release_row(
    content: &ParcelContent,
    what: DerivedFrom,
    fields: Vec<String>,
    released_by: &UserName,
    parcel: ContentHash,
) -> ReleaseRow {
    // A parcel carries a thing once, and the parcel's hash covers who, when and what.
    let name = match &what {
        DerivedFrom::Finding { key, .. } => key.0,
        DerivedFrom::Statement { id, .. } => id.0,
    };
    let id = ContentHasher::new("release").field(&parcel.0).field(&name.0).finish().to_string();
    ReleaseRow {
        id,
        partner: content.to.clone(),
        what,
        fields,
        released_by: released_by.clone(),
        at: content.created_at,
        parcel,
        recalled_at: None,
    }
}

impl PreparedParcel {
    /// Puts the parcel in the outbox and its releases in the registry. `journal_index` is the entry of this act, written in the same
    /// transaction: the parcel leaves only when that entry is in a checkpoint.
    ///
    /// # Errors
    /// When the sequence number was taken meanwhile or the registry fails.
    pub fn queue(self, tx: &mut dyn Transaction, journal_index: i64) -> Result<(), StoreError> {
        tx.put_outgoing(&OutgoingParcel {
            id: self.parcel.id,
            partner: self.content.to,
            sequence: self.content.sequence,
            bytes: self.parcel.bytes,
            journal_index,
            queued_at: self.content.created_at,
            delivered_at: None,
        })?;
        self.releases.iter().try_for_each(|release| tx.put_release(release))
    }
}

/// The parcels that may leave: those in the outbox whose journal entry is covered by a checkpoint of this size.
///
/// # Errors
/// When the registry fails.
pub fn ready(tx: &dyn Transaction, checkpoint_size: i64) -> Result<Vec<OutgoingParcel>, StoreError> {
    tx.undelivered(checkpoint_size)
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

/// Takes an own thing back from everyone who has it: notes the recall, and returns what to send to whom. What was derived from the
/// thing is the picture's to walk; the thing's own state is the caller's to set.
///
/// # Errors
/// When the registry fails.
pub fn recall(
    tx: &mut dyn Transaction,
    identity: &NodeIdentity,
    what: &DerivedFrom,
    reason: &str,
) -> Result<Vec<(oikos_model::NodeId, Retraction)>, StoreError> {
    let at = tx.act().at;
    let partners = tx.mark_recalled(what, at)?;
    let retraction = Retraction { what: name_to_others(identity, what), reason: reason.to_owned(), at };
    Ok(partners.into_iter().map(|partner| (partner, retraction.clone())).collect())
}
