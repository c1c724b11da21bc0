//! A marking as people see it, and what a whole of several parts is marked with.

use std::collections::BTreeSet;

use oikos_model::{LabelId, Marking, PermittedAction};
use oikos_registry::Transaction;
use serde::Serialize;

use crate::NodeError;
use crate::findings::seconds;

/// What may be done with a whole. Every screen and print of it wears this.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct MarkingView {
    /// Traffic light, as FIRST writes it.
    pub tlp: String,
    /// The regimes that govern it.
    pub regimes: Vec<String>,
    /// Handling codes.
    pub handling: Vec<String>,
    /// The purposes it may be used for; empty: for none.
    pub purposes: Vec<String>,
    /// `read`, `process`, `share`, `act`.
    pub permitted: Vec<String>,
    /// When the first part of it expires, RFC 3339.
    pub expires: Option<String>,
}

impl MarkingView {
    /// The marking in words.
    pub(crate) fn of(marking: &Marking) -> Self {
        Self {
            tlp: marking.tlp.code().to_owned(),
            regimes: marking.regimes.iter().map(|regime| regime.code().to_owned()).collect(),
            handling: marking.handling.iter().map(|handling| format!("{handling:?}")).collect(),
            purposes: marking.purposes.iter().map(ToString::to_string).collect(),
            permitted: marking.permitted.iter().map(|permitted| permitted_code(*permitted).to_owned()).collect(),
            expires: marking.expires.map(seconds),
        }
    }
}

const fn permitted_code(permitted: PermittedAction) -> &'static str {
    match permitted {
        PermittedAction::Read => "read",
        PermittedAction::Process => "process",
        PermittedAction::Share => "share",
        PermittedAction::Act => "act",
    }
}

/// The marking of a whole: the join of the markings of everything in it. `None` where there is nothing in it.
pub(crate) fn whole(markings: impl IntoIterator<Item = Marking>) -> Option<Marking> {
    markings.into_iter().reduce(|whole, part| whole.join(&part))
}

/// The markings of things with these labels, each label once.
pub(crate) fn markings_of(tx: &dyn Transaction, labels: impl IntoIterator<Item = LabelId>) -> Result<Vec<Marking>, NodeError> {
    let distinct: BTreeSet<LabelId> = labels.into_iter().collect();
    let mut markings = Vec::with_capacity(distinct.len());
    for id in distinct {
        markings.extend(tx.label(id)?.map(|label| label.marking));
    }
    Ok(markings)
}
