//! Cases with what is in them, their tasks and their history.

use oikos_model::{CaseId, LabelId, UserName};

use super::sample::{at, interned, label};
use crate::{CaseItemKind, CaseItemRow, CaseQuery, CaseRow, CaseTaskRow, Cases, Labels};

fn id(text: &str) -> CaseId {
    CaseId::new(text).unwrap()
}

fn user(name: &str) -> UserName {
    UserName::new(name).unwrap()
}

fn case(text: &str, label: LabelId, changed: i64) -> CaseRow {
    CaseRow {
        id: id(text),
        label,
        open: true,
        owner: user("anna"),
        opened_at: at(1),
        changed_at: at(changed),
        content: serde_json::json!({ "title": text }),
    }
}

fn item(text: &str, reference: &str) -> CaseItemRow {
    CaseItemRow {
        case: id(text),
        kind: CaseItemKind::Finding,
        reference: reference.to_owned(),
        added_by: user("anna"),
        added_at: at(2),
    }
}

fn task(name: &str, due: Option<i64>) -> CaseTaskRow {
    let content = serde_json::json!({ "text": name });
    CaseTaskRow { id: name.to_owned(), case: id("case-1"), due_at: due.map(at), done_at: None, content }
}

/// Cases come back filtered, those changed last first; changing one keeps what is in it.
pub fn cases_come_back_with_what_is_in_them<T: Labels + Cases + ?Sized>(transaction: &mut T) {
    let (sea, other) = (interned(transaction, "sea"), interned(transaction, "other"));
    assert_eq!((transaction.reserve_case_number().unwrap(), transaction.reserve_case_number().unwrap()), (1, 2));
    transaction.put_case(&case("case-1", sea, 1)).unwrap();
    transaction.put_case(&case("case-2", other, 2)).unwrap();
    assert!(transaction.put_case_item(&item("case-1", "fi.test/aa")).unwrap());
    assert!(!transaction.put_case_item(&item("case-1", "fi.test/aa")).unwrap());
    assert!(transaction.put_case_item(&item("case-2", "fi.test/aa")).unwrap());
    assert!(transaction.put_case_item(&item("case-9", "fi.test/aa")).is_err(), "there is no such case");
    let closed = CaseRow { open: false, owner: user("bert"), ..case("case-1", sea, 5) };
    transaction.put_case(&closed).unwrap();
    assert_eq!(transaction.case(&id("case-1")).unwrap().as_ref(), Some(&closed));
    assert_eq!(transaction.case_items(&id("case-1")).unwrap(), [item("case-1", "fi.test/aa")]);
    assert_eq!(transaction.cases_with(CaseItemKind::Finding, "fi.test/aa").unwrap(), [id("case-1"), id("case-2")]);
    assert!(transaction.cases_with(CaseItemKind::Lead, "fi.test/aa").unwrap().is_empty());
    let ids = |transaction: &T, query: &CaseQuery<'_>| -> Vec<String> {
        transaction.cases(query).unwrap().into_iter().map(|row| row.id.to_string()).collect()
    };
    let all = CaseQuery::default();
    assert_eq!(ids(transaction, &all), ["case-1", "case-2"]);
    assert_eq!(ids(transaction, &CaseQuery { labels: Some(&[other]), ..all.clone() }), ["case-2"]);
    assert_eq!(ids(transaction, &CaseQuery { open: Some(false), ..all.clone() }), ["case-1"]);
    assert_eq!(ids(transaction, &CaseQuery { owner: Some(&user("anna")), ..all.clone() }), ["case-2"]);
    assert_eq!(ids(transaction, &CaseQuery { offset: 1, limit: 1, ..all }), ["case-2"]);
    assert!(transaction.remove_case_item(&id("case-1"), CaseItemKind::Finding, "fi.test/aa").unwrap());
    assert!(!transaction.remove_case_item(&id("case-1"), CaseItemKind::Finding, "fi.test/aa").unwrap());
}

/// Tasks are ordered by their dates, events are numbered per case, and both go with the case when its label expires.
pub fn tasks_and_events_go_with_their_case<T: Labels + Cases + ?Sized>(transaction: &mut T) {
    let stays = interned(transaction, "sea");
    let expires = transaction.intern_label(&label("sea", Some(at(100)))).unwrap();
    transaction.put_case(&case("case-1", expires, 1)).unwrap();
    transaction.put_case(&case("case-2", stays, 1)).unwrap();
    for one in [task("whenever", None), task("late", Some(50)), task("soon", Some(10))] {
        transaction.put_case_task(&one).unwrap();
    }
    let done = CaseTaskRow { done_at: Some(at(5)), ..task("soon", Some(10)) };
    transaction.put_case_task(&done).unwrap();
    assert_eq!(transaction.case_tasks(&id("case-1")).unwrap(), [done, task("late", Some(50)), task("whenever", None)]);
    let said = serde_json::json!({ "what": "note" });
    assert_eq!(transaction.put_case_event(&id("case-1"), at(3), &said).unwrap(), 1);
    assert_eq!(transaction.put_case_event(&id("case-1"), at(3), &said).unwrap(), 2);
    assert_eq!(transaction.put_case_event(&id("case-2"), at(3), &said).unwrap(), 1);
    assert_eq!(transaction.case_events(&id("case-1")).unwrap()[1].content, said);
    assert!(transaction.erase_expired_cases(at(99)).unwrap().is_empty());
    assert_eq!(transaction.erase_expired_cases(at(100)).unwrap(), [id("case-1")]);
    assert_eq!(transaction.case(&id("case-1")).unwrap(), None);
    assert!(transaction.case_tasks(&id("case-1")).unwrap().is_empty());
    assert!(transaction.case_events(&id("case-1")).unwrap().is_empty());
    assert_eq!(transaction.case_events(&id("case-2")).unwrap().len(), 1);
}
