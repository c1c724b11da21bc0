//! Screening: matches explained and ranked, hits and clearances by people, sets screened again, and one question over five registers of
//! different purposes.

use std::fmt::Write as _;

use oikos_model::{
    Assessment, Clock, DatasetId, EntityId, Evaluation, Label, PersonCategory, Scope, Statement, StatementDraft, Timestamp, Tlp,
};
use oikos_node::{
    Caller, EntityPath, JournalSearch, MatchDecisionRequest, MatchVerdict, MoreSubjects, NewScreeningSet, NodeError,
    ScreeningAnswer, ScreeningRequest, ScreeningSettings, ScreeningSubject, SelfRecallRequest, SubjectKind,
};
use oikos_policy::Role;
use oikos_registry::StatementQuery;

use crate::house::pair::{Pair, Side, marking};

const WHY: &str = "sanctions-enforcement";
const UN: &str = "entities.un-sanctions";

/// What one source says of one person.
fn person(side: &Side, dataset: &str, id: &str, said: &[(&str, &str)], purposes: &[&str]) {
    side.put(|tx, node, now| {
        let label = Label { marking: marking(purposes, Tlp::Amber), origin: node.clone(), scope: Scope::Node };
        let label = tx.intern_label(&label).unwrap();
        let statements = said.iter().map(|(property, value)| {
            let content = StatementDraft {
                entity: EntityId::new(id).unwrap(),
                kind: "person".into(),
                property: (*property).into(),
                value: (*value).into(),
                valid_from: None,
                valid_to: None,
                stated_at: None,
                record: None,
                person_category: PersonCategory::Other,
                assessment: Assessment::Fact,
                evaluation: Evaluation::default(),
            };
            Statement::record(content, node.clone(), DatasetId::new(dataset).unwrap(), label, now)
        });
        tx.put_statements(&statements.collect::<Vec<_>>()).unwrap();
    });
}

/// A list of three fictional people.
fn list(side: &Side) {
    person(side, UN, "e1", &[("name", "Arman Velikhanov"), ("alias", "Арман Велиханов"), ("birth_date", "1961-04-02")], &[WHY]);
    person(side, UN, "e2", &[("name", "Jussuf al-Qadiri"), ("weak_alias", "Abu Tarik"), ("birth_date", "1975")], &[WHY]);
    person(side, UN, "e3", &[("name", "Marta Oyelaran"), ("nationality", "XY")], &[WHY]);
}

fn subject(name: &str) -> ScreeningSubject {
    ScreeningSubject { names: vec![name.into()], ..ScreeningSubject::default() }
}

fn request(names: &[&str]) -> ScreeningRequest {
    ScreeningRequest { subjects: names.iter().map(|name| subject(name)).collect(), ..ScreeningRequest::default() }
}

fn screen(side: &Side, caller: &Caller, request: &ScreeningRequest) -> ScreeningAnswer {
    side.node.screen(caller, request).unwrap()
}

fn listed(side: &Side, id: &str) -> EntityPath {
    EntityPath { origin: side.node.id().clone(), dataset: DatasetId::new(UN).unwrap(), entity: EntityId::new(id).unwrap() }
}

fn cleared(side: &Side, name: &str, id: &str) -> MatchDecisionRequest {
    MatchDecisionRequest {
        subject: subject(name),
        entity: listed(side, id),
        verdict: MatchVerdict::Cleared,
        reason: "another father's name".into(),
        action: None,
        expires_at: None,
    }
}

#[test]
fn dirty_names_match_with_reasons_that_add_up_and_the_lists_legal_force() {
    let pair = Pair::new(|_| ());
    list(&pair.at);
    let caller = pair.at.analyst(WHY);
    let answer = screen(&pair.at, &caller, &request(&["VELIKHANOV Armann", "AL-QADIRI, Jusuf", "Nobody Inparticular"]));
    assert_eq!((answer.subjects, answer.entities), (3, 3));
    let found: Vec<(&str, &str)> = answer.matches.iter().map(|one| (one.subject.as_str(), one.title.as_str())).collect();
    assert!(found.contains(&("0", "Arman Velikhanov")) && found.contains(&("1", "Jussuf al-Qadiri")), "{found:?}");
    assert!(found.iter().all(|(subject, _)| *subject != "2"), "{found:?}");
    for one in &answer.matches {
        let sum: f32 = one.reasons.iter().map(|reason| reason.bits).sum();
        assert!((sum - one.bits).abs() < 1e-3, "{one:?}");
        assert_eq!(one.lists[0].legal_force, "through-eu-law", "a UN listing binds as far as the Union took it over");
        assert!(one.decision.is_none() && (0.0..=1.0).contains(&one.score) && !one.words.is_empty());
    }
    assert!(answer.matches.windows(2).all(|pair| pair[0].bits >= pair[1].bits));
}

#[test]
fn a_budget_ranks_and_a_birth_date_decides() {
    let pair = Pair::new(|_| ());
    list(&pair.at);
    let caller = pair.at.analyst(WHY);
    let both = ScreeningRequest {
        settings: ScreeningSettings { budget: Some(1), ..ScreeningSettings::default() },
        ..request(&["Arman Velikhanov", "Marta Oyelaran"])
    };
    let answer = screen(&pair.at, &caller, &both);
    assert_eq!((answer.matches.len(), answer.within_budget), (2, 1), "nothing is cut away");
    let born = |year: &str| {
        let subject = ScreeningSubject { birth_date: Some(year.into()), ..subject("Arman Velikhanov") };
        let request = ScreeningRequest { subjects: vec![subject], ..ScreeningRequest::default() };
        screen(&pair.at, &caller, &request).matches.first().map(|one| one.bits)
    };
    assert!(born("1961-04-02") > born("1961"), "a day says more than a year");
    assert!(born("1999-01-01") < born("1961"), "another date speaks against it");
    // A nationality only ever excludes.
    let of = |code: &str| {
        let subject = ScreeningSubject { nationalities: vec![code.into()], ..subject("Marta Oyelaran") };
        screen(&pair.at, &caller, &ScreeningRequest { subjects: vec![subject], ..ScreeningRequest::default() }).matches[0].bits
    };
    let plain = screen(&pair.at, &caller, &request(&["Marta Oyelaran"])).matches[0].bits;
    assert!((of("XY") - plain).abs() < 1e-6 && of("FR") < plain);
}

#[test]
fn a_clearance_is_remembered_ends_and_can_be_taken_back() {
    let pair = Pair::new(|_| ());
    list(&pair.at);
    let (node, caller) = (&pair.at.node, pair.at.analyst(WHY));
    let ask = || screen(&pair.at, &caller, &request(&["Arman Velihanov"]));
    let before = ask();
    assert_eq!((before.matches.len(), before.cleared), (1, 0));
    let until: Timestamp = pair.at.clock.now() + jiff::SignedDuration::from_hours(24);
    let decision = MatchDecisionRequest { expires_at: Some(until), ..cleared(&pair.at, "Arman Velihanov", "e1") };
    let said = node.decide_match(&caller, &decision).unwrap().unwrap();
    assert_eq!((said.verdict, said.by.as_str()), (MatchVerdict::Cleared, "anna"));
    let after = ask();
    assert_eq!((after.cleared, after.within_budget), (1, 0), "it stays in the list, marked");
    assert_eq!(after.matches[0].decision.as_ref().unwrap().reason, "another father's name");
    let other = screen(&pair.at, &caller, &request(&["Arman Velihanov Jr"]));
    assert_eq!(other.cleared, 0, "it was said of another description");
    pair.advance_hours(25);
    assert_eq!(ask().cleared, 0, "it ended");
    let withdrawn = MatchDecisionRequest { verdict: MatchVerdict::Withdrawn, ..cleared(&pair.at, "Arman Velihanov", "e1") };
    assert!(node.decide_match(&caller, &cleared(&pair.at, "Arman Velihanov", "e1")).unwrap().is_some());
    assert!(node.decide_match(&caller, &withdrawn).unwrap().is_none());
    assert_eq!(ask().cleared, 0);
    assert!(matches!(node.decide_match(&caller, &withdrawn), Err(NodeError::Conflict(_))));
}

#[test]
fn a_hit_names_what_is_requested_and_a_match_alone_is_none() {
    let pair = Pair::new(|_| ());
    list(&pair.at);
    let (node, caller) = (&pair.at.node, pair.at.analyst(WHY));
    let hit = MatchDecisionRequest { verdict: MatchVerdict::Hit, ..cleared(&pair.at, "Marta Oyelaran", "e3") };
    assert!(matches!(node.decide_match(&caller, &hit), Err(NodeError::Invalid(_))), "a hit says what is requested");
    let hit = MatchDecisionRequest { action: Some("freeze and tell the competent authority".into()), ..hit };
    node.decide_match(&caller, &hit).unwrap();
    let found = &screen(&pair.at, &caller, &request(&["Marta Oyelaran"])).matches[0];
    let said = found.decision.as_ref().unwrap();
    assert_eq!((said.verdict, said.action.as_deref()), (MatchVerdict::Hit, Some("freeze and tell the competent authority")));
    assert_eq!(node.list_match_decisions(&caller).unwrap().len(), 1);
    let unknown = MatchDecisionRequest { entity: listed(&pair.at, "nobody"), ..hit };
    assert!(matches!(node.decide_match(&caller, &unknown), Err(NodeError::NotFound(_))));
    let officer = pair.at.caller("dora", &[Role::DataProtectionOfficer], "oversight");
    assert!(matches!(node.screen(&officer, &request(&["Marta Oyelaran"])), Err(NodeError::Denied(_))));
    let journal = JournalSearch { action: Some("decide_match".into()), ..JournalSearch::default() };
    let entries = node.search_journal(&officer, &journal).unwrap().entries;
    assert_eq!(entries.len(), 1);
    let words = serde_json::to_string(&entries).unwrap();
    assert!(!words.contains("Oyelaran"), "the journal names whom by a fingerprint: {words}");
}

#[test]
fn a_set_is_screened_again_only_as_far_as_a_list_changed() {
    let pair = Pair::new(|_| ());
    list(&pair.at);
    let (node, caller) = (&pair.at.node, pair.at.analyst(WHY));
    // What came in the moment of a screening counts as having come after it.
    pair.advance_hours(1);
    let names = ["Arman Velihanov", "Klara Winterfeld", "Ove Strandberg", "Li Wenhua"];
    let new = NewScreeningSet {
        title: "Bidders of a port tender".into(),
        subjects: names[..2].iter().map(|name| subject(name)).collect(),
        settings: ScreeningSettings::default(),
    };
    let set = node.keep_screening_set(&caller, &new).unwrap();
    let more = MoreSubjects { subjects: names[2..].iter().map(|name| subject(name)).collect() };
    assert_eq!(node.add_screened_subjects(&caller, &set.id, &more).unwrap().subjects, 4);
    assert_eq!(node.screening_set_matches(&caller, &set.id).unwrap().matches.len(), 1);
    pair.advance_hours(1);
    let nothing = node.rescreen_set(&caller, &set.id, false).unwrap();
    assert_eq!((nothing.changed_entities, nothing.searched, nothing.new.len()), (0, 0, 0));

    pair.advance_hours(1);
    person(&pair.at, UN, "e4", &[("name", "Clara Winterfeldt")], &[WHY]);
    let e1: Vec<_> = {
        let mut ids = Vec::new();
        pair.at.put(|tx, _, now| {
            let entity = EntityId::new("e1").unwrap();
            let query = StatementQuery { entity: Some(&entity), ..StatementQuery::default() };
            ids = tx.statements(&query).unwrap().into_iter().map(|statement| statement.id).collect();
            tx.end_statements(&ids, now).unwrap();
        });
        ids
    };
    assert_eq!(e1.len(), 3);
    let again = node.rescreen_set(&caller, &set.id, false).unwrap();
    assert_eq!((again.changed_entities, again.searched), (2, 2), "the other two share nothing with what changed");
    assert_eq!((again.new.len(), again.new[0].title.as_str()), (1, "Clara Winterfeldt"));
    assert_eq!((again.gone.len(), again.gone[0].title.as_str()), (1, "Arman Velikhanov"));
    let whole = node.rescreen_set(&caller, &set.id, true).unwrap();
    assert_eq!((whole.searched, whole.new.len(), whole.gone.len()), (4, 0, 0), "what was left alone had nothing to find");

    let found = node.screening_set_matches(&caller, &set.id).unwrap();
    let hit = MatchDecisionRequest {
        verdict: MatchVerdict::Hit,
        action: Some("reject the bid".into()),
        ..cleared(&pair.at, "Klara Winterfeld", "e4")
    };
    node.decide_match(&caller, &hit).unwrap();
    let strict = ScreeningSettings { threshold: Some(1.0), ..ScreeningSettings::default() };
    let tried = node.screening_what_if(&caller, &set.id, &strict).unwrap();
    assert_eq!((tried.matches, tried.would_match, tried.would_be_gone), (found.matches.len(), 0, 1));
    assert_eq!(tried.hits_lost.len(), 1, "somebody who would be missed");
    let elsewhere = pair.at.analyst("maritime-safety");
    assert!(node.list_screening_sets(&elsewhere).unwrap().is_empty());
    assert!(matches!(node.screening_set_matches(&elsewhere, &set.id), Err(NodeError::NotFound(_))));
    node.remove_screening_set(&caller, &set.id).unwrap();
    assert!(node.list_screening_sets(&caller).unwrap().is_empty());
}

#[test]
fn a_list_finds_its_own_names_badly_written() {
    let pair = Pair::new(|_| ());
    list(&pair.at);
    let rows = pair.at.node.screening_self_recall(&pair.at.analyst(WHY), &SelfRecallRequest::default()).unwrap();
    let (tried, found) = rows.iter().fold((0, 0), |(tried, found), row| (tried + row.tried, found + row.found));
    assert!(tried > 20 && found * 10 >= tried * 9, "{found} of {tried}: {rows:?}");
}

/// Five registers that were made for different purposes, all fictional. Each has the same person.
const REGISTERS: [(&str, &[&str]); 5] = [
    ("registers.travel-documents", &["border-control", "crime-prevention"]),
    ("registers.visas", &["border-control"]),
    ("registers.wanted-persons", &["crime-prevention", "border-control"]),
    ("registers.beneficial-owners", &["anti-money-laundering", "fdi-screening"]),
    ("registers.restrictive-measures", &["sanctions-enforcement", "customs-control", "anti-money-laundering"]),
];

#[test]
fn one_question_goes_over_five_registers_and_opens_those_of_the_role_and_purpose() {
    let pair = Pair::new(|_| ());
    for (dataset, purposes) in REGISTERS {
        person(&pair.at, dataset, "p1", &[("name", "Ilse Brandtner"), ("birth_date", "1980-05-17")], purposes);
    }
    let question = ScreeningRequest {
        subjects: vec![ScreeningSubject {
            kind: SubjectKind::Person,
            birth_date: Some("1980-05-17".into()),
            ..subject("Ilse Brandner")
        }],
        settings: ScreeningSettings {
            datasets: REGISTERS.iter().map(|(dataset, _)| (*dataset).to_owned()).collect(),
            ..ScreeningSettings::default()
        },
    };
    let roles =
        [Role::Analyst, Role::Supervisor, Role::Releaser, Role::DataProtectionOfficer, Role::Auditor, Role::Administrator];
    let purposes = [
        "border-control",
        "crime-prevention",
        "anti-money-laundering",
        "fdi-screening",
        "sanctions-enforcement",
        "customs-control",
    ];
    let mut table = String::from(
        "# Which registers one question opens\n\nWritten by `one_question_goes_over_five_registers_and_opens_those_of_the_role_and_purpose`.\n\n| role | purpose |",
    );
    REGISTERS.iter().for_each(|(dataset, _)| write!(table, " {dataset} |").unwrap());
    table.push_str("\n|---|---|---|---|---|---|---|\n");
    for role in roles {
        for purpose in purposes {
            let caller = pair.at.caller("anna", &[role], purpose);
            let opened: Vec<String> = match pair.at.node.screen(&caller, &question) {
                Ok(answer) => answer.matches.iter().map(|found| found.entity.dataset.to_string()).collect(),
                Err(NodeError::Denied(_)) => Vec::new(),
                Err(other) => panic!("{role:?} for {purpose}: {other}"),
            };
            write!(table, "| {} | {purpose} |", role.code()).unwrap();
            for (dataset, _) in REGISTERS {
                table.push_str(if opened.iter().any(|one| one == dataset) { " match |" } else { " — |" });
            }
            table.push('\n');
        }
    }
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/registers.md");
    if std::env::var_os("OIKOS_UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &table).unwrap();
    }
    assert_eq!(table, std::fs::read_to_string(&path).unwrap_or_default(), "OIKOS_UPDATE_GOLDEN=1 writes it anew");
}
