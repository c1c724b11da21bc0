//! Findings, decisions, derivations.

use std::slice;

use oikos_model::{Actor, Decision, DecisionKind, DerivedFrom, DetectorId, Finding, FindingState, LabelId, Reason, SelectorKind};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::sample::{act, as_source, at, finding, interned, label, marking, named, node, revised, selector};
use crate::{FindingOutcome, FindingQuery, Findings, LeadRow, Store, StoreError, StoredFinding, Transaction};

fn stored(transaction: &(impl Findings + ?Sized), finding: &Finding) -> StoredFinding {
    transaction.finding(&finding.origin, finding.key).unwrap().unwrap()
}

fn titles(transaction: &(impl Findings + ?Sized), query: &FindingQuery<'_>) -> Vec<String> {
    transaction.findings(query).unwrap().into_iter().map(|stored| stored.finding.title).collect()
}

/// New, unchanged, revised: a revision replaces the content and keeps the state, unless a re-run had not given the finding any more.
pub fn revisions_keep_the_state<T: Transaction + ?Sized>(transaction: &mut T) {
    let label = interned(transaction, "sea");
    let first = finding("Meri");
    let (origin, key) = (first.origin.clone(), first.key);
    assert_eq!(transaction.finding(&origin, key).unwrap(), None);
    assert_eq!(transaction.put_finding(&first, label, false, at(1)).unwrap(), FindingOutcome::New);
    let expected = StoredFinding {
        finding: first.clone(),
        state: FindingState::Open,
        label,
        first_recorded_at: at(1),
        revised_at: at(1),
        received: false,
    };
    assert_eq!(stored(transaction, &first), expected);
    assert_eq!(transaction.put_finding(&first, label, false, at(2)).unwrap(), FindingOutcome::Unchanged);
    assert_eq!(stored(transaction, &first), expected);
    assert!(transaction.set_finding_state(&origin, key, FindingState::Confirmed).unwrap());
    let second = revised(&first);
    assert_eq!(transaction.put_finding(&second, label, false, at(3)).unwrap(), FindingOutcome::Revised);
    let confirmed = StoredFinding { finding: second.clone(), state: FindingState::Confirmed, revised_at: at(3), ..expected };
    assert_eq!(stored(transaction, &first), confirmed);
    for again in [&first, &first] {
        transaction.set_finding_state(&origin, key, FindingState::Superseded).unwrap();
        transaction.put_finding(again, label, false, at(4)).unwrap();
        assert_eq!(stored(transaction, &first).state, FindingState::Open, "a finding that is given again is open again");
    }
    assert!(!transaction.set_finding_state(&node("ee.test"), key, FindingState::Open).unwrap());
}

/// A received finding never replaces an own one, nor the other way round. The same key from another origin is another finding.
pub fn a_finding_has_one_owner<T: Transaction + ?Sized>(transaction: &mut T) {
    let label = interned(transaction, "sea");
    let own = finding("Meri");
    transaction.put_finding(&own, label, false, at(1)).unwrap();
    let refused = transaction.put_finding(&revised(&own), label, true, at(2));
    assert!(matches!(refused, Err(StoreError::Conflict(_))));
    assert_eq!(stored(transaction, &own).finding, own);
    let foreign = Finding { origin: node("ee.test"), ..own.clone() };
    assert_eq!(transaction.put_finding(&foreign, label, true, at(2)).unwrap(), FindingOutcome::New);
    assert!(matches!(transaction.put_finding(&foreign, label, false, at(2)), Err(StoreError::Conflict(_))));
    assert_eq!(transaction.count_findings(&FindingQuery { received: Some(true), ..Default::default() }).unwrap(), 1);
}

/// A recall that comes before the thing it recalls still holds, for every revision, and only for its own origin.
pub fn a_recalled_finding_stays_recalled<T: Transaction + ?Sized>(transaction: &mut T) {
    let label = interned(transaction, "sea");
    let foreign = Finding { origin: node("ee.test"), ..finding("Meri") };
    let what = as_source(&foreign);
    assert!(!transaction.has_recall_notice(&what).unwrap());
    transaction.put_recall_notice(&what, at(1)).unwrap();
    transaction.put_recall_notice(&what, at(2)).unwrap();
    for arrives in [foreign.clone(), revised(&foreign)] {
        assert!(transaction.has_recall_notice(&as_source(&arrives)).unwrap(), "whatever its revision");
        transaction.put_finding(&arrives, label, true, at(3)).unwrap();
        assert_eq!(stored(transaction, &arrives).state, FindingState::Recalled);
    }
    let own = finding("Meri");
    assert!(!transaction.has_recall_notice(&as_source(&own)).unwrap());
    transaction.put_finding(&own, label, false, at(3)).unwrap();
    assert_eq!(stored(transaction, &own).state, FindingState::Open);
}

/// Highest score first, then newest; every part of a query restricts, and counting agrees with reading.
pub fn findings_are_filtered_and_ordered<T: Transaction + ?Sized>(transaction: &mut T) {
    let (sea, ownership) = (interned(transaction, "sea"), interned(transaction, "ownership"));
    let scored = |name: &str, prior_bits, second| Finding {
        title: name.to_owned(),
        prior_bits,
        occurred_from: at(second),
        occurred_to: at(second + 10),
        ..finding(name)
    };
    let other_desk = Finding {
        detector: DetectorId::new("ownership.mill").unwrap(),
        desk: "ownership".to_owned(),
        selectors: vec![selector(SelectorKind::Lei, "529900T8BM49AURSDO55")],
        ..scored("weak", -9.0, 0)
    };
    for (finding, label) in [(scored("old", 0.0, 0), sea), (scored("new", 0.0, 100), sea), (scored("strong", 5.0, 50), sea)] {
        transaction.put_finding(&finding, label, false, at(500)).unwrap();
    }
    transaction.put_finding(&other_desk, ownership, false, at(500)).unwrap();
    transaction.set_finding_state(&other_desk.origin, other_desk.key, FindingState::Dismissed).unwrap();
    let check = |query: FindingQuery<'_>, expected: &[&str]| {
        assert_eq!(titles(transaction, &query), expected, "{query:?}");
        let count = transaction.count_findings(&query).unwrap();
        assert!(count as usize >= expected.len() && (query.limit + query.offset > 0 || count as usize == expected.len()));
    };
    check(FindingQuery::default(), &["strong", "new", "old", "weak"]);
    check(FindingQuery { offset: 1, limit: 2, ..Default::default() }, &["new", "old"]);
    check(FindingQuery { offset: 3, ..Default::default() }, &["weak"]);
    check(FindingQuery { labels: Some(&[ownership]), ..Default::default() }, &["weak"]);
    check(FindingQuery { labels: Some(&[]), ..Default::default() }, &[]);
    check(FindingQuery { detector: Some(&other_desk.detector), ..Default::default() }, &["weak"]);
    check(FindingQuery { desk: Some("ownership"), ..Default::default() }, &["weak"]);
    check(FindingQuery { origin: Some(&node("ee.test")), ..Default::default() }, &[]);
    check(FindingQuery { states: Some(&[FindingState::Dismissed]), ..Default::default() }, &["weak"]);
    check(
        FindingQuery { states: Some(&[FindingState::Open]), received: Some(false), ..Default::default() },
        &["strong", "new", "old"],
    );
    check(FindingQuery { selector: Some(&other_desk.selectors[0]), ..Default::default() }, &["weak"]);
    check(FindingQuery { occurred_from: Some(at(60)), occurred_before: Some(at(110)), ..Default::default() }, &["strong"]);
}

fn decision(finding: &Finding, label: LabelId, kind: DecisionKind, reason: &str) -> Decision {
    Decision {
        key: finding.key,
        origin: finding.origin.clone(),
        revision: finding.revision(),
        kind,
        reason: reason.to_owned(),
        actor: Actor::Person("anna.virtanen".parse().unwrap()),
        at: at(5),
        label,
    }
}

/// Decisions come back in the order they were made, each with its own finding only.
pub fn decisions_stay_with_their_finding<T: Transaction + ?Sized>(transaction: &mut T) {
    let label = interned(transaction, "sea");
    let (one, other) = (finding("Meri"), finding("Aava"));
    let dismissed = decision(&one, label, DecisionKind::Dismiss, "in port");
    let reopened = decision(&one, label, DecisionKind::Reopen, "was not in port");
    for decision in [&dismissed, &decision(&other, label, DecisionKind::Confirm, ""), &reopened] {
        transaction.put_decision(decision).unwrap();
    }
    assert_eq!(transaction.decisions(&one.origin, one.key).unwrap(), [dismissed, reopened]);
    assert_eq!(transaction.decisions(&node("ee.test"), one.key).unwrap(), []);
}

/// What lists a source is found whatever revision it used; a later revision that no longer lists it is not.
pub fn derivations_are_found<T: Transaction + ?Sized>(transaction: &mut T) {
    let label = interned(transaction, "sea");
    let source = finding("Meri");
    let statement = named("vessel-1", "Meri", label);
    let statement = DerivedFrom::Statement { origin: statement.origin, id: statement.id };
    let derived = Finding { derived_from: vec![as_source(&source), statement.clone()], ..finding("Aava") };
    transaction.put_finding(&derived, label, false, at(1)).unwrap();
    let lead = LeadRow {
        id: "lead-1".to_owned(),
        label,
        is_campaign: false,
        score_bits: 1.0,
        first_seen_at: at(1),
        content: serde_json::json!({}),
        derived_from: vec![as_source(&source)],
    };
    transaction.replace_leads(&[lead]).unwrap();
    let name = format!("finding:{}/{}", derived.origin, derived.key);
    assert_eq!(
        transaction.derived_directly_from(&as_source(&revised(&source))).unwrap(),
        [name.clone(), "lead:lead-1".to_owned()]
    );
    assert_eq!(transaction.derived_directly_from(&statement).unwrap(), [name]);
    transaction.put_finding(&Finding { derived_from: vec![], ..derived.clone() }, label, false, at(2)).unwrap();
    transaction.replace_leads(&[]).unwrap();
    assert!(transaction.derived_directly_from(&as_source(&source)).unwrap().is_empty());
    assert!(transaction.derived_directly_from(&statement).unwrap().is_empty());
}

/// An expired finding goes with its decisions, its selectors and its derivations, whether its label or its own marking says so.
pub fn erasing_findings_leaves_nothing<T: Transaction + ?Sized>(transaction: &mut T) {
    let keeps = interned(transaction, "sea");
    let expires = transaction.intern_label(&label("sea", Some(at(50)))).unwrap();
    let by_label = Finding { derived_from: vec![as_source(&finding("source"))], ..finding("Meri") };
    let by_marking = Finding { marking: marking(Some(at(50))), ..finding("Aava") };
    let staying = finding("Tuuli");
    for (finding, label) in [(&by_label, expires), (&by_marking, keeps), (&staying, keeps)] {
        transaction.put_finding(finding, label, false, at(1)).unwrap();
        transaction.put_decision(&decision(finding, label, DecisionKind::Confirm, "")).unwrap();
    }
    assert_eq!(transaction.erase_expired_findings(at(49)).unwrap(), 0);
    assert_eq!(transaction.erase_expired_findings(at(50)).unwrap(), 2);
    assert_eq!(titles(transaction, &FindingQuery::default()), slice::from_ref(&staying.title));
    assert_eq!(
        titles(transaction, &FindingQuery { selector: staying.selectors.first(), ..Default::default() }),
        slice::from_ref(&staying.title)
    );
    assert!(transaction.decisions(&by_label.origin, by_label.key).unwrap().is_empty());
    assert!(transaction.derived_directly_from(&by_label.derived_from[0]).unwrap().is_empty());
    assert_eq!(transaction.decisions(&staying.origin, staying.key).unwrap().len(), 1);
    assert_eq!(transaction.put_finding(&by_label, expires, false, at(2)).unwrap(), FindingOutcome::New);
}

/// A finding comes back with the same revision whatever finite numbers it holds; one that is not finite is refused.
pub fn findings_survive_whatever_their_numbers(store: &dyn Store) {
    TestRunner::new(Config { cases: 128, failure_persistence: None, ..Config::default() })
        .run(&(any::<f64>(), any::<f64>()), |(prior_bits, bits)| {
            let mut transaction = store.begin(&act()).unwrap();
            let label = interned(&mut *transaction, "sea");
            let reasons = vec![Reason { name: "reason".to_owned(), bits, text: String::new() }];
            let given = Finding { prior_bits, reasons, ..finding("Meri") };
            let put = transaction.put_finding(&given, label, false, at(1));
            if given.score_bits().is_finite() {
                put.unwrap();
                let read = stored(&*transaction, &given).finding;
                prop_assert_eq!(read.revision(), given.revision());
                prop_assert_eq!(read, given);
            } else {
                prop_assert!(matches!(put, Err(StoreError::Conflict(_))));
            }
            Ok(())
        })
        .unwrap();
}
