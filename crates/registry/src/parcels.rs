//! Releases, the outbox and the inbox.

use oikos_model::{ContentHash, DerivedFrom, FindingKey, NodeId, Timestamp, UserName};
use serde::{Deserialize, Serialize};

use crate::StoreError;

/// One thing that a person released to one partner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseRow {
    /// Identity: the number of the parcel that carried it, then a hash of the rest. Releases of one moment are read in this order.
    pub id: String,
    /// To whom.
    pub partner: NodeId,
    /// What: a finding's revision or a statement.
    pub what: DerivedFrom,
    /// Which fields of it left: fact names of a finding, empty for a statement, which leaves whole.
    pub fields: Vec<String>,
    /// Who signed; `None` for the node itself, where the agreement pre-authorises it.
    pub released_by: Option<UserName>,
    /// When.
    pub at: Timestamp,
    /// The parcel that carried it.
    pub parcel: ContentHash,
    /// When it was recalled.
    pub recalled_at: Option<Timestamp>,
    /// Of a finding: the key by which the partner knows it.
    #[serde(default)]
    pub shown_as: Option<FindingKey>,
}

/// Which releases to read. Empty options do not restrict.
#[derive(Debug, Clone, Default)]
pub struct ReleaseQuery<'a> {
    /// To this partner.
    pub partner: Option<&'a NodeId>,
    /// Of this thing, whatever its revision.
    pub what: Option<&'a DerivedFrom>,
    /// Of the finding that the partner knows by this key.
    pub shown_as: Option<FindingKey>,
    /// Only those behind this one, by id: the cursor of the page before.
    pub after: Option<&'a str>,
    /// At most so many; 0 means no limit.
    pub limit: usize,
}

/// Which parcels of the outbox to read.
#[derive(Debug, Clone, Copy)]
pub struct OutboxQuery<'a> {
    /// To whom.
    pub partner: &'a NodeId,
    /// Whose journal entry is below this position.
    pub sequenced_below: i64,
    /// Whose number in the sequence is above this one.
    pub after: u64,
    /// At most so many.
    pub limit: usize,
}

/// How much waits for a partner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// Parcels not yet taken.
    pub parcels: u64,
    /// Since when the oldest waits.
    pub since: Timestamp,
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
    /// Whether it brings anything new. What only takes back or leaves may go when the agreement has ended, too.
    pub brings: bool,
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

    /// Parcels to one partner that it has not taken yet, in the order of their numbers.
    ///
    /// # Errors
    /// When the database fails.
    fn undelivered(&self, query: &OutboxQuery<'_>) -> Result<Vec<OutgoingParcel>, StoreError>;

    /// How much waits for a partner; `None` for nothing.
    ///
    /// # Errors
    /// When the database fails.
    fn waiting(&self, partner: &NodeId) -> Result<Option<Waiting>, StoreError>;

    /// When the parcel with this id was taken; `None` where it was not, or there is none.
    ///
    /// # Errors
    /// When the database fails.
    fn delivered_at(&self, id: ContentHash) -> Result<Option<Timestamp>, StoreError>;

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

    /// Releases, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    fn releases(&self, query: &ReleaseQuery<'_>) -> Result<Vec<ReleaseRow>, StoreError>;

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
