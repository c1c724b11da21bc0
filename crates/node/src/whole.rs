//! What a whole of several parts is marked with: every screen and print of it wears this.

use std::collections::BTreeSet;

use oikos_model::{LabelId, Marking};
use oikos_registry::Transaction;

use crate::NodeError;

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
