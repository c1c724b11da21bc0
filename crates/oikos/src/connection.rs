//! The API of a node: of the running one where there is one, else in process.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use clap::Args;
use http_body_util::BodyExt;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use oikos_model::SystemClock;
use oikos_node::{LinkedNode, Node, NodeError, NodeFolder};
use serde_json::Value;
use tower::ServiceExt;

use crate::failure::Failure;

/// Largest answer that is read.
const ANSWER_BYTES_MAXIMUM: usize = 256 << 20;

/// Which node, and who asks for what purpose. Every command that asks a node has these.
#[derive(Debug, Clone, Args)]
pub(crate) struct NodeArguments {
    /// The node's folder
    #[arg(long, env = "OIKOS_NODE", default_value = ".")]
    pub(crate) node: PathBuf,
    /// Sign in as this person instead of as the folder's owner; the password is asked for, or read from OIKOS_PASSWORD
    #[arg(long = "as", value_name = "NAME")]
    pub(crate) person: Option<String>,
    /// The purpose of this act, a code from the vocabulary; the node's default where absent
    #[arg(long)]
    pub(crate) purpose: Option<String>,
    /// The legal basis of this act; the node's default where absent
    #[arg(long, value_name = "CITATION")]
    pub(crate) legal_basis: Option<String>,
    /// The case this act belongs to
    #[arg(long)]
    pub(crate) case: Option<String>,
}

enum Way {
    Running { address: String, client: Client<HttpConnector, Body> },
    InProcess(Router),
}

/// A signed-in way to a node's API.
pub(crate) struct Connection {
    way: Way,
    token: String,
    arguments: NodeArguments,
}

impl Connection {
    /// Finds the node and signs in.
    pub(crate) async fn open(arguments: &NodeArguments) -> Result<Self, Failure> {
        let folder = NodeFolder::new(&arguments.node);
        let way = match Node::open(folder.clone(), Arc::new(SystemClock)) {
            Ok(node) => {
                let linked = LinkedNode::new(Arc::new(node));
                Way::InProcess(linked.router())
            }
            Err(NodeError::Owned(_)) => running(&folder)?,
            Err(error) => return Err(error.into()),
        };
        let token = oikos_node::operator_token(&folder)?;
        let mut connection = Self { way, token, arguments: arguments.clone() };
        if let Some(person) = &arguments.person {
            connection.token = connection.sign_in(person).await?;
        }
        Ok(connection)
    }

    async fn sign_in(&self, person: &str) -> Result<String, Failure> {
        let password = match std::env::var("OIKOS_PASSWORD") {
            Ok(password) => password,
            Err(_) => rpassword::prompt_password(format!("Password of {person}: ")).map_err(|error| {
                Failure::new(format!("no password: {error}")).with_help("set OIKOS_PASSWORD where there is no terminal")
            })?,
        };
        let session = self.post("/session", &serde_json::json!({ "name": person, "password": password })).await?;
        Ok(crate::show::text(&session, "token"))
    }

    pub(crate) async fn get(&self, path: &str) -> Result<Value, Failure> {
        self.call(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        self.call(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        self.call(Method::PUT, path, Some(body)).await
    }

    async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value, Failure> {
        let request = self.request(method, path, body)?;
        let (status, bytes) = match &self.way {
            Way::Running { address, client } => {
                let unreachable = |error: &dyn std::fmt::Display| {
                    Failure::new(format!(
                        "the node that owns {} does not answer at {address}: {error}",
                        self.arguments.node.display()
                    ))
                };
                let response = client.request(request).await.map_err(|error| unreachable(&error))?;
                let status = response.status();
                let limited = http_body_util::Limited::new(response.into_body(), ANSWER_BYTES_MAXIMUM);
                (status, limited.collect().await.map_err(|error| unreachable(&error))?.to_bytes())
            }
            Way::InProcess(router) => {
                let response = router.clone().oneshot(request).await.map_err(|error| Failure::new(error.to_string()))?;
                let status = response.status();
                (status, response.into_body().collect().await.map_err(|error| Failure::new(error.to_string()))?.to_bytes())
            }
        };
        read_answer(status, &bytes)
    }

    fn request(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Request<Body>, Failure> {
        let base = match &self.way {
            Way::Running { address, .. } => format!("http://{address}"),
            Way::InProcess(_) => "http://node.invalid".to_owned(),
        };
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{base}/api/v1{path}"))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token));
        let grounds = [
            ("x-oikos-purpose", &self.arguments.purpose),
            ("x-oikos-legal-basis", &self.arguments.legal_basis),
            ("x-oikos-case", &self.arguments.case),
        ];
        for (name, value) in grounds {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        let body = match body {
            Some(value) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Body::from(value.to_string())
            }
            None => Body::empty(),
        };
        request.body(body).map_err(|error| Failure::new(format!("the request cannot be made: {error}")))
    }
}

/// A value as it stands in a query: everything but letters, digits and `-._~` is written as `%XX` (RFC 3986).
pub(crate) fn query_value(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

fn running(folder: &NodeFolder) -> Result<Way, Failure> {
    let path = folder.server();
    let text = std::fs::read_to_string(&path).map_err(|_| owned_but_silent(folder.root()))?;
    let server: Value = serde_json::from_str(&text).map_err(|_| owned_but_silent(folder.root()))?;
    let address = server["listen"].as_str().ok_or_else(|| owned_but_silent(folder.root()))?.to_owned();
    Ok(Way::Running { address, client: Client::builder(TokioExecutor::new()).build_http() })
}

fn owned_but_silent(root: &Path) -> Failure {
    Failure::new(format!("another command is working on {}", root.display()))
        .with_help("wait for it to end, or start `oikos serve` so that commands can work side by side")
}

fn read_answer(status: StatusCode, bytes: &[u8]) -> Result<Value, Failure> {
    if status.is_success() {
        if bytes.is_empty() {
            return Ok(Value::Null);
        }
        return serde_json::from_slice(bytes).map_err(|error| Failure::new(format!("the node's answer is no JSON: {error}")));
    }
    match serde_json::from_slice::<Value>(bytes) {
        Ok(body) if body["message"].is_string() => {
            Err(Failure::new(crate::show::text(&body, "message")).with_code(crate::show::text(&body, "code")))
        }
        _ => Err(Failure::new(format!("the node answered {status}: {}", crate::show::plain(&String::from_utf8_lossy(bytes))))),
    }
}
