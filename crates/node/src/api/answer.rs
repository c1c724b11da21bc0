//! How services' results become HTTP answers, and who a request comes from.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::Json;
use axum::extract::{ConnectInfo, FromRequestParts, Path};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use oikos_model::{CaseId, LegalBasis, Purpose};
use serde::Serialize;

use super::Shared;
use crate::{Caller, Grounds, Node, NodeError};

/// The cookie that carries a page's session.
pub(crate) const SESSION_COOKIE: &str = "oikos_session";

/// An error as the API writes it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ErrorBody {
    /// `denied`, `not_signed_in`, `code_required`, `passkey_required`, `second_factor_required`, `too_many_attempts`,
    /// `purpose_required`, `not_found`, `invalid`, `conflict`, `stopped`, `too_large`, `provider` or `internal`.
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
            NodeError::Denied(_) | NodeError::EnrolmentRequired => StatusCode::FORBIDDEN,
            NodeError::NotSignedIn(_) | NodeError::FactorRequired(_) => StatusCode::UNAUTHORIZED,
            NodeError::TooManyAttempts { .. } => StatusCode::TOO_MANY_REQUESTS,
            NodeError::PurposeRequired(_) => StatusCode::PRECONDITION_REQUIRED,
            NodeError::Provider(_) => StatusCode::BAD_GATEWAY,
            NodeError::NotFound(_) => StatusCode::NOT_FOUND,
            NodeError::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            NodeError::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            NodeError::Conflict(_) | NodeError::Owned(_) | NodeError::Stopped => StatusCode::CONFLICT,
            NodeError::Io { .. } | NodeError::Store(_) | NodeError::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let mut response = (status, Json(ErrorBody { code: self.0.code(), message: self.0.to_string() })).into_response();
        if let NodeError::TooManyAttempts { after_seconds } = self.0 {
            response.headers_mut().insert(header::RETRY_AFTER, after_seconds.into());
        }
        response
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

/// A request by somebody who is signed in, with purpose, legal basis and case from the `x-oikos-*` headers, or as the session stated
/// them.
pub(crate) struct Signed {
    pub(crate) caller: Caller,
    pub(crate) token: String,
}

impl FromRequestParts<Shared> for Signed {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Self::Rejection> {
        let (token, grounds) = (token_of(parts)?, grounds_of(parts)?);
        let presented = token.clone();
        let Json(caller) = answer(shared, move |node| node.caller_of_token(&presented, grounds)).await?;
        Ok(Self { caller, token })
    }
}

/// As [`Signed`], for what is done in the case that the path names: the act is done for that case.
pub(crate) struct SignedForCase {
    pub(crate) caller: Caller,
    pub(crate) case: CaseId,
}

impl FromRequestParts<Shared> for SignedForCase {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Self::Rejection> {
        let (token, grounds) = (token_of(parts)?, grounds_of(parts)?);
        let invalid = |problem: &dyn std::fmt::Display| NodeError::Invalid(problem.to_string());
        let Path(id) = Path::<String>::from_request_parts(parts, shared).await.map_err(|error| invalid(&error))?;
        let case = CaseId::new(id).map_err(|error| invalid(&error))?;
        if grounds.case.as_ref().is_some_and(|named| *named != case) {
            return Err(invalid(&format!("the header x-oikos-case names another case than {case}")).into());
        }
        let grounds = Grounds { case: Some(case.clone()), ..grounds };
        let Json(caller) = answer(shared, move |node| node.caller_of_token(&token, grounds)).await?;
        Ok(Self { caller, case })
    }
}

/// As [`Signed`], for what people do about their own access: also where a session can do nothing but enrol a second factor.
pub(crate) struct SignedForOwnAccess {
    pub(crate) caller: Caller,
    pub(crate) token: String,
}

impl FromRequestParts<Shared> for SignedForOwnAccess {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Self::Rejection> {
        let token = token_of(parts)?;
        let presented = token.clone();
        let Json(caller) = answer(shared, move |node| node.own_caller_of_token(&presented)).await?;
        Ok(Self { caller, token })
    }
}

/// Where a request comes from; `None` in process.
pub(crate) struct ClientAddress(pub(crate) Option<IpAddr>);

impl<S: Sync> FromRequestParts<S> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(address)| address.ip())))
    }
}

/// The cookie that gives a page its session, or takes it away.
pub(crate) fn session_cookie(node: &Node, token: Option<&str>) -> String {
    let secure = if node.config().sign_in.is_secure() { "; Secure" } else { "" };
    let (token, end) = (token.unwrap_or_default(), if token.is_none() { "; Max-Age=0" } else { "" });
    format!("{SESSION_COOKIE}={token}; HttpOnly; SameSite=Strict; Path=/{secure}{end}")
}

/// The bearer token, or the page's cookie. A cookie alone never changes anything across sites: it is `SameSite=Strict`, and bodies
/// must be JSON, which a foreign form cannot send.
fn token_of(parts: &Parts) -> Result<String, NodeError> {
    let token = match parts.headers.get(header::AUTHORIZATION) {
        Some(value) => value.to_str().ok().and_then(|text| text.strip_prefix("Bearer ")),
        None => cookie(&parts.headers, SESSION_COOKIE),
    };
    token.map(str::to_owned).ok_or(NodeError::NotSignedIn("this request carries no session"))
}

/// The value of a cookie.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let cookies = headers.get(header::COOKIE)?.to_str().ok()?;
    let mut pairs = cookies.split(';').filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(one, _)| *one == name).map(|(_, value)| value)
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
