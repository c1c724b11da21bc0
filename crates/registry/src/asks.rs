//! Asks, hits and the requests that follow them, on both sides.

use oikos_model::{CaseId, LabelId, NodeId, Purpose, Selector, SelectorClass, Timestamp, UserName};
use serde::{Deserialize, Serialize};

use crate::StoreError;

/// Which way something goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From a partner to this node.
    Incoming,
    /// From this node to a partner.
    Outgoing,
}

/// What a partner's hit stands for at the node that was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskReferenceRow {
    /// The opaque reference.
    pub reference: [u8; 16],
    /// Who can get it.
    pub partner: NodeId,
    /// For which purpose.
    pub purpose: Purpose,
    /// What it stands for.
    pub selector: Selector,
    /// When it was made.
    pub made_at: Timestamp,
}

/// A count of what was asked: for one partner, direction, purpose and class, on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskCount<'a> {
    /// The other side.
    pub partner: &'a NodeId,
    /// Who asks whom.
    pub direction: Direction,
    /// For which purpose.
    pub purpose: &'a Purpose,
    /// About which class.
    pub class: SelectorClass,
    /// Day since 1970-01-01, UTC.
    pub day: u32,
}

/// A hit at the node that asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskHitRow {
    /// Who has it.
    pub partner: NodeId,
    /// The partner's opaque reference.
    pub reference: [u8; 16],
    /// For which purpose it was asked.
    pub purpose: Purpose,
    /// Who may see it.
    pub label: LabelId,
    /// What was asked about.
    pub selector: Selector,
    /// The case for which it was asked.
    pub case: Option<CaseId>,
    /// How good the partner's information is, as its evaluation code, for example `B2`.
    pub quality: String,
    /// When it hit first.
    pub first_seen_at: Timestamp,
    /// When it hit last.
    pub last_seen_at: Timestamp,
    /// When it is erased.
    pub expires_at: Timestamp,
}

/// Where a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestState {
    /// Nobody answered it yet.
    Open,
    /// What there was was released.
    Released,
    /// A part was released.
    PartReleased,
    /// It was refused, with a reason.
    Refused,
    /// It was answered with neither yes nor no.
    NeitherConfirmedNorDenied,
}

/// A request for release, at the node that made it or at the node that answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestRow {
    /// Chosen by whoever asks.
    pub id: [u8; 16],
    /// Who asks whom.
    pub direction: Direction,
    /// The other side.
    pub partner: NodeId,
    /// Who may see it.
    pub label: LabelId,
    /// The case of this node that it belongs to.
    pub case: Option<CaseId>,
    /// The request as it travels, in the exchange's JSON form.
    pub content: serde_json::Value,
    /// Who made it: the person of this node; none for a partner's.
    pub made_by: Option<UserName>,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// By when the law wants an answer.
    pub due_at: Timestamp,
    /// Where it stands.
    pub state: RequestState,
    /// Why, where a reason was given.
    pub reason: Option<String>,
    /// Who of this node answered it; none while it is open, and for what a partner answered.
    pub answered_by: Option<UserName>,
    /// When it was answered.
    pub answered_at: Option<Timestamp>,
    /// When it is erased.
    pub expires_at: Timestamp,
}

/// Which requests to read. Empty options do not restrict.
#[derive(Debug, Clone, Default)]
pub struct RequestQuery<'a> {
    /// Labels the reader may see; `None` only for the node's own housekeeping.
    pub labels: Option<&'a [LabelId]>,
    /// Made by partners or by this node.
    pub direction: Option<Direction>,
    /// Of or to this partner.
    pub partner: Option<&'a NodeId>,
    /// In this state.
    pub state: Option<RequestState>,
    /// Skips so many of the ordered result.
    pub offset: usize,
    /// At most so many; 0 means no limit.
    pub limit: usize,
}

/// Asks, hits and requests.
pub trait Asks {
    /// The references a partner can get for a purpose.
    ///
    /// # Errors
    /// When the database fails or a row is damaged.
    fn ask_references(&self, partner: &NodeId, purpose: &Purpose) -> Result<Vec<AskReferenceRow>, StoreError>;

    /// What a reference stands for, where it was made for this partner.
    ///
    /// # Errors
    /// When the database fails or the row is damaged.
    fn ask_reference(&self, partner: &NodeId, reference: &[u8; 16]) -> Result<Option<AskReferenceRow>, StoreError>;

    /// Keeps a reference. One selector has one reference for each partner and purpose.
    ///
    /// # Errors
    /// When there is another one already, or the database fails.
    fn put_ask_reference(&mut self, row: &AskReferenceRow) -> Result<(), StoreError>;

    /// How many points were asked.
    ///
    /// # Errors
    /// When the database fails.
    fn asked(&self, of: &AskCount<'_>) -> Result<u64, StoreError>;

    /// Counts points that were asked.
    ///
    /// # Errors
    /// When the database fails.
    fn count_asked(&mut self, of: &AskCount<'_>, points: u64) -> Result<(), StoreError>;

    /// Keeps a hit under (partner, reference, purpose). Returns whether it is new; else only its quality, when it was seen last and
    /// its expiry change.
    ///
    /// # Errors
    /// When the database fails.
    fn put_ask_hit(&mut self, hit: &AskHitRow) -> Result<bool, StoreError>;

    /// Hits with a permitted label, newest first; `None` only for the node's own housekeeping.
    ///
    /// # Errors
    /// When the database fails or a row is damaged.
    fn ask_hits(&self, labels: Option<&[LabelId]>, offset: usize, limit: usize) -> Result<Vec<AskHitRow>, StoreError>;

    /// Keeps a request under (direction, partner, id). Returns `false`, and changes nothing, when it was there.
    ///
    /// # Errors
    /// When the database fails.
    fn put_request(&mut self, row: &RequestRow) -> Result<bool, StoreError>;

    /// One request.
    ///
    /// # Errors
    /// When the database fails or the row is damaged.
    fn request(&self, direction: Direction, partner: &NodeId, id: &[u8; 16]) -> Result<Option<RequestRow>, StoreError>;

    /// Requests, those that are due first first.
    ///
    /// # Errors
    /// When the database fails or a row is damaged.
    fn requests(&self, query: &RequestQuery<'_>) -> Result<Vec<RequestRow>, StoreError>;

    /// Replaces a request that is there by a later state of it. Returns whether it is there.
    ///
    /// # Errors
    /// When the database fails.
    fn update_request(&mut self, row: &RequestRow) -> Result<bool, StoreError>;

    /// Erases hits and requests that expired at `now`, references made before `references_before`, and counts of days before `day`.
    /// Returns how many hits and requests.
    ///
    /// # Errors
    /// When the database fails.
    fn erase_expired_asks(&mut self, now: Timestamp, references_before: Timestamp, day: u32) -> Result<usize, StoreError>;
}
