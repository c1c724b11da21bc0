//! People: how they sign in, for what they work, and what takes two of them. Over the API, as people do it.

mod access;
mod approvals;
mod http;
mod lockout;
mod passkeys;
mod purposes;
mod single_sign_on;

use std::sync::Arc;

use crate::house::{House, PASSWORD, config};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use oikos_model::{SimulatedClock, Timestamp};
use oikos_node::{NodeConfig, SecondFactorRule, SignInSettings};
use serde_json::{Value, json};

/// A house whose time the test moves.
struct Timed {
    house: House,
    clock: Arc<SimulatedClock>,
}

impl Timed {
    fn new(sign_in: SignInSettings) -> Self {
        let clock = Arc::new(SimulatedClock::new(Timestamp::from_second(1_800_000_000).unwrap()));
        let config = NodeConfig { sign_in, ..config() };
        Self { house: House::with(&config, clock.clone()), clock }
    }

    fn with_rule(second_factor: SecondFactorRule) -> Self {
        Self::new(SignInSettings { second_factor, ..SignInSettings::default() })
    }

    fn later(&self, seconds: i64) {
        self.clock.advance_to(Timestamp::from_second(self.seconds() + seconds).unwrap());
    }

    fn seconds(&self) -> i64 {
        use oikos_model::Clock;
        self.clock.now().as_second()
    }

    /// Signs in, and gives status and answer.
    fn sign_in(&self, name: &str, password: &str, code: Option<&str>) -> (StatusCode, Value) {
        self.house.call(Method::POST, "/session", None, Some(&json!({ "name": name, "password": password, "code": code })))
    }

    /// The token of somebody who signs in with the password, and with a code where one is given.
    fn token(&self, name: &str, code: Option<&str>) -> String {
        let (status, answer) = self.sign_in(name, PASSWORD, code);
        assert_eq!(status, StatusCode::OK, "{answer}");
        answer["token"].as_str().unwrap().to_owned()
    }

    fn get(&self, path: &str, token: &str) -> (StatusCode, Value) {
        self.house.call(Method::GET, path, Some(token), None)
    }

    fn post(&self, path: &str, token: &str, body: &Value) -> (StatusCode, Value) {
        self.house.call(Method::POST, path, Some(token), Some(body))
    }

    fn put(&self, path: &str, token: &str, body: &Value) -> (StatusCode, Value) {
        self.house.call(Method::PUT, path, Some(token), Some(body))
    }

    fn delete(&self, path: &str, token: &str) -> (StatusCode, Value) {
        self.house.call(Method::DELETE, path, Some(token), None)
    }

    /// A request of a signed-in person with more headers.
    fn get_with(&self, path: &str, token: &str, headers: &[(&str, &str)]) -> (StatusCode, Value) {
        let mut request =
            Request::builder().uri(format!("/api/v1{path}")).header(header::AUTHORIZATION, format!("Bearer {token}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (status, _, answer) = self.house.send(request.body(Body::empty()).unwrap());
        (status, answer)
    }

    /// Enrols a second factor in this session, and gives its secret and the recovery codes.
    fn enrol(&self, token: &str) -> (Authenticator, Vec<String>) {
        let (status, answer) = self.post("/session/second-factor", token, &json!({}));
        assert_eq!(status, StatusCode::OK, "{answer}");
        let authenticator = Authenticator(answer["secret"].as_str().unwrap().to_owned());
        let (status, answer) = self.put("/session/second-factor", token, &json!({ "code": authenticator.code(self.seconds()) }));
        assert_eq!(status, StatusCode::OK, "{answer}");
        let codes = answer["recovery_codes"].as_array().unwrap().iter().map(|code| code.as_str().unwrap().to_owned());
        (authenticator, codes.collect())
    }
}

/// An authenticator app.
struct Authenticator(String);

impl Authenticator {
    fn code(&self, seconds: i64) -> String {
        let secret = totp_rs::Secret::try_from_base32(&self.0).unwrap();
        let totp = totp_rs::Builder::new().with_secret(secret).build_noncompliant();
        totp.generate(seconds.unsigned_abs()).to_string()
    }
}
