//! Partners, releases, recalls, corrections and parcels.

use axum::Json;
use axum::extract::{Path, Query, State};
use oikos_model::NodeId;

use super::Shared;
use super::answer::{Answer, Signed, answer};
use crate::carried::{ExportRequest, ImportedParcels, ParcelFile};
use crate::corrections::{NoticeLine, NoticePage, RecallRequest, RecallView, RectifyRequest};
use crate::leaving::{LeaveRequest, LeaveView};
use crate::link::{DeliveryLine, FetchLine};
use crate::pre_authorised::PreAuthorisedLine;
use crate::received::{ReceivedLine, ReceivedPage};
use crate::release::{ReleaseLine, ReleasePage, ReleaseRequest, ReleaseView};
use crate::{JournalTrust, NodeError, PartnerRequest, PartnerView, WatchedLogLine};

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
#[utoipa::path(get, path = "/api/v1/releases", params(ReleasePage), responses((status = 200, body = Vec<ReleaseLine>)))]
pub(crate) async fn releases(
    State(shared): State<Shared>,
    signed: Signed,
    Query(page): Query<ReleasePage>,
) -> Answer<Vec<ReleaseLine>> {
    answer(&shared, move |node| node.list_releases(&signed.caller, &page)).await
}

/// Releases what agreements pre-authorise, in the node's own name.
#[utoipa::path(post, path = "/api/v1/releases/pre-authorised", responses((status = 200, body = Vec<PreAuthorisedLine>)))]
pub(crate) async fn pre_authorised(State(shared): State<Shared>, signed: Signed) -> Answer<Vec<PreAuthorisedLine>> {
    answer(&shared, move |node| node.release_pre_authorised_now(&signed.caller)).await
}

/// What partners released to this node.
#[utoipa::path(get, path = "/api/v1/received", params(ReceivedPage), responses((status = 200, body = Vec<ReceivedLine>)))]
pub(crate) async fn received(
    State(shared): State<Shared>,
    signed: Signed,
    Query(page): Query<ReceivedPage>,
) -> Answer<Vec<ReceivedLine>> {
    answer(&shared, move |node| node.list_received(&signed.caller, &page)).await
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

/// Who was told of recalls and corrections, and who has not acknowledged.
#[utoipa::path(get, path = "/api/v1/recalls", params(NoticePage), responses((status = 200, body = Vec<NoticeLine>)))]
pub(crate) async fn notices(
    State(shared): State<Shared>,
    signed: Signed,
    Query(page): Query<NoticePage>,
) -> Answer<Vec<NoticeLine>> {
    answer(&shared, move |node| node.list_notices(&signed.caller, &page)).await
}

/// Corrects what was released.
#[utoipa::path(post, path = "/api/v1/rectifications", request_body = RectifyRequest, responses((status = 200, body = RecallView)))]
pub(crate) async fn rectify(
    State(shared): State<Shared>,
    signed: Signed,
    Json(request): Json<RectifyRequest>,
) -> Answer<RecallView> {
    answer(&shared, move |node| node.rectify(&signed.caller, &request)).await
}

/// Leaves the agreement with a partner.
#[utoipa::path(post, path = "/api/v1/partners/{node}/departure", params(("node" = String, Path,)), request_body = LeaveRequest,
    responses((status = 200, body = LeaveView)))]
pub(crate) async fn leave(
    State(shared): State<Shared>,
    signed: Signed,
    Path(node): Path<String>,
    Json(request): Json<LeaveRequest>,
) -> Answer<LeaveView> {
    let partner = NodeId::new(node).map_err(|error| NodeError::Invalid(error.to_string()))?;
    answer(&shared, move |node| node.leave_partner(&signed.caller, &partner, &request)).await
}

/// Begins anew with a partner's journal: its present key and entries are taken up in the next round.
#[utoipa::path(post, path = "/api/v1/partners/{node}/journal-trust", params(("node" = String, Path,)), request_body = JournalTrust,
    responses((status = 200, body = WatchedLogLine)))]
pub(crate) async fn trust_journal(
    State(shared): State<Shared>,
    signed: Signed,
    Path(node): Path<NodeId>,
    Json(request): Json<JournalTrust>,
) -> Answer<WatchedLogLine> {
    answer(&shared, move |own| own.trust_journal_anew(&signed.caller, &node, &request)).await
}

/// The parcels that wait for a partner, sealed, for a file.
#[utoipa::path(post, path = "/api/v1/parcels/export", request_body = ExportRequest, responses((status = 200, body = ParcelFile)))]
pub(crate) async fn export(
    State(shared): State<Shared>,
    signed: Signed,
    Json(request): Json<ExportRequest>,
) -> Answer<ParcelFile> {
    answer(&shared, move |node| node.export_parcels(&signed.caller, &request)).await
}

/// Takes parcels and receipts that a file brings.
#[utoipa::path(post, path = "/api/v1/parcels/import", request_body = ParcelFile, responses((status = 200, body = ImportedParcels)))]
pub(crate) async fn import_parcels(
    State(shared): State<Shared>,
    signed: Signed,
    Json(file): Json<ParcelFile>,
) -> Answer<ImportedParcels> {
    answer(&shared, move |node| node.import_parcels(&signed.caller, &file)).await
}

/// Fetches what waits at partners.
#[utoipa::path(post, path = "/api/v1/parcels/fetch", responses((status = 200, body = Vec<FetchLine>)))]
pub(crate) async fn fetch(State(shared): State<Shared>, signed: Signed) -> Answer<Vec<FetchLine>> {
    let caller = signed.caller;
    drop(answer(&shared, move |node| node.list_partners(&caller)).await?);
    Ok(Json(shared.delivery.fetch().await?))
}

/// Publishes the journal and delivers what is queued.
#[utoipa::path(post, path = "/api/v1/deliveries", responses((status = 200, body = Vec<DeliveryLine>)))]
pub(crate) async fn deliver(State(shared): State<Shared>, signed: Signed) -> Answer<Vec<DeliveryLine>> {
    // Whoever may see partners may ask for what was released to be on its way.
    let caller = signed.caller;
    drop(answer(&shared, move |node| node.list_partners(&caller)).await?);
    Ok(Json(shared.delivery.deliver().await?))
}
