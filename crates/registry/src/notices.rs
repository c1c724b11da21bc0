//! Recalls and corrections on their way: who was told by which parcel, and what partners said was wrong.

use oikos_model::{ContentHash, DerivedFrom, NodeId, StatementId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::StoreError;

/// What a notice tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// It was taken back.
    Recall,
    /// It was wrong and is corrected.
    Rectification,
}

/// One partner told of one recall or correction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeRow {
    /// What it tells.
    pub kind: NoticeKind,
    /// About what, as this node knows it.
    pub what: DerivedFrom,
    /// Who is told.
    pub partner: NodeId,
    /// The parcel that tells it.
    pub parcel: ContentHash,
    /// Since when.
    pub at: Timestamp,
    /// Why, in the words that the partner reads.
    pub reason: String,
    /// When the partner's receipt for the parcel came: the acknowledgement. Kept with the parcel, not with the notice.
    #[serde(skip)]
    pub acknowledged_at: Option<Timestamp>,
}

/// Which notices to read. Empty options do not restrict.
#[derive(Debug, Clone, Default)]
pub struct NoticeQuery<'a> {
    /// To this partner.
    pub partner: Option<&'a NodeId>,
    /// Only those that were not acknowledged.
    pub unacknowledged: bool,
    /// Skips so many of the ordered result.
    pub offset: usize,
    /// At most so many; 0 means no limit.
    pub limit: usize,
}

/// What a partner said was wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RectificationRow {
    /// What was wrong, with the revision that was, as its sender names it.
    pub what: DerivedFrom,
    /// Who said so.
    pub partner: NodeId,
    /// The number of the parcel that said so.
    pub sequence: u64,
    /// Of a statement: the one that says it right.
    pub replaced_by: Option<StatementId>,
    /// Whether what is right came with it. If not, what is here waits for it.
    pub replaced: bool,
    /// Why, in words.
    pub reason: String,
    /// When the origin corrected it.
    pub at: Timestamp,
}

/// Recalls and corrections.
pub trait Notices {
    /// Records that a partner is told. The same notice again changes nothing.
    ///
    /// # Errors
    /// When the database fails.
    fn put_notice(&mut self, notice: &NoticeRow) -> Result<(), StoreError>;

    /// Notices, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    fn notices(&self, query: &NoticeQuery<'_>) -> Result<Vec<NoticeRow>, StoreError>;

    /// Records what a partner said was wrong. The same again changes nothing.
    ///
    /// # Errors
    /// When the database fails.
    fn put_rectification(&mut self, rectification: &RectificationRow) -> Result<(), StoreError>;

    /// What was said to be wrong about `what`, whatever its revision, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    fn rectifications_of(&self, what: &DerivedFrom) -> Result<Vec<RectificationRow>, StoreError>;
}
