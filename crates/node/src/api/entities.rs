//! Entities and search.

use axum::Json;
use axum::extract::{Query, State};

use super::Shared;
use super::answer::{Answer, Signed, answer};
use crate::entities::{
    EntityHit, EntityPath, EntitySearch, EntityView, JudgeRequest, JudgementView, MergePreview, OwnershipGraph, SearchAnswer,
    SearchQuery,
};

/// Searches identifiers, names, titles of findings, and leads.
#[utoipa::path(get, path = "/api/v1/search", params(SearchQuery), responses((status = 200, body = SearchAnswer)))]
pub(crate) async fn search(
    State(shared): State<Shared>,
    signed: Signed,
    Query(query): Query<SearchQuery>,
) -> Answer<SearchAnswer> {
    answer(&shared, move |node| node.search(&signed.caller, &query)).await
}

/// Searches entities by name or identifier.
#[utoipa::path(get, path = "/api/v1/entities", params(EntitySearch), responses((status = 200, body = Vec<EntityHit>)))]
pub(crate) async fn list(
    State(shared): State<Shared>,
    signed: Signed,
    Query(query): Query<EntitySearch>,
) -> Answer<Vec<EntityHit>> {
    answer(&shared, move |node| node.search_entities(&signed.caller, &query)).await
}

/// One entity: what sources say, relations, findings, who received it, what may be the same.
#[utoipa::path(get, path = "/api/v1/entities/entity", params(EntityPath), responses((status = 200, body = EntityView)))]
pub(crate) async fn show(State(shared): State<Shared>, signed: Signed, Query(path): Query<EntityPath>) -> Answer<EntityView> {
    answer(&shared, move |node| node.show_entity(&signed.caller, &path)).await
}

/// Who owns what around an entity.
#[utoipa::path(get, path = "/api/v1/entities/ownership", params(EntityPath), responses((status = 200, body = OwnershipGraph)))]
pub(crate) async fn ownership(
    State(shared): State<Shared>,
    signed: Signed,
    Query(path): Query<EntityPath>,
) -> Answer<OwnershipGraph> {
    answer(&shared, move |node| node.entity_ownership(&signed.caller, &path)).await
}

/// What a judgement would do. Nothing is changed.
#[utoipa::path(post, path = "/api/v1/entities/judgements/preview", request_body = JudgeRequest,
    responses((status = 200, body = MergePreview)))]
pub(crate) async fn preview(
    State(shared): State<Shared>,
    signed: Signed,
    Json(request): Json<JudgeRequest>,
) -> Answer<MergePreview> {
    answer(&shared, move |node| node.preview_judgement(&signed.caller, &request)).await
}

/// Judges that two entities are the same or are not, or takes back what was judged.
#[utoipa::path(post, path = "/api/v1/entities/judgements", request_body = JudgeRequest,
    responses((status = 200, body = JudgementView)))]
pub(crate) async fn judge(
    State(shared): State<Shared>,
    signed: Signed,
    Json(request): Json<JudgeRequest>,
) -> Answer<JudgementView> {
    answer(&shared, move |node| node.judge_entities(&signed.caller, &request)).await
}
