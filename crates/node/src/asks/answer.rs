//! The asked side: the set that a partner's asks are compared with, and the answers.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use oikos_exchange::{
    AnswerRule, AskContext, AskEntry, AskKey, AskMode, AskReference, AskRefusal, AskSet, Epoch, Partner, Question, SetBuilder,
};
use oikos_exchange_transport::Refused;
use oikos_model::{Action, ContentHash, ContentHasher, NodeId, Purpose, SelectorClass};
use oikos_registry::{AskCount, AskReferenceRow, Direction, Transaction};

use super::offer::Selectors;
use crate::{Caller, Node, NodeError, Noted};

/// The sets of today, each with a hash of what is in it: made again only when that changed.
#[derive(Debug, Default)]
pub(crate) struct AskSets(Mutex<BTreeMap<String, (ContentHash, Arc<AskSet>)>>);

impl AskSets {
    fn get(&self, name: &str, content: ContentHash) -> Option<Arc<AskSet>> {
        let sets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sets.get(name).filter(|(of, _)| *of == content).map(|(_, set)| Arc::clone(set))
    }

    /// Keeps a set, and drops those of other days.
    fn put(&self, name: String, epoch: Epoch, content: ContentHash, set: &Arc<AskSet>) {
        let mut sets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sets.retain(|_, (_, kept)| kept.signed().header.context.epoch == epoch);
        sets.insert(name, (content, Arc::clone(set)));
    }
}

impl Node {
    /// The header of the set that this partner's asks are compared with, as it travels.
    ///
    /// # Errors
    /// The refusal as the partner may see it.
    pub(crate) fn ask_set_header(
        &self,
        from: &NodeId,
        purpose: Purpose,
        class: SelectorClass,
        epoch: Epoch,
    ) -> Result<Vec<u8>, Refused> {
        let set = self.ask_set(from, purpose, class, epoch)?;
        Ok(set.signed().to_bytes())
    }

    /// A page of that set. It must be the set with this commitment: one that changed since is asked for from its header again.
    ///
    /// # Errors
    /// The refusal as the partner may see it.
    pub(crate) fn ask_set_page(
        &self,
        from: &NodeId,
        purpose: Purpose,
        class: SelectorClass,
        epoch: Epoch,
        page: u32,
    ) -> Result<Vec<u8>, Refused> {
        let set = self.ask_set(from, purpose, class, epoch)?;
        set.page(page as usize).ok_or_else(|| Refused::finally("no_such_page", "the set has no such page"))
    }

    fn ask_set(&self, from: &NodeId, purpose: Purpose, class: SelectorClass, epoch: Epoch) -> Result<Arc<AskSet>, Refused> {
        let caller = self.asker(from, purpose.clone()).map_err(refused)?;
        let context =
            AskContext { owner: self.id().clone(), asker: from.clone(), purpose, class, epoch, mode: AskMode::Verifiable };
        let made = self.ask_set_of(&caller, context);
        made.map_err(|error| self.refuse_ask(&caller, Action::AnswerAsk, error))
    }

    fn ask_set_of(&self, caller: &Caller, context: AskContext) -> Result<Arc<AskSet>, AskFailure> {
        let act = self.authorise(caller, Action::AnswerAsk)?;
        let name = format!("{} {} {:?} {}", context.asker, context.purpose, context.class, context.epoch.0);
        let (content, offered) = {
            let snapshot = self.store().snapshot(&act).map_err(NodeError::from)?;
            let partner = self.partner(snapshot.as_ref(), &context.asker)?;
            context.check(&partner, act.at)?;
            let offered = self.offered(snapshot.as_ref(), caller, &partner, context.class)?;
            (hash_of(&offered, &partner), offered)
        };
        if let Some(set) = self.ask_sets().get(&name, content) {
            return Ok(set);
        }
        let epoch = context.epoch;
        let set = self.write(caller, Action::AnswerAsk, |tx| {
            let partner = self.partner(tx, &context.asker)?;
            let entries = references(tx, &context, &offered, act.at)?;
            let set = self.build(&partner, context.clone(), &entries).map_err(NodeError::internal)?;
            let header = &set.signed().header;
            // What the set holds is committed to, not written down.
            let detail = serde_json::json!({ "commitment": header.commitment, "entries_with_padding": header.count,
                "class": context.class, "day": context.epoch, "rule": header.rule });
            let noted = Noted::about(vec![format!("ask-set:{}", header.commitment)]).with_recipient(context.asker.clone());
            Ok((Arc::new(set), noted.with_detail(detail)))
        })?;
        self.ask_sets().put(name, epoch, content, &set);
        Ok(set)
    }

    fn build(&self, partner: &Partner, context: AskContext, entries: &[AskEntry]) -> Result<AskSet, oikos_exchange::AskError> {
        let terms = &partner.agreement().terms;
        let rule = rule_of(partner, context.class);
        let key = AskKey::derive(self.identity(), context)?;
        let builder = SetBuilder::new(&key)?;
        let sealed = builder.seal(terms, entries)?;
        builder.publish(self.identity(), rule, vec![sealed], self.clock().now())
    }

    /// Evaluates a partner's blinded question, within its budget.
    ///
    /// # Errors
    /// The refusal as the partner may see it.
    pub(crate) fn answer_ask(&self, from: &NodeId, bytes: &[u8]) -> Result<Vec<u8>, Refused> {
        let question = Question::read(bytes).map_err(|refusal| Refused::finally(refusal.code(), refusal.to_string()))?;
        let caller = self.asker(from, question.context.purpose.clone()).map_err(refused)?;
        let caller = Caller { legal_basis: question.legal_basis.clone(), ..caller };
        let answered = self.answer_of(&caller, from, &question);
        answered.map_err(|error| self.refuse_ask(&caller, Action::AnswerAsk, error))
    }

    fn answer_of(&self, caller: &Caller, from: &NodeId, question: &Question) -> Result<Vec<u8>, AskFailure> {
        let AskContext { purpose, class, epoch, mode, .. } = &question.context;
        if *mode != AskMode::Verifiable {
            return Err(AskFailure::Refused(AskRefusal::OtherContext));
        }
        let now = self.clock().now();
        let mut refusal = None;
        let answered = self.write(caller, Action::AnswerAsk, |tx| {
            let partner = self.partner(tx, from)?;
            let count = AskCount { partner: from, direction: Direction::Incoming, purpose, class: *class, day: epoch.0 };
            let checked = question.check_allowed(self.id(), &partner, tx.asked(&count)?, now);
            let answer = checked.and_then(|()| {
                let key = AskKey::derive(self.identity(), question.context.clone());
                key.map_err(|_| AskRefusal::OtherContext).and_then(|key| key.answer(question))
            });
            let answer = answer.map_err(|error| {
                let text = error.to_string();
                refusal = Some(error);
                NodeError::Invalid(text)
            })?;
            tx.count_asked(&count, question.count() as u64)?;
            let detail = serde_json::json!({ "points": question.count(), "class": class, "day": epoch, "case": question.case });
            let noted = Noted::about(vec![format!("ask:{}", question.hash())]).with_recipient(from.clone());
            Ok((answer.to_bytes(), noted.with_detail(detail)))
        });
        match (answered, refusal) {
            (Ok(bytes), _) => Ok(bytes),
            (Err(_), Some(refusal)) => Err(AskFailure::Refused(refusal)),
            (Err(error), None) => Err(AskFailure::Node(error)),
        }
    }

    /// The partner as a caller for this purpose.
    fn asker(&self, from: &NodeId, purpose: Purpose) -> Result<Caller, NodeError> {
        Ok(Caller { purpose, ..self.partner_as_caller(from)? })
    }

    /// Writes down why an ask was refused, and says as much of it as the partner may see.
    fn refuse_ask(&self, caller: &Caller, action: Action, failure: AskFailure) -> Refused {
        match failure {
            AskFailure::Refused(refusal) => {
                let act = caller.act(action, self.clock().now());
                let subject = vec![format!("partner:{}", caller.actor())];
                match self.journal_denial(&act, &[refusal.to_string()], subject) {
                    Ok(()) => Refused::finally(refusal.code(), refusal.to_string()),
                    Err(error) => refused(error),
                }
            }
            AskFailure::Node(error) => refused(error),
        }
    }
}

/// Why a partner's ask is not answered.
enum AskFailure {
    /// The ask breaks a rule.
    Refused(AskRefusal),
    /// The node failed, or policy refused.
    Node(NodeError),
}

impl From<AskRefusal> for AskFailure {
    fn from(refusal: AskRefusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<NodeError> for AskFailure {
    fn from(error: NodeError) -> Self {
        Self::Node(error)
    }
}

fn refused(error: NodeError) -> Refused {
    match error {
        NodeError::Denied(_) => Refused::finally("denied", "policy does not let this be answered"),
        NodeError::NotFound(_) => Refused::finally("no_partner", "there is no agreement with this node"),
        // What failed inside is not the partner's to know.
        _ => Refused::for_now("internal", "the node could not answer"),
    }
}

fn rule_of(partner: &Partner, class: SelectorClass) -> AnswerRule {
    if partner.agreement().terms.neither_confirm_nor_deny.contains(&class) {
        AnswerRule::NeitherConfirmNorDeny
    } else {
        AnswerRule::Hits
    }
}

/// A hash of what a set would hold, and under which rule.
fn hash_of(offered: &Selectors, partner: &Partner) -> ContentHash {
    let hasher = ContentHasher::new("ask-set-content").field(&partner.agreement().terms.hash().0);
    let hashed = offered.iter().fold(hasher, |hasher, (selector, quality)| {
        hasher.field(selector.to_string().as_bytes()).field(quality.to_string().as_bytes())
    });
    hashed.finish()
}

/// Each selector with its opaque reference: the one it has, or a new one.
fn references(
    tx: &mut dyn Transaction,
    context: &AskContext,
    offered: &Selectors,
    now: oikos_model::Timestamp,
) -> Result<Vec<AskEntry>, NodeError> {
    let kept = tx.ask_references(&context.asker, &context.purpose)?;
    let kept: BTreeMap<_, _> = kept.into_iter().map(|row| (row.selector, row.reference)).collect();
    let mut entries = Vec::with_capacity(offered.len());
    for (selector, quality) in offered {
        let reference = match kept.get(selector) {
            Some(reference) => AskReference(*reference),
            None => {
                let reference = AskReference::random().map_err(NodeError::internal)?;
                tx.put_ask_reference(&AskReferenceRow {
                    reference: reference.0,
                    partner: context.asker.clone(),
                    purpose: context.purpose.clone(),
                    selector: selector.clone(),
                    made_at: now,
                })?;
                reference
            }
        };
        entries.push(AskEntry { selector: selector.clone(), reference, quality: *quality });
    }
    Ok(entries)
}
