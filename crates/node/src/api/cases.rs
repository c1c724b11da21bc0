//! Cases. What is done in one is done for it: the act carries the case, with the purpose the session stated for it.

use axum::Json;
use axum::extract::{Query, State};

use super::Shared;
use super::answer::{Answer, Signed, SignedForCase, answer};
use crate::cases::{CaseFilter, CaseRequest, CaseStep, CaseSummary, CaseView, PlaybookView};

/// Cases the caller may see, those in which something happened last first.
#[utoipa::path(get, path = "/api/v1/cases", params(CaseFilter), responses((status = 200, body = Vec<CaseSummary>)))]
pub(crate) async fn list(
    State(shared): State<Shared>,
    signed: Signed,
    Query(filter): Query<CaseFilter>,
) -> Answer<Vec<CaseSummary>> {
    answer(&shared, move |node| node.list_cases(&signed.caller, &filter)).await
}

/// Opens a case. The session works for it from then on, for the purpose it was opened for.
#[utoipa::path(post, path = "/api/v1/cases", request_body = CaseRequest, responses((status = 200, body = CaseView)))]
pub(crate) async fn open(State(shared): State<Shared>, signed: Signed, Json(request): Json<CaseRequest>) -> Answer<CaseView> {
    answer(&shared, move |node| {
        let view = node.open_case(&signed.caller, &request)?;
        node.state_purpose_of_case(&signed.caller, &signed.token, &view.summary)?;
        Ok(view)
    })
    .await
}

/// One case.
#[utoipa::path(get, path = "/api/v1/cases/{id}", params(("id" = String, Path)), responses((status = 200, body = CaseView)))]
pub(crate) async fn show(State(shared): State<Shared>, signed: SignedForCase) -> Answer<CaseView> {
    answer(&shared, move |node| node.show_case(&signed.caller, &signed.case)).await
}

/// Works in a case: things in and out, tasks, notes, decisions, playbooks; hands it over, closes and reopens it.
#[utoipa::path(post, path = "/api/v1/cases/{id}/steps", params(("id" = String, Path)), request_body = CaseStep,
    responses((status = 200, body = CaseView)))]
pub(crate) async fn step(State(shared): State<Shared>, signed: SignedForCase, Json(step): Json<CaseStep>) -> Answer<CaseView> {
    answer(&shared, move |node| node.step_in_case(&signed.caller, &signed.case, &step)).await
}

/// Playbooks: what is to be done in a case of some kind, by whom, by when, under which law.
#[utoipa::path(get, path = "/api/v1/playbooks", responses((status = 200, body = Vec<PlaybookView>)))]
pub(crate) async fn playbooks(State(shared): State<Shared>, signed: Signed) -> Answer<Vec<PlaybookView>> {
    answer(&shared, move |node| node.list_playbooks(&signed.caller)).await
}
