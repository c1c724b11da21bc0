//! Screening.

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;

use super::Shared;
use super::answer::{Answer, Signed, answer};
use crate::screening::{
    ListView, MatchDecision, MatchDecisionRequest, MoreSubjects, NewScreeningSet, Rescreening, ScreeningAnswer, ScreeningRequest,
    ScreeningSetView, ScreeningSettings, ScreeningWhatIf, SelfRecallRequest, SelfRecallRow,
};

/// Whether a set is screened whole.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RescreenBody {
    /// Every subject (`true`), or those to whom a change can matter.
    all: bool,
}

/// Screens subjects against the lists the caller may read: explained matches, ranked.
#[utoipa::path(post, path = "/api/v1/screening", request_body = ScreeningRequest, responses((status = 200, body = ScreeningAnswer)))]
pub(crate) async fn screen(
    State(shared): State<Shared>,
    signed: Signed,
    Json(request): Json<ScreeningRequest>,
) -> Answer<ScreeningAnswer> {
    answer(&shared, move |node| node.screen(&signed.caller, &request)).await
}

/// The lists that screening knows, with their legal force here.
#[utoipa::path(get, path = "/api/v1/screening/lists", responses((status = 200, body = Vec<ListView>)))]
pub(crate) async fn lists(State(shared): State<Shared>, signed: Signed) -> Answer<Vec<ListView>> {
    answer(&shared, move |node| node.screening_lists(&signed.caller)).await
}

/// What was said of matches, newest first.
#[utoipa::path(get, path = "/api/v1/screening/decisions", responses((status = 200, body = Vec<MatchDecision>)))]
pub(crate) async fn decisions(State(shared): State<Shared>, signed: Signed) -> Answer<Vec<MatchDecision>> {
    answer(&shared, move |node| node.list_match_decisions(&signed.caller)).await
}

/// Clears a match, confirms it as a hit, or takes back what was said. The answer is the decision as it stands; none after a withdrawal.
#[utoipa::path(post, path = "/api/v1/screening/decisions", request_body = MatchDecisionRequest,
    responses((status = 200, body = Option<MatchDecision>)))]
pub(crate) async fn decide(
    State(shared): State<Shared>,
    signed: Signed,
    Json(request): Json<MatchDecisionRequest>,
) -> Answer<Option<MatchDecision>> {
    answer(&shared, move |node| node.decide_match(&signed.caller, &request)).await
}

/// The sets of subjects that stay screened.
#[utoipa::path(get, path = "/api/v1/screening/sets", responses((status = 200, body = Vec<ScreeningSetView>)))]
pub(crate) async fn sets(State(shared): State<Shared>, signed: Signed) -> Answer<Vec<ScreeningSetView>> {
    answer(&shared, move |node| node.list_screening_sets(&signed.caller)).await
}

/// Keeps a set and screens its first subjects.
#[utoipa::path(post, path = "/api/v1/screening/sets", request_body = NewScreeningSet,
    responses((status = 200, body = ScreeningSetView)))]
pub(crate) async fn keep(
    State(shared): State<Shared>,
    signed: Signed,
    Json(request): Json<NewScreeningSet>,
) -> Answer<ScreeningSetView> {
    answer(&shared, move |node| node.keep_screening_set(&signed.caller, &request)).await
}

/// A set's matches, ranked.
#[utoipa::path(get, path = "/api/v1/screening/sets/{id}", params(("id" = String, Path)),
    responses((status = 200, body = ScreeningAnswer)))]
pub(crate) async fn set_matches(State(shared): State<Shared>, signed: Signed, Path(id): Path<String>) -> Answer<ScreeningAnswer> {
    answer(&shared, move |node| node.screening_set_matches(&signed.caller, &id)).await
}

/// Removes a set with its subjects.
#[utoipa::path(delete, path = "/api/v1/screening/sets/{id}", params(("id" = String, Path)), responses((status = 200)))]
pub(crate) async fn remove(State(shared): State<Shared>, signed: Signed, Path(id): Path<String>) -> Answer<()> {
    answer(&shared, move |node| node.remove_screening_set(&signed.caller, &id)).await
}

/// Adds subjects to a set, screened.
#[utoipa::path(post, path = "/api/v1/screening/sets/{id}/subjects", params(("id" = String, Path)), request_body = MoreSubjects,
    responses((status = 200, body = ScreeningSetView)))]
pub(crate) async fn add(
    State(shared): State<Shared>,
    signed: Signed,
    Path(id): Path<String>,
    Json(more): Json<MoreSubjects>,
) -> Answer<ScreeningSetView> {
    answer(&shared, move |node| node.add_screened_subjects(&signed.caller, &id, &more)).await
}

/// Screens a set again, as far as the lists changed: what is new and what is gone.
#[utoipa::path(post, path = "/api/v1/screening/sets/{id}/screen", params(("id" = String, Path)), request_body = RescreenBody,
    responses((status = 200, body = Rescreening)))]
pub(crate) async fn rescreen(
    State(shared): State<Shared>,
    signed: Signed,
    Path(id): Path<String>,
    Json(body): Json<RescreenBody>,
) -> Answer<Rescreening> {
    answer(&shared, move |node| node.rescreen_set(&signed.caller, &id, body.all)).await
}

/// What other settings would do to a set. Nothing is kept.
#[utoipa::path(post, path = "/api/v1/screening/sets/{id}/what-if", params(("id" = String, Path)), request_body = ScreeningSettings,
    responses((status = 200, body = ScreeningWhatIf)))]
pub(crate) async fn what_if(
    State(shared): State<Shared>,
    signed: Signed,
    Path(id): Path<String>,
    Json(settings): Json<ScreeningSettings>,
) -> Answer<ScreeningWhatIf> {
    answer(&shared, move |node| node.screening_what_if(&signed.caller, &id, &settings)).await
}

/// Asks the lists for their own names, badly written.
#[utoipa::path(post, path = "/api/v1/screening/self-recall", request_body = SelfRecallRequest,
    responses((status = 200, body = Vec<SelfRecallRow>)))]
pub(crate) async fn self_recall(
    State(shared): State<Shared>,
    signed: Signed,
    Json(request): Json<SelfRecallRequest>,
) -> Answer<Vec<SelfRecallRow>> {
    answer(&shared, move |node| node.screening_self_recall(&signed.caller, &request)).await
}
