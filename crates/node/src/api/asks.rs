//! Asks, hits and requests.

use axum::Json;
use axum::extract::{Path, Query, State};
use oikos_exchange::RequestId;
use oikos_model::NodeId;
use oikos_registry::Direction;
use serde::Deserialize;

use super::Shared;
use super::answer::{Answer, Signed, answer};
use crate::NodeError;
use crate::asks::{AskReport, AskRequest, HitLine};
use crate::release::ReleaseView;
use crate::requests::{RequestDecision, RequestDraft, RequestFilter, RequestLine, RequestPreview, RequestView};

/// Which part of a list.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Part {
    /// Skips so many.
    #[serde(default)]
    offset: usize,
    /// At most so many; 200 where absent, 1,000 at most.
    limit: Option<usize>,
}

/// Asks partners whether they know selectors, without showing them.
#[utoipa::path(post, path = "/api/v1/asks", request_body = AskRequest, responses((status = 200, body = AskReport)))]
pub(crate) async fn ask(State(shared): State<Shared>, signed: Signed, Json(request): Json<AskRequest>) -> Answer<AskReport> {
    Ok(Json(shared.delivery.ask(signed.caller, request).await?))
}

/// Hits of asks.
#[utoipa::path(get, path = "/api/v1/asks/hits", params(Part), responses((status = 200, body = Vec<HitLine>)))]
pub(crate) async fn hits(State(shared): State<Shared>, signed: Signed, Query(part): Query<Part>) -> Answer<Vec<HitLine>> {
    answer(&shared, move |node| node.list_hits(&signed.caller, part.offset, part.limit)).await
}

/// Exactly what a request would show the partner.
#[utoipa::path(post, path = "/api/v1/requests/preview", request_body = RequestDraft, responses((status = 200, body = RequestPreview)))]
pub(crate) async fn preview(
    State(shared): State<Shared>,
    signed: Signed,
    Json(draft): Json<RequestDraft>,
) -> Answer<RequestPreview> {
    answer(&shared, move |node| node.preview_request(&signed.caller, &draft)).await
}

/// Asks a partner for release. The selector is shown to the partner.
#[utoipa::path(post, path = "/api/v1/requests", request_body = RequestDraft, responses((status = 200, body = RequestLine)))]
pub(crate) async fn send(State(shared): State<Shared>, signed: Signed, Json(draft): Json<RequestDraft>) -> Answer<RequestLine> {
    answer(&shared, move |node| node.send_request(&signed.caller, &draft)).await
}

/// Requests, those that are due first first.
#[utoipa::path(get, path = "/api/v1/requests", params(RequestFilter), responses((status = 200, body = Vec<RequestLine>)))]
pub(crate) async fn list(
    State(shared): State<Shared>,
    signed: Signed,
    Query(filter): Query<RequestFilter>,
) -> Answer<Vec<RequestLine>> {
    answer(&shared, move |node| node.list_requests(&signed.caller, &filter)).await
}

/// One request, and which own findings are about it.
#[utoipa::path(
    get,
    path = "/api/v1/requests/{direction}/{partner}/{id}",
    params(("direction" = String, Path), ("partner" = String, Path), ("id" = String, Path)),
    responses((status = 200, body = RequestView))
)]
pub(crate) async fn show(
    State(shared): State<Shared>,
    signed: Signed,
    Path((direction, partner, id)): Path<(Direction, NodeId, String)>,
) -> Answer<RequestView> {
    let id = request_id(&id)?;
    answer(&shared, move |node| node.show_request(&signed.caller, direction, &partner, id)).await
}

/// Answers a partner's request: releases, releases in part, or refuses.
#[utoipa::path(
    post,
    path = "/api/v1/requests/incoming/{partner}/{id}/answer",
    params(("partner" = String, Path), ("id" = String, Path)),
    request_body = RequestDecision,
    responses((status = 200, body = ReleaseView))
)]
pub(crate) async fn decide(
    State(shared): State<Shared>,
    signed: Signed,
    Path((partner, id)): Path<(NodeId, String)>,
    Json(decision): Json<RequestDecision>,
) -> Answer<ReleaseView> {
    let id = request_id(&id)?;
    answer(&shared, move |node| node.answer_request(&signed.caller, &partner, id, &decision)).await
}

fn request_id(text: &str) -> Result<RequestId, NodeError> {
    text.parse().map_err(|error: oikos_exchange::NotAName| NodeError::Invalid(error.to_string()))
}
