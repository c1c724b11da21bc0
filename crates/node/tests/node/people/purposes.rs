//! For what a session works, said once per case.

use super::*;

fn analyst(timed: &Timed) -> String {
    timed.house.account("anna", &["analyst", "desk:sea"]);
    timed.token("anna", None)
}

fn state(timed: &Timed, token: &str, purpose: &str, case: Option<&str>) -> (StatusCode, Value) {
    timed.post("/session/purposes", token, &json!({ "purpose": purpose, "legal_basis": "Dir. 2002/59/EC", "case": case }))
}

#[test]
fn case_data_is_shown_only_once_somebody_said_what_for() {
    let timed = Timed::with_rule(SecondFactorRule::Optional);
    let token = analyst(&timed);
    for path in ["/findings", "/leads", "/received", "/releases"] {
        let (status, answer) = timed.get(path, &token);
        assert_eq!((status, &answer["code"]), (StatusCode::PRECONDITION_REQUIRED, &json!("purpose_required")), "{path}");
    }
    let body = json!({ "paths": ["/nonexistent"] });
    assert_eq!(timed.post("/imports", &token, &body).0, StatusCode::PRECONDITION_REQUIRED);
    assert_eq!(timed.post("/sql", &token, &json!({ "query": "SELECT 1" })).0, StatusCode::PRECONDITION_REQUIRED);
    assert_eq!(timed.get("/jobs", &token).0, StatusCode::OK, "no case data");
    assert_eq!(state(&timed, &token, "no-such-purpose", None).0, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(state(&timed, &token, "maritime-safety", None).0, StatusCode::OK);
    let entry = &timed.house.newest_entries(1)[0];
    assert_eq!(entry["act"]["action"], "state_purpose");
    assert_eq!(entry["act"]["purpose"], "maritime-safety");
    assert_eq!(timed.get("/findings", &token).0, StatusCode::OK);
    let entry = &timed.house.newest_entries(1)[0];
    assert_eq!((&entry["act"]["action"], &entry["act"]["legal_basis"]), (&json!("read_findings"), &json!("Dir. 2002/59/EC")));
}

#[test]
fn each_case_is_asked_for_once() {
    let timed = Timed::with_rule(SecondFactorRule::Optional);
    let token = analyst(&timed);
    state(&timed, &token, "maritime-safety", None);
    let in_case = |case: &str| timed.get_with("/findings", &token, &[("x-oikos-case", case)]);
    let (status, answer) = in_case("case-7");
    assert_eq!(status, StatusCode::PRECONDITION_REQUIRED);
    assert!(answer["message"].as_str().unwrap().contains("case-7"), "{answer}");
    assert_eq!(state(&timed, &token, "infrastructure-protection", Some("case-7")).0, StatusCode::OK);
    assert_eq!(in_case("case-7").0, StatusCode::OK);
    let act = &timed.house.newest_entries(1)[0]["act"];
    assert_eq!((&act["purpose"], &act["case"]), (&json!("infrastructure-protection"), &json!("case-7")));
    assert_eq!(in_case("case-8").0, StatusCode::PRECONDITION_REQUIRED);
    let other_session = timed.token("anna", None);
    assert_eq!(timed.get("/findings", &other_session).0, StatusCode::PRECONDITION_REQUIRED, "it was said in another session");
}

#[test]
fn a_request_that_says_it_itself_and_the_operator_are_not_asked() {
    let timed = Timed::with_rule(SecondFactorRule::Optional);
    let token = analyst(&timed);
    let said = timed.get_with("/findings", &token, &[("x-oikos-purpose", "infrastructure-protection")]);
    assert_eq!(said.0, StatusCode::OK, "{}", said.1);
    assert_eq!(timed.house.newest_entries(1)[0]["act"]["purpose"], "infrastructure-protection");
    assert_eq!(timed.get("/findings", &token).0, StatusCode::PRECONDITION_REQUIRED, "it was said for that request");
    assert_eq!(timed.get("/findings", &timed.house.operator()).0, StatusCode::OK, "the folder's owner acts as the node does");
}

#[test]
fn who_may_not_do_it_at_all_is_refused_before_being_asked_what_for() {
    let timed = Timed::with_rule(SecondFactorRule::Optional);
    timed.house.account("nora", &["auditor"]);
    let token = timed.token("nora", None);
    assert_eq!(timed.get("/findings", &token).0, StatusCode::FORBIDDEN);
}
