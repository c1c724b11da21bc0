//! Leads and ownership paths.

use axum::extract::{Query, State};
use oikos_picture::OwnershipView;
use serde::Deserialize;

use super::Shared;
use super::answer::{Answer, Signed, answer};
use crate::leads::LeadView;

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

/// Who owns what around a company, with the source of each step.
#[utoipa::path(get, path = "/api/v1/ownership", params(Around), responses((status = 200, body = Object)))]
pub(crate) async fn ownership(
    State(shared): State<Shared>,
    signed: Signed,
    Query(around): Query<Around>,
) -> Answer<OwnershipView> {
    answer(&shared, move |node| node.ownership_around(&signed.caller, &around.kind, &around.value)).await
}
