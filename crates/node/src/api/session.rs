//! Signing in, and what the node is.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::Shared;
use super::answer::{Answer, ApiError, ClientAddress, SignedForOwnAccess, answer, session_cookie};
use crate::{SignInRequest, SignedIn, UserView};

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
    /// Whether the session can do nothing but enrol a second factor.
    must_enrol: bool,
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
    /// The purpose acts have where nobody says otherwise: what a session can state.
    default_purpose: String,
    /// The legal basis acts have where nobody says otherwise.
    default_legal_basis: String,
    /// Whether people can sign in with passkeys.
    passkeys: bool,
    /// Whether people can sign in at an identity provider.
    single_sign_on: bool,
    /// The node's own time, RFC 3339: clocks of the law run by it, not by a reader's device.
    now: String,
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

/// Signs a person in with name and password, and with a code where the account has a second factor.
#[utoipa::path(
    post, path = "/api/v1/session", request_body = SignInRequest,
    responses((status = 200, body = Session), (status = 401), (status = 429))
)]
pub(crate) async fn sign_in(
    State(shared): State<Shared>,
    ClientAddress(address): ClientAddress,
    Json(request): Json<SignInRequest>,
) -> Result<Response, ApiError> {
    let Json(signed_in) = answer(&shared, move |node| node.sign_in(&request, address)).await?;
    Ok(with_session(&shared, signed_in))
}

/// The answer to somebody who just signed in.
pub(crate) fn with_session(shared: &Shared, signed_in: SignedIn) -> Response {
    let SignedIn { token, user, actions, must_enrol } = signed_in;
    let cookie = session_cookie(&shared.node, Some(&token));
    ([(header::SET_COOKIE, cookie)], Json(Session { user, token: Some(token), actions, must_enrol })).into_response()
}

/// Who is signed in.
#[utoipa::path(get, path = "/api/v1/session", responses((status = 200, body = Session), (status = 401)))]
pub(crate) async fn show_session(State(shared): State<Shared>, signed: SignedForOwnAccess) -> Answer<Session> {
    answer(&shared, move |node| {
        let user = node.user_view(&signed.caller)?;
        let must_enrol = node.must_enrol(&node.person_of_token(&signed.token)?);
        let actions = if must_enrol { Vec::new() } else { node.allowed_actions(&signed.caller) };
        Ok(Session { user, token: None, actions, must_enrol })
    })
    .await
}

/// Signs out.
#[utoipa::path(delete, path = "/api/v1/session", responses((status = 204)))]
pub(crate) async fn sign_out(State(shared): State<Shared>, signed: SignedForOwnAccess) -> Result<Response, ApiError> {
    let Json(()) = answer(&shared, move |node| node.sign_out(&signed.caller, &signed.token)).await?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, session_cookie(&shared.node, None))]).into_response())
}

/// What the node is. Anyone may see this, before signing in too.
#[utoipa::path(get, path = "/api/v1/node", responses((status = 200, body = NodeView)))]
pub(crate) async fn show_node(State(shared): State<Shared>) -> Answer<NodeView> {
    answer(&shared, |node| {
        let config = node.config();
        let detectors = |desk: &oikos_desk::Desk| {
            let own = node.detectors().into_iter().filter(|loaded| loaded.desk.name == desk.name);
            own.map(|loaded| (loaded.detector.head.id.to_string(), loaded.detector.head.finds.clone())).collect()
        };
        let desks = oikos_desks::DESKS.iter();
        Ok(NodeView {
            id: config.id.to_string(),
            display_name: config.display_name.clone(),
            country: config.country.clone(),
            regime: config.regime.code(),
            default_purpose: config.default_purpose.to_string(),
            default_legal_basis: config.default_legal_basis.to_string(),
            passkeys: config.sign_in.public_origin.is_some(),
            single_sign_on: config.sign_in.oidc.is_some(),
            now: crate::findings::seconds(node.clock().now()),
            notice: crate::NOTICE,
            desks: desks.map(|desk| DeskView { name: desk.name, question: desk.question, detectors: detectors(desk) }).collect(),
        })
    })
    .await
}
