//! Passkeys: registering, listing, removing, and signing in with one.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::Shared;
use super::answer::{Answer, ApiError, Signed, SignedForOwnAccess, answer};
use super::session::with_session;
use crate::{NewPasskey, PasskeyAnswer, PasskeyCreation, PasskeyQuestion, PasskeyView};

/// Begins to register a passkey.
#[utoipa::path(post, path = "/api/v1/passkeys/challenges", responses((status = 200, body = PasskeyCreation)))]
pub(crate) async fn begin(State(shared): State<Shared>, signed: SignedForOwnAccess) -> Answer<PasskeyCreation> {
    answer(&shared, move |node| node.begin_passkey(&signed.caller, &signed.token)).await
}

/// Registers a passkey; other sessions end.
#[utoipa::path(post, path = "/api/v1/passkeys", request_body = NewPasskey, responses((status = 200, body = PasskeyView)))]
pub(crate) async fn register(
    State(shared): State<Shared>,
    signed: SignedForOwnAccess,
    Json(request): Json<NewPasskey>,
) -> Answer<PasskeyView> {
    answer(&shared, move |node| node.register_passkey(&signed.caller, &signed.token, &request)).await
}

/// The own passkeys.
#[utoipa::path(get, path = "/api/v1/passkeys", responses((status = 200, body = Vec<PasskeyView>)))]
pub(crate) async fn passkeys(State(shared): State<Shared>, signed: Signed) -> Answer<Vec<PasskeyView>> {
    answer(&shared, move |node| node.list_passkeys(&signed.caller)).await
}

/// Removes one of the own passkeys.
#[utoipa::path(delete, path = "/api/v1/passkeys/{id}", params(("id" = String, Path,)), responses((status = 204), (status = 404)))]
pub(crate) async fn remove(State(shared): State<Shared>, signed: Signed, Path(id): Path<String>) -> Result<StatusCode, ApiError> {
    let Json(()) = answer(&shared, move |node| node.remove_passkey(&signed.caller, &id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Begins to sign in with a passkey, whoever asks.
#[utoipa::path(post, path = "/api/v1/session/passkey/challenges", responses((status = 200, body = PasskeyQuestion)))]
pub(crate) async fn ask(State(shared): State<Shared>) -> Answer<PasskeyQuestion> {
    answer(&shared, |node| node.ask_for_passkey()).await
}

/// Signs in with a passkey.
#[utoipa::path(
    post, path = "/api/v1/session/passkey", request_body = PasskeyAnswer,
    responses((status = 200, body = super::session::Session), (status = 401))
)]
pub(crate) async fn sign_in(State(shared): State<Shared>, Json(request): Json<PasskeyAnswer>) -> Result<Response, ApiError> {
    let Json(signed_in) = answer(&shared, move |node| node.sign_in_with_passkey(&request)).await?;
    Ok(with_session(&shared, signed_in))
}
