//! Labels: an interned marking with its origin and scope. Rows carry the label's id; policy is asked once per distinct label.

use serde::{Deserialize, Serialize};

use crate::hash::ContentHasher;
use crate::{CaseId, LabelId, Marking, NodeId};

/// To whom at a node a thing belongs.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Scope {
    /// Everyone at the node whose role allows it.
    Node,
    /// The desk's own people, by desk name.
    Desk(String),
    /// Those who work on one case.
    Case(CaseId),
}

/// What may be done with a thing, who first had it, and to whom at the node it belongs.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Label {
    /// What may be done with it.
    pub marking: Marking,
    /// The node that first had it. One origin counts once, however many nodes pass it on.
    pub origin: NodeId,
    /// To whom at this node it belongs.
    pub scope: Scope,
}

impl Label {
    /// The id under which the label is interned: a hash of its content.
    pub fn id(&self) -> LabelId {
        #[expect(clippy::expect_used, reason = "a scope is a string or nothing and serialises always")]
        let scope = serde_json::to_vec(&self.scope).expect("a scope serialises");
        let hasher = self.marking.hash_into(ContentHasher::new("label"));
        LabelId(hasher.field(self.origin.as_str().as_bytes()).field(&scope).finish())
    }
}
