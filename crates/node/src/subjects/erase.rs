//! Erasing what is held about a person, here and at every partner who received it.

use std::collections::BTreeSet;

use oikos_exchange::ParcelContent;
use oikos_model::{DerivedFrom, NodeId};
use oikos_registry::{ReleaseQuery, Transaction};

use super::find::Held;
use crate::{Caller, FindingName, Node, NodeError, RecallRequest};

/// What a retraction says that comes of an erasure: whoever receives it erases its copy, and does not only take it out of use.
const ERASURE_REASON: &str = "erased at the request of the person concerned (GDPR Art. 17; Dir. (EU) 2016/680 Art. 16)";

impl Node {
    /// Takes back what of it was released, so that every partner erases its copy too. Gives the partners told.
    pub(super) fn recall_for_erasure(&self, caller: &Caller, held: &Held) -> Result<BTreeSet<NodeId>, NodeError> {
        let released: Vec<DerivedFrom> = {
            let act = caller.act(oikos_model::Action::AnswerSubject, self.clock().now());
            let tx = oikos_registry::Store::snapshot(self.store(), &act)?;
            tx.releases(&ReleaseQuery::default())?
                .into_iter()
                .filter(|release| release.recalled_at.is_none())
                .map(|release| release.what)
                .collect()
        };
        let mut told = BTreeSet::new();
        let request = |finding, statement| RecallRequest { finding, statement, reason: ERASURE_REASON.into() };
        for stored in held.findings.iter().filter(|stored| stored.finding.origin == *self.id()) {
            let key = stored.finding.key;
            if released.iter().any(|what| matches!(what, DerivedFrom::Finding { key: of, .. } if *of == key)) {
                let view = self.recall(caller, &request(Some(FindingName { origin: None, key }), None))?;
                told.extend(view.partners);
            }
        }
        for id in held.statements.keys() {
            if released.iter().any(|what| matches!(what, DerivedFrom::Statement { id: of, .. } if of == id)) {
                told.extend(self.recall(caller, &request(None, Some(*id)))?.partners);
            }
        }
        told.into_iter().map(|node| NodeId::new(node).map_err(NodeError::internal)).collect()
    }
}

impl Held {
    /// Removes everything, for good.
    pub(super) fn erase(&self, tx: &mut dyn Transaction) -> Result<(), NodeError> {
        for id in self.statements.keys() {
            tx.erase_statement(*id)?;
        }
        for stored in &self.findings {
            tx.erase_one_finding(&stored.finding.origin, stored.finding.key)?;
        }
        Ok(())
    }
}

/// Erases what a partner took back because the person concerned asked for erasure. Only the partner's own things.
pub(crate) fn erase_retracted(tx: &mut dyn Transaction, from: &NodeId, content: &ParcelContent) -> Result<usize, NodeError> {
    let mut erased = 0;
    for retraction in content.retractions.iter().filter(|retraction| retraction.reason == ERASURE_REASON) {
        let gone = match &retraction.what {
            DerivedFrom::Finding { origin, key, .. } if origin == from => tx.erase_one_finding(origin, *key)?,
            DerivedFrom::Statement { origin, id } if origin == from => tx.erase_statement(*id)?,
            _ => false,
        };
        erased += usize::from(gone);
    }
    Ok(erased)
}
