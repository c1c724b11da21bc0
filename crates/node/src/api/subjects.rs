//! Data subjects' requests.

use axum::Json;
use axum::extract::{Path, State};

use super::Shared;
use super::answer::{Answer, Signed, answer};
use crate::subjects::{SubjectAnswer, SubjectRequest, SubjectRequestView, SubjectStep};

/// All requests, those due first first.
#[utoipa::path(get, path = "/api/v1/subjects", responses((status = 200, body = Vec<SubjectRequestView>)))]
pub(crate) async fn list(State(shared): State<Shared>, signed: Signed) -> Answer<Vec<SubjectRequestView>> {
    answer(&shared, move |node| node.list_subject_requests(&signed.caller)).await
}

/// Takes up a request; its clock begins.
#[utoipa::path(post, path = "/api/v1/subjects", request_body = SubjectRequest,
    responses((status = 200, body = SubjectRequestView)))]
pub(crate) async fn open(
    State(shared): State<Shared>,
    signed: Signed,
    Json(request): Json<SubjectRequest>,
) -> Answer<SubjectRequestView> {
    answer(&shared, move |node| node.open_subject_request(&signed.caller, &request)).await
}

/// Finds, exports, corrects, restricts, erases, extends, refuses or closes.
#[utoipa::path(post, path = "/api/v1/subjects/{id}/steps", params(("id" = String, Path)), request_body = SubjectStep,
    responses((status = 200, body = SubjectAnswer)))]
pub(crate) async fn step(
    State(shared): State<Shared>,
    signed: Signed,
    Path(id): Path<String>,
    Json(step): Json<SubjectStep>,
) -> Answer<SubjectAnswer> {
    answer(&shared, move |node| node.answer_subject(&signed.caller, &id, &step)).await
}
