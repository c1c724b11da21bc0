//! Signing in, and what the node is.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use oikos_model::UserName;
use serde::{Deserialize, Serialize};

use super::Shared;
use super::answer::{Answer, ApiError, SESSION_COOKIE, Signed, answer};
use crate::users::UserView;

/// Name and password.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignIn {
    /// Account name.
    #[schema(value_type = String)]
    name: UserName,
    /// Password.
    password: String,
}

/// A signed-in session.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Session {
    /// Whose.
    user: UserView,
    /// The bearer token, shown once. A page does not need it: it has the cookie.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    /// Codes of the actions this person may do at all, so that a page shows no control that would be refused.
    actions: Vec<&'static str>,
}

/// What the node is and does.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct NodeView {
    /// Id.
    id: String,
    /// The authority's name.
    display_name: String,
    /// Its state.
    country: String,
    /// Its regime.
    regime: &'static str,
    /// What must be said on every page.
    notice: &'static str,
    /// Desks with their detectors.
    desks: Vec<DeskView>,
}

/// A desk.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct DeskView {
    /// Name.
    name: &'static str,
    /// Who asks what of it.
    question: &'static str,
    /// Its detectors: id and what each finds.
    detectors: Vec<(String, String)>,
}

/// Signs a person in with name and password.
#[utoipa::path(post, path = "/api/v1/session", request_body = SignIn, responses((status = 200, body = Session), (status = 401)))]
pub(crate) async fn sign_in(State(shared): State<Shared>, Json(request): Json<SignIn>) -> Result<Response, ApiError> {
    let Json((token, user, actions)) = answer(&shared, move |node| {
        let (token, user) = node.sign_in(&request.name, &request.password)?;
        let caller = node.caller_of_token(&token, crate::users::Grounds::default())?;
        let actions = node.allowed_actions(&caller);
        Ok((token, user, actions))
    })
    .await?;
    let cookie = format!("{SESSION_COOKIE}={token}; HttpOnly; SameSite=Strict; Path=/");
    Ok(([(header::SET_COOKIE, cookie)], Json(Session { user, token: Some(token), actions })).into_response())
}

/// Who is signed in.
#[utoipa::path(get, path = "/api/v1/session", responses((status = 200, body = Session), (status = 401)))]
pub(crate) async fn show_session(State(shared): State<Shared>, signed: Signed) -> Answer<Session> {
    answer(&shared, move |node| {
        let user = node.user_view(&signed.caller)?;
        Ok(Session { user, token: None, actions: node.allowed_actions(&signed.caller) })
    })
    .await
}

/// Signs out.
#[utoipa::path(delete, path = "/api/v1/session", responses((status = 204)))]
pub(crate) async fn sign_out(State(shared): State<Shared>, signed: Signed) -> Result<Response, ApiError> {
    let Json(()) = answer(&shared, move |node| node.sign_out(&signed.caller, &signed.token)).await?;
    let cookie = format!("{SESSION_COOKIE}=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0");
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

/// What the node is. Anyone may see this, before signing in too.
#[utoipa::path(get, path = "/api/v1/node", responses((status = 200, body = NodeView)))]
pub(crate) async fn show_node(State(shared): State<Shared>) -> Answer<NodeView> {
    answer(&shared, |node| {
        let config = node.config();
        let detectors = |desk: &oikos_desk::Desk| {
            let own = node.detectors().iter().filter(|loaded| loaded.desk.name == desk.name);
            own.map(|loaded| (loaded.detector.head.id.to_string(), loaded.detector.head.finds.clone())).collect()
        };
        let desks = oikos_desks::DESKS.iter();
        Ok(NodeView {
            id: config.id.to_string(),
            display_name: config.display_name.clone(),
            country: config.country.clone(),
            regime: config.regime.code(),
            notice: crate::NOTICE,
            desks: desks.map(|desk| DeskView { name: desk.name, question: desk.question, detectors: detectors(desk) }).collect(),
        })
    })
    .await
}
