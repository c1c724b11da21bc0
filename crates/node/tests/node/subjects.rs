//! Data subjects: one request reaches both nodes' copies; what is restricted is in no list; a refusal is documented; the journal shows all
//! of it and says nothing of what was erased.

use crate::house::pair::{Pair, Side, marking};
use oikos_model::{
    Assessment, Clock, DatasetId, EntityId, Evaluation, Label, PersonCategory, Scope, Selector, SelectorKind, Statement,
    StatementDraft, Tlp,
};
use oikos_node::{
    Caller, FindingFilter, FindingName, JournalSearch, NodeError, ReleaseRequest, SubjectRequest, SubjectStep, Wanted,
};
use oikos_policy::Role;

const WHY: &str = "maritime-safety";
const NAME: &str = "Aino-Kaisa Salainen";
const IBAN: &str = "DE89370400440532013000";

fn officer(side: &Side) -> Caller {
    side.caller("dora", &[Role::DataProtectionOfficer], "oversight")
}

fn iban() -> Selector {
    Selector { kind: SelectorKind::Iban, value: IBAN.into() }
}

/// Two people of one name, born on different days.
fn register(side: &Side) {
    side.put(|tx, node, now| {
        let label = Label { marking: marking(&[WHY], Tlp::Amber), origin: node.clone(), scope: Scope::Node };
        let label = tx.intern_label(&label).unwrap();
        let say = |entity: &str, property: &str, value: &str| {
            let content = StatementDraft {
                entity: EntityId::new(entity).unwrap(),
                kind: "person".into(),
                property: property.into(),
                value: value.into(),
                valid_from: None,
                valid_to: None,
                stated_at: None,
                record: None,
                person_category: PersonCategory::NotAPerson,
                assessment: Assessment::Fact,
                evaluation: Evaluation::default(),
            };
            Statement::record(content, node.clone(), DatasetId::new("people.register").unwrap(), label, now)
        };
        let statements = [
            say("one", "name", NAME),
            say("one", "birth_date", "1954-03-02"),
            say("two", "name", "SALAINEN, Aino Kaisa"),
            say("two", "birth_date", "1980-01-01"),
        ];
        tx.put_statements(&statements).unwrap();
    });
}

fn open(side: &Side, wants: Wanted) -> String {
    let request = SubjectRequest {
        wants,
        name: Some("salainen aino-kaisa".into()),
        birth_date: Some("1954-03-02".into()),
        selectors: vec![format!("iban:{IBAN}")],
    };
    side.node.open_subject_request(&officer(side), &request).unwrap().id
}

fn titles(side: &Side) -> Vec<String> {
    let all = FindingFilter { state: Some("all".into()), ..FindingFilter::default() };
    let page = side.node.list_findings(&side.analyst(WHY), &all).unwrap();
    page.findings.into_iter().map(|line| line.title).collect()
}

#[test]
fn one_request_erases_both_nodes_copies_and_the_journal_says_nothing_of_them() {
    let pair = Pair::new(|_| ());
    register(&pair.fi);
    let key = pair.fi.finding("A payment of Aino-Kaisa Salainen", &[iban()], &marking(&[WHY], Tlp::Amber));
    let request = ReleaseRequest {
        partner: pair.at.node.id().clone(),
        finding: Some(FindingName { origin: None, key }),
        fields: None,
        register_around: None,
        derogation: Default::default(),
    };
    pair.fi.node.release(&pair.fi.releaser(WHY), &request).unwrap();
    pair.deliver();
    assert_eq!(titles(&pair.at).len(), 1, "AT has it");

    let id = open(&pair.fi, Wanted::Erase);
    let found = pair.fi.node.answer_subject(&officer(&pair.fi), &id, &SubjectStep::Find).unwrap().held.unwrap();
    assert_eq!((found.statements.len(), found.findings.len()), (2, 1), "and not the other person of that name");
    let exported = pair.fi.node.answer_subject(&officer(&pair.fi), &id, &SubjectStep::Export).unwrap();
    assert!(exported.text.unwrap().contains(NAME) && exported.held.unwrap().findings[0].finding.is_some());
    let erased = pair.fi.node.answer_subject(&officer(&pair.fi), &id, &SubjectStep::Erase).unwrap().request;
    assert_eq!((erased.told[0].partner.as_str(), erased.told[0].acknowledged), ("at.investment-screening", false));
    pair.deliver();
    assert!(titles(&pair.at).is_empty() && titles(&pair.fi).is_empty());
    let request = &pair.fi.node.list_subject_requests(&officer(&pair.fi)).unwrap()[0];
    assert!(request.told[0].acknowledged, "AT's signed receipt is here");
    let again = pair.fi.node.answer_subject(&officer(&pair.fi), &id, &SubjectStep::Find).unwrap().held.unwrap();
    assert!(again.statements.is_empty() && again.findings.is_empty());

    for side in [&pair.fi, &pair.at] {
        let lines = side.node.read_journal(&officer(side), 0, 1_000).unwrap();
        let text = serde_json::to_string(&lines).unwrap();
        for secret in [NAME, "Salainen", IBAN, "1954-03-02"] {
            assert!(!text.contains(secret), "{} keeps {secret} in its journal", side.node.id());
        }
        let log = std::fs::read(side.node.folder().journal().join("checkpoint")).unwrap();
        assert!(!String::from_utf8_lossy(&log).contains(IBAN));
    }
    let search = JournalSearch { action: Some("answer_subject".into()), ..JournalSearch::default() };
    let steps = pair.fi.node.search_journal(&officer(&pair.fi), &search).unwrap().entries;
    let text = serde_json::to_string(&steps).unwrap();
    assert!(["open", "find", "export", "erase"].iter().all(|step| text.contains(&format!("\"step\":\"{step}\""))), "{text}");
    let recalls = JournalSearch { action: Some("recall".into()), ..JournalSearch::default() };
    assert_eq!(pair.fi.node.search_journal(&officer(&pair.fi), &recalls).unwrap().entries.len(), 1);
}

#[test]
fn what_is_restricted_is_in_no_list_and_stays_for_the_officer() {
    let pair = Pair::new(|_| ());
    register(&pair.fi);
    pair.fi.finding("A payment", &[iban()], &marking(&[WHY], Tlp::Amber));
    assert_eq!(titles(&pair.fi).len(), 1);
    let id = open(&pair.fi, Wanted::Restrict);
    let step = SubjectStep::Restrict { reason: "the person contests its accuracy".into() };
    pair.fi.node.answer_subject(&officer(&pair.fi), &id, &step).unwrap();
    assert!(titles(&pair.fi).is_empty());
    // The detector concludes it again: it stays restricted.
    pair.fi.finding("A payment", &[iban()], &marking(&[WHY], Tlp::Amber));
    assert!(titles(&pair.fi).is_empty());
    let held = pair.fi.node.answer_subject(&officer(&pair.fi), &id, &SubjectStep::Find).unwrap().held.unwrap();
    assert_eq!((held.statements.len(), held.findings.len()), (2, 1), "the officer still finds it");
}

#[test]
fn a_correction_ends_the_wrong_statement_and_keeps_it() {
    let pair = Pair::new(|_| ());
    register(&pair.fi);
    let id = open(&pair.fi, Wanted::Rectify);
    let held = pair.fi.node.answer_subject(&officer(&pair.fi), &id, &SubjectStep::Find).unwrap().held.unwrap();
    let wrong = held.statements.iter().find(|one| one.property == "person birth_date").unwrap();
    let step = SubjectStep::Correct {
        statement: wrong.id.parse().unwrap(),
        value: "1954-03-20".into(),
        reason: "a transposed digit".into(),
    };
    pair.fi.node.answer_subject(&officer(&pair.fi), &id, &step).unwrap();
    let after = pair.fi.node.answer_subject(&officer(&pair.fi), &id, &SubjectStep::Find).unwrap().held.unwrap();
    let dates: Vec<(bool, &str)> = after
        .statements
        .iter()
        .filter(|one| one.property == "person birth_date")
        .map(|one| (one.ended_at.is_some(), one.value.as_str()))
        .collect();
    assert!(dates.contains(&(true, "1954-03-02")) && dates.contains(&(false, "1954-03-20")), "{dates:?}");
}

#[test]
fn a_refusal_is_documented_the_clock_runs_and_only_the_officer_answers() {
    let pair = Pair::new(|_| ());
    let id = open(&pair.fi, Wanted::Access);
    let analyst = pair.fi.analyst(WHY);
    assert!(matches!(pair.fi.node.answer_subject(&analyst, &id, &SubjectStep::Find), Err(NodeError::Denied(_))));
    let extend = SubjectStep::Extend { reason: "three registers to search".into() };
    let extended = pair.fi.node.answer_subject(&officer(&pair.fi), &id, &extend).unwrap().request;
    assert!(!extended.overdue);
    assert!(pair.fi.node.answer_subject(&officer(&pair.fi), &id, &extend).is_err(), "once");
    pair.advance_hours(24 * 91);
    assert!(pair.fi.node.list_subject_requests(&officer(&pair.fi)).unwrap()[0].overdue);
    let refuse = |law: &str| SubjectStep::Refuse {
        law: law.into(),
        reason: "it would obstruct an inquiry".into(),
        supervisor: "the supervisory authority (fictional)".into(),
    };
    assert!(pair.fi.node.answer_subject(&officer(&pair.fi), &id, &refuse(" ")).is_err(), "a refusal names its law");
    pair.fi.node.answer_subject(&officer(&pair.fi), &id, &refuse("Dir. (EU) 2016/680 Art. 15(1)(a)")).unwrap();
    let request = &pair.fi.node.list_subject_requests(&officer(&pair.fi)).unwrap()[0];
    assert_eq!(request.state, "refused");
    assert!(request.refusal.as_ref().unwrap().supervisor.contains("supervisory"));
    assert!(pair.fi.node.answer_subject(&officer(&pair.fi), &id, &SubjectStep::Erase).is_err(), "it is closed to steps");
    assert!(pair.fi.clock.now() > crate::house::pair::start());
}
