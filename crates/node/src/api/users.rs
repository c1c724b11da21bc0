//! Accounts, as administrators manage them.

use axum::Json;
use axum::extract::{Path, State};
use oikos_model::UserName;
use serde::Deserialize;

use super::Shared;
use super::answer::{Answer, Signed, answer};
use crate::{UserRequest, UserView};

/// A person at the identity provider.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SubjectBody {
    /// The provider's `sub` of that person.
    subject: String,
}

/// All accounts.
#[utoipa::path(get, path = "/api/v1/users", responses((status = 200, body = Vec<UserView>)))]
pub(crate) async fn users(State(shared): State<Shared>, signed: Signed) -> Answer<Vec<UserView>> {
    answer(&shared, move |node| node.list_users(&signed.caller)).await
}

/// Makes or changes an account. A new password, or disabling it, ends its sessions.
#[utoipa::path(put, path = "/api/v1/users", request_body = UserRequest, responses((status = 200, body = UserView)))]
pub(crate) async fn put_user(State(shared): State<Shared>, signed: Signed, Json(request): Json<UserRequest>) -> Answer<UserView> {
    answer(&shared, move |node| node.put_user(&signed.caller, &request)).await
}

/// Removes somebody's second factor, recovery codes and passkeys, and ends their sessions.
#[utoipa::path(
    delete, path = "/api/v1/users/{name}/second-factor", params(("name" = String, Path,)),
    responses((status = 200, body = UserView), (status = 404))
)]
pub(crate) async fn reset_second_factor(
    State(shared): State<Shared>,
    signed: Signed,
    Path(name): Path<UserName>,
) -> Answer<UserView> {
    answer(&shared, move |node| node.reset_second_factor(&signed.caller, &name)).await
}

/// Lets an account be heard again at once after too many failures.
#[utoipa::path(
    delete, path = "/api/v1/users/{name}/delay", params(("name" = String, Path,)),
    responses((status = 200, body = UserView), (status = 404))
)]
pub(crate) async fn unlock(State(shared): State<Shared>, signed: Signed, Path(name): Path<UserName>) -> Answer<UserView> {
    answer(&shared, move |node| node.unlock_user(&signed.caller, &name)).await
}

/// Binds a person at the identity provider to an account, once.
#[utoipa::path(
    put, path = "/api/v1/users/{name}/subject", params(("name" = String, Path,)), request_body = SubjectBody,
    responses((status = 200, body = UserView), (status = 409))
)]
pub(crate) async fn bind_subject(
    State(shared): State<Shared>,
    signed: Signed,
    Path(name): Path<UserName>,
    Json(body): Json<SubjectBody>,
) -> Answer<UserView> {
    answer(&shared, move |node| node.bind_subject(&signed.caller, &name, &body.subject)).await
}

/// Removes that binding, and ends the account's sessions.
#[utoipa::path(
    delete, path = "/api/v1/users/{name}/subject", params(("name" = String, Path,)),
    responses((status = 200, body = UserView), (status = 404))
)]
pub(crate) async fn unbind_subject(State(shared): State<Shared>, signed: Signed, Path(name): Path<UserName>) -> Answer<UserView> {
    answer(&shared, move |node| node.unbind_subject(&signed.caller, &name)).await
}
