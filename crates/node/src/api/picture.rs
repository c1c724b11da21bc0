//! The picture: leads, ownership paths, what map, timeline and graph draw, reports and counts.

use axum::Json;
use axum::extract::{Path, Query, State};
use oikos_picture::OwnershipView;
use serde::Deserialize;

use super::Shared;
use super::answer::{Answer, Signed, answer};
use crate::leads::LeadView;
use crate::picture::{
    AggregateQuery, AggregateView, LeadDayView, LeadDetail, PictureView, ReportQuery, SituationReport, Span, WhatIfRequest,
    WhatIfView,
};

/// A company to look around.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Around {
    /// `lei` or `company-number`.
    kind: String,
    /// The identifier.
    value: String,
}

/// Leads the reader may see, strongest first.
#[utoipa::path(get, path = "/api/v1/leads", responses((status = 200, body = Vec<LeadView>)))]
pub(crate) async fn leads(State(shared): State<Shared>, signed: Signed) -> Answer<Vec<LeadView>> {
    answer(&shared, move |node| node.list_leads(&signed.caller)).await
}

/// One lead with everything in it.
#[utoipa::path(get, path = "/api/v1/leads/{id}", params(("id" = String, Path)), responses((status = 200, body = LeadDetail)))]
pub(crate) async fn lead(State(shared): State<Shared>, signed: Signed, Path(id): Path<String>) -> Answer<LeadDetail> {
    answer(&shared, move |node| node.show_lead(&signed.caller, &id)).await
}

/// What would be left of a lead if links of it were false. Nothing is changed.
#[utoipa::path(post, path = "/api/v1/leads/{id}/what-if", params(("id" = String, Path)), request_body = WhatIfRequest,
    responses((status = 200, body = WhatIfView)))]
pub(crate) async fn what_if(
    State(shared): State<Shared>,
    signed: Signed,
    Path(id): Path<String>,
    Json(request): Json<WhatIfRequest>,
) -> Answer<WhatIfView> {
    answer(&shared, move |node| node.what_if(&signed.caller, &id, &request)).await
}

/// A lead as it stood at the end of each day.
#[utoipa::path(get, path = "/api/v1/leads/{id}/days", params(("id" = String, Path)),
    responses((status = 200, body = Vec<LeadDayView>)))]
pub(crate) async fn days(State(shared): State<Shared>, signed: Signed, Path(id): Path<String>) -> Answer<Vec<LeadDayView>> {
    answer(&shared, move |node| node.lead_day_by_day(&signed.caller, &id)).await
}

/// What map, timeline and graph draw.
#[utoipa::path(get, path = "/api/v1/picture", params(Span), responses((status = 200, body = PictureView)))]
pub(crate) async fn picture(State(shared): State<Shared>, signed: Signed, Query(span): Query<Span>) -> Answer<PictureView> {
    answer(&shared, move |node| node.show_picture(&signed.caller, &span)).await
}

/// The situation report of a lead, or of the picture over a span: every sentence cites what it rests on.
#[utoipa::path(get, path = "/api/v1/picture/report", params(ReportQuery), responses((status = 200, body = SituationReport)))]
pub(crate) async fn report(
    State(shared): State<Shared>,
    signed: Signed,
    Query(query): Query<ReportQuery>,
) -> Answer<SituationReport> {
    answer(&shared, move |node| node.situation_report(&signed.caller, &query)).await
}

/// Counts of findings with small cells hidden.
#[utoipa::path(get, path = "/api/v1/aggregates", params(AggregateQuery), responses((status = 200, body = AggregateView)))]
pub(crate) async fn aggregates(
    State(shared): State<Shared>,
    signed: Signed,
    Query(query): Query<AggregateQuery>,
) -> Answer<AggregateView> {
    answer(&shared, move |node| node.aggregates(&signed.caller, &query)).await
}

/// Who owns what around a company, with the source of each step.
#[utoipa::path(get, path = "/api/v1/ownership", params(Around), responses((status = 200, body = Object)))]
pub(crate) async fn ownership(
    State(shared): State<Shared>,
    signed: Signed,
    Query(around): Query<Around>,
) -> Answer<OwnershipView> {
    answer(&shared, move |node| node.ownership_around(&signed.caller, &around.kind, &around.value)).await
}
