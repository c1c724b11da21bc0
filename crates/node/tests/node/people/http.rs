//! The HTTP layer as browsers meet it.

use super::*;

fn signed_in_with_cookie(timed: &Timed) -> String {
    let body = json!({ "name": "anna", "password": PASSWORD }).to_string();
    let request = Request::post("/api/v1/session").header(header::CONTENT_TYPE, "application/json").body(Body::from(body));
    let (status, headers, _) = timed.house.send(request.unwrap());
    assert_eq!(status, StatusCode::OK);
    headers[header::SET_COOKIE].to_str().unwrap().to_owned()
}

fn with_cookie(cookie: &str) -> axum::http::request::Builder {
    Request::builder().header(header::COOKIE, cookie.split(';').next().unwrap())
}

#[test]
fn every_answer_carries_the_headers_that_protect_the_page() {
    let timed = Timed::with_rule(SecondFactorRule::Optional);
    for path in
        ["/", "/icon.svg", "/assets/no-such-file.js", "/api/v1/node", "/api/v1/findings", "/api/v1/no-such-path", "/no-such-page"]
    {
        let (_, headers, _) = timed.house.send(Request::get(path).body(Body::empty()).unwrap());
        let csp = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        for rule in ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"]
        {
            assert!(csp.contains(rule), "{path}: {csp}");
        }
        assert!(!csp.contains("unsafe"), "{path}: {csp}");
        assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff", "{path}");
        assert_eq!(headers[header::CACHE_CONTROL], "no-store", "{path}");
        assert_eq!(headers[header::REFERRER_POLICY], "no-referrer", "{path}");
    }
}

#[test]
fn the_cookie_is_out_of_reach_and_travels_over_tls_where_there_is_tls() {
    for (origin, is_secure) in [(None, false), (Some("http://localhost:7450"), false), (Some("https://node.example"), true)] {
        let timed = Timed::new(SignInSettings {
            second_factor: SecondFactorRule::Optional,
            public_origin: origin.map(str::to_owned),
            oidc: None,
        });
        timed.house.account("anna", &["analyst"]);
        let cookie = signed_in_with_cookie(&timed);
        for flag in ["; HttpOnly", "; SameSite=Strict", "; Path=/"] {
            assert!(cookie.contains(flag), "{cookie}");
        }
        assert_eq!(cookie.contains("; Secure"), is_secure, "{cookie}");
        let session = timed.house.send(with_cookie(&cookie).uri("/api/v1/session").body(Body::empty()).unwrap());
        assert_eq!((session.0, &session.2["token"]), (StatusCode::OK, &Value::Null), "the token is shown once");
        let end = with_cookie(&cookie).method(Method::DELETE).uri("/api/v1/session").body(Body::empty()).unwrap();
        let (status, headers, _) = timed.house.send(end);
        assert_eq!(status, StatusCode::NO_CONTENT);
        assert!(headers[header::SET_COOKIE].to_str().unwrap().contains("Max-Age=0"));
        let over = timed.house.send(with_cookie(&cookie).uri("/api/v1/session").body(Body::empty()).unwrap());
        assert_eq!(over.0, StatusCode::UNAUTHORIZED);
    }
}

#[test]
fn what_a_foreign_page_can_send_is_refused() {
    let timed = Timed::with_rule(SecondFactorRule::Optional);
    timed.house.account("anna", &["releaser", "administrator"]);
    let cookie = signed_in_with_cookie(&timed);
    let body = json!({ "name": "mallory", "display_name": "M", "roles": ["administrator"], "password": PASSWORD }).to_string();
    let before = timed.house.journal_length();
    let put = |content_type: Option<&str>, site: Option<&str>| {
        let mut request = with_cookie(&cookie).method(Method::PUT).uri("/api/v1/users");
        if let Some(content_type) = content_type {
            request = request.header(header::CONTENT_TYPE, content_type);
        }
        if let Some(site) = site {
            request = request.header("sec-fetch-site", site);
        }
        timed.house.send(request.body(Body::from(body.clone())).unwrap()).0
    };
    for form in
        ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "text/plain;application/json"]
    {
        assert_eq!(put(Some(form), None), StatusCode::UNSUPPORTED_MEDIA_TYPE, "{form}");
    }
    assert_eq!(put(None, None), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    for site in ["cross-site", "same-site", "anything"] {
        assert_eq!(put(Some("application/json"), Some(site)), StatusCode::FORBIDDEN, "{site}");
    }
    assert_eq!(timed.house.journal_length(), before, "nothing was done");
    let deliver = with_cookie(&cookie).method(Method::POST).uri("/api/v1/deliveries");
    let deliver = deliver.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(Body::empty()).unwrap();
    assert_eq!(timed.house.send(deliver).0, StatusCode::UNSUPPORTED_MEDIA_TYPE, "an empty form too");
    assert_eq!(put(Some("application/json; charset=utf-8"), Some("same-origin")), StatusCode::OK);
}

#[test]
fn large_bodies_and_wrong_bodies_are_refused() {
    let timed = Timed::with_rule(SecondFactorRule::Optional);
    let post = |body: Vec<u8>| {
        let request = Request::post("/api/v1/session").header(header::CONTENT_TYPE, "application/json").body(Body::from(body));
        timed.house.send(request.unwrap()).0
    };
    assert_eq!(post(vec![b' '; (1 << 20) + 1]), StatusCode::PAYLOAD_TOO_LARGE);
    assert!(post(b"{".to_vec()).is_client_error());
    assert!(post(br#"{"name":"anna","password":"x","role":"administrator"}"#.to_vec()).is_client_error());
    let long = json!({ "name": "anna", "password": "x".repeat(100_000) }).to_string();
    assert_eq!(post(long.into_bytes()), StatusCode::UNAUTHORIZED);
}
