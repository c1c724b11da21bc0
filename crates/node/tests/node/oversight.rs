//! Oversight over the API: the tables of policy, who looked at whom, unusual access and its review, statistics.

use std::sync::Arc;

use crate::house::{House, config};
use axum::http::{Method, StatusCode};
use base64::Engine as _;
use oikos_journal::{Entry, Outcome};
use oikos_model::{Act, Action, Actor, CaseId, LegalBasis, NodeId, Purpose, SimulatedClock, Timestamp, UserName};
use oikos_registry::Store;
use serde_json::{Value, json};

const NOW: &str = "2026-11-18T12:00:00Z";

fn house() -> House {
    House::with(&config(), Arc::new(SimulatedClock::new(NOW.parse().unwrap())))
}

fn get(house: &House, token: &str, path: &str) -> Value {
    let (status, answer) = house.call(Method::GET, path, Some(token), None);
    assert_eq!(status, StatusCode::OK, "{path}: {answer}");
    answer
}

/// An act as it would have been written at this time.
fn entry(who: Actor, action: Action, at: &str, case: Option<&str>, subjects: &[&str]) -> Entry {
    let act = Act {
        actor: who,
        action,
        purpose: Purpose::new("maritime-safety").unwrap(),
        legal_basis: LegalBasis::new("Dir. 2002/59/EC").unwrap(),
        case: case.map(|case| CaseId::new(case).unwrap()),
        at: at.parse::<Timestamp>().unwrap(),
    };
    let subjects = subjects.iter().map(ToString::to_string).collect();
    Entry { act, outcome: Outcome::Allowed, subjects, recipient: None, detail: Value::Null }
}

fn person(name: &str) -> Actor {
    Actor::Person(UserName::new(name).unwrap())
}

fn plant(house: &House, entries: &[Entry]) {
    let store = house.store();
    let mut tx = store.begin(&crate::house::act()).unwrap();
    for entry in entries {
        oikos_journal::record(tx.as_mut(), entry).unwrap();
    }
    tx.commit().unwrap();
}

#[test]
fn everyone_may_read_the_tables_and_they_are_the_golden_ones() {
    let house = house();
    let golden = include_str!("../../../policy/golden/regime_table.md");
    for role in ["analyst", "releaser", "administrator", "auditor"] {
        let tables = get(&house, &house.person(&format!("a-{role}"), &[role]), "/policy/tables");
        let codes: Vec<&str> = tables.as_array().unwrap().iter().map(|table| table["code"].as_str().unwrap()).collect();
        assert_eq!(codes, ["roles", "regimes", "partners", "asks", "transfers"], "{role}");
        for row in tables[1]["parts"][0]["rows"].as_array().unwrap() {
            let words = |name: &str| row[name].as_array().unwrap().iter().map(|cell| cell.as_str().unwrap().to_owned());
            let line: Vec<String> = words("names").chain(words("cells")).chain(words("why")).collect();
            assert!(golden.contains(&format!("| {} |", line.join(" | "))), "{line:?}");
        }
    }
    let nobody = house.call(Method::GET, "/policy/tables", None, None);
    assert_eq!(nobody.0, StatusCode::UNAUTHORIZED);
}

#[test]
fn who_looked_is_found_by_what_and_by_whom() {
    let house = house();
    let thing = "finding:fi.test/1f0c";
    plant(
        &house,
        &[
            entry(person("anna"), Action::ReadFindings, "2026-11-10T09:00:00Z", Some("case-7"), &[thing]),
            entry(person("anna"), Action::ReadEvidence, "2026-11-11T09:00:00Z", Some("case-7"), &[thing]),
            entry(person("bert"), Action::ReadFindings, "2026-11-12T09:00:00Z", None, &[thing, "finding:fi.test/other"]),
            entry(person("carl"), Action::ReadFindings, "2026-11-12T09:00:00Z", None, &["finding:fi.test/other"]),
        ],
    );
    let auditor = house.person("nora", &["auditor"]);
    let found = get(&house, &auditor, &format!("/oversight/consultations?subject={thing}"));
    assert_eq!(found["acts"], 3);
    let people: Vec<_> = found["people"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["who"].as_str().unwrap(), one["acts"].as_u64().unwrap()))
        .collect();
    assert_eq!(people, [("person:anna", 2), ("person:bert", 1)]);
    assert_eq!(found["people"][0]["cases"], json!(["case-7"]));
    assert_eq!(found["people"][0]["first_at"], "2026-11-10T09:00:00Z");
    assert_eq!(found["lines"][0]["who"], "person:bert", "newest first");
    let case = get(&house, &auditor, "/oversight/consultations?subject=case:case-7");
    assert_eq!(case["acts"], 2, "what was done for a case");
    let by_bert = get(&house, &auditor, "/oversight/consultations?who=bert");
    let things: Vec<&str> =
        by_bert["things"].as_array().unwrap().iter().map(|thing| thing["subject"].as_str().unwrap()).collect();
    assert_eq!(things, [thing, "finding:fi.test/other"]);
    // Whoever watches is watched: the question is an entry under what it asked about.
    let again = get(&house, &auditor, &format!("/oversight/consultations?subject={thing}"));
    assert_eq!(again["people"].as_array().unwrap().iter().filter(|one| one["who"] == "person:nora").count(), 1);
    for wrong in ["", "?who=anna&subject=a:b", "?subject=nonsense"] {
        let (status, _) = house.call(Method::GET, &format!("/oversight/consultations{wrong}"), Some(&auditor), None);
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
    let analyst = house.person("mikko", &["analyst"]);
    let (status, _) = house.call(Method::GET, "/oversight/consultations?who=anna", Some(&analyst), None);
    assert_eq!(status, StatusCode::FORBIDDEN);
}

#[test]
fn what_is_unusual_is_shown_reviewed_by_another_person_and_opened_again() {
    let house = house();
    let denied = |who: &str, minute: usize| Entry {
        outcome: Outcome::Denied { reason: "no".into() },
        ..entry(person(who), Action::ReadEvidence, &format!("2026-11-17T09:{minute:02}:00Z"), None, &["finding:fi.test/1"])
    };
    let planted: Vec<Entry> = (0..5).map(|minute| denied("bert", minute)).chain((0..4).map(|m| denied("carl", m))).collect();
    plant(&house, &planted);
    let (officer, bert) = (house.person("dora", &["data-protection-officer"]), house.person("bert", &["auditor"]));
    let unusual = get(&house, &officer, "/oversight/unusual");
    assert_eq!(unusual["rules"].as_array().unwrap().len(), 5);
    assert!(unusual["rules"].as_array().unwrap().iter().all(|rule| !rule["thresholds"].as_array().unwrap().is_empty()));
    let shown = unusual["indicators"].as_array().unwrap();
    assert_eq!(shown.len(), 1, "{shown:?}");
    let one = &shown[0];
    assert_eq!((&one["kind"], &one["who"], &one["open"]), (&json!("repeated_denials"), &json!("bert"), &json!(true)));
    assert_eq!((&one["entry_count"], &one["about"]), (&json!(5), &json!("2026-11-17")));
    let newest = one["entries"].as_array().unwrap().iter().map(|index| index.as_i64().unwrap()).max().unwrap();
    let path = format!("/oversight/unusual/{}/reviews", one["id"].as_str().unwrap());
    let review = json!({ "reason": "wrong desk membership; corrected", "newest_entry": newest });
    let (status, answer) = house.call(Method::POST, &path, Some(&bert), Some(&review));
    assert_eq!(status, StatusCode::FORBIDDEN, "nobody reviews their own acts: {answer}");
    let empty = json!({ "reason": " ", "newest_entry": newest });
    assert_eq!(house.call(Method::POST, &path, Some(&officer), Some(&empty)).0, StatusCode::UNPROCESSABLE_ENTITY);
    let (status, answer) = house.call(Method::POST, &path, Some(&officer), Some(&review));
    assert_eq!((status, &answer["open"]), (StatusCode::OK, &json!(false)), "{answer}");
    assert_eq!(house.newest_entries(1)[0]["detail"]["reason"], "wrong desk membership; corrected");
    let later = get(&house, &officer, "/oversight/unusual");
    assert_eq!(later["indicators"][0]["review"]["by"], "dora");
    plant(&house, &[denied("bert", 30)]);
    let opened = get(&house, &officer, "/oversight/unusual");
    assert_eq!((&opened["indicators"][0]["open"], &opened["indicators"][0]["entry_count"]), (&json!(true), &json!(6)));
    let analyst = house.person("mikko", &["analyst"]);
    assert_eq!(house.call(Method::GET, "/oversight/unusual", Some(&analyst), None).0, StatusCode::FORBIDDEN);
    assert_eq!(house.call(Method::POST, &path, Some(&analyst), Some(&review)).0, StatusCode::FORBIDDEN);
}

#[test]
fn statistics_count_whole_months_and_suppress_small_cells() {
    let house = house();
    let partner = NodeId::new("at.fdi").unwrap();
    let to_partner = |action, at: &str, detail: Value| Entry {
        recipient: Some(partner.clone()),
        detail,
        ..entry(person("anna"), action, at, None, &["request:1"])
    };
    let mut planted: Vec<Entry> = (0..6).map(|_| to_partner(Action::Release, "2026-10-05T09:00:00Z", Value::Null)).collect();
    planted.extend((0..4).map(|_| to_partner(Action::Release, "2026-09-05T09:00:00Z", Value::Null)));
    planted.extend((0..9).map(|_| to_partner(Action::Release, "2026-11-05T09:00:00Z", Value::Null)));
    planted.extend((0..8).map(|n| to_partner(Action::DecideRequest, "2026-10-06T09:00:00Z", json!({ "in_time": n > 0 }))));
    plant(&house, &planted);
    let officer = house.person("dora", &["data-protection-officer"]);
    let statistics = get(&house, &officer, "/statistics?months=3");
    assert_eq!((&statistics["from"], &statistics["to"]), (&json!("2026-08"), &json!("2026-10")), "this month is not over");
    let cell = |month: &str, measure: &str| {
        let cells = statistics["cells"].as_array().unwrap().iter();
        let found = cells.filter(|cell| cell["month"] == month && cell["measure"] == measure).collect::<Vec<_>>();
        assert_eq!(found.len(), 1, "{month} {measure}");
        (found[0]["count"].clone(), found[0]["suppressed"] == true)
    };
    assert_eq!(cell("2026-10", "releases"), (json!(6), false));
    assert_eq!(cell("2026-09", "releases"), (Value::Null, true));
    assert_eq!(cell("2026-08", "releases"), (json!(0), false));
    assert_eq!(cell("2026-10", "requests_answered"), (json!(8), false));
    assert_eq!(cell("2026-10", "requests_answered_in_time"), (Value::Null, true), "one was late, and could be told");
    let body = json!({ "months": 3, "recipient": "the supervisor" });
    let (status, folder) = house.call(Method::POST, "/statistics/exports", Some(&officer), Some(&body));
    assert_eq!(status, StatusCode::OK, "{folder}");
    let file = |name: &str| {
        let files = folder["files"].as_array().unwrap();
        let found = files.iter().find(|file| file["path"] == name).unwrap();
        let bytes = base64::engine::general_purpose::STANDARD.decode(found["base64"].as_str().unwrap()).unwrap();
        String::from_utf8(bytes).unwrap()
    };
    assert!(file("statistics.csv").contains("\n2026-10,no_longer_known,releases,6\n"));
    assert!(file("statistics.csv").contains("\n2026-09,no_longer_known,releases,suppressed\n"));
    assert!(!file("statistics.json").contains("at.fdi") && !file("statistics.csv").contains("anna"));
    assert!(file("README.md").contains("not accredited"));
    assert_eq!(house.newest_entries(1)[0]["detail"]["recipient"], "the supervisor");
    let analyst = house.person("mikko", &["analyst"]);
    assert_eq!(house.call(Method::GET, "/statistics", Some(&analyst), None).0, StatusCode::FORBIDDEN);
}
