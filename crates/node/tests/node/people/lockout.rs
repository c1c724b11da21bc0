//! Failed sign-ins.

use std::net::SocketAddr;

use axum::extract::ConnectInfo;

use super::*;

const WRONG: &str = "not the password at all";

#[test]
fn after_five_failures_an_account_answers_later_and_later_whether_it_exists_or_not() {
    let timed = Timed::with_rule(SecondFactorRule::Optional);
    timed.house.account("anna", &["analyst"]);
    for _ in 0..5 {
        let (known, unknown) = (timed.sign_in("anna", WRONG, None), timed.sign_in("nobody", WRONG, None));
        assert_eq!(known.0, StatusCode::UNAUTHORIZED);
        assert_eq!(known, unknown);
        timed.later(60);
    }
    let (known, unknown) = (timed.sign_in("anna", PASSWORD, None), timed.sign_in("nobody", PASSWORD, None));
    assert_eq!(known.0, StatusCode::OK, "a minute has passed");
    assert_eq!(unknown.0, StatusCode::UNAUTHORIZED);
    for _ in 0..5 {
        assert_eq!(timed.sign_in("anna", WRONG, None).0, StatusCode::UNAUTHORIZED, "a success begins the count anew");
    }
    let (status, answer) = timed.sign_in("anna", PASSWORD, None);
    assert_eq!((status, &answer["code"]), (StatusCode::TOO_MANY_REQUESTS, &json!("too_many_attempts")));
}

#[test]
fn delays_grow_and_an_administrator_ends_them() {
    let timed = Timed::with_rule(SecondFactorRule::Optional);
    timed.house.account("anna", &["analyst"]);
    let administrator = timed.house.person("carl", &["administrator"]);
    for _ in 0..5 {
        timed.sign_in("anna", WRONG, None);
    }
    for minutes in [1, 2, 4, 8] {
        timed.later(minutes * 60 - 1);
        assert_eq!(timed.sign_in("anna", PASSWORD, None).0, StatusCode::TOO_MANY_REQUESTS, "{minutes}");
        timed.later(1);
        assert_eq!(timed.sign_in("anna", WRONG, None).0, StatusCode::UNAUTHORIZED, "{minutes}");
    }
    let entries = timed.house.newest_entries(1);
    let reason = entries[0]["outcome"].to_string();
    assert!(reason.contains("account:anna is not heard until") && reason.contains("1 attempts were not heard"), "{reason}");
    assert_eq!(timed.sign_in("anna", PASSWORD, None).0, StatusCode::TOO_MANY_REQUESTS);
    let administrator_again = timed.delete("/users/anna/delay", &administrator);
    assert_eq!(administrator_again.0, StatusCode::OK, "{}", administrator_again.1);
    assert_eq!(timed.house.newest_entries(1)[0]["detail"]["unlocked"], true);
    assert_eq!(timed.sign_in("anna", PASSWORD, None).0, StatusCode::OK);
}

#[test]
fn what_comes_during_a_delay_leaves_no_entry_each() {
    let timed = Timed::with_rule(SecondFactorRule::Optional);
    timed.house.account("anna", &["analyst"]);
    let before = timed.house.journal_length();
    for _ in 0..5 {
        timed.sign_in("anna", WRONG, None);
    }
    assert_eq!(timed.house.journal_length(), before + 5);
    for _ in 0..20 {
        timed.sign_in("anna", WRONG, None);
    }
    assert_eq!(timed.house.journal_length(), before + 5, "they are counted, and the next entry says how many");
}

#[test]
fn wrong_codes_count_as_failures() {
    let timed = Timed::with_rule(SecondFactorRule::Optional);
    timed.house.account("anna", &["analyst"]);
    timed.enrol(&timed.token("anna", None));
    timed.later(60);
    for _ in 0..5 {
        assert_eq!(timed.sign_in("anna", PASSWORD, Some("000000")).0, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(timed.sign_in("anna", PASSWORD, Some("000000")).0, StatusCode::TOO_MANY_REQUESTS);
}

#[test]
fn an_address_that_tries_many_names_is_not_heard_and_others_are() {
    let timed = Timed::with_rule(SecondFactorRule::Optional);
    timed.house.account("anna", &["analyst"]);
    let from = |address: &str, name: &str, password: &str| {
        let body = json!({ "name": name, "password": password }).to_string();
        let address: SocketAddr = address.parse().unwrap();
        let request = Request::post("/api/v1/session")
            .header(header::CONTENT_TYPE, "application/json")
            .extension(ConnectInfo(address))
            .body(Body::from(body));
        timed.house.send(request.unwrap())
    };
    for number in 0..20 {
        assert_eq!(from("192.0.2.7:1000", &format!("name-{number}"), WRONG).0, StatusCode::UNAUTHORIZED);
    }
    let (status, headers, _) = from("192.0.2.7:2000", "anna", PASSWORD);
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(headers[header::RETRY_AFTER], "60");
    assert_eq!(from("192.0.2.8:1000", "anna", PASSWORD).0, StatusCode::OK);
}
