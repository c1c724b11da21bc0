//! Releases, the outbox and the inbox.

use oikos_model::{ContentHash, DerivedFrom, FindingKey, NodeId, Timestamp, UserName};
use serde::{Deserialize, Serialize};

use crate::StoreError;

/// One thing that a person released to one partner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseRow {
    /// Identity: hash of its other fields.
    pub id: String,
    /// To whom.
    pub partner: NodeId,
    /// What: a finding's revision or a statement.
    pub what: DerivedFrom,
    /// Which fields of it left: fact names of a finding, empty for a statement, which leaves whole.
    pub fields: Vec<String>,
    /// Who signed.
    pub released_by: UserName,
    /// When.
    pub at: Timestamp,
    /// The parcel that carried it.
    pub parcel: ContentHash,
    /// When it was recalled.
    pub recalled_at: Option<Timestamp>,
}

/// A parcel on its way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingParcel {
    /// Hash of the sealed bytes.
    pub id: ContentHash,
    /// To whom.
    pub partner: NodeId,
    /// Its number in the sequence to this partner, from 1.
    pub sequence: u64,
    /// The sealed bytes.
    pub bytes: Vec<u8>,
    /// The journal entry of its release. It leaves only when that entry is in a checkpoint.
    pub journal_index: i64,
    /// When it was queued.
    pub queued_at: Timestamp,
    /// When the partner took it.
    pub delivered_at: Option<Timestamp>,
}

/// A parcel that was received and opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncomingParcel {
    /// Hash of the sealed bytes.
    pub id: ContentHash,
    /// From whom.
    pub partner: NodeId,
    /// Its number in the sequence from this partner.
    pub sequence: u64,
    /// When.
    pub received_at: Timestamp,
}

/// Releases and parcels.
pub trait Parcels {
    /// The next number in the sequence to `partner`.
    ///
    /// # Errors
    /// When the database fails.
    fn next_sequence(&self, partner: &NodeId) -> Result<u64, StoreError>;

    /// Queues a parcel. Its sequence number must be the next one.
    ///
    /// # Errors
    /// When the sequence number is taken or the database fails.
    fn put_outgoing(&mut self, parcel: &OutgoingParcel) -> Result<(), StoreError>;

    /// Parcels not yet taken whose journal entry is below `sequenced_below`, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    fn undelivered(&self, sequenced_below: i64) -> Result<Vec<OutgoingParcel>, StoreError>;

    /// Notes that the partner took the parcel; its bytes are removed.
    ///
    /// # Errors
    /// When the database fails.
    fn mark_delivered(&mut self, id: ContentHash, at: Timestamp) -> Result<(), StoreError>;

    /// Records a received parcel. Returns `false`, and changes nothing, when it was there.
    ///
    /// # Errors
    /// When the database fails.
    fn put_incoming(&mut self, parcel: &IncomingParcel) -> Result<bool, StoreError>;

    /// Sequence numbers received from `partner`, ascending: gaps show what is missing.
    ///
    /// # Errors
    /// When the database fails.
    fn received_sequences(&self, partner: &NodeId) -> Result<Vec<u64>, StoreError>;

    /// Records a release.
    ///
    /// # Errors
    /// When the database fails.
    fn put_release(&mut self, release: &ReleaseRow) -> Result<(), StoreError>;

    /// All releases, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    fn releases(&self) -> Result<Vec<ReleaseRow>, StoreError>;

    /// Notes that what was released, whatever its revision, was recalled. Returns the partners who have it and were not told before.
    ///
    /// # Errors
    /// When the database fails.
    fn mark_recalled(&mut self, what: &DerivedFrom, at: Timestamp) -> Result<Vec<NodeId>, StoreError>;

    /// Notes that the origin took `what` back, whatever its revision. A thing that arrives after its own recall stays recalled.
    ///
    /// # Errors
    /// When the database fails.
    fn put_recall_notice(&mut self, what: &DerivedFrom, at: Timestamp) -> Result<(), StoreError>;

    /// Whether the origin took `what` back, whatever its revision.
    ///
    /// # Errors
    /// When the database fails.
    fn has_recall_notice(&self, what: &DerivedFrom) -> Result<bool, StoreError>;

    /// The sequence number of the parcel that brought what is now stored of a received finding, so that an older revision that
    /// arrives late does not replace a newer one.
    ///
    /// # Errors
    /// When the database fails.
    fn newest_sequence_of(&self, partner: &NodeId, key: FindingKey) -> Result<Option<u64>, StoreError>;

    /// Sets [`newest_sequence_of`](Self::newest_sequence_of).
    ///
    /// # Errors
    /// When the database fails.
    fn set_newest_sequence_of(&mut self, partner: &NodeId, key: FindingKey, sequence: u64) -> Result<(), StoreError>;
}
