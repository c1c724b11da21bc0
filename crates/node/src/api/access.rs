//! What people do about their own access: purposes, password, second factor, sessions.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;

use super::Shared;
use super::answer::{Answer, ApiError, Signed, SignedForOwnAccess, answer};
use crate::{EnrolmentView, PurposeRequest, PurposeView, RecoveryCodes, SessionView};

/// A new password.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordChange {
    /// The present one.
    present: String,
    /// The new one, 15 characters or more.
    new: String,
}

/// The first code of a new second factor.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FirstCode {
    /// Six digits.
    code: String,
}

/// Says for what this session works, once for a case or once for what belongs to none. Without it, case data is answered 428.
#[utoipa::path(
    post, path = "/api/v1/session/purposes", request_body = PurposeRequest, responses((status = 200, body = PurposeView))
)]
pub(crate) async fn state_purpose(
    State(shared): State<Shared>,
    signed: Signed,
    Json(request): Json<PurposeRequest>,
) -> Answer<PurposeView> {
    answer(&shared, move |node| node.state_purpose(&signed.caller, &signed.token, &request)).await
}

/// Replaces the own password; other sessions end.
#[utoipa::path(put, path = "/api/v1/session/password", request_body = PasswordChange, responses((status = 204), (status = 429)))]
pub(crate) async fn change_password(
    State(shared): State<Shared>,
    signed: Signed,
    Json(request): Json<PasswordChange>,
) -> Result<StatusCode, ApiError> {
    let work = move |node: &std::sync::Arc<crate::Node>| {
        node.change_password(&signed.caller, &signed.token, &request.present, &request.new)
    };
    let Json(()) = answer(&shared, work).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes a secret for an authenticator app, shown once. It counts once a first code confirmed it.
#[utoipa::path(post, path = "/api/v1/session/second-factor", responses((status = 200, body = EnrolmentView), (status = 409)))]
pub(crate) async fn enrol(State(shared): State<Shared>, signed: SignedForOwnAccess) -> Answer<EnrolmentView> {
    answer(&shared, move |node| node.enrol_second_factor(&signed.caller, &signed.token)).await
}

/// Takes the first code, and gives recovery codes, shown once.
#[utoipa::path(
    put, path = "/api/v1/session/second-factor", request_body = FirstCode,
    responses((status = 200, body = RecoveryCodes), (status = 429))
)]
pub(crate) async fn confirm(
    State(shared): State<Shared>,
    signed: SignedForOwnAccess,
    Json(request): Json<FirstCode>,
) -> Answer<RecoveryCodes> {
    answer(&shared, move |node| node.confirm_second_factor(&signed.caller, &signed.token, &request.code)).await
}

/// The own sessions.
#[utoipa::path(get, path = "/api/v1/sessions", responses((status = 200, body = Vec<SessionView>)))]
pub(crate) async fn sessions(State(shared): State<Shared>, signed: Signed) -> Answer<Vec<SessionView>> {
    answer(&shared, move |node| node.list_sessions(&signed.caller, &signed.token)).await
}

/// Ends one of the own sessions.
#[utoipa::path(delete, path = "/api/v1/sessions/{id}", params(("id" = String, Path,)), responses((status = 204), (status = 404)))]
pub(crate) async fn end_session(
    State(shared): State<Shared>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let Json(()) = answer(&shared, move |node| node.end_session(&signed.caller, &id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
