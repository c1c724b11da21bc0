//! Partners, releases, recalls and deliveries.

use axum::Json;
use axum::extract::State;

use super::Shared;
use super::answer::{Answer, Signed, answer};
use crate::inbox::{PartnerRequest, PartnerView};
use crate::link::DeliveryLine;
use crate::received::ReceivedLine;
use crate::release::{RecallRequest, RecallView, ReleaseLine, ReleaseRequest, ReleaseView};

/// All partners.
#[utoipa::path(get, path = "/api/v1/partners", responses((status = 200, body = Vec<PartnerView>)))]
pub(crate) async fn partners(State(shared): State<Shared>, signed: Signed) -> Answer<Vec<PartnerView>> {
    answer(&shared, move |node| node.list_partners(&signed.caller)).await
}

/// Takes up a partner whose card and agreement verify.
#[utoipa::path(post, path = "/api/v1/partners", request_body = PartnerRequest, responses((status = 200, body = PartnerView)))]
pub(crate) async fn add_partner(
    State(shared): State<Shared>,
    signed: Signed,
    Json(request): Json<PartnerRequest>,
) -> Answer<PartnerView> {
    answer(&shared, move |node| node.add_partner(&signed.caller, &request)).await
}

/// Exactly what would leave, and what policy removed and why.
#[utoipa::path(post, path = "/api/v1/releases/preview", request_body = ReleaseRequest, responses((status = 200, body = ReleaseView)))]
pub(crate) async fn preview(
    State(shared): State<Shared>,
    signed: Signed,
    Json(request): Json<ReleaseRequest>,
) -> Answer<ReleaseView> {
    answer(&shared, move |node| node.preview_release(&signed.caller, &request)).await
}

/// Releases in the caller's name.
#[utoipa::path(post, path = "/api/v1/releases", request_body = ReleaseRequest, responses((status = 200, body = ReleaseView)))]
pub(crate) async fn release(
    State(shared): State<Shared>,
    signed: Signed,
    Json(request): Json<ReleaseRequest>,
) -> Answer<ReleaseView> {
    answer(&shared, move |node| node.release(&signed.caller, &request)).await
}

/// What was released to whom by whom.
#[utoipa::path(get, path = "/api/v1/releases", responses((status = 200, body = Vec<ReleaseLine>)))]
pub(crate) async fn releases(State(shared): State<Shared>, signed: Signed) -> Answer<Vec<ReleaseLine>> {
    answer(&shared, move |node| node.list_releases(&signed.caller)).await
}

/// What partners released to this node.
#[utoipa::path(get, path = "/api/v1/received", responses((status = 200, body = Vec<ReceivedLine>)))]
pub(crate) async fn received(State(shared): State<Shared>, signed: Signed) -> Answer<Vec<ReceivedLine>> {
    answer(&shared, move |node| node.list_received(&signed.caller)).await
}

/// Takes back what was released.
#[utoipa::path(post, path = "/api/v1/recalls", request_body = RecallRequest, responses((status = 200, body = RecallView)))]
pub(crate) async fn recall(
    State(shared): State<Shared>,
    signed: Signed,
    Json(request): Json<RecallRequest>,
) -> Answer<RecallView> {
    answer(&shared, move |node| node.recall(&signed.caller, &request)).await
}

/// Publishes the journal and delivers what is queued.
#[utoipa::path(post, path = "/api/v1/deliveries", responses((status = 200, body = Vec<DeliveryLine>)))]
pub(crate) async fn deliver(State(shared): State<Shared>, signed: Signed) -> Answer<Vec<DeliveryLine>> {
    // Whoever may see partners may ask for what was released to be on its way.
    let caller = signed.caller;
    drop(answer(&shared, move |node| node.list_partners(&caller)).await?);
    Ok(Json(shared.delivery.deliver().await?))
}
