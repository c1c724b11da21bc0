//! The inbox: ranked within budgets with nothing cut, filtered and counted; work on findings one by one and in bulk, undone where nothing
//! was built on it; news that say which kind of thing changed and never what.

use std::collections::BTreeSet;

use crate::house::House;
use crate::house::pair::{Pair, Side, marking};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use oikos_model::{Clock, FindingKey, Selector, SelectorKind, Timestamp, Tlp, UserName};
use oikos_node::{
    BudgetRequest, Caller, FindingName, InboxFilter, InboxLine, JournalSearch, NodeError, ReleaseRequest, SavedFilter,
    SavedFilters, UndoRequest, WorkRequest, WorkStep,
};
use oikos_policy::Role;
use serde_json::{Value, json};
use tower::ServiceExt;

const WHY: &str = "maritime-safety";

fn named(keys: &[FindingKey]) -> Vec<FindingName> {
    keys.iter().map(|key| FindingName { origin: None, key: *key }).collect()
}

fn work(side: &Side, caller: &Caller, keys: &[FindingKey], step: WorkStep) -> Result<Vec<InboxLine>, NodeError> {
    side.node.work_on_findings(caller, &WorkRequest { findings: named(keys), step }).map(|report| report.lines)
}

fn undo(side: &Side, caller: &Caller, keys: &[FindingKey]) -> Result<oikos_node::UndoReport, NodeError> {
    side.node.undo_work(caller, &UndoRequest { findings: named(keys) })
}

fn dismiss(reason: &str) -> WorkStep {
    WorkStep::Dismiss { reason: reason.into() }
}

fn to(name: &str) -> WorkStep {
    WorkStep::Assign { to: UserName::new(name).unwrap() }
}

fn minutes_on(side: &Side, minutes: i64) -> Timestamp {
    Timestamp::from_second(side.clock.now().as_second() + minutes * 60).unwrap()
}

fn titles(side: &Side, caller: &Caller, filter: &InboxFilter) -> Vec<String> {
    side.node.inbox(caller, filter).unwrap().lines.into_iter().map(|line| line.finding.title).collect()
}

/// A side with analysts anna and bert, the supervisor sara, and so many findings.
fn staffed(findings: usize) -> (Pair, Vec<FindingKey>) {
    let pair = Pair::new(|_| ());
    for (name, role) in [("anna", "analyst"), ("bert", "analyst"), ("sara", "supervisor"), ("nora", "auditor")] {
        pair.fi.employ(name, &[role]);
    }
    let keys = (0..findings).map(|n| pair.fi.finding(&format!("Silence {n}"), &[], &marking(&[WHY], Tlp::Amber))).collect();
    (pair, keys)
}

fn newest_entry(side: &Side, action: &str) -> Value {
    let officer = side.caller("dora", &[Role::DataProtectionOfficer], "oversight");
    let search = JournalSearch { action: Some(action.into()), outcome: Some("allowed".into()), ..JournalSearch::default() };
    let page = serde_json::to_value(side.node.search_journal(&officer, &search).unwrap()).unwrap();
    let entries = page["entries"].as_array().unwrap();
    assert!(!entries.is_empty(), "no entry of {action}");
    entries.iter().max_by_key(|entry| entry["index"].as_i64()).unwrap().clone()
}

#[test]
fn five_hundred_are_dismissed_at_once_under_one_entry_and_undone_by_a_new_act() {
    let (pair, keys) = staffed(501);
    let (side, anna) = (&pair.fi, pair.fi.analyst(WHY));
    assert!(work(side, &anna, &keys, dismiss("announced repairs")).is_err(), "501 are too many");
    let entries = || {
        let officer = side.caller("dora", &[Role::DataProtectionOfficer], "oversight");
        let search = JournalSearch { action: Some("decide_finding".into()), ..JournalSearch::default() };
        side.node.search_journal(&officer, &search).unwrap().entries.len()
    };
    let before = entries();
    let lines = work(side, &anna, &keys[..500], dismiss("announced repairs")).unwrap();
    assert!(lines.len() == 500 && lines.iter().all(|line| line.finding.state == "dismissed"));
    assert_eq!(entries(), before + 1);
    let entry = newest_entry(side, "decide_finding").to_string();
    assert!(keys[..500].iter().all(|key| entry.contains(&key.to_string())), "the entry names every one");
    assert_eq!(titles(side, &anna, &InboxFilter::default()), ["Silence 500"]);

    let report = undo(side, &anna, &keys[..500]).unwrap();
    assert_eq!((report.undone.len(), report.refused.len()), (500, 0));
    let view = side.node.show_finding(&anna, side.node.id(), keys[0]).unwrap();
    assert_eq!(view.summary.state, "open");
    assert_eq!(view.decisions.len(), 2, "nothing was deleted: the decision stands, and the one that reversed it");
    let kinds: Vec<Value> = view.work.history.iter().map(|line| serde_json::to_value(line.kind).unwrap()).collect();
    assert_eq!(kinds, [json!("decide"), json!("undo")]);
    let again = undo(side, &anna, &keys[..1]).unwrap_err().to_string();
    assert!(again.contains("undone already"), "{again}");
}

#[test]
fn a_bulk_act_is_all_or_nothing() {
    let (pair, keys) = staffed(2);
    let (side, anna) = (&pair.fi, pair.fi.analyst(WHY));
    let gone = FindingKey::new(&oikos_model::DetectorId::new("sea.test").unwrap(), ["never"]);
    let error = work(side, &anna, &[keys[0], gone, keys[1]], dismiss("so")).unwrap_err();
    assert!(matches!(error, NodeError::NotFound(_)), "{error}");
    assert_eq!(titles(side, &anna, &InboxFilter::default()).len(), 2);
    assert!(work(side, &anna, &keys, dismiss("  ")).is_err(), "a dismissal says why");
    let several = work(side, &anna, &keys, WorkStep::Confirm { reason: String::new() }).unwrap_err().to_string();
    assert!(several.contains("one by one"), "{several}");
    assert_eq!(work(side, &anna, &keys[..1], WorkStep::Confirm { reason: String::new() }).unwrap()[0].finding.state, "confirmed");
}

#[test]
fn assigning_and_snoozing_are_kept_apart_from_the_decision() {
    let (pair, keys) = staffed(3);
    let (side, anna) = (&pair.fi, pair.fi.analyst(WHY));
    let lines = work(side, &anna, &keys[..2], to("bert")).unwrap();
    assert!(lines.iter().all(|line| line.assignee.as_deref() == Some("bert") && line.finding.state == "open"));
    for nobody in ["nora", "zoe"] {
        assert!(work(side, &anna, &keys[..1], to(nobody)).is_err(), "{nobody} does not work on findings");
    }
    let bert = side.caller("bert", &[Role::Analyst], WHY);
    let of = |caller: &Caller, assignee: &str| {
        titles(side, caller, &InboxFilter { assignee: Some(assignee.into()), ..InboxFilter::default() })
    };
    assert_eq!(of(&bert, "me").len(), 2);
    assert_eq!((of(&anna, "nobody"), of(&anna, "me").len()), (vec!["Silence 2".to_owned()], 0));

    let until = minutes_on(side, 60);
    work(side, &anna, &keys[..1], WorkStep::Snooze { until }).unwrap();
    assert!(work(side, &anna, &keys[..1], WorkStep::Snooze { until: side.clock.now() }).is_err(), "it would not sleep at all");
    let asleep = InboxFilter { snoozed: Some(true), ..InboxFilter::default() };
    assert_eq!(titles(side, &anna, &asleep), ["Silence 0"]);
    assert_eq!(titles(side, &anna, &InboxFilter::default()).len(), 2);
    side.clock.advance_to(until);
    assert_eq!(titles(side, &anna, &InboxFilter::default()).len(), 3, "it wakes by the clock");
    assert!(titles(side, &anna, &asleep).is_empty());
    let auditor = side.caller("nora", &[Role::Auditor], "oversight");
    assert!(matches!(work(side, &auditor, &keys[..1], WorkStep::Wake), Err(NodeError::Denied(_))));
}

#[test]
fn what_others_built_on_is_not_undone() {
    let (pair, mut keys) = staffed(4);
    let (side, anna) = (&pair.fi, pair.fi.analyst(WHY));
    // Something that can be released: it states a fact.
    let imo = Selector { kind: SelectorKind::Imo, value: "9074729".into() };
    keys[1] = side.finding("Silence of a ship", &[imo], &marking(&[WHY], Tlp::Amber));
    let bert = side.caller("bert", &[Role::Analyst], WHY);
    for key in &keys {
        work(side, &anna, &[*key], WorkStep::Confirm { reason: String::new() }).unwrap();
    }
    // Bert acted on the first; the second was released; the third is left alone.
    work(side, &bert, &keys[..1], to("bert")).unwrap();
    let request = ReleaseRequest {
        partner: pair.at.node.id().clone(),
        finding: Some(FindingName { origin: None, key: keys[1] }),
        fields: None,
        register_around: None,
        derogation: Default::default(),
    };
    side.node.release(&side.releaser(WHY), &request).unwrap();
    let report = undo(side, &anna, &keys[..3]).unwrap();
    assert_eq!(report.undone.iter().map(|line| line.finding.title.as_str()).collect::<Vec<_>>(), ["Silence 2"]);
    let reasons: Vec<&str> = report.refused.iter().map(|refused| refused.reason.as_str()).collect();
    assert!(reasons[0].contains("person:bert") && reasons[1].contains("recall it instead"), "{reasons:?}");
    let view = side.node.show_finding(&anna, side.node.id(), keys[1]).unwrap();
    assert_eq!(view.work.releases[0].partner, "at.investment-screening");
    pair.advance_hours(1);
    let late = undo(side, &anna, &keys[3..]).unwrap_err().to_string();
    assert!(late.contains("within 15 minutes"), "{late}");
}

#[test]
fn the_budget_draws_a_line_and_cuts_nothing() {
    let (pair, keys) = staffed(6);
    let (side, anna) = (&pair.fi, pair.fi.analyst(WHY));
    let sara = side.caller("sara", &[Role::Supervisor], WHY);
    let budget = |per_day| side.node.set_budget(&sara, "sea", &BudgetRequest { per_day });
    assert_eq!(budget(3).unwrap().set_by.as_deref(), Some("sara"));
    assert!(matches!(side.node.set_budget(&anna, "sea", &BudgetRequest { per_day: 9 }), Err(NodeError::Denied(_))));
    assert!(matches!(side.node.set_budget(&sara, "no-desk", &BudgetRequest { per_day: 9 }), Err(NodeError::NotFound(_))));
    assert_eq!(newest_entry(side, "set_alert_budget")["entry"]["detail"]["per_day"], 3);
    let administrator = side.caller("olga", &[Role::Administrator], "administration");
    assert!(side.node.set_budget(&administrator, "sea", &BudgetRequest { per_day: 3 }).is_ok());

    let page = |filter: &InboxFilter| side.node.inbox(&anna, filter).unwrap();
    let all = page(&InboxFilter::default());
    assert_eq!((all.total, all.within_budget, all.lines.len()), (6, 3, 6));
    assert_eq!(all.lines.iter().map(|line| line.beyond_budget).collect::<Vec<_>>(), [false, false, false, true, true, true]);
    let paged: Vec<String> = (0..3)
        .flat_map(|n| page(&InboxFilter { offset: Some(n * 2), limit: Some(2), ..InboxFilter::default() }).lines)
        .map(|line| line.finding.key)
        .collect();
    assert_eq!(paged, all.lines.iter().map(|line| line.finding.key.clone()).collect::<Vec<_>>(), "pages are the list");

    // What was decided today was worked off; an undone decision was not.
    let first: FindingKey = all.lines[0].finding.key.parse().unwrap();
    work(side, &anna, &[first], dismiss("seen")).unwrap();
    assert_eq!((page(&InboxFilter::default()).total, page(&InboxFilter::default()).within_budget), (5, 2));
    undo(side, &anna, &[first]).unwrap();
    assert_eq!(page(&InboxFilter::default()).within_budget, 3);
    work(side, &anna, &[first], dismiss("seen")).unwrap();
    pair.advance_hours(24);
    assert_eq!(page(&InboxFilter::default()).within_budget, 3, "a new day, a new budget");
    budget(0).unwrap();
    assert_eq!(page(&InboxFilter::default()).lines.iter().filter(|line| line.beyond_budget).count(), 5);
    assert_eq!(keys.len(), 6);
}

#[test]
fn filters_restrict_and_counts_say_what_each_value_would_show() {
    let (pair, keys) = staffed(3);
    let (side, anna) = (&pair.fi, pair.fi.analyst(WHY));
    side.finding("Deal", &[], &marking(&["fdi-screening"], Tlp::Amber));
    let red = side.finding("Red silence", &[], &marking(&[WHY], Tlp::Red));
    work(side, &anna, &keys[..1], dismiss("no")).unwrap();
    work(side, &anna, &[red], to("anna")).unwrap();
    let with = |change: fn(&mut InboxFilter)| {
        let mut filter = InboxFilter::default();
        change(&mut filter);
        titles(side, &anna, &filter)
    };
    assert_eq!(with(|_| ()).len(), 3, "the deal is for another purpose");
    assert_eq!(with(|filter| filter.text = Some("RED".into())), ["Red silence"]);
    assert_eq!(with(|filter| filter.tlp = Some("TLP:RED".into())), ["Red silence"]);
    assert_eq!(with(|filter| filter.assignee = Some("me".into())), ["Red silence"]);
    assert_eq!(with(|filter| filter.state = Some("dismissed".into())), ["Silence 0"]);
    assert_eq!(with(|filter| filter.state = Some("all".into())).len(), 4);
    assert!(with(|filter| filter.desk = Some("online".into())).is_empty());
    assert!(with(|filter| filter.received = Some(true)).is_empty());
    let later = Timestamp::from_second(side.clock.now().as_second() + 1).unwrap();
    assert!(titles(side, &anna, &InboxFilter { since: Some(later), ..InboxFilter::default() }).is_empty());
    for wrong in [
        InboxFilter { state: Some("odd".into()), ..InboxFilter::default() },
        InboxFilter { tlp: Some("RED".into()), ..InboxFilter::default() },
        InboxFilter { text: Some("x".repeat(201)), ..InboxFilter::default() },
    ] {
        assert!(matches!(side.node.inbox(&anna, &wrong), Err(NodeError::Invalid(_))), "{wrong:?}");
    }
    let counts = side.node.inbox_counts(&anna, &InboxFilter { state: Some("open".into()), ..InboxFilter::default() }).unwrap();
    let count = |counts: &[oikos_node::ValueCount], value: &str| {
        counts.iter().find(|count| count.value == value).map_or(0, |count| count.count)
    };
    assert_eq!((count(&counts.desk, "sea"), count(&counts.tlp, "TLP:RED"), count(&counts.tlp, "TLP:AMBER")), (3, 1, 2));
    assert_eq!((count(&counts.state, "open"), count(&counts.state, "dismissed")), (3, 1));
    assert_eq!((count(&counts.assignee, "me"), count(&counts.assignee, "nobody")), (1, 2));
    assert_eq!(side.node.recent_reasons(&anna).unwrap(), ["no"]);
    assert!(side.node.recent_reasons(&side.analyst("fdi-screening")).unwrap().is_empty(), "not for another purpose");
}

#[test]
fn saved_filters_are_ones_own_and_keep_their_order() {
    let (pair, _) = staffed(0);
    let (side, anna) = (&pair.fi, pair.fi.analyst(WHY));
    let saved = |name: &str| SavedFilter { name: name.into(), filter: InboxFilter { offset: Some(9), ..InboxFilter::default() } };
    let keep = |filters: Vec<SavedFilter>| side.node.keep_filters(&anna, SavedFilters { filters });
    keep(vec![saved("red"), saved("mine")]).unwrap();
    let kept = side.node.saved_filters(&anna).unwrap().filters;
    assert_eq!(kept.iter().map(|filter| filter.name.as_str()).collect::<Vec<_>>(), ["red", "mine"]);
    assert_eq!(kept[0].filter, InboxFilter::default(), "a page is no part of a filter");
    assert!(side.node.saved_filters(&side.caller("bert", &[Role::Analyst], WHY)).unwrap().filters.is_empty());
    assert!(keep(vec![saved("red"), saved("red")]).is_err() && keep(vec![saved(" ")]).is_err());
    assert!(keep((0..51).map(|n| saved(&n.to_string())).collect()).is_err());
}

/// Reads the next event of a stream, past its heartbeats.
async fn next_event(body: &mut Body) -> Option<Value> {
    loop {
        let frame = body.frame().await?.unwrap();
        let text = String::from_utf8(frame.into_data().unwrap().to_vec()).unwrap();
        if let Some(data) = text.lines().find_map(|line| line.strip_prefix("data:")) {
            return Some(serde_json::from_str(data.trim()).unwrap());
        }
    }
}

fn stream(house: &House, token: &str) -> (StatusCode, Body) {
    let request = Request::get("/api/v1/events").header(header::AUTHORIZATION, format!("Bearer {token}"));
    let router = house.router.clone();
    house.runtime().block_on(async move {
        let response = router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        (response.status(), response.into_body())
    })
}

#[test]
fn news_name_kinds_the_role_may_read_and_end_with_the_session() {
    let house = House::new();
    let (anna, olga) = (house.person("anna", &["analyst"]), house.person("olga", &["administrator"]));
    let (status, mut hers) = stream(&house, &anna);
    assert_eq!(status, StatusCode::OK);
    let first = house.runtime().block_on(next_event(&mut hers)).unwrap();
    let kinds: BTreeSet<&str> = first.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(kinds, BTreeSet::from(["cases", "findings", "jobs", "leads", "parcels", "partners", "requests"]));
    let (_, mut of_olga) = stream(&house, &olga);
    let administrators = house.runtime().block_on(next_event(&mut of_olga)).unwrap();
    assert_eq!(administrators.as_object().unwrap().keys().collect::<BTreeSet<_>>().len(), 3, "jobs, parcels, partners");

    let (status, answer) = house.call(Method::POST, "/cases", Some(&anna), Some(&json!({ "title": "A ship over a cable" })));
    assert_eq!(status, StatusCode::OK, "{answer}");
    let second = house.runtime().block_on(next_event(&mut hers)).unwrap();
    assert!(second["cases"].as_u64() > first["cases"].as_u64() && second["jobs"] == first["jobs"], "{first} {second}");
    assert!(!second.to_string().contains("cable"), "never content");

    let more: Vec<Body> = (0..3).map(|_| stream(&house, &anna).1).collect();
    assert_eq!(stream(&house, &anna).0, StatusCode::CONFLICT, "four at most");
    drop(more);
    assert_eq!(stream(&house, &anna).0, StatusCode::OK);

    let (status, _) = house.call(Method::DELETE, "/session", Some(&anna), None);
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert_eq!(house.runtime().block_on(next_event(&mut hers)), None, "the session is over, and so is its stream");
}
