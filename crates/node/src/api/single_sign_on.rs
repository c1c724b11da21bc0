//! Signing in at the identity provider: going there, and coming back.

use axum::Json;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use serde::Deserialize;

use super::Shared;
use super::answer::{ApiError, answer, cookie, session_cookie};
use crate::oidc::Provider;
use crate::{NodeError, SingleSignOn};

/// Ties an answer to the browser that asked. `Lax`, since people come back from another site.
const BROWSER_COOKIE: &str = "oikos_sign_on";
const RETURNS_TO: &str = "/api/v1/session/oidc";

/// What the provider sends people back with.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Returned {
    /// What this node sent along.
    state: Option<String>,
    /// What the node changes for a token.
    code: Option<String>,
}

/// Begins to sign somebody in at the identity provider.
#[utoipa::path(post, path = "/api/v1/session/oidc", responses((status = 200, body = SingleSignOn), (status = 409), (status = 502)))]
pub(crate) async fn depart(State(shared): State<Shared>) -> Result<Response, ApiError> {
    let provider = Provider::discover(shared.node.oidc()?).await?;
    let Json(departure) = answer(&shared, move |node| node.depart(&provider)).await?;
    let cookie = browser_cookie(&shared, &departure.browser, 600);
    Ok(([(header::SET_COOKIE, cookie)], Json(SingleSignOn { url: departure.url })).into_response())
}

/// Takes somebody back who signed in at the identity provider, and leads to the page.
#[utoipa::path(get, path = "/api/v1/session/oidc/callback", params(Returned), responses((status = 303), (status = 401), (status = 502)))]
pub(crate) async fn arrive(
    State(shared): State<Shared>,
    headers: HeaderMap,
    Query(returned): Query<Returned>,
) -> Result<Response, ApiError> {
    let settings = shared.node.oidc()?.clone();
    let browser = cookie(&headers, BROWSER_COOKIE).map(str::to_owned);
    let (state, code) = (returned.state.unwrap_or_default(), returned.code.unwrap_or_default());
    let Json(back) = answer(&shared, move |node| node.take_back(&state, &code, browser.as_deref())).await?;
    let (provider, id_token) = async {
        let provider = Provider::discover(&settings).await?;
        let id_token = provider.id_token(&settings, &back).await?;
        Ok::<_, NodeError>((provider.with_keys(&settings).await?, id_token))
    }
    .await?;
    let Json(signed_in) = answer(&shared, move |node| node.arrive(&provider, &id_token, &back)).await?;
    let cookies = AppendHeaders([
        (header::SET_COOKIE, session_cookie(&shared.node, Some(&signed_in.token))),
        (header::SET_COOKIE, browser_cookie(&shared, "", 0)),
    ]);
    Ok((StatusCode::SEE_OTHER, cookies, [(header::LOCATION, "/")]).into_response())
}

fn browser_cookie(shared: &Shared, value: &str, seconds: u32) -> String {
    let secure = if shared.node.config().sign_in.is_secure() { "; Secure" } else { "" };
    format!("{BROWSER_COOKIE}={value}; HttpOnly; SameSite=Lax; Path={RETURNS_TO}; Max-Age={seconds}{secure}")
}
