//! Inside which purpose, and for whom at the node, things are combined.

use oikos_model::{Label, Marking, PermittedAction, Purpose, Scope, Timestamp};

/// One purpose and one circle of readers. Only what both admit is combined, so everything combined has both in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Context {
    pub(crate) purpose: Purpose,
    /// The whole node, or the one narrower scope whose things join with the node's.
    pub(crate) scope: Scope,
    pub(crate) now: Timestamp,
}

impl Context {
    /// Whether things of this label may be combined here.
    pub(crate) fn admits(&self, label: &Label) -> bool {
        (label.scope == Scope::Node || label.scope == self.scope) && self.admits_marking(&label.marking)
    }

    /// Whether this marking lets the picture work on a thing for this purpose now.
    pub(crate) fn admits_marking(&self, marking: &Marking) -> bool {
        marking.allows(&self.purpose, self.now) && marking.permitted.contains(&PermittedAction::Process)
    }
}
