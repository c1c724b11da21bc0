//! How quick a page of the inbox is at 100,000 findings: `cargo test -p oikos-registry-sqlite --test inbox -- --ignored --nocapture`.

#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::disallowed_methods, reason = "it measures")]

use std::time::Instant;

use oikos_model::{
    Act, Action, Actor, DetectorId, Finding, FindingKey, FindingState, Label, LegalBasis, Marking, NodeId, Purpose, Reason,
    Regime, Scope, Timestamp, Tlp,
};
use oikos_registry::{InboxQuery, Side, Store};
use oikos_registry_sqlite::SqliteStore;

const FINDINGS: usize = 100_000;
const DESKS: [&str; 5] = ["sea", "finance", "ownership", "online", "cyber"];

fn at(second: usize) -> Timestamp {
    Timestamp::from_second(1_767_225_600 + i64::try_from(second).unwrap()).unwrap()
}

fn finding(number: usize, marking: &Marking) -> Finding {
    let detector = DetectorId::new(format!("{}.gap", DESKS[number % 5])).unwrap();
    let reason = |n: usize| Reason {
        name: format!("reason-{n}"),
        bits: ((number * 7 + n * 13) % 97) as f64 / 10.0,
        text: "w".repeat(200),
    };
    Finding {
        key: FindingKey::new(&detector, [number.to_string().as_str()]),
        origin: NodeId::new("fi.test").unwrap(),
        desk: DESKS[number % 5].to_owned(),
        run: None,
        title: format!("Vessel {number} went silent near a cable"),
        occurred_from: at(number),
        occurred_to: at(number + 60),
        place: None,
        prior_bits: -3.0,
        reasons: (0..4).map(reason).collect(),
        calibrated: false,
        selectors: vec![],
        facts: vec![],
        evidence: vec![],
        derived_from: vec![],
        marking: marking.clone(),
        detector,
    }
}

#[test]
#[ignore = "it measures; run it by name"]
fn a_page_at_100_000_findings() {
    let folder = tempfile::TempDir::new().unwrap();
    let store = SqliteStore::open(folder.path().join("registry.sqlite")).unwrap();
    let purpose = Purpose::new("maritime-safety").unwrap();
    let act = Act {
        actor: Actor::Node(NodeId::new("fi.test").unwrap()),
        action: Action::Import,
        purpose: purpose.clone(),
        legal_basis: LegalBasis::new("a measurement").unwrap(),
        case: None,
        at: at(0),
    };
    let marking = Marking::new(Regime::Gdpr, Tlp::Amber, [purpose]);
    let mut tx = store.begin(&act).unwrap();
    let label = Label { marking: marking.clone(), origin: NodeId::new("fi.test").unwrap(), scope: Scope::Node };
    let label = tx.intern_label(&label).unwrap();
    let begun = Instant::now();
    for number in 0..FINDINGS {
        tx.put_finding(&finding(number, &marking), label, false, at(number)).unwrap();
    }
    tx.commit().unwrap();
    println!("{FINDINGS} findings put in {:?}", begun.elapsed());
    let tx = store.snapshot(&act).unwrap();
    let labels = [label];
    let now = at(FINDINGS);
    let all =
        InboxQuery { states: Some(&[FindingState::Open]), snoozed: Some(false), limit: 100, ..InboxQuery::new(&labels, now) };
    let timed = |what: &str, work: &dyn Fn() -> usize| {
        work();
        let begun = Instant::now();
        let found = work();
        println!("{what}: {:?} ({found})", begun.elapsed());
    };
    let lines: Vec<_> = DESKS.iter().map(|desk| tx.budget_line(desk, &labels, now, 25).unwrap().unwrap()).collect();
    timed("budget lines of 5 desks", &|| DESKS.iter().filter_map(|desk| tx.budget_line(desk, &labels, now, 25).unwrap()).count());
    let within = InboxQuery { side: Some(Side::Within(&lines)), ..all.clone() };
    let beyond = InboxQuery { side: Some(Side::Beyond(&lines)), ..all.clone() };
    timed("count within", &|| usize::try_from(tx.count_inbox(&within).unwrap()).unwrap());
    timed("page within", &|| tx.inbox(&within).unwrap().len());
    timed("page beyond", &|| tx.inbox(&beyond).unwrap().len());
    timed("page beyond, offset 90,000", &|| tx.inbox(&InboxQuery { offset: 90_000, ..beyond.clone() }).unwrap().len());
    timed("count all", &|| usize::try_from(tx.count_inbox(&all).unwrap()).unwrap());
    timed("counts by filter", &|| tx.inbox_groups(&InboxQuery::new(&labels, now)).unwrap().len());
    timed("text, page", &|| tx.inbox(&InboxQuery { text: Some("99999"), ..all.clone() }).unwrap().len());
    timed("one desk, page", &|| tx.inbox(&InboxQuery { desk: Some("sea"), ..all.clone() }).unwrap().len());
}
