//! Evidence bundles.

use axum::Json;
use axum::extract::{Path, State};

use super::Shared;
use super::answer::{Answer, Signed, answer};
use crate::evidence::{BundleDecision, BundleView, PrepareRequest};
use crate::journal::FolderView;

/// All bundles, newest first.
#[utoipa::path(get, path = "/api/v1/bundles", responses((status = 200, body = Vec<BundleView>)))]
pub(crate) async fn list(State(shared): State<Shared>, signed: Signed) -> Answer<Vec<BundleView>> {
    answer(&shared, move |node| node.list_bundles(&signed.caller)).await
}

/// Prepares a bundle for a case.
#[utoipa::path(post, path = "/api/v1/bundles", request_body = PrepareRequest, responses((status = 200, body = BundleView)))]
pub(crate) async fn prepare(
    State(shared): State<Shared>,
    signed: Signed,
    Json(request): Json<PrepareRequest>,
) -> Answer<BundleView> {
    answer(&shared, move |node| node.prepare_bundle(&signed.caller, &request)).await
}

/// Authorises or declines a bundle that another person prepared.
#[utoipa::path(post, path = "/api/v1/bundles/{id}/decisions", params(("id" = String, Path)), request_body = BundleDecision,
    responses((status = 200, body = BundleView)))]
pub(crate) async fn decide(
    State(shared): State<Shared>,
    signed: Signed,
    Path(id): Path<String>,
    Json(decision): Json<BundleDecision>,
) -> Answer<BundleView> {
    answer(&shared, move |node| node.decide_bundle(&signed.caller, &id, &decision)).await
}

/// An authorised bundle, file by file.
#[utoipa::path(post, path = "/api/v1/bundles/{id}/exports", params(("id" = String, Path)),
    responses((status = 200, body = FolderView)))]
pub(crate) async fn export(State(shared): State<Shared>, signed: Signed, Path(id): Path<String>) -> Answer<FolderView> {
    answer(&shared, move |node| node.export_bundle(&signed.caller, &id)).await
}
