//! Releases that one person signed and that wait for a second one.

use oikos_model::{Act, ContentHash, NodeId, Timestamp, UserName};
use serde::{Deserialize, Serialize};

use crate::StoreError;

/// What has become of a release that needs two persons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalState {
    /// It waits for the second person.
    Pending,
    /// The second person approved; it was released.
    Released,
    /// The second person declined.
    Declined,
    /// What would leave is no longer what the first person signed.
    Changed,
    /// Nobody decided in time.
    Expired,
}

/// A release that one person signed and that needs another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ApprovalRow {
    /// Identity.
    pub id: String,
    /// The first person's act: who, for which purpose, on which basis, for which case, when.
    pub act: Act,
    /// The first person's subject at the identity provider then, so that one human with two accounts is still one.
    pub subject: Option<String>,
    /// To whom.
    pub partner: NodeId,
    /// What it is about: `finding:…`, `statement:…`.
    pub subjects: Vec<String>,
    /// What was asked for, as the API took it.
    pub request: serde_json::Value,
    /// What the first person saw; removed once it is decided or expired.
    pub preview: serde_json::Value,
    /// Hash of exactly what would leave.
    pub content_hash: ContentHash,
    /// Until when it can be approved.
    pub expires_at: Timestamp,
    /// What has become of it.
    pub state: ApprovalState,
    /// The second person.
    pub decided_by: Option<UserName>,
    /// When.
    pub decided_at: Option<Timestamp>,
    /// Why the second person declined.
    pub reason: Option<String>,
    /// The parcel that carries it.
    pub parcel: Option<ContentHash>,
}

/// Releases that need two persons.
pub trait Approvals {
    /// Creates or replaces one.
    ///
    /// # Errors
    /// When the database fails.
    fn put_approval(&mut self, approval: &ApprovalRow) -> Result<(), StoreError>;

    /// The one with this id.
    ///
    /// # Errors
    /// When the database fails.
    fn approval(&self, id: &str) -> Result<Option<ApprovalRow>, StoreError>;

    /// All of them, newest first; only those in `state`, where one is named.
    ///
    /// # Errors
    /// When the database fails.
    fn approvals(&self, state: Option<ApprovalState>) -> Result<Vec<ApprovalRow>, StoreError>;
}
