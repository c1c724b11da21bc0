//! Findings' work state, and the inbox that ranks, filters and counts them.

use std::collections::BTreeMap;

use oikos_model::{Actor, DecisionKind, FindingState, LabelId, Tlp, UserName};

use super::sample::{at, finding, interned, node, revised};
use crate::{AssignedTo, BudgetRow, Findings, Inbox, InboxQuery, Labels, Side, Standing, Work, WorkEvent, WorkKind, WorkState};

fn user(name: &str) -> UserName {
    UserName::new(name).unwrap()
}

fn open() -> Standing {
    Standing { state: FindingState::Open, work: WorkState::default() }
}

fn event(name: &str, kind: WorkKind, second: i64, after: Standing) -> WorkEvent {
    WorkEvent {
        origin: node("fi.test"),
        key: finding(name).key,
        kind,
        decision: None,
        reason: String::new(),
        actor: Actor::Person(user("anna")),
        at: at(second),
        before: open(),
        after,
    }
}

/// Five findings of two desks, the later ones stronger.
fn fill<T: Labels + Findings + ?Sized>(transaction: &mut T) -> LabelId {
    let label = interned(transaction, "sea");
    for (number, (name, desk)) in
        [("A", "sea"), ("B", "sea"), ("C", "ownership"), ("D", "sea"), ("E", "sea")].into_iter().enumerate()
    {
        let mut one = finding(name);
        one.desk = desk.to_owned();
        one.prior_bits = number as f64;
        transaction.put_finding(&one, label, false, at(number as i64)).unwrap();
    }
    label
}

fn titles<T: Inbox + ?Sized>(transaction: &T, query: &InboxQuery<'_>) -> Vec<String> {
    let rows = transaction.inbox(query).unwrap();
    assert!(query.limit > 0 || transaction.count_inbox(query).unwrap() == rows.len() as u64);
    rows.iter().map(|row| row.stored.finding.title.chars().take(1).collect()).collect()
}

/// Work state survives a revision, is written down act by act, and goes with its finding.
pub fn work_states_stay_with_their_finding<T: Labels + Findings + Work + crate::Subjects + ?Sized>(transaction: &mut T) {
    let label = fill(transaction);
    let (origin, key) = (node("fi.test"), finding("A").key);
    let work = WorkState { assignee: Some(user("anna")), snoozed_until: Some(at(50)) };
    assert!(transaction.set_work_state(&origin, key, &work).unwrap());
    let after = Standing { work: work.clone(), ..open() };
    transaction.put_work_event(&event("A", WorkKind::Assign, 1, after)).unwrap();
    let mut again = revised(&finding("A"));
    again.desk = "sea".to_owned();
    transaction.put_finding(&again, label, false, at(9)).unwrap();
    assert_eq!(transaction.work_state(&origin, key).unwrap(), Some(work));
    assert_eq!(transaction.work_events(&origin, key).unwrap().len(), 1);

    transaction.set_finding_state(&origin, key, FindingState::Dismissed).unwrap();
    let mut decided = event("A", WorkKind::Decide, 20, Standing { state: FindingState::Dismissed, ..open() });
    decided.decision = Some(DecisionKind::Dismiss);
    transaction.put_work_event(&decided).unwrap();
    assert_eq!(transaction.decided_since(at(20)).unwrap(), BTreeMap::from([("sea".to_owned(), 1)]));
    assert!(transaction.decided_since(at(21)).unwrap().is_empty());
    assert_eq!(transaction.decisions_of(&decided.actor, 9).unwrap(), [decided]);
    assert!(transaction.decisions_of(&Actor::Person(user("bert")), 9).unwrap().is_empty());

    assert!(transaction.erase_one_finding(&origin, key).unwrap());
    assert_eq!(transaction.work_state(&origin, key).unwrap(), None);
    assert!(transaction.work_events(&origin, key).unwrap().is_empty());
    assert!(!transaction.set_work_state(&origin, key, &WorkState::default()).unwrap());
}

/// Every filter restricts, and the counts add up to the lines.
pub fn the_inbox_is_filtered_ranked_and_counted<T: Labels + Findings + Work + Inbox + ?Sized>(transaction: &mut T) {
    let label = fill(transaction);
    let labels = [label];
    let (origin, anna) = (node("fi.test"), user("anna"));
    let work =
        |assignee: Option<&UserName>, until: Option<i64>| WorkState { assignee: assignee.cloned(), snoozed_until: until.map(at) };
    transaction.set_work_state(&origin, finding("B").key, &work(Some(&anna), None)).unwrap();
    transaction.set_work_state(&origin, finding("D").key, &work(None, Some(100))).unwrap();
    transaction.set_finding_state(&origin, finding("E").key, FindingState::Confirmed).unwrap();
    let all = InboxQuery::new(&labels, at(60));
    assert_eq!(titles(transaction, &all), ["E", "D", "C", "B", "A"]);
    assert!(titles(transaction, &InboxQuery::new(&[], at(60))).is_empty(), "no label, no line");
    assert_eq!(titles(transaction, &InboxQuery { offset: 1, limit: 2, ..all.clone() }), ["D", "C"]);
    assert_eq!(titles(transaction, &InboxQuery { desk: Some("ownership"), ..all.clone() }), ["C"]);
    assert_eq!(titles(transaction, &InboxQuery { states: Some(&[FindingState::Confirmed]), ..all.clone() }), ["E"]);
    assert_eq!(titles(transaction, &InboxQuery { assigned: Some(AssignedTo::Person(&anna)), ..all.clone() }), ["B"]);
    assert_eq!(titles(transaction, &InboxQuery { assigned: Some(AssignedTo::Nobody), ..all.clone() }), ["E", "D", "C", "A"]);
    assert_eq!(titles(transaction, &InboxQuery { snoozed: Some(true), ..all.clone() }), ["D"]);
    assert_eq!(titles(transaction, &InboxQuery { snoozed: Some(false), ..all.clone() }), ["E", "C", "B", "A"]);
    let later = InboxQuery { now: at(100), snoozed: Some(true), ..all.clone() };
    assert!(titles(transaction, &later).is_empty(), "it wakes by the clock");
    assert_eq!(titles(transaction, &InboxQuery { text: Some("b WENT"), ..all.clone() }), ["B"]);
    assert_eq!(titles(transaction, &InboxQuery { since: Some(at(3)), ..all.clone() }), ["E", "D"]);
    assert_eq!(titles(transaction, &InboxQuery { tlp: Some(Tlp::Amber), ..all.clone() }).len(), 5);
    assert!(titles(transaction, &InboxQuery { tlp: Some(Tlp::Red), ..all.clone() }).is_empty());
    assert!(titles(transaction, &InboxQuery { received: Some(true), ..all.clone() }).is_empty());
    let groups = transaction.inbox_groups(&all).unwrap();
    assert_eq!(groups.iter().map(|group| group.count).sum::<u64>(), 5);
    let asleep: Vec<_> = groups.iter().filter(|group| group.snoozed).collect();
    assert!(asleep.len() == 1 && asleep[0].desk == "sea" && asleep[0].count == 1);
    let hers: Vec<_> = groups.iter().filter(|group| group.assignee.as_ref() == Some(&anna)).collect();
    assert!(hers.len() == 1 && hers[0].count == 1);
}

/// A budget's line stands below its last finding; the two sides are everything, each line once.
pub fn budgets_draw_a_line_per_desk<T: Labels + Findings + Work + Inbox + ?Sized>(transaction: &mut T) {
    let label = fill(transaction);
    let labels = [label];
    let line = |transaction: &T, desk, count| transaction.budget_line(desk, &labels, at(60), count).unwrap();
    assert_eq!(line(transaction, "sea", 0), None);
    assert_eq!(line(transaction, "online", 5), None);
    let sea = line(transaction, "sea", 2).unwrap();
    assert_eq!((sea.key, line(transaction, "sea", 9).unwrap().key), (finding("D").key, finding("A").key));
    let lines = [sea];
    let all = InboxQuery::new(&labels, at(60));
    let within = InboxQuery { side: Some(Side::Within(&lines)), ..all.clone() };
    let beyond = InboxQuery { side: Some(Side::Beyond(&lines)), ..all.clone() };
    assert_eq!(titles(transaction, &within), ["E", "D"]);
    assert_eq!(titles(transaction, &beyond), ["C", "B", "A"]);
    assert!(titles(transaction, &InboxQuery { side: Some(Side::Within(&[])), ..all.clone() }).is_empty());
    let asleep = WorkState { snoozed_until: Some(at(100)), ..WorkState::default() };
    transaction.set_work_state(&node("fi.test"), finding("E").key, &asleep).unwrap();
    assert_eq!(line(transaction, "sea", 2).unwrap().key, finding("B").key, "what sleeps takes no place");
    assert_eq!(titles(transaction, &within), ["D"]);
    assert_eq!(titles(transaction, &beyond), ["E", "C", "B", "A"]);
}

/// Budgets and saved filters come back as they were last put.
pub fn budgets_and_saved_filters_come_back<T: Inbox + ?Sized>(transaction: &mut T) {
    let budget = |per_day| BudgetRow { desk: "sea".to_owned(), per_day, set_by: user("sara"), set_at: at(i64::from(per_day)) };
    transaction.put_budget(&budget(10)).unwrap();
    transaction.put_budget(&budget(12)).unwrap();
    assert_eq!(transaction.budgets().unwrap(), BTreeMap::from([("sea".to_owned(), budget(12))]));
    assert_eq!(transaction.saved_filters(&user("anna")).unwrap(), None);
    for name in ["mine", "red"] {
        transaction.put_saved_filters(&user("anna"), &serde_json::json!([{ "name": name }])).unwrap();
    }
    assert_eq!(transaction.saved_filters(&user("anna")).unwrap(), Some(serde_json::json!([{ "name": "red" }])));
}
