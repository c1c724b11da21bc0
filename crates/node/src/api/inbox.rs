//! The inbox, and people's work on findings.

use axum::Json;
use axum::extract::{Path, Query, State};

use super::Shared;
use super::answer::{Answer, Signed, answer};
use crate::triage::{
    BudgetRequest, BudgetView, Colleague, InboxCounts, InboxFilter, InboxPage, SavedFilters, UndoReport, UndoRequest, WorkReport,
    WorkRequest,
};

/// Findings ranked within each desk's budget for today, then what is beyond it.
#[utoipa::path(get, path = "/api/v1/inbox", params(InboxFilter), responses((status = 200, body = InboxPage)))]
pub(crate) async fn list(State(shared): State<Shared>, signed: Signed, Query(filter): Query<InboxFilter>) -> Answer<InboxPage> {
    answer(&shared, move |node| node.inbox(&signed.caller, &filter)).await
}

/// How many lines each value of each filter would show.
#[utoipa::path(get, path = "/api/v1/inbox/counts", params(InboxFilter), responses((status = 200, body = InboxCounts)))]
pub(crate) async fn counts(
    State(shared): State<Shared>,
    signed: Signed,
    Query(filter): Query<InboxFilter>,
) -> Answer<InboxCounts> {
    answer(&shared, move |node| node.inbox_counts(&signed.caller, &filter)).await
}

/// Reasons the caller gave for dismissals lately, newest first.
#[utoipa::path(get, path = "/api/v1/inbox/reasons", responses((status = 200, body = Vec<String>)))]
pub(crate) async fn reasons(State(shared): State<Shared>, signed: Signed) -> Answer<Vec<String>> {
    answer(&shared, move |node| node.recent_reasons(&signed.caller)).await
}

/// The caller's saved filters.
#[utoipa::path(get, path = "/api/v1/inbox/filters", responses((status = 200, body = SavedFilters)))]
pub(crate) async fn filters(State(shared): State<Shared>, signed: Signed) -> Answer<SavedFilters> {
    answer(&shared, move |node| node.saved_filters(&signed.caller)).await
}

/// Keeps these filters, in this order, instead of those before.
#[utoipa::path(put, path = "/api/v1/inbox/filters", request_body = SavedFilters, responses((status = 200, body = SavedFilters)))]
pub(crate) async fn keep_filters(
    State(shared): State<Shared>,
    signed: Signed,
    Json(request): Json<SavedFilters>,
) -> Answer<SavedFilters> {
    answer(&shared, move |node| node.keep_filters(&signed.caller, request)).await
}

/// Assigns, snoozes or decides: all of the named findings or none. Confirming is done one by one.
#[utoipa::path(post, path = "/api/v1/inbox/work", request_body = WorkRequest, responses((status = 200, body = WorkReport)))]
pub(crate) async fn work(State(shared): State<Shared>, signed: Signed, Json(request): Json<WorkRequest>) -> Answer<WorkReport> {
    answer(&shared, move |node| node.work_on_findings(&signed.caller, &request)).await
}

/// Reverses the caller's last act on findings, where nobody acted since and nothing was released.
#[utoipa::path(post, path = "/api/v1/inbox/undo", request_body = UndoRequest, responses((status = 200, body = UndoReport)))]
pub(crate) async fn undo(State(shared): State<Shared>, signed: Signed, Json(request): Json<UndoRequest>) -> Answer<UndoReport> {
    answer(&shared, move |node| node.undo_work(&signed.caller, &request)).await
}

/// People who can be given findings and tasks.
#[utoipa::path(get, path = "/api/v1/colleagues", responses((status = 200, body = Vec<Colleague>)))]
pub(crate) async fn colleagues(State(shared): State<Shared>, signed: Signed) -> Answer<Vec<Colleague>> {
    answer(&shared, move |node| node.list_colleagues(&signed.caller)).await
}

/// How many findings each desk's people can work on per day.
#[utoipa::path(get, path = "/api/v1/budgets", responses((status = 200, body = Vec<BudgetView>)))]
pub(crate) async fn budgets(State(shared): State<Shared>, signed: Signed) -> Answer<Vec<BudgetView>> {
    answer(&shared, move |node| node.list_budgets(&signed.caller)).await
}

/// Says how many findings a desk's people can work on per day.
#[utoipa::path(put, path = "/api/v1/budgets/{desk}", params(("desk" = String, Path)), request_body = BudgetRequest,
    responses((status = 200, body = BudgetView)))]
pub(crate) async fn set_budget(
    State(shared): State<Shared>,
    signed: Signed,
    Path(desk): Path<String>,
    Json(request): Json<BudgetRequest>,
) -> Answer<BudgetView> {
    answer(&shared, move |node| node.set_budget(&signed.caller, &desk, &request)).await
}
