//! Judgements: who says that two entity ids mean the same thing, or do not. Entity ids are never rewritten; what is the same is
//! computed from this log, so every merge can be undone.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Actor, EntityId};

/// What a judgement says of two entity ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// They mean the same thing.
    Same,
    /// They do not.
    NotSame,
    /// An earlier judgement on the pair is withdrawn.
    Withdrawn,
}

/// One entry of the log. The latest entry on a pair decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// The smaller of the two ids.
    pub left: EntityId,
    /// The larger of the two ids.
    pub right: EntityId,
    /// What is said.
    pub verdict: Verdict,
    /// By whom.
    pub actor: Actor,
    /// Why, in words.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

impl Judgement {
    /// A judgement on two ids, in either order.
    pub fn new(one: EntityId, other: EntityId, verdict: Verdict, actor: Actor, reason: impl Into<String>, at: Timestamp) -> Self {
        let (left, right) = if one <= other { (one, other) } else { (other, one) };
        Self { left, right, verdict, actor, reason: reason.into(), at }
    }
}
