//! The second factor, recovery codes, sessions and passwords.

use super::*;

#[test]
fn a_releaser_can_do_nothing_but_enrol_before_there_is_a_second_factor() {
    let timed = Timed::with_rule(SecondFactorRule::Required);
    timed.house.account("anna", &["releaser"]);
    timed.house.account("mikko", &["analyst"]);
    let (_, session) = timed.sign_in("anna", PASSWORD, None);
    assert_eq!((&session["must_enrol"], &session["actions"]), (&json!(true), &json!([])));
    let token = session["token"].as_str().unwrap();
    let purpose = json!({ "purpose": "maritime-safety", "legal_basis": "a law" });
    let before = timed.house.journal_length();
    for (method, path, body) in [
        (Method::GET, "/findings", None),
        (Method::GET, "/partners", None),
        (Method::GET, "/sessions", None),
        (Method::GET, "/passkeys", None),
        (Method::POST, "/session/purposes", Some(&purpose)),
        (Method::PUT, "/session/password", Some(&json!({ "present": PASSWORD, "new": "another-password-of-length" }))),
    ] {
        let (status, answer) = timed.house.call(method, path, Some(token), body);
        assert_eq!((status, &answer["code"]), (StatusCode::FORBIDDEN, &json!("second_factor_required")), "{path}");
    }
    assert_eq!(timed.house.journal_length(), before + 6, "each refusal is journaled");
    let (_, own) = timed.get("/session", token);
    assert_eq!((&own["must_enrol"], &own["actions"]), (&json!(true), &json!([])));
    timed.enrol(token);
    assert_eq!(timed.get("/partners", token).0, StatusCode::OK, "the session counts as one with a second factor");
    let (_, analyst) = timed.sign_in("mikko", PASSWORD, None);
    assert_eq!(analyst["must_enrol"], false, "an analyst needs none");
}

#[test]
fn a_code_signs_in_once_and_only_beside_the_password() {
    let timed = Timed::with_rule(SecondFactorRule::Required);
    timed.house.account("anna", &["administrator"]);
    let (app, _) = timed.enrol(&timed.token("anna", None));
    let used = app.code(timed.seconds());
    let (status, answer) = timed.sign_in("anna", PASSWORD, None);
    assert_eq!((status, &answer["code"]), (StatusCode::UNAUTHORIZED, &json!("code_required")));
    let (status, answer) = timed.sign_in("anna", "not the password at all", Some(&app.code(timed.seconds() + 30)));
    assert_eq!((status, &answer["code"]), (StatusCode::UNAUTHORIZED, &json!("not_signed_in")), "a code proves nothing alone");
    assert_eq!(timed.sign_in("anna", PASSWORD, Some(&used)).0, StatusCode::UNAUTHORIZED, "it confirmed the enrolment");
    timed.later(30);
    let code = app.code(timed.seconds());
    assert_eq!(timed.sign_in("anna", PASSWORD, Some(&code)).0, StatusCode::OK);
    assert_eq!(timed.sign_in("anna", PASSWORD, Some(&code)).0, StatusCode::UNAUTHORIZED, "replayed");
    timed.later(30);
    let (early, late) = (app.code(timed.seconds() + 30), app.code(timed.seconds()));
    assert_eq!(timed.sign_in("anna", PASSWORD, Some(&early)).0, StatusCode::OK, "a device may be fast");
    assert_eq!(timed.sign_in("anna", PASSWORD, Some(&late)).0, StatusCode::UNAUTHORIZED, "older than one that was used");
}

#[test]
fn a_recovery_code_signs_in_once_and_only_its_hash_is_kept() {
    let timed = Timed::with_rule(SecondFactorRule::Required);
    timed.house.account("anna", &["releaser"]);
    let (_, codes) = timed.enrol(&timed.token("anna", None));
    assert_eq!(codes.len(), 10);
    assert_eq!(timed.sign_in("anna", PASSWORD, Some(&codes[3].to_lowercase())).0, StatusCode::OK);
    assert_eq!(timed.sign_in("anna", PASSWORD, Some(&codes[3])).0, StatusCode::UNAUTHORIZED);
    assert_eq!(timed.sign_in("anna", PASSWORD, Some(&codes[4])).0, StatusCode::OK);
    for file in ["registry.sqlite", "registry.sqlite-wal"] {
        let bytes = std::fs::read(timed.house.folder.root().join(file)).unwrap_or_default();
        let plain = codes[5].replace('-', "");
        for secret in [codes[5].as_bytes(), plain.as_bytes(), PASSWORD.as_bytes()] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret), "{file}");
        }
    }
}

#[test]
fn an_administrator_resets_a_second_factor_but_not_their_own() {
    let timed = Timed::with_rule(SecondFactorRule::Required);
    for name in ["anna", "berta"] {
        timed.house.account(name, &["administrator"]);
    }
    let anna = timed.token("anna", None);
    timed.enrol(&anna);
    let berta = timed.token("berta", None);
    timed.enrol(&berta);
    assert_eq!(timed.delete("/users/anna/second-factor", &anna).0, StatusCode::UNPROCESSABLE_ENTITY);
    let (status, user) = timed.delete("/users/anna/second-factor", &berta);
    assert_eq!((status, &user["second_factor"]), (StatusCode::OK, &json!(false)));
    let entry = &timed.house.newest_entries(1)[0];
    assert_eq!(entry["act"]["action"], "manage_users");
    assert_eq!(entry["detail"]["second_factor"], "reset");
    assert_eq!(timed.get("/session", &anna).0, StatusCode::UNAUTHORIZED, "her session has ended");
    assert_eq!(timed.sign_in("anna", PASSWORD, None).1["must_enrol"], true);
    assert_eq!(timed.delete("/users/nobody/second-factor", &berta).0, StatusCode::NOT_FOUND);
}

#[test]
fn a_password_alone_cannot_add_a_factor_beside_the_one_there_is() {
    let timed = Timed::with_rule(SecondFactorRule::Required);
    timed.house.account("anna", &["releaser"]);
    let (older, newer) = (timed.token("anna", None), timed.token("anna", None));
    timed.enrol(&newer);
    assert_eq!(timed.post("/session/second-factor", &older, &json!({})).0, StatusCode::UNAUTHORIZED, "it has ended");
    assert_eq!(timed.post("/session/second-factor", &newer, &json!({})).0, StatusCode::CONFLICT, "there is one");
    let wrong = timed.put("/session/second-factor", &newer, &json!({ "code": "000000" }));
    assert_eq!(wrong.0, StatusCode::CONFLICT, "{}", wrong.1);
}

#[test]
fn sessions_end_by_the_clock_when_idle_and_at_the_latest_after_ten_hours() {
    let timed = Timed::with_rule(SecondFactorRule::Optional);
    timed.house.account("anna", &["analyst"]);
    let token = timed.token("anna", None);
    timed.later(29 * 60);
    assert_eq!(timed.get("/session", &token).0, StatusCode::OK);
    timed.later(29 * 60);
    assert_eq!(timed.get("/session", &token).0, StatusCode::OK, "it was used meanwhile");
    timed.later(30 * 60);
    assert_eq!(timed.get("/session", &token).0, StatusCode::UNAUTHORIZED, "half an hour without use");
    let token = timed.token("anna", None);
    for _ in 0..29 {
        timed.later(20 * 60);
        assert_eq!(timed.get("/session", &token).0, StatusCode::OK);
    }
    timed.later(20 * 60);
    assert_eq!(timed.get("/session", &token).0, StatusCode::UNAUTHORIZED, "ten hours");
}

#[test]
fn a_new_password_and_disabling_end_sessions() {
    let timed = Timed::with_rule(SecondFactorRule::Optional);
    timed.house.account("anna", &["analyst"]);
    let (this, other) = (timed.token("anna", None), timed.token("anna", None));
    let new = "another-password-of-length";
    let change = |present: &str| timed.put("/session/password", &this, &json!({ "present": present, "new": new }));
    assert_eq!(change("not the present one").0, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(change(PASSWORD).0, StatusCode::NO_CONTENT);
    assert_eq!(timed.get("/session", &this).0, StatusCode::OK);
    assert_eq!(timed.get("/session", &other).0, StatusCode::UNAUTHORIZED);
    assert_eq!(timed.sign_in("anna", PASSWORD, None).0, StatusCode::UNAUTHORIZED);
    assert_eq!(timed.sign_in("anna", new, None).0, StatusCode::OK);
    let user = |disabled: bool, password: Option<&str>| {
        let body =
            json!({ "name": "anna", "display_name": "anna", "roles": ["analyst"], "password": password, "disabled": disabled });
        timed.put("/users", &timed.house.operator(), &body).0
    };
    assert_eq!(user(false, None), StatusCode::OK);
    assert_eq!(timed.get("/session", &this).0, StatusCode::OK, "nothing changed that opens doors");
    assert_eq!(user(false, Some(PASSWORD)), StatusCode::OK);
    assert_eq!(timed.get("/session", &this).0, StatusCode::UNAUTHORIZED);
    let this = timed.token("anna", None);
    assert_eq!(user(true, None), StatusCode::OK);
    assert_eq!(timed.get("/session", &this).0, StatusCode::UNAUTHORIZED);
    assert_eq!(timed.sign_in("anna", PASSWORD, None).0, StatusCode::UNAUTHORIZED);
    assert_eq!(user(false, None), StatusCode::OK);
    assert_eq!(timed.get("/session", &this).0, StatusCode::UNAUTHORIZED, "what has ended stays ended");
    assert_eq!(timed.sign_in("anna", PASSWORD, None).0, StatusCode::OK);
}

#[test]
fn people_see_and_end_their_own_sessions_only() {
    let timed = Timed::with_rule(SecondFactorRule::Optional);
    timed.house.account("anna", &["analyst"]);
    timed.house.account("berta", &["analyst"]);
    let (this, other, foreign) = (timed.token("anna", None), timed.token("anna", None), timed.token("berta", None));
    let (_, own) = timed.get("/sessions", &this);
    assert_eq!(own.as_array().unwrap().len(), 2);
    let id_of_other =
        own.as_array().unwrap().iter().find(|one| one["is_this"] == false).unwrap()["id"].as_str().unwrap().to_owned();
    let path = format!("/sessions/{id_of_other}");
    assert_eq!(timed.delete(&path, &foreign).0, StatusCode::NOT_FOUND);
    assert_eq!(timed.delete(&path, &this).0, StatusCode::NO_CONTENT);
    assert_eq!(timed.get("/session", &other).0, StatusCode::UNAUTHORIZED);
    assert_eq!(timed.get("/session", &this).0, StatusCode::OK);
}

#[test]
fn a_session_lists_exactly_what_policy_lets_each_role_do() {
    let table = include_str!("../../../../policy/golden/role_table.md");
    let house = House::new();
    for role in ["analyst", "supervisor", "releaser", "data-protection-officer", "auditor", "administrator"] {
        let (_, section) = table.split_once(&format!("## role {role}\n")).unwrap();
        let rows = section.split("\n## ").next().unwrap().lines().map(|line| line.split('|').map(str::trim).collect::<Vec<_>>());
        let allowed: Vec<&str> = rows.filter(|cells| cells.get(2) == Some(&"yes")).map(|cells| cells[1]).collect();
        assert!(allowed.contains(&"sign_in"), "{role}");
        let token = house.person(&format!("a-{role}"), &[role]);
        let (_, session) = house.call(Method::GET, "/session", Some(&token), None);
        assert_eq!(session["actions"], json!(allowed), "{role}");
    }
}
