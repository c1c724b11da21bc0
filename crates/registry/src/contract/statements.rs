//! Statements, the identifier index, judgements.

use std::slice;

use oikos_model::{
    Actor, Assessment, Evaluation, InformationGrade, Judgement, LabelId, PersonCategory, SelectorKind, SourceGrade, Statement,
    StatementDraft, StatementId, Verdict,
};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::sample::{act, at, draft, entity, imported, interned, label, named, node, numbered, recorded, selector};
use crate::{Labels, StatementQuery, Statements, Store};

fn everything() -> StatementQuery<'static> {
    StatementQuery { include_ended: true, ..StatementQuery::default() }
}

fn sorted(mut statements: Vec<Statement>) -> Vec<Statement> {
    statements.sort_by_key(|statement| statement.id);
    statements
}

/// Every field comes back; the same statement again changes nothing, also within one call.
pub fn statements_come_back_and_count_once<T: Labels + Statements + ?Sized>(transaction: &mut T) {
    let label = interned(transaction, "sea");
    let full = StatementDraft {
        valid_from: Some("1288-06-16T00:00:00.000001Z".parse().unwrap()),
        valid_to: Some(at(7)),
        stated_at: Some(at(8)),
        person_category: PersonCategory::Convicted,
        assessment: Assessment::Assessment,
        evaluation: Evaluation { source: SourceGrade::B, information: InformationGrade::Three },
        ..draft("vessel-1", "vessel", "name", "Meri 'Ü' \"x\"; --")
    };
    let full = imported(recorded(full, label), 7, 42);
    let ended = Statement { ended_at: Some(at(9)), ..named("vessel-2", "Aava", label) };
    assert_eq!(transaction.put_statements(&[full.clone(), ended.clone(), full.clone()]).unwrap(), 2);
    assert_eq!(transaction.put_statements(slice::from_ref(&full)).unwrap(), 0);
    let later = Statement { recorded_at: at(99), ..full.clone() };
    assert_eq!(transaction.put_statements(&[later]).unwrap(), 0);
    assert_eq!(transaction.statement(full.id).unwrap(), Some(full.clone()));
    assert_eq!(transaction.statement(named("vessel-3", "x", label).id).unwrap(), None);
    assert_eq!(transaction.statements(&everything()).unwrap(), sorted(vec![full, ended]));
}

/// Ending counts what was current, keeps the first end, and takes the statement out of what is read by default.
pub fn statements_end_once<T: Labels + Statements + ?Sized>(transaction: &mut T) {
    let label = interned(transaction, "sea");
    let (one, other) = (named("vessel-1", "Meri", label), named("vessel-2", "Aava", label));
    transaction.put_statements(&[one.clone(), other.clone()]).unwrap();
    let unknown = named("vessel-3", "x", label).id;
    assert_eq!(transaction.end_statements(&[one.id, unknown, one.id], at(5)).unwrap(), 1);
    assert_eq!(transaction.end_statements(&[one.id], at(6)).unwrap(), 0);
    assert_eq!(transaction.statements(&StatementQuery::default()).unwrap(), slice::from_ref(&other));
    let ended = Statement { ended_at: Some(at(5)), ..one.clone() };
    assert_eq!(transaction.statements(&everything()).unwrap(), sorted(vec![ended.clone(), other]));
    // Being put again does not revive it; being resumed does, once.
    transaction.put_statements(slice::from_ref(&one)).unwrap();
    assert_eq!(transaction.statement(ended.id).unwrap(), Some(ended));
    assert_eq!(transaction.resume_statements(&[one.id, unknown]).unwrap(), 1);
    assert_eq!(transaction.statement(one.id).unwrap(), Some(one.clone()));
    assert_eq!(transaction.resume_statements(&[one.id]).unwrap(), 0);
}

/// The version grows with what comes and ends, and with nothing else.
pub fn statements_have_a_version<T: Labels + Statements + ?Sized>(transaction: &mut T) {
    let label = interned(transaction, "sea");
    let one = named("vessel-1", "Meri", label);
    let at_first = transaction.statements_version().unwrap();
    transaction.put_statements(slice::from_ref(&one)).unwrap();
    let with_one = transaction.statements_version().unwrap();
    assert!(with_one > at_first);
    transaction.put_statements(slice::from_ref(&one)).unwrap();
    transaction.statements(&everything()).unwrap();
    assert_eq!(transaction.statements_version().unwrap(), with_one, "nothing changed");
    transaction.end_statements(&[one.id], at(5)).unwrap();
    assert!(transaction.statements_version().unwrap() > with_one);
}

/// Every part of a query restricts, a label that is not permitted hides, and pages follow one another without gap or overlap.
pub fn statements_are_filtered<T: Labels + Statements + ?Sized>(transaction: &mut T) {
    let (sea, ownership) = (interned(transaction, "sea"), interned(transaction, "ownership"));
    let foreign = Statement::record(
        draft("vessel-1", "vessel", "flag", "EE"),
        node("ee.test"),
        "test.foreign".parse().unwrap(),
        sea,
        at(1),
    );
    let company = recorded(draft("company-1", "company", "name", "Oy Ab"), ownership);
    let mut all = vec![foreign.clone(), company.clone(), numbered("vessel-1", "9074729", sea)];
    all.extend((0..20).map(|number| named("vessel-1", &format!("Meri {number}"), sea)));
    transaction.put_statements(&all).unwrap();
    let read = |query: StatementQuery<'_>| transaction.statements(&query).unwrap();
    let vessel = entity("test.register/vessel-1");
    assert_eq!(read(StatementQuery { origin: Some(&node("ee.test")), ..Default::default() }), slice::from_ref(&foreign));
    assert_eq!(read(StatementQuery { dataset: Some(&foreign.dataset), ..Default::default() }), slice::from_ref(&foreign));
    assert_eq!(read(StatementQuery { kind: Some("company"), ..Default::default() }), slice::from_ref(&company));
    assert_eq!(read(StatementQuery { property: Some("flag"), ..Default::default() }), [foreign]);
    assert_eq!(read(StatementQuery { entity: Some(&vessel), property: Some("name"), ..Default::default() }).len(), 20);
    assert_eq!(read(StatementQuery { labels: Some(&[ownership]), ..Default::default() }), [company]);
    assert_eq!(read(StatementQuery { labels: Some(&[]), ..Default::default() }), []);
    assert_eq!(read(StatementQuery { labels: Some(&[sea, ownership]), ..Default::default() }).len(), all.len());
    let all = sorted(all);
    for limit in [1, 7, 100] {
        assert_eq!(paged(limit, &read), all);
    }
}

fn paged(limit: usize, read: &dyn Fn(StatementQuery<'_>) -> Vec<Statement>) -> Vec<Statement> {
    let mut pages = Vec::new();
    let mut after: Option<StatementId> = None;
    loop {
        let page = read(StatementQuery { after, limit, ..Default::default() });
        let Some(last) = page.last() else { return pages };
        assert!(page.len() <= limit);
        after = Some(last.id);
        pages.extend(page);
    }
}

/// An identifier finds the entities that a current statement with a permitted label gives it, each once.
pub fn selectors_find_entities<T: Labels + Statements + ?Sized>(transaction: &mut T) {
    let (sea, ownership) = (interned(transaction, "sea"), interned(transaction, "ownership"));
    let one = numbered("vessel-1", "9074729", sea);
    let other = numbered("vessel-2", "9074729", ownership);
    // The name of a ship is no identifier, whatever it looks like.
    let decoy = named("vessel-3", "9074729", sea);
    let ended = Statement { ended_at: Some(at(3)), ..numbered("vessel-4", "9074729", sea) };
    transaction.put_statements(&[one.clone(), other, decoy, ended]).unwrap();
    let imo = selector(SelectorKind::Imo, "9074729");
    let entities = |transaction: &T, labels: &[LabelId]| {
        let found = transaction.entities_with(&imo, labels).unwrap();
        found.into_iter().map(String::from).collect::<Vec<_>>()
    };
    assert_eq!(entities(transaction, &[sea]), ["test.register/vessel-1"]);
    assert_eq!(entities(transaction, &[sea, ownership]), ["test.register/vessel-1", "test.register/vessel-2"]);
    assert!(entities(transaction, &[]).is_empty());
    assert!(transaction.entities_with(&selector(SelectorKind::Mmsi, "9074729"), &[sea]).unwrap().is_empty());
    transaction.end_statements(&[one.id], at(4)).unwrap();
    assert!(entities(transaction, &[sea]).is_empty());
}

/// Erasing by date and by import removes exactly the rows it should, and their index rows: said again, they are new.
pub fn erasing_statements_empties_the_index<T: Labels + Statements + ?Sized>(transaction: &mut T) {
    let keeps = interned(transaction, "sea");
    let expires = transaction.intern_label(&label("sea", Some(at(50)))).unwrap();
    let expiring = numbered("vessel-1", "9074729", expires);
    let of_import = imported(numbered("vessel-2", "9074729", keeps), 3, u32::MAX);
    let staying = imported(numbered("vessel-3", "9074729", keeps), 4, 0);
    transaction.put_statements(&[expiring.clone(), of_import.clone(), staying.clone()]).unwrap();
    assert_eq!(transaction.erase_expired_statements(at(49)).unwrap(), 0);
    assert_eq!(transaction.erase_expired_statements(at(50)).unwrap(), 1);
    assert_eq!(transaction.erase_statements_of_import(3).unwrap(), 1);
    assert_eq!(transaction.erase_statements_of_import(3).unwrap(), 0);
    assert_eq!(transaction.statements(&everything()).unwrap(), slice::from_ref(&staying));
    let imo = selector(SelectorKind::Imo, "9074729");
    assert_eq!(transaction.entities_with(&imo, &[keeps, expires]).unwrap(), [staying.content.entity]);
    // An index row left behind would stand in the way.
    assert_eq!(transaction.put_statements(&[expiring, of_import]).unwrap(), 2);
    assert_eq!(transaction.entities_with(&imo, &[keeps, expires]).unwrap().len(), 3);
}

/// The log keeps everything in the order it was said, repetitions too.
pub fn judgements_keep_their_order<T: Statements + ?Sized>(transaction: &mut T) {
    let judge = |verdict, second| {
        Judgement::new(entity("b/2"), entity("a/1"), verdict, Actor::Node(node("fi.test")), "same number", at(second))
    };
    // The clock does not decide the order: the log does.
    let log = [judge(Verdict::Same, 5), judge(Verdict::Withdrawn, 4), judge(Verdict::NotSame, 4), judge(Verdict::Same, 5)];
    for judgement in &log {
        transaction.put_judgement(judgement).unwrap();
    }
    assert_eq!(transaction.judgements().unwrap(), log);
}

/// However statements are ordered, repeated and batched, the same ones are there in the end, and each was new once.
pub fn statements_in_any_order_and_batches(store: &dyn Store) {
    let given = (prop::collection::vec(0u8..12, 0..40), 1usize..8);
    TestRunner::new(Config { cases: 32, failure_persistence: None, ..Config::default() })
        .run(&given, |(numbers, batch)| {
            let mut transaction = store.begin(&act()).unwrap();
            let label = interned(&mut *transaction, "sea");
            let said = |number: &u8| numbered("vessel-1", &number.to_string(), label);
            let statements: Vec<_> = numbers.iter().map(said).collect();
            let new: usize = statements.chunks(batch).map(|batch| transaction.put_statements(batch).unwrap()).sum();
            let mut expected = sorted(statements);
            expected.dedup();
            prop_assert_eq!(new, expected.len());
            prop_assert_eq!(transaction.statements(&everything()).unwrap(), expected);
            Ok(())
        })
        .unwrap();
}
