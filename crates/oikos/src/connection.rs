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
    /// Sign in as this person instead of as the folder's owner; the password is asked for, or read from OIKOS_PASSWORD, and so is
    /// the second factor's code, from OIKOS_CODE. The session ends with the command
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
    /// Whether the token is that of a session which ends with this command.
    has_session: bool,
    /// Whether that session can do nothing but enrol a second factor.
    must_enrol: bool,
    arguments: NodeArguments,
}

impl Connection {
    /// Finds the node and signs in.
    pub(crate) async fn open(arguments: &NodeArguments) -> Result<Self, Failure> {
        let folder = NodeFolder::new(&arguments.node);
        // Opening waits for the registry's database, which no task may.
        let way = match tokio::task::block_in_place(|| Node::open(folder.clone(), Arc::new(SystemClock))) {
            Ok(node) => {
                let linked = LinkedNode::new(Arc::new(node));
                Way::InProcess(linked.router())
            }
            Err(NodeError::Owned(_)) => running(&folder)?,
            Err(error) => return Err(error.into()),
        };
        let token = oikos_node::operator_token(&folder)?;
        let mut connection = Self { way, token, has_session: false, must_enrol: false, arguments: arguments.clone() };
        if let Some(person) = &arguments.person {
            let session = connection.sign_in(person).await?;
            connection.token = crate::show::text(&session, "token");
            connection.has_session = true;
            connection.must_enrol = session["must_enrol"] == true;
            if !connection.must_enrol {
                connection.state_purpose().await?;
            }
        }
        Ok(connection)
    }

    /// The account that signed in, where one did.
    pub(crate) fn person(&self) -> Option<&str> {
        self.arguments.person.as_deref()
    }

    /// Says once for what this command works: as its flags say, else as the node does where nobody says otherwise.
    async fn state_purpose(&self) -> Result<(), Failure> {
        let node = self.get("/node").await?;
        let or_default = |named: &Option<String>, default| named.clone().map_or_else(|| node[default].clone(), Value::from);
        let purpose = serde_json::json!({
            "purpose": or_default(&self.arguments.purpose, "default_purpose"),
            "legal_basis": or_default(&self.arguments.legal_basis, "default_legal_basis"),
            "case": self.arguments.case,
        });
        self.post("/session/purposes", &purpose).await.map(drop)
    }

    async fn sign_in(&self, person: &str) -> Result<Value, Failure> {
        let password = secret("OIKOS_PASSWORD", &format!("Password of {person}: "))?;
        let request = |code: Option<String>| serde_json::json!({ "name": person, "password": password, "code": code });
        match self.post("/session", &request(None)).await {
            Err(failure) if failure.is("code_required") => {
                let code = secret("OIKOS_CODE", &format!("Code of {person}: "))?;
                self.post("/session", &request(Some(code))).await
            }
            outcome => outcome,
        }
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

    pub(crate) async fn delete(&self, path: &str) -> Result<Value, Failure> {
        self.call(Method::DELETE, path, None).await
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

impl Drop for Connection {
    /// A command's session ends with the command. If that fails, it ends by itself after half an hour.
    fn drop(&mut self) {
        if self.has_session {
            tokio::task::block_in_place(|| {
                let _ = tokio::runtime::Handle::current().block_on(self.delete("/session"));
            });
        }
    }
}

/// A secret from the environment, or from whoever sits at the terminal.
pub(crate) fn secret(variable: &str, prompt: &str) -> Result<String, Failure> {
    if let Ok(secret) = std::env::var(variable) {
        return Ok(secret);
    }
    rpassword::prompt_password(prompt).map_err(|error| {
        Failure::new(format!("nobody answers {prompt:?}: {error}"))
            .with_help(format!("set {variable} where there is no terminal"))
    })
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
            let failure = Failure::new(crate::show::text(&body, "message")).with_code(crate::show::text(&body, "code"));
            Err(match body["code"].as_str() {
                Some("second_factor_required") => failure.with_help("oikos user second-factor --as NAME enrols one"),
                Some("passkey_required") => {
                    failure.with_help("passkeys work in the browser only; whoever works at a terminal enrols a code instead")
                }
                _ => failure,
            })
        }
        _ => Err(Failure::new(format!("the node answered {status}: {}", crate::show::plain(&String::from_utf8_lossy(bytes))))),
    }
}
