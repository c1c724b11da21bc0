//! Searching by words.

use super::sample::{at, draft, entity, finding, interned, named, node, numbered, recorded, revised};
use crate::{FindingQuery, Findings, Labels, Search, Statements, Subjects};

/// Names are found by the beginnings of their words, without case and accents, for whom their label permits; what is erased is found no more.
pub fn entities_are_found_by_name<T: Labels + Statements + Subjects + Search + ?Sized>(transaction: &mut T) {
    let (sea, other) = (interned(transaction, "sea"), interned(transaction, "other"));
    let (petrel, old) = (named("vessel-1", "Grey Petrél", sea), named("vessel-1", "Grey Heron", sea));
    let hidden = named("vessel-2", "Grey Goose", other);
    transaction.put_statements(&[petrel.clone(), old.clone(), hidden, numbered("vessel-3", "9074729", sea)]).unwrap();
    transaction.end_statements(&[old.id], at(5)).unwrap();
    let names = |transaction: &T, words: &str| -> Vec<(String, bool)> {
        let found = transaction.entities_named(words, &[sea], 10).unwrap();
        found.into_iter().map(|entity| (entity.name, entity.is_current)).collect()
    };
    assert_eq!(names(transaction, "GREY"), [("Grey Petrél".to_owned(), true), ("Grey Heron".to_owned(), false)]);
    assert_eq!(names(transaction, "petrel gr"), [("Grey Petrél".to_owned(), true)]);
    assert!(names(transaction, "etrel").is_empty() && names(transaction, "9074729").is_empty());
    assert!(names(transaction, "\" OR *").is_empty() && names(transaction, "").is_empty());
    assert_eq!(transaction.entities_named("grey", &[sea, other], 1).unwrap().len(), 1);
    assert!(transaction.entities_named("grey", &[], 10).unwrap().is_empty());
    transaction.erase_statement(petrel.id).unwrap();
    assert_eq!(names(transaction, "grey"), [("Grey Heron".to_owned(), false)]);
}

/// Findings are found by the words of their newest title, and come back in few columns.
pub fn findings_are_found_by_title<T: Labels + Findings + Subjects + Search + ?Sized>(transaction: &mut T) {
    let label = interned(transaction, "sea");
    let (one, other) = (finding("Meri"), finding("Åva"));
    for finding in [&one, &other] {
        transaction.put_finding(finding, label, false, at(1)).unwrap();
    }
    assert_eq!(transaction.findings_titled("silent went", &[label], 10).unwrap().len(), 2);
    assert_eq!(transaction.findings_titled("ava", &[label], 10).unwrap()[0].key, other.key);
    assert!(transaction.findings_titled("later", &[label], 10).unwrap().is_empty());
    transaction.put_finding(&revised(&one), label, false, at(2)).unwrap();
    let found = transaction.findings_titled("later", &[label], 10).unwrap();
    assert_eq!((found.len(), found[0].key, found[0].place), (1, one.key, one.place));
    assert_eq!(transaction.findings_titled("meri", &[label], 10).unwrap().len(), 1);
    assert!(transaction.findings_titled("meri", &[], 10).unwrap().is_empty());

    let query = FindingQuery { labels: Some(&[label]), limit: 1, ..FindingQuery::default() };
    let (points, whole) = (transaction.finding_points(&query).unwrap(), transaction.findings(&query).unwrap());
    let (point, stored) = (&points[0], &whole[0]);
    assert_eq!((point.key, &point.title, point.state), (stored.finding.key, &stored.finding.title, stored.state));
    assert_eq!((point.occurred_to, point.place), (stored.finding.occurred_to, stored.finding.place));
    transaction.erase_one_finding(&node("fi.test"), one.key).unwrap();
    assert!(transaction.findings_titled("meri", &[label], 10).unwrap().is_empty());
}

/// Both ends of a relationship lead to it, also after it ended, for whom its label permits.
pub fn relationships_are_found_from_their_ends<T: Labels + Statements + Search + ?Sized>(transaction: &mut T) {
    let (sea, other) = (interned(transaction, "sea"), interned(transaction, "other"));
    let end = |property: &str, local: &str, label| {
        recorded(draft("holding-1", "ownership", property, &format!("test.register/{local}")), label)
    };
    let (owner, owned) = (end("owner", "tarn", sea), end("owned", "meri", sea));
    let share = recorded(draft("holding-1", "ownership", "share", "60"), sea);
    transaction.put_statements(&[owner.clone(), owned.clone(), share, end("owner", "calder", other)]).unwrap();
    transaction.end_statements(&[owned.id], at(5)).unwrap();
    let referring = |transaction: &T, local: &str| {
        let found = transaction.statements_referring_to(&entity(&format!("test.register/{local}")), &[sea], 10).unwrap();
        found.into_iter().map(|statement| statement.id).collect::<Vec<_>>()
    };
    assert_eq!(referring(transaction, "tarn"), [owner.id]);
    assert_eq!(referring(transaction, "meri"), [owned.id]);
    assert!(referring(transaction, "calder").is_empty() && referring(transaction, "60").is_empty());
}
