//! The inbox.

use axum::Json;
use axum::extract::{Path, Query, State};
use oikos_model::{FindingKey, NodeId};
use serde::Deserialize;

use super::Shared;
use super::answer::{Answer, Signed, answer};
use crate::findings::{DecisionRequest, EvidenceRow, FindingFilter, FindingPage, FindingSummary, FindingView};

/// A finding's identity in a path.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct FindingPath {
    /// The node whose finding it is.
    #[param(value_type = String)]
    origin: NodeId,
    /// Its key.
    #[param(value_type = String)]
    key: FindingKey,
}

/// Findings the reader may see, strongest first.
#[utoipa::path(get, path = "/api/v1/findings", params(FindingFilter), responses((status = 200, body = FindingPage)))]
pub(crate) async fn list(
    State(shared): State<Shared>,
    signed: Signed,
    Query(filter): Query<FindingFilter>,
) -> Answer<FindingPage> {
    answer(&shared, move |node| node.list_findings(&signed.caller, &filter)).await
}

/// One finding with its reasons and decisions.
#[utoipa::path(get, path = "/api/v1/findings/{origin}/{key}", params(FindingPath), responses((status = 200, body = FindingView)))]
pub(crate) async fn show(State(shared): State<Shared>, signed: Signed, Path(path): Path<FindingPath>) -> Answer<FindingView> {
    answer(&shared, move |node| node.show_finding(&signed.caller, &path.origin, path.key)).await
}

/// The records behind a finding, for the purpose the request names.
#[utoipa::path(get, path = "/api/v1/findings/{origin}/{key}/evidence", params(FindingPath),
    responses((status = 200, body = Vec<EvidenceRow>)))]
pub(crate) async fn evidence(
    State(shared): State<Shared>,
    signed: Signed,
    Path(path): Path<FindingPath>,
) -> Answer<Vec<EvidenceRow>> {
    answer(&shared, move |node| node.show_evidence(&signed.caller, &path.origin, path.key)).await
}

/// Confirms, dismisses or reopens a finding.
#[utoipa::path(post, path = "/api/v1/findings/{origin}/{key}/decisions", params(FindingPath), request_body = DecisionRequest,
    responses((status = 200, body = FindingSummary)))]
pub(crate) async fn decide(
    State(shared): State<Shared>,
    signed: Signed,
    Path(path): Path<FindingPath>,
    Json(request): Json<DecisionRequest>,
) -> Answer<FindingSummary> {
    answer(&shared, move |node| node.decide_finding(&signed.caller, &path.origin, path.key, &request)).await
}
