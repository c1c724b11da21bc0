//! Evidence bundles, requests of data subjects, and what these do to statements and findings.

use oikos_model::{Marking, SelectorKind};

use super::sample::{at, draft, finding, interned, node, numbered, recorded, revised, selector};
use crate::{BundleRow, Bundles, FindingOutcome, FindingQuery, Findings, Labels, Statements, SubjectRequestRow, Subjects};

/// Bundles and requests come back as they were last put, in their order.
pub fn bundles_and_requests_come_back<T: Bundles + Subjects + ?Sized>(transaction: &mut T) {
    let bundle = |id: &str, second| BundleRow {
        id: id.to_owned(),
        state: "prepared".to_owned(),
        prepared_at: at(second),
        content: serde_json::json!({ "for": id }),
    };
    transaction.put_bundle(&bundle("a", 1)).unwrap();
    transaction.put_bundle(&bundle("b", 2)).unwrap();
    let exported = BundleRow { state: "exported".to_owned(), ..bundle("a", 1) };
    transaction.put_bundle(&exported).unwrap();
    assert_eq!(transaction.bundle("a").unwrap().as_ref(), Some(&exported));
    assert_eq!(transaction.bundles().unwrap(), [bundle("b", 2), exported]);
    let request = |id: &str, due| SubjectRequestRow {
        id: id.to_owned(),
        state: "open".to_owned(),
        received_at: at(0),
        due_at: at(due),
        content: serde_json::json!({ "name": id }),
    };
    transaction.put_subject_request(&request("late", 9)).unwrap();
    transaction.put_subject_request(&request("soon", 3)).unwrap();
    assert_eq!(transaction.subject_request("none").unwrap(), None);
    assert_eq!(transaction.subject_requests().unwrap(), [request("soon", 3), request("late", 9)]);
}

/// Statements are found by identifier whatever their label and whether they ended; one is relabelled or erased by itself.
pub fn statements_naming_someone_are_found_and_erased<T: Labels + Statements + Subjects + ?Sized>(transaction: &mut T) {
    let (sea, other) = (interned(transaction, "sea"), interned(transaction, "other"));
    let (one, two) = (numbered("vessel-1", "9074729", sea), numbered("vessel-2", "9074729", other));
    let elsewhere = recorded(draft("vessel-3", "vessel", "imo", "9187629"), sea);
    transaction.put_statements(&[one.clone(), two.clone(), elsewhere.clone()]).unwrap();
    transaction.end_statements(&[two.id], at(5)).unwrap();
    let imo = selector(SelectorKind::Imo, "9074729");
    let mut found: Vec<_> = transaction.statements_naming(&imo).unwrap().iter().map(|statement| statement.id).collect();
    found.sort();
    let mut both = [one.id, two.id];
    both.sort();
    assert_eq!(found, both);
    assert!(transaction.relabel_statement(one.id, other).unwrap());
    assert_eq!(transaction.statement(one.id).unwrap().unwrap().label, other);
    assert!(transaction.entities_with(&imo, &[sea]).unwrap().is_empty());
    assert!(transaction.erase_statement(one.id).unwrap() && !transaction.erase_statement(one.id).unwrap());
    assert_eq!(transaction.statements_naming(&imo).unwrap().len(), 1);
    assert!(transaction.statement(elsewhere.id).unwrap().is_some());
}

/// A restricted finding keeps its label through later revisions; an erased one does not come back.
pub fn a_held_finding_stays_as_it_was_decided<T: Labels + Findings + Subjects + ?Sized>(transaction: &mut T) {
    let label = interned(transaction, "sea");
    let finding = finding("Meri");
    let (origin, key) = (node("fi.test"), finding.key);
    transaction.put_finding(&finding, label, false, at(1)).unwrap();
    let mut restricted = transaction.label(label).unwrap().unwrap();
    restricted.marking = Marking { permitted: [].into(), ..restricted.marking };
    let restricted = transaction.intern_label(&restricted).unwrap();
    assert!(transaction.restrict_finding(&origin, key, restricted).unwrap());
    transaction.put_finding(&revised(&finding), label, false, at(2)).unwrap();
    assert_eq!(transaction.finding(&origin, key).unwrap().unwrap().label, restricted);
    let seen = FindingQuery { labels: Some(&[label]), ..FindingQuery::default() };
    assert_eq!(transaction.count_findings(&seen).unwrap(), 0);
    assert!(transaction.erase_one_finding(&origin, key).unwrap());
    assert_eq!(transaction.put_finding(&finding, label, false, at(3)).unwrap(), FindingOutcome::Unchanged);
    assert_eq!(transaction.finding(&origin, key).unwrap(), None);
    assert!(!transaction.erase_one_finding(&origin, key).unwrap());
}
