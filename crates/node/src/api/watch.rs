//! Oversight beyond the journal itself: who looked at whom, unusual access, the tables of policy, statistics.

use axum::Json;
use axum::extract::{Path, Query, State};

use super::Shared;
use super::answer::{Answer, Signed, answer};
use super::oversight::for_oversight;
use crate::{
    ConsultationSearch, Consultations, FolderView, IndicatorView, PolicyTableView, ReviewRequest, StatisticsExport,
    StatisticsPeriod, StatisticsView, UnusualAccess, UnusualPeriod,
};

/// The golden tables of the running policy, for everyone who is signed in.
#[utoipa::path(get, path = "/api/v1/policy/tables", responses((status = 200, body = Vec<PolicyTableView>)))]
pub(crate) async fn tables(State(shared): State<Shared>, signed: Signed) -> Answer<Vec<PolicyTableView>> {
    answer(&shared, move |node| node.policy_tables(&signed.caller)).await
}

/// Who looked at something, or at what somebody looked.
#[utoipa::path(get, path = "/api/v1/oversight/consultations", params(ConsultationSearch),
    responses((status = 200, body = Consultations)))]
pub(crate) async fn consultations(
    State(shared): State<Shared>,
    signed: Signed,
    Query(search): Query<ConsultationSearch>,
) -> Answer<Consultations> {
    answer(&shared, move |node| node.consultations(&for_oversight(signed)?, &search)).await
}

/// Acts that somebody should look at, each with its numbers and the entries behind it.
#[utoipa::path(get, path = "/api/v1/oversight/unusual", params(UnusualPeriod), responses((status = 200, body = UnusualAccess)))]
pub(crate) async fn unusual(
    State(shared): State<Shared>,
    signed: Signed,
    Query(period): Query<UnusualPeriod>,
) -> Answer<UnusualAccess> {
    answer(&shared, move |node| node.unusual_access(&for_oversight(signed)?, &period)).await
}

/// Writes down what came of looking at them.
#[utoipa::path(post, path = "/api/v1/oversight/unusual/{id}/reviews", params(("id" = String, Path)), request_body = ReviewRequest,
    responses((status = 200, body = IndicatorView), (status = 403), (status = 404)))]
pub(crate) async fn review(
    State(shared): State<Shared>,
    signed: Signed,
    Path(id): Path<String>,
    Json(request): Json<ReviewRequest>,
) -> Answer<IndicatorView> {
    answer(&shared, move |node| node.review_access(&for_oversight(signed)?, &id, &request)).await
}

/// Statistics of whole months, small cells suppressed.
#[utoipa::path(get, path = "/api/v1/statistics", params(StatisticsPeriod), responses((status = 200, body = StatisticsView)))]
pub(crate) async fn statistics(
    State(shared): State<Shared>,
    signed: Signed,
    Query(period): Query<StatisticsPeriod>,
) -> Answer<StatisticsView> {
    answer(&shared, move |node| node.statistics(&for_oversight(signed)?, &period)).await
}

/// The same as files to hand out.
#[utoipa::path(post, path = "/api/v1/statistics/exports", request_body = StatisticsExport,
    responses((status = 200, body = FolderView)))]
pub(crate) async fn export_statistics(
    State(shared): State<Shared>,
    signed: Signed,
    Json(export): Json<StatisticsExport>,
) -> Answer<FolderView> {
    answer(&shared, move |node| node.export_statistics(&for_oversight(signed)?, &export)).await
}
