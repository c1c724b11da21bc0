//! Cases: opened for a purpose, marked as what is in them, seen by who may see all of it; tasks late by the clock, notes that stay, a
//! history that names everything, and an owner who answers for it.

use crate::house::House;
use crate::house::pair::{Pair, Side, marking};
use axum::http::{Method, StatusCode};
use oikos_model::{CaseId, Clock, FindingKey, Regime, Timestamp, Tlp, UserName};
use oikos_node::{
    Caller, CaseEventKind, CaseFilter, CaseRequest, CaseStep, CaseView, FindingName, JournalSearch, NewTask, NodeError,
    TaskChange,
};
use oikos_policy::Role;
use serde_json::json;

const WHY: &str = "maritime-safety";

fn staffed() -> Pair {
    let pair = Pair::new(|_| ());
    for (name, role) in [("anna", "analyst"), ("bert", "analyst"), ("sara", "supervisor"), ("nora", "auditor")] {
        pair.fi.employ(name, &[role]);
    }
    pair
}

fn name_of(key: FindingKey) -> FindingName {
    FindingName { origin: None, key }
}

fn request(title: &str, findings: &[FindingKey]) -> CaseRequest {
    CaseRequest {
        title: title.into(),
        purpose: None,
        legal_basis: None,
        findings: findings.iter().copied().map(name_of).collect(),
        leads: Vec::new(),
        playbook: None,
    }
}

fn id_of(case: &CaseView) -> CaseId {
    CaseId::new(case.summary.id.clone()).unwrap()
}

fn step(side: &Side, caller: &Caller, case: &CaseView, step: &CaseStep) -> Result<CaseView, NodeError> {
    side.node.step_in_case(caller, &id_of(case), step)
}

fn note(text: &str, corrects: Option<u64>) -> CaseStep {
    CaseStep::Note { text: text.into(), corrects }
}

fn user(name: &str) -> UserName {
    UserName::new(name).unwrap()
}

fn hours_on(side: &Side, hours: i64) -> Timestamp {
    Timestamp::from_second(side.clock.now().as_second() + hours * 3600).unwrap()
}

#[test]
fn a_case_is_marked_as_what_is_in_it_and_never_gets_looser() {
    let pair = staffed();
    let (side, anna) = (&pair.fi, pair.fi.analyst(WHY));
    let amber = side.finding("Silence", &[], &marking(&[WHY, "infrastructure-protection"], Tlp::Amber));
    let mut marked = marking(&[WHY], Tlp::Red);
    marked.regimes = [Regime::Led].into();
    let red = side.finding("Red silence", &[], &marked);
    let case = side.node.open_case(&anna, &request("A ship over a cable", &[amber])).unwrap();
    assert_eq!((case.summary.id.as_str(), case.summary.owner.as_str(), case.summary.findings), ("case-2026-1", "anna", 1));
    assert_eq!((case.marking.tlp.as_str(), case.marking.purposes.clone()), ("TLP:AMBER+STRICT", vec![WHY.to_owned()]));
    let attach = CaseStep::Attach { findings: vec![name_of(red)], leads: Vec::new() };
    let case = step(side, &anna, &case, &attach).unwrap();
    assert_eq!((case.marking.tlp.as_str(), case.marking.regimes.clone()), ("TLP:RED", vec!["GDPR".to_owned(), "LED".to_owned()]));
    assert!(matches!(step(side, &anna, &case, &attach), Err(NodeError::Conflict(_))), "it is in already");
    let detach = CaseStep::DetachFinding { finding: name_of(red), reason: "another ship".into() };
    let case = step(side, &anna, &case, &detach).unwrap();
    assert_eq!((case.findings.len(), case.marking.tlp.as_str()), (1, "TLP:RED"), "its notes were written with it in sight");
    let view = side.node.show_finding(&anna, side.node.id(), amber).unwrap();
    assert_eq!(view.work.cases[0].title, "A ship over a cable");
}

#[test]
fn a_case_is_seen_for_its_purpose_and_by_roles_that_work_or_release() {
    let pair = staffed();
    let (side, anna) = (&pair.fi, pair.fi.analyst(WHY));
    let amber = side.finding("Silence", &[], &marking(&[WHY, "infrastructure-protection"], Tlp::Amber));
    let deal = side.finding("Deal", &[], &marking(&["fdi-screening"], Tlp::Amber));
    let case = side.node.open_case(&anna, &request("A ship over a cable", &[amber])).unwrap();
    let elsewhere = side.analyst("infrastructure-protection");
    assert!(matches!(side.node.show_case(&elsewhere, &id_of(&case)), Err(NodeError::NotFound(_))));
    assert!(side.node.list_cases(&elsewhere, &CaseFilter::default()).unwrap().is_empty());
    let view = side.node.show_finding(&elsewhere, side.node.id(), amber).unwrap();
    assert!(view.work.cases.is_empty(), "not even that it is in one");
    assert_eq!(side.node.list_cases(&anna, &CaseFilter::default()).unwrap().len(), 1);
    let releaser = side.caller("rita", &[Role::Releaser], WHY);
    assert!(side.node.show_case(&releaser, &id_of(&case)).is_ok());
    assert!(matches!(step(side, &releaser, &case, &note("seen", None)), Err(NodeError::Denied(_))));
    for role in [Role::Auditor, Role::Administrator, Role::DataProtectionOfficer] {
        let outsider = side.caller("nora", &[role], WHY);
        assert!(matches!(side.node.show_case(&outsider, &id_of(&case)), Err(NodeError::Denied(_))), "{role:?}");
        assert!(matches!(side.node.open_case(&outsider, &request("x", &[])), Err(NodeError::Denied(_))), "{role:?}");
    }
    let foreign = CaseStep::Attach { findings: vec![name_of(deal)], leads: Vec::new() };
    assert!(matches!(step(side, &anna, &case, &foreign), Err(NodeError::NotFound(_))), "it is for another purpose");
    let unknown = CaseRequest { purpose: Some("no-such-purpose".parse().unwrap()), ..request("x", &[]) };
    assert!(matches!(side.node.open_case(&anna, &unknown), Err(NodeError::Invalid(_))));
    let screening = CaseRequest { purpose: Some("fdi-screening".parse().unwrap()), ..request("The deal", &[deal]) };
    assert_eq!(side.node.open_case(&anna, &screening).unwrap().summary.purpose, "fdi-screening");
}

#[test]
fn a_task_is_late_by_the_clock_and_not_once_it_is_done() {
    let pair = staffed();
    let (side, anna) = (&pair.fi, pair.fi.analyst(WHY));
    let case = side.node.open_case(&anna, &request("A ship over a cable", &[])).unwrap();
    let task = NewTask { text: "Call the operator".into(), owner: Some(user("bert")), due_at: Some(hours_on(side, 1)) };
    let case = step(side, &anna, &case, &CaseStep::AddTask { task }).unwrap();
    let late = |side: &Side| {
        let view = side.node.show_case(&anna, &id_of(&case)).unwrap();
        (view.tasks[0].late, view.summary.late_tasks)
    };
    side.clock.advance_to(hours_on(side, 1));
    assert_eq!(late(side), (false, 0), "it is due now");
    side.clock.advance_to(Timestamp::from_second(side.clock.now().as_second() + 1).unwrap());
    assert_eq!(late(side), (true, 1), "and late a second after");
    let filter = CaseFilter { late: Some(true), ..CaseFilter::default() };
    assert_eq!(side.node.list_cases(&anna, &filter).unwrap().len(), 1);
    let id = case.tasks[0].id.clone();
    let later = TaskChange { task: id.clone(), text: None, owner: None, due_at: Some(hours_on(side, 2)) };
    let changed = step(side, &anna, &case, &CaseStep::ChangeTask { change: later }).unwrap();
    assert_eq!((changed.tasks[0].late, changed.tasks[0].owner.as_deref()), (false, Some("bert")));
    side.clock.advance_to(hours_on(side, 3));
    let done = step(side, &anna, &case, &CaseStep::FinishTask { task: id.clone() }).unwrap();
    assert_eq!((done.tasks[0].late, done.tasks[0].done_by.as_deref(), done.summary.open_tasks), (false, Some("anna"), 0));
    assert!(matches!(step(side, &anna, &case, &CaseStep::FinishTask { task: id.clone() }), Err(NodeError::Conflict(_))));
    assert!(step(side, &anna, &case, &CaseStep::ReopenTask { task: id }).unwrap().tasks[0].late);
    let auditor = NewTask { text: "Look".into(), owner: Some(user("nora")), due_at: None };
    assert!(step(side, &anna, &case, &CaseStep::AddTask { task: auditor }).is_err(), "an auditor has no tasks in cases");
}

#[test]
fn a_playbook_adds_its_tasks_by_the_clock_that_began() {
    let pair = staffed();
    let (side, anna) = (&pair.fi, pair.fi.analyst(WHY));
    let began = side.clock.now();
    pair.advance_hours(10);
    let case = side.node.open_case(&anna, &request("A cable failed", &[])).unwrap();
    let apply = CaseStep::ApplyPlaybook { playbook: "critical-incident".into(), started_at: Some(began) };
    let case = step(side, &anna, &case, &apply).unwrap();
    let warning = case.tasks.iter().find(|task| task.law.as_ref().is_some_and(|law| law.contains("23(4)(a)"))).unwrap();
    assert_eq!(warning.due_at.as_deref(), Some("2026-03-02T08:00:00Z"), "24 hours after the entity became aware");
    assert!(!warning.late && case.tasks[0].late, "the task of six hours is late already");
    assert_eq!(case.history.last().unwrap().kind, CaseEventKind::PlaybookApplied);
    let books = side.node.list_playbooks(&anna).unwrap();
    assert_eq!(books.iter().find(|book| book.id == "critical-incident").unwrap().tasks.len(), case.tasks.len());
    let unknown = CaseStep::ApplyPlaybook { playbook: "../secrets".into(), started_at: None };
    assert!(matches!(step(side, &anna, &case, &unknown), Err(NodeError::NotFound(_))));
}

#[test]
fn notes_and_decisions_stay_and_are_corrected_by_new_ones() {
    let pair = staffed();
    let (side, anna) = (&pair.fi, pair.fi.analyst(WHY));
    let case = side.node.open_case(&anna, &request("A ship over a cable", &[])).unwrap();
    let case = step(side, &anna, &case, &note("The ship flies the flag of Palau", None)).unwrap();
    let wrong = case.history.last().unwrap().number;
    let case = step(side, &anna, &case, &note("It flies the flag of Panama", Some(wrong))).unwrap();
    let decision = CaseStep::Decide { text: "Ask the neighbours".into(), reason: "it left for Estonia".into() };
    let case = step(side, &anna, &case, &decision).unwrap();
    let kinds: Vec<CaseEventKind> = case.history.iter().map(|event| event.kind).collect();
    assert_eq!(kinds, [CaseEventKind::Opened, CaseEventKind::Note, CaseEventKind::Note, CaseEventKind::Decided]);
    assert_eq!(
        (case.history[1].text.as_deref(), case.history[2].corrects),
        (Some("The ship flies the flag of Palau"), Some(wrong))
    );
    assert!(matches!(step(side, &anna, &case, &note("x", Some(99))), Err(NodeError::NotFound(_))));
    assert!(step(side, &anna, &case, &note("x", Some(1))).is_err(), "what is no note is not corrected by one");
    assert!(step(side, &anna, &case, &note(&"x".repeat(10_001), None)).is_err());
    let officer = side.caller("dora", &[Role::DataProtectionOfficer], "oversight");
    let search = JournalSearch { action: Some("work_case".into()), ..JournalSearch::default() };
    let page = side.node.search_journal(&officer, &search).unwrap();
    let entries = serde_json::to_string(&page.entries).unwrap();
    assert!(entries.contains("case:case-2026-1") && !entries.contains("Panama"), "who did what, not what was written");
}

#[test]
fn the_owner_or_a_supervisor_steers() {
    let pair = staffed();
    let (side, anna) = (&pair.fi, pair.fi.analyst(WHY));
    let (bert, sara) = (side.caller("bert", &[Role::Analyst], WHY), side.caller("sara", &[Role::Supervisor], WHY));
    let case = side.node.open_case(&anna, &request("A ship over a cable", &[])).unwrap();
    let close = CaseStep::Close { outcome: "it was a repair ship".into() };
    assert!(case.may_steer);
    assert!(!side.node.show_case(&bert, &id_of(&case)).unwrap().may_steer);
    assert!(matches!(step(side, &bert, &case, &close), Err(NodeError::Denied(_))));
    let hand_over = |to: &str| CaseStep::HandOver { to: user(to), reason: "end of shift".into() };
    assert!(step(side, &anna, &case, &hand_over("nora")).is_err(), "an auditor owns no case");
    assert_eq!(step(side, &anna, &case, &hand_over("bert")).unwrap().summary.owner, "bert");
    assert!(matches!(step(side, &anna, &case, &close), Err(NodeError::Denied(_))), "it is hers no longer");
    let closed = step(side, &bert, &case, &close).unwrap();
    assert_eq!((closed.summary.state.as_str(), closed.summary.outcome.as_deref()), ("closed", Some("it was a repair ship")));
    assert!(matches!(step(side, &bert, &case, &note("more", None)), Err(NodeError::Conflict(_))));
    assert!(side.node.list_cases(&anna, &CaseFilter::default()).unwrap().is_empty());
    let reopened = step(side, &sara, &case, &CaseStep::Reopen { reason: "the cable failed after all".into() }).unwrap();
    assert_eq!((reopened.summary.state.as_str(), reopened.summary.outcome), ("open", None));
    assert!(step(side, &bert, &case, &CaseStep::Reopen { reason: "again".into() }).is_err());
    assert_eq!(reopened.history.last().unwrap().by, user("sara"));
}

#[test]
fn a_case_is_erased_when_what_is_in_it_expires() {
    let pair = staffed();
    let (side, anna) = (&pair.fi, pair.fi.analyst(WHY));
    let mut short = marking(&[WHY], Tlp::Amber);
    short.expires = Some(hours_on(side, 24));
    let key = side.finding("Silence", &[], &short);
    let case = side.node.open_case(&anna, &request("A ship over a cable", &[key])).unwrap();
    assert!(case.marking.expires.is_some());
    pair.advance_hours(24);
    assert!(matches!(side.node.show_case(&anna, &id_of(&case)), Err(NodeError::NotFound(_))), "unreadable at once");
    assert_eq!(side.node.erase_expired(&side.node.itself()).unwrap().cases, 1);
}

#[test]
fn acts_in_a_case_are_done_for_it_and_each_session_says_once_for_what() {
    let house = House::new();
    let (anna, bert) = (house.person("anna", &["analyst"]), house.person("bert", &["analyst"]));
    let (status, case) = house.call(Method::POST, "/cases", Some(&anna), Some(&json!({ "title": "A ship over a cable" })));
    assert_eq!(status, StatusCode::OK, "{case}");
    let path = format!("/cases/{}", case["summary"]["id"].as_str().unwrap());
    let note = json!({ "step": "note", "text": "seen" });
    let (status, _) = house.call(Method::POST, &format!("{path}/steps"), Some(&anna), Some(&note));
    assert_eq!(status, StatusCode::OK, "whoever opened it has said for what");
    assert_eq!(house.newest_entries(1)[0]["act"]["case"], case["summary"]["id"]);
    let (status, answer) = house.call(Method::GET, &path, Some(&bert), None);
    assert_eq!((status, answer["code"].as_str()), (StatusCode::PRECONDITION_REQUIRED, Some("purpose_required")));
    let stated = json!({ "purpose": "maritime-safety", "legal_basis": "Dir. 2002/59/EC", "case": case["summary"]["id"] });
    house.call(Method::POST, "/session/purposes", Some(&bert), Some(&stated));
    assert_eq!(house.call(Method::GET, &path, Some(&bert), None).0, StatusCode::OK);
}
