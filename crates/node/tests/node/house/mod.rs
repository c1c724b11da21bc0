//! A node in a temporary folder, for tests that use it as people do: over its API.

pub(crate) mod pair;
pub(crate) mod reopened;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use oikos_model::{Act, Action, Actor, Clock, LegalBasis, NodeId, Purpose, Regime, SystemClock};
use oikos_node::{LinkedNode, Node, NodeConfig, NodeFolder, SecondFactorRule, SignInSettings};
use oikos_registry::Store;
use oikos_registry_sqlite::SqliteStore;
use serde_json::{Value, json};
use tower::ServiceExt;

pub(crate) const PASSWORD: &str = "a-password-of-length";

pub(crate) struct House {
    pub(crate) node: Arc<Node>,
    pub(crate) folder: NodeFolder,
    pub(crate) router: Router,
    runtime: tokio::runtime::Runtime,
    temporary: tempfile::TempDir,
}

impl House {
    pub(crate) fn new() -> Self {
        Self::with(&config(), Arc::new(SystemClock))
    }

    /// A house with these settings, that lives by this clock.
    pub(crate) fn with(config: &NodeConfig, clock: Arc<dyn Clock>) -> Self {
        let temporary = tempfile::tempdir().unwrap();
        let folder = NodeFolder::new(temporary.path().join("node"));
        oikos_node::init(&folder, config, &clock).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let node = Arc::new(Node::open(folder.clone(), clock).unwrap());
        let router = LinkedNode::new(Arc::clone(&node)).router();
        Self { node, folder, router, runtime, temporary }
    }

    /// A file beside the node's folder.
    pub(crate) fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.temporary.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    pub(crate) fn operator(&self) -> String {
        oikos_node::operator_token(&self.folder).unwrap()
    }

    /// Makes an account.
    pub(crate) fn account(&self, name: &str, roles: &[&str]) {
        let body = json!({ "name": name, "display_name": name, "roles": roles, "password": PASSWORD });
        let (status, answer) = self.call(Method::PUT, "/users", Some(&self.operator()), Some(&body));
        assert_eq!(status, StatusCode::OK, "{answer}");
    }

    /// Makes an account, signs it in, and says for what it works: the node's default purpose.
    pub(crate) fn person(&self, name: &str, roles: &[&str]) -> String {
        self.account(name, roles);
        let token = self.signed_in(name);
        self.state_default_purpose(&token);
        token
    }

    /// Says for a session that it works for the node's default purpose.
    pub(crate) fn state_default_purpose(&self, token: &str) {
        let (_, node) = self.call(Method::GET, "/node", None, None);
        let purpose = json!({ "purpose": node["default_purpose"], "legal_basis": node["default_legal_basis"] });
        let (status, answer) = self.call(Method::POST, "/session/purposes", Some(token), Some(&purpose));
        assert_eq!(status, StatusCode::OK, "{answer}");
    }

    /// Signs somebody in with the password alone.
    pub(crate) fn signed_in(&self, name: &str) -> String {
        let (status, answer) = self.call(Method::POST, "/session", None, Some(&json!({ "name": name, "password": PASSWORD })));
        assert_eq!(status, StatusCode::OK, "{answer}");
        answer["token"].as_str().unwrap().to_owned()
    }

    pub(crate) fn call(&self, method: Method, path: &str, token: Option<&str>, body: Option<&Value>) -> (StatusCode, Value) {
        let mut request = Request::builder().method(method).uri(format!("/api/v1{path}"));
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let body = match body {
            Some(body) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        let router = self.router.clone();
        self.runtime.block_on(async move {
            let response = router.oneshot(request.body(body).unwrap()).await.unwrap();
            let status = response.status();
            let bytes = response.into_body().collect().await.unwrap().to_bytes();
            (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
        })
    }

    /// Sends any request and gives all of its answer.
    pub(crate) fn send(&self, request: Request<Body>) -> (StatusCode, HeaderMap, Value) {
        let router = self.router.clone();
        self.runtime.block_on(async move {
            let response = router.oneshot(request).await.unwrap();
            let (parts, body) = response.into_parts();
            let bytes = body.collect().await.unwrap().to_bytes();
            (parts.status, parts.headers, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
        })
    }

    /// Starts something that lives beside the node.
    pub(crate) fn runtime(&self) -> &tokio::runtime::Runtime {
        &self.runtime
    }

    /// The registry past the node, for what no request can put there.
    pub(crate) fn store(&self) -> SqliteStore {
        SqliteStore::open(self.folder.registry()).unwrap()
    }

    /// The last entries of the journal, oldest of them first.
    pub(crate) fn newest_entries(&self, count: i64) -> Vec<Value> {
        let store = self.store();
        let snapshot = store.snapshot(&act()).unwrap();
        let from = (snapshot.journal_length().unwrap() - count).max(0);
        let rows = snapshot.journal_rows(from, usize::try_from(count).unwrap()).unwrap();
        rows.iter().map(|row| serde_json::from_str(row.content.as_deref().unwrap()).unwrap()).collect()
    }

    /// Waits for a job to end and gives what came of it.
    pub(crate) fn finished(&self, job: &Value) -> Value {
        let path = format!("/jobs/{}", job["id"].as_str().unwrap());
        loop {
            let (_, job) = self.call(Method::GET, &path, Some(&self.operator()), None);
            match job["state"].as_str() {
                Some("running") => std::thread::yield_now(),
                Some("done") => return job["result"].clone(),
                _ => return job["result"]["error"].clone(),
            }
        }
    }

    /// Imports one file as the operator and gives its outcome.
    pub(crate) fn import(&self, path: &Path) -> Value {
        let (status, job) = self.call(Method::POST, "/imports", Some(&self.operator()), Some(&json!({ "paths": [path] })));
        assert_eq!(status, StatusCode::OK, "{job}");
        self.finished(&job)[0].clone()
    }

    /// Runs every detector as the operator and gives the reports.
    pub(crate) fn detect(&self, body: &Value) -> Value {
        let (status, job) = self.call(Method::POST, "/runs", Some(&self.operator()), Some(body));
        assert_eq!(status, StatusCode::OK, "{job}");
        self.finished(&job)
    }

    pub(crate) fn sql(&self, query: &str) -> Value {
        let (status, answer) = self.call(Method::POST, "/sql", Some(&self.operator()), Some(&json!({ "query": query })));
        assert_eq!(status, StatusCode::OK, "{answer}");
        answer["rows"].clone()
    }

    /// How many entries the journal has, read past the API, so that reading adds none.
    pub(crate) fn journal_length(&self) -> i64 {
        let store = SqliteStore::open(self.folder.registry()).unwrap();
        store.snapshot(&act()).unwrap().journal_length().unwrap()
    }
}

pub(crate) fn config() -> NodeConfig {
    NodeConfig {
        id: NodeId::new("test.node").unwrap(),
        display_name: "Test node".into(),
        country: "FI".into(),
        regime: Regime::Gdpr,
        default_purpose: Purpose::new("maritime-safety").unwrap(),
        default_legal_basis: LegalBasis::new("Dir. 2002/59/EC").unwrap(),
        listen: "127.0.0.1:0".into(),
        exchange_listen: "127.0.0.1:1".into(),
        registry: None,
        witnesses: 0,
        upload_bytes_maximum: NodeConfig::UPLOAD_BYTES_MAXIMUM,
        sign_in: SignInSettings { second_factor: SecondFactorRule::Optional, ..SignInSettings::default() },
    }
}

pub(crate) fn act() -> Act {
    Act {
        actor: Actor::Node(NodeId::new("test.node").unwrap()),
        action: Action::ReadJournal,
        purpose: Purpose::new("oversight").unwrap(),
        legal_basis: LegalBasis::new("test").unwrap(),
        case: None,
        at: SystemClock.now(),
    }
}

/// A file of the shared data, or `None` with a loud note.
pub(crate) fn shared(path: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(path);
    if path.exists() {
        return Some(path);
    }
    eprintln!("SKIPPED: {} is absent, so this test checks nothing", path.display());
    None
}
