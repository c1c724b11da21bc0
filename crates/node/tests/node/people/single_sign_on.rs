//! Single sign-on, at a provider in this process that can also lie.

use std::collections::BTreeMap;
use std::sync::Mutex;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use axum::extract::{Query, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use oikos_node::OidcSettings;
use sha2::{Digest, Sha256};

use super::*;

const SUBJECT: &str = "s-4711";

/// What the provider will say, rightly unless a test says otherwise.
struct Provider {
    issuer: String,
    key: EcdsaKeyPair,
    /// The token it gives for the next code.
    token: Mutex<String>,
    /// The forms that were sent for tokens, with their authorization.
    forms: Mutex<Vec<(String, BTreeMap<String, String>)>>,
}

impl Provider {
    /// A token of these claims, under this header, signed with the provider's key.
    fn sign(&self, header: &Value, claims: &Value) -> String {
        let signed = format!("{}.{}", text(header.to_string().as_bytes()), text(claims.to_string().as_bytes()));
        let signature = self.key.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", text(signature.as_ref()))
    }
}

fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

async fn discovery(State(provider): State<Arc<Provider>>) -> Json<Value> {
    let issuer = &provider.issuer;
    Json(json!({ "issuer": issuer, "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"), "jwks_uri": format!("{issuer}/keys") }))
}

async fn keys(State(provider): State<Arc<Provider>>) -> Json<Value> {
    let point = provider.key.public_key().as_ref();
    Json(json!({ "keys": [{ "kty": "EC", "crv": "P-256", "kid": "k-1", "use": "sig", "alg": "ES256",
        "x": text(&point[1..33]), "y": text(&point[33..]) }] }))
}

async fn token(State(provider): State<Arc<Provider>>, headers: axum::http::HeaderMap, body: String) -> Json<Value> {
    assert_eq!(headers[header::CONTENT_TYPE], "application/x-www-form-urlencoded");
    // A form reads like a query.
    let Query(form) = Query::try_from_uri(&format!("/?{body}").parse().unwrap()).unwrap();
    let authorization = headers[header::AUTHORIZATION].to_str().unwrap().to_owned();
    provider.forms.lock().unwrap().push((authorization, form));
    Json(json!({ "access_token": "unused", "token_type": "Bearer", "id_token": *provider.token.lock().unwrap() }))
}

/// A node with its provider, and an account that is bound.
struct World {
    timed: Timed,
    provider: Arc<Provider>,
    _secret: tempfile::TempDir,
}

/// Somebody on their way to the provider.
struct Departed {
    state: String,
    nonce: String,
    challenge: String,
    cookie: String,
}

impl World {
    fn new(rule: SecondFactorRule) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let secret = folder.path().join("secret");
        std::fs::write(&secret, "s:cret\n").unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let timed = Timed::new(SignInSettings {
            second_factor: rule,
            public_origin: Some("https://node.example".into()),
            oidc: Some(OidcSettings {
                issuer: issuer.clone(),
                client_id: "oikos node".into(),
                client_secret_file: secret,
                ca_file: None,
                redirect: "https://node.example/api/v1/session/oidc/callback".into(),
            }),
        });
        let provider = Arc::new(Provider {
            issuer,
            key: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap(),
            token: Mutex::default(),
            forms: Mutex::default(),
        });
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .with_state(Arc::clone(&provider));
        timed.house.runtime().spawn(async move {
            axum::serve(tokio::net::TcpListener::from_std(listener).unwrap(), router).await.unwrap();
        });
        timed.house.account("anna", &["analyst"]);
        let world = Self { timed, provider, _secret: folder };
        let (status, answer) = world.bind("anna", SUBJECT);
        assert_eq!((status, &answer["single_sign_on"]), (StatusCode::OK, &json!(true)), "{answer}");
        world
    }

    fn bind(&self, name: &str, subject: &str) -> (StatusCode, Value) {
        self.timed.put(&format!("/users/{name}/subject"), &self.timed.house.operator(), &json!({ "subject": subject }))
    }

    fn depart(&self) -> Departed {
        let request = Request::post("/api/v1/session/oidc").body(Body::empty()).unwrap();
        let (status, headers, answer) = self.timed.house.send(request);
        assert_eq!(status, StatusCode::OK, "{answer}");
        let cookie = headers[header::SET_COOKIE].to_str().unwrap();
        for flag in ["HttpOnly", "SameSite=Lax", "Secure", "Path=/api/v1/session/oidc", "Max-Age=600"] {
            assert!(cookie.contains(flag), "{cookie}");
        }
        let url = answer["url"].as_str().unwrap();
        let (page, query) = url.split_once('?').unwrap();
        assert_eq!(page, format!("{}/authorize", self.provider.issuer));
        let parameters: BTreeMap<&str, &str> = query.split('&').map(|pair| pair.split_once('=').unwrap()).collect();
        assert_eq!((parameters["response_type"], parameters["scope"]), ("code", "openid"));
        assert_eq!((parameters["client_id"], parameters["code_challenge_method"]), ("oikos%20node", "S256"));
        Departed {
            state: parameters["state"].to_owned(),
            nonce: parameters["nonce"].to_owned(),
            challenge: parameters["code_challenge"].to_owned(),
            cookie: cookie.split(';').next().unwrap().to_owned(),
        }
    }

    /// The claims of a good token for somebody who departed.
    fn claims(&self, departed: &Departed) -> Value {
        let now = self.timed.seconds();
        json!({ "iss": self.provider.issuer, "aud": "oikos node", "sub": SUBJECT, "nonce": departed.nonce, "iat": now, "exp": now + 300 })
    }

    /// Comes back with a code for which the provider gives this token.
    fn arrive(&self, departed: &Departed, token: String) -> (StatusCode, axum::http::HeaderMap, Value) {
        *self.provider.token.lock().unwrap() = token;
        self.come_back(&departed.state, Some(&departed.cookie))
    }

    fn come_back(&self, state: &str, cookie: Option<&str>) -> (StatusCode, axum::http::HeaderMap, Value) {
        let mut request = Request::get(format!("/api/v1/session/oidc/callback?state={state}&code=c-1&session_state=x"));
        if let Some(cookie) = cookie {
            request = request.header(header::COOKIE, cookie);
        }
        self.timed.house.send(request.body(Body::empty()).unwrap())
    }

    fn refused(&self, answer: &(StatusCode, axum::http::HeaderMap, Value), why: &str) {
        assert_eq!(answer.0, StatusCode::UNAUTHORIZED, "{why}: {}", answer.2);
        assert_eq!(answer.2["message"], "sign in first: the identity provider's answer does not sign in here");
        assert!(!answer.1.contains_key(header::SET_COOKIE));
        let reason = self.timed.house.newest_entries(1)[0]["outcome"].to_string();
        assert!(reason.contains(why), "{why}: {reason}");
    }

    /// Comes back with a token that was changed somehow, and is refused.
    fn refused_with(&self, why: &str, change: impl FnOnce(&mut Value, &mut Value)) {
        let departed = self.depart();
        let (mut header, mut claims) = (json!({ "alg": "ES256", "kid": "k-1" }), self.claims(&departed));
        change(&mut header, &mut claims);
        let token = self.provider.sign(&header, &claims);
        self.refused(&self.arrive(&departed, token), why);
    }

    fn good_token(&self, departed: &Departed) -> String {
        self.provider.sign(&json!({ "alg": "ES256", "kid": "k-1" }), &self.claims(departed))
    }
}

#[test]
fn whoever_the_provider_names_is_signed_in_to_the_account_that_is_bound() {
    let world = World::new(SecondFactorRule::Required);
    let departed = world.depart();
    let (status, headers, answer) = world.arrive(&departed, world.good_token(&departed));
    assert_eq!(status, StatusCode::SEE_OTHER, "{answer}");
    assert_eq!(headers[header::LOCATION], "/");
    let cookies: Vec<&str> = headers.get_all(header::SET_COOKIE).iter().map(|cookie| cookie.to_str().unwrap()).collect();
    assert!(cookies[0].contains("Secure") && cookies[1].contains("Max-Age=0"), "{cookies:?}");
    let session = Request::get("/api/v1/session").header(header::COOKIE, cookies[0].split(';').next().unwrap());
    let (_, _, session) = world.timed.house.send(session.body(Body::empty()).unwrap());
    assert_eq!(session["user"]["name"], "anna");
    assert_eq!(session["user"]["roles"], json!(["analyst"]), "no role comes from the token");
    assert_eq!(world.timed.house.newest_entries(1)[0]["detail"]["proof"], "single_sign_on");
    let forms = world.provider.forms.lock().unwrap();
    let (authorization, form) = &forms[0];
    assert_eq!(authorization, &format!("Basic {}", STANDARD.encode("oikos%20node:s%3Acret")));
    assert_eq!((form["grant_type"].as_str(), form["code"].as_str()), ("authorization_code", "c-1"));
    assert_eq!(text(&Sha256::digest(&form["code_verifier"])), departed.challenge, "PKCE");
}

#[test]
fn a_state_counts_once_in_time_and_in_the_browser_that_began() {
    let world = World::new(SecondFactorRule::Optional);
    let departed = world.depart();
    assert_eq!(world.arrive(&departed, world.good_token(&departed)).0, StatusCode::SEE_OTHER);
    world.refused(&world.arrive(&departed, world.good_token(&departed)), "the state is unknown, used or too old");
    world.refused(&world.come_back(&"0".repeat(64), Some(&departed.cookie)), "the state is unknown");
    let departed = world.depart();
    world.refused(&world.come_back(&departed.state, None), "another browser began");
    world.refused(&world.come_back(&departed.state, Some(&departed.cookie)), "used or too old");
    let (mine, theirs) = (world.depart(), world.depart());
    world.refused(&world.come_back(&theirs.state, Some(&mine.cookie)), "another browser began");
    let late = world.depart();
    world.timed.later(600);
    world.refused(&world.arrive(&late, world.good_token(&late)), "too old");
}

#[test]
fn tokens_for_others_or_of_another_time_are_refused() {
    let world = World::new(SecondFactorRule::Optional);
    world.refused_with("nonce is another one", |_, claims| claims["nonce"] = "another".into());
    world.refused_with("nonce is another one", |_, claims| claims["nonce"] = Value::Null);
    world.refused_with("InvalidAudience", |_, claims| claims["aud"] = "another client".into());
    world.refused_with("InvalidIssuer", |_, claims| claims["iss"] = "https://evil.example".into());
    world.refused_with("party is another one", |_, claims| claims["aud"] = json!(["oikos node", "another"]));
    world.refused_with("party is another one", |_, claims| claims["azp"] = "another".into());
    let now = world.timed.seconds();
    world.refused_with("not of this time", |_, claims| claims["exp"] = (now - 60).into());
    world.refused_with("not of this time", |_, claims| claims["iat"] = (now + 61).into());
    world.refused_with("not of this time", |_, claims| claims["iat"] = (now - 600).into());
    world.refused_with("not of this time", |_, claims| claims["nbf"] = (now + 61).into());
    world.refused_with("no account is bound", |_, claims| claims["sub"] = "s-1".into());
    let departed = world.depart();
    let (skewed, mut claims) = (json!({ "alg": "ES256", "kid": "k-1" }), world.claims(&departed));
    claims["exp"] = (now - 59).into();
    let accepted = world.arrive(&departed, world.provider.sign(&skewed, &claims));
    assert_eq!(accepted.0, StatusCode::SEE_OTHER, "clocks differ by a minute");
}

#[test]
fn tokens_under_another_key_or_algorithm_are_refused() {
    let world = World::new(SecondFactorRule::Optional);
    world.refused_with("names no key", |header, _| header["kid"] = "k-2".into());
    world.refused_with("names no key", |header, _| header["kid"] = Value::Null);
    world.refused_with("algorithm is not accepted", |header, _| header["alg"] = "ES384".into());
    let departed = world.depart();
    let claims = world.claims(&departed);
    let unsigned = format!("{}.{}.", text(br#"{"alg":"none","kid":"k-1"}"#), text(claims.to_string().as_bytes()));
    world.refused(&world.arrive(&departed, unsigned), "not well-formed");
    let departed = world.depart();
    let public = world.provider.key.public_key().as_ref();
    let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::HS256);
    header.kid = Some("k-1".into());
    let key = jsonwebtoken::EncodingKey::from_secret(public);
    let confused = jsonwebtoken::encode(&header, &world.claims(&departed), &key).unwrap();
    world.refused(&world.arrive(&departed, confused), "algorithm is not accepted");
    let departed = world.depart();
    let stranger = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let good = world.good_token(&departed);
    let (signed, _) = good.rsplit_once('.').unwrap();
    let forged = stranger.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
    world.refused(&world.arrive(&departed, format!("{signed}.{}", text(forged.as_ref()))), "InvalidSignature");
    let departed = world.depart();
    world.refused(&world.arrive(&departed, "x".repeat(20_000)), "not well-formed");
}

#[test]
fn a_role_that_needs_two_factors_needs_the_provider_to_say_so() {
    let world = World::new(SecondFactorRule::Required);
    world.timed.house.account("otto", &["releaser"]);
    assert_eq!(world.bind("otto", "s-2").0, StatusCode::OK);
    world.refused_with("did not say that several factors were used", |_, claims| claims["sub"] = "s-2".into());
    let departed = world.depart();
    let mut claims = world.claims(&departed);
    claims["sub"] = "s-2".into();
    claims["amr"] = json!(["pwd", "otp", "mfa"]);
    let token = world.provider.sign(&json!({ "alg": "ES256", "kid": "k-1" }), &claims);
    assert_eq!(world.arrive(&departed, token).0, StatusCode::SEE_OTHER);
    assert_eq!(world.timed.house.newest_entries(1)[0]["detail"]["proof"], "single_sign_on_with_factors");
}

#[test]
fn a_subject_is_bound_once_and_by_those_who_keep_accounts() {
    let world = World::new(SecondFactorRule::Optional);
    world.timed.house.account("otto", &["analyst"]);
    let analyst = world.timed.token("otto", None);
    let by_analyst = world.timed.put("/users/otto/subject", &analyst, &json!({ "subject": "s-2" }));
    assert_eq!(by_analyst.0, StatusCode::FORBIDDEN);
    assert_eq!(world.bind("otto", SUBJECT).0, StatusCode::CONFLICT, "anna's");
    assert_eq!(world.bind("anna", "s-2").0, StatusCode::CONFLICT, "anna has one");
    assert_eq!(world.timed.delete("/users/anna/subject", &world.timed.house.operator()).0, StatusCode::OK);
    world.refused_with("no account is bound", |_, _| ());
    assert_eq!(world.bind("otto", SUBJECT).0, StatusCode::OK);
}
