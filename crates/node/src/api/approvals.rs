//! Releases that need two persons.

use axum::Json;
use axum::extract::{Path, Query, State};
use oikos_registry::ApprovalState;
use serde::Deserialize;

use super::Shared;
use super::answer::{Answer, Signed, answer};
use crate::{ApprovalDecision, ApprovalView};

/// Which ones.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApprovalFilter {
    /// `pending`, `released`, `declined`, `changed` or `expired`; absent: all.
    #[param(value_type = Option<String>)]
    state: Option<ApprovalState>,
}

/// Releases that need or needed a second person, newest first.
#[utoipa::path(get, path = "/api/v1/approvals", params(ApprovalFilter), responses((status = 200, body = Vec<ApprovalView>)))]
pub(crate) async fn approvals(
    State(shared): State<Shared>,
    signed: Signed,
    Query(filter): Query<ApprovalFilter>,
) -> Answer<Vec<ApprovalView>> {
    answer(&shared, move |node| node.list_approvals(&signed.caller, filter.state)).await
}

/// One of them, with exactly what would leave.
#[utoipa::path(get, path = "/api/v1/approvals/{id}", params(("id" = String, Path,)), responses((status = 200, body = ApprovalView)))]
pub(crate) async fn approval(State(shared): State<Shared>, signed: Signed, Path(id): Path<String>) -> Answer<ApprovalView> {
    answer(&shared, move |node| node.show_approval(&signed.caller, &id)).await
}

/// The second person approves, which releases it in both names, or declines.
#[utoipa::path(
    post, path = "/api/v1/approvals/{id}", params(("id" = String, Path,)), request_body = ApprovalDecision,
    responses((status = 200, body = ApprovalView), (status = 403), (status = 409))
)]
pub(crate) async fn decide(
    State(shared): State<Shared>,
    signed: Signed,
    Path(id): Path<String>,
    Json(decision): Json<ApprovalDecision>,
) -> Answer<ApprovalView> {
    answer(&shared, move |node| node.decide_approval(&signed.caller, &id, &decision)).await
}
