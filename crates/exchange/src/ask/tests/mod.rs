//! What must be true of asks.

mod hostile;
mod outcome;
mod persons;
mod vectors;

use oikos_model::{CaseId, Evaluation, LegalBasis, NodeId, Purpose, Selector, SelectorClass, SelectorKind, Timestamp};

use super::*;
use crate::tests::{Pair, second, terms};

/// Noon of a day in which the agreement is in force.
pub(super) fn now() -> Timestamp {
    second(1000)
}

pub(super) fn selector(kind: SelectorKind, value: impl ToString) -> Selector {
    Selector { kind, value: value.to_string() }
}

pub(super) fn imo(number: u32) -> Selector {
    selector(SelectorKind::Imo, number)
}

pub(super) fn entry(selector: Selector, mark: u8) -> AskEntry {
    AskEntry { selector, reference: AskReference([mark; 16]), quality: Evaluation::default() }
}

pub(super) fn legal_basis() -> LegalBasis {
    LegalBasis::new("Dir. (EU) 2022/2557 Art. 14").unwrap()
}

/// FI asks, AT is asked; the agreement gives budgets for these kinds.
pub(super) fn pair() -> Pair {
    let mut terms = terms("fi.coast-guard", "at.fdi");
    terms.ask_budgets_per_day =
        [(SelectorKind::Imo, 400), (SelectorKind::Lei, 100), (SelectorKind::Iban, 300), (SelectorKind::PersonName, 64)].into();
    Pair::with(terms)
}

pub(super) fn context(pair: &Pair, class: SelectorClass, mode: AskMode) -> AskContext {
    AskContext {
        owner: pair.at.node().clone(),
        asker: pair.fi.node().clone(),
        purpose: Purpose::new("infrastructure-protection").unwrap(),
        class,
        epoch: Epoch::of(now()),
        mode,
    }
}

/// AT publishes a set of impersonal selectors for FI.
pub(super) fn publish(pair: &Pair, key: &AskKey, rule: AnswerRule, entries: &[AskEntry]) -> AskSet {
    let builder = SetBuilder::new(key).unwrap();
    let sealed = builder.seal(&pair.fi_partner.agreement().terms, entries).unwrap();
    builder.publish(&pair.at, rule, vec![sealed], now()).unwrap()
}

/// FI takes what AT published, over the wire's bytes.
pub(super) fn take(pair: &Pair, set: &AskSet) -> PartnerSet {
    let signed = SignedAskSet::read(&set.signed().to_bytes()).unwrap();
    let mut taken = PartnerSet::accept(signed, pair.fi.node(), &pair.at_partner, now()).unwrap();
    let missing: Vec<usize> = taken.missing().collect();
    for number in missing {
        taken.take_page(&set.page(number).unwrap()).unwrap();
    }
    taken
}

pub(super) fn start(pair: &Pair, set: &PartnerSet, selectors: Vec<Selector>) -> Asking {
    let case = pair.fi.case_reference(pair.at.node(), &CaseId::new("case-2026-17").unwrap());
    Asking::start(set, &pair.at_partner.agreement().terms, legal_basis(), Some(case), selectors).unwrap()
}

/// Asks over the wire's bytes.
pub(super) fn ask(pair: &Pair, key: &AskKey, set: &PartnerSet, selectors: Vec<Selector>) -> Vec<AskResult> {
    let asking = start(pair, set, selectors);
    let question = Question::read(&asking.question().to_bytes()).unwrap();
    question.check_allowed(pair.at.node(), &pair.fi_partner, 0, now()).unwrap();
    let answer = AskAnswer::read(&key.answer(&question).unwrap().to_bytes()).unwrap();
    asking.finish(set, &answer).unwrap()
}
