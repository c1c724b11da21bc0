//! What a partner's ask may hit: selectors of open findings, and of what is within a few holdings of them, each only where policy lets this
//! partner know of it for this purpose.

use std::collections::{BTreeMap, BTreeSet};

use oikos_exchange::{AskBudget, Partner};
use oikos_model::{Action, Evaluation, FindingState, Label, LabelId, Selector, SelectorClass};
use oikos_registry::{FindingQuery, StoredFinding, Transaction};

use crate::{Caller, Node, NodeError};

/// How far around the subjects of findings asks reach, in holdings: far enough for a parent two holdings above on either side.
pub(crate) const ASK_HOPS: usize = 4;
/// The findings that are worth asking about.
const ASKED_ABOUT: [FindingState; 2] = [FindingState::Open, FindingState::Confirmed];

/// Selectors, each with how good the information behind it is.
pub(crate) type Selectors = BTreeMap<Selector, Evaluation>;

impl Node {
    /// What asks by `partner`, the caller, may hit in this class. The transaction's purpose is the ask's.
    pub(crate) fn offered(
        &self,
        tx: &dyn Transaction,
        caller: &Caller,
        partner: &Partner,
        class: SelectorClass,
    ) -> Result<Selectors, NodeError> {
        let act = caller.act(Action::AnswerAsk, self.clock().now());
        let may_hear = |label: &Label| self.selector_may_pass(caller, &act, partner, label, class).is_ok();
        let labels: BTreeMap<LabelId, Label> = tx.labels()?.into_iter().filter(|(_, label)| may_hear(label)).collect();
        let mut selectors = self.near_findings(tx, &labels, class, may_hear)?;
        selectors.retain(|selector, _| AskBudget::covers(&partner.agreement().terms, selector.kind));
        Ok(selectors)
    }

    /// What this node asks about by itself: impersonal selectors of open findings and of what is near them, as far as the caller's purpose allows.
    pub(crate) fn worth_asking(&self, tx: &dyn Transaction, caller: &Caller) -> Result<Selectors, NodeError> {
        let may_ask = |label: &Label| self.may(caller, Action::Ask, label);
        let labels = tx.labels()?.into_iter().filter(|(_, label)| may_ask(label)).collect();
        self.near_findings(tx, &labels, SelectorClass::Impersonal, may_ask)
    }

    /// Selectors of one class of this node's open findings under these labels, and of what is near them. What was received is known to its
    /// origin already.
    fn near_findings(
        &self,
        tx: &dyn Transaction,
        labels: &BTreeMap<LabelId, Label>,
        class: SelectorClass,
        admits: impl Fn(&Label) -> bool,
    ) -> Result<Selectors, NodeError> {
        let ids: Vec<LabelId> = labels.keys().copied().collect();
        let query =
            FindingQuery { labels: Some(&ids), received: Some(false), states: Some(&ASKED_ABOUT), ..FindingQuery::default() };
        let admitted = |stored: &StoredFinding| {
            // A finding may be marked more strictly than its label, by what it rests on.
            let label = labels.get(&stored.label);
            label.is_some_and(|label| {
                let whole = Label { marking: label.marking.join(&stored.finding.marking), ..label.clone() };
                whole.marking == label.marking || admits(&whole)
            })
        };
        let about: BTreeSet<Selector> =
            tx.findings(&query)?.into_iter().filter(admitted).flat_map(|stored| stored.finding.selectors).collect();
        let mut selectors = Selectors::new();
        if class == SelectorClass::Impersonal {
            let near = oikos_picture::neighbourhood(tx, &about, &ids, ASK_HOPS).map_err(NodeError::internal)?;
            selectors.extend(near.into_iter().map(|neighbour| (neighbour.selector, neighbour.evaluation)));
        }
        for selector in about {
            // A detector's own conclusion has no grade of a source.
            selectors.entry(selector).or_default();
        }
        selectors.retain(|selector, _| selector.class() == class);
        Ok(selectors)
    }
}
