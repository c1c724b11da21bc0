//! How services' results become HTTP answers, and who a request comes from.

use std::sync::Arc;

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use oikos_model::{CaseId, LegalBasis, Purpose};
use serde::Serialize;

use super::Shared;
use crate::users::Grounds;
use crate::{Caller, Node, NodeError};

/// The cookie that carries a page's session.
pub(crate) const SESSION_COOKIE: &str = "oikos_session";

/// An error as the API writes it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ErrorBody {
    /// `denied`, `not_signed_in`, `not_found`, `invalid`, `conflict` or `internal`.
    code: &'static str,
    /// What is wrong, and what would be right.
    message: String,
}

/// An error on its way out.
pub(crate) struct ApiError(NodeError);

impl From<NodeError> for ApiError {
    fn from(error: NodeError) -> Self {
        Self(error)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = match &self.0 {
            NodeError::Denied(_) => StatusCode::FORBIDDEN,
            NodeError::NotSignedIn(_) => StatusCode::UNAUTHORIZED,
            NodeError::NotFound(_) => StatusCode::NOT_FOUND,
            NodeError::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            NodeError::Conflict(_) | NodeError::Owned(_) => StatusCode::CONFLICT,
            NodeError::Io { .. } | NodeError::Store(_) | NodeError::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        (status, Json(ErrorBody { code: self.0.code(), message: self.0.to_string() })).into_response()
    }
}

/// What a handler gives back.
pub(crate) type Answer<T> = Result<Json<T>, ApiError>;

/// Does a node's work on a thread that may block, and wraps the result.
pub(crate) async fn answer<T: Send + 'static>(
    shared: &Shared,
    work: impl FnOnce(&Arc<Node>) -> Result<T, NodeError> + Send + 'static,
) -> Answer<T> {
    let node = Arc::clone(&shared.node);
    let outcome = tokio::task::spawn_blocking(move || work(&node)).await.map_err(|error| ApiError(NodeError::internal(error)))?;
    Ok(Json(outcome?))
}

/// An unknown path below the API.
pub(crate) async fn no_such_path() -> ApiError {
    ApiError(NodeError::NotFound("this path".into()))
}

/// A request by somebody who is signed in, with purpose, legal basis and case from the `x-oikos-*` headers.
pub(crate) struct Signed {
    pub(crate) caller: Caller,
    pub(crate) token: String,
}

impl FromRequestParts<Shared> for Signed {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Self::Rejection> {
        let token = token_of(parts).ok_or(NodeError::NotSignedIn("this request carries no session"))?;
        let grounds = grounds_of(parts)?;
        let presented = token.clone();
        let Json(caller) = answer(shared, move |node| node.caller_of_token(&presented, grounds)).await?;
        Ok(Self { caller, token })
    }
}

/// The bearer token, or the page's cookie. A cookie alone never changes anything across sites: it is `SameSite=Strict`, and bodies
/// must be JSON, which a foreign form cannot send.
fn token_of(parts: &Parts) -> Option<String> {
    if let Some(value) = parts.headers.get(header::AUTHORIZATION) {
        return value.to_str().ok()?.strip_prefix("Bearer ").map(str::to_owned);
    }
    let cookies = parts.headers.get(header::COOKIE)?.to_str().ok()?;
    let mut pairs = cookies.split(';').filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == SESSION_COOKIE).map(|(_, value)| value.to_owned())
}

fn grounds_of(parts: &Parts) -> Result<Grounds, NodeError> {
    let header = |name: &str| -> Result<Option<&str>, NodeError> {
        let Some(value) = parts.headers.get(name) else { return Ok(None) };
        value.to_str().map(Some).map_err(|_| NodeError::Invalid(format!("the header {name} must be plain ASCII")))
    };
    let invalid = |error: oikos_model::IdentifierError| NodeError::Invalid(error.to_string());
    Ok(Grounds {
        purpose: header("x-oikos-purpose")?.map(Purpose::new).transpose().map_err(invalid)?,
        legal_basis: header("x-oikos-legal-basis")?.map(LegalBasis::new).transpose().map_err(invalid)?,
        case: header("x-oikos-case")?.map(CaseId::new).transpose().map_err(invalid)?,
    })
}
