//! The journal and erasure.

use axum::Json;
use axum::extract::{Query, State};
use oikos_model::Purpose;
use serde::Deserialize;

use super::Shared;
use super::answer::{Answer, Signed, answer};
use crate::journal::{
    EntryErasureRequest, FolderView, JournalExportRequest, JournalLine, JournalSearch, JournalSearchPage, JournalVerification,
    ProofRequest, ProofView,
};
use crate::retention::ErasureReport;
use crate::{Caller, NodeError};

/// Which part of the journal to read.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct JournalPart {
    /// First position.
    #[serde(default)]
    from: i64,
    /// At most so many; 200 where absent, 1,000 at most.
    limit: Option<usize>,
}

/// What to erase.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ErasureBody {
    /// What this import brought; absent: everything that has expired.
    import: Option<u32>,
}

/// How much of the journal to verify.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct VerificationBody {
    /// Everything, not only what came since the last time it held.
    #[serde(default)]
    full: bool,
}

/// The journal is read for oversight, whatever purpose the request names.
pub(crate) fn for_oversight(signed: Signed) -> Result<Caller, NodeError> {
    let purpose = Purpose::new("oversight").map_err(NodeError::internal)?;
    Ok(Caller { purpose, ..signed.caller })
}

/// Journal entries.
#[utoipa::path(get, path = "/api/v1/journal", params(JournalPart), responses((status = 200, body = Vec<JournalLine>)))]
pub(crate) async fn journal(
    State(shared): State<Shared>,
    signed: Signed,
    Query(part): Query<JournalPart>,
) -> Answer<Vec<JournalLine>> {
    answer(&shared, move |node| node.read_journal(&for_oversight(signed)?, part.from, part.limit.unwrap_or(200))).await
}

/// Publishes what is new and verifies it, or everything.
#[utoipa::path(post, path = "/api/v1/journal/verification", request_body = VerificationBody,
    responses((status = 200, body = JournalVerification)))]
pub(crate) async fn verify(
    State(shared): State<Shared>,
    signed: Signed,
    Json(body): Json<VerificationBody>,
) -> Answer<JournalVerification> {
    answer(&shared, move |node| node.verify_journal(&for_oversight(signed)?, body.full)).await
}

/// Journal entries by who, what, about whom, for whom, why and when.
#[utoipa::path(get, path = "/api/v1/journal/search", params(JournalSearch), responses((status = 200, body = JournalSearchPage)))]
pub(crate) async fn search(
    State(shared): State<Shared>,
    signed: Signed,
    Query(search): Query<JournalSearch>,
) -> Answer<JournalSearchPage> {
    answer(&shared, move |node| node.search_journal(&for_oversight(signed)?, &search)).await
}

/// A proof that an entry is in the journal, for whoever has no node.
#[utoipa::path(post, path = "/api/v1/journal/proofs", request_body = ProofRequest, responses((status = 200, body = ProofView)))]
pub(crate) async fn prove(State(shared): State<Shared>, signed: Signed, Json(body): Json<ProofRequest>) -> Answer<ProofView> {
    answer(&shared, move |node| node.prove_entry(&for_oversight(signed)?, &body)).await
}

/// A part of the journal for a supervisor.
#[utoipa::path(post, path = "/api/v1/journal/exports", request_body = JournalExportRequest,
    responses((status = 200, body = FolderView)))]
pub(crate) async fn export(
    State(shared): State<Shared>,
    signed: Signed,
    Json(body): Json<JournalExportRequest>,
) -> Answer<FolderView> {
    answer(&shared, move |node| node.export_journal(&for_oversight(signed)?, &body)).await
}

/// Erases what a journal entry says; its commitment stays.
#[utoipa::path(post, path = "/api/v1/journal/erasures", request_body = EntryErasureRequest,
    responses((status = 200, body = JournalLine)))]
pub(crate) async fn erase_entry(
    State(shared): State<Shared>,
    signed: Signed,
    Json(body): Json<EntryErasureRequest>,
) -> Answer<JournalLine> {
    answer(&shared, move |node| node.erase_journal_entry(&for_oversight(signed)?, &body)).await
}

/// Erases what has expired, or what one import brought.
#[utoipa::path(post, path = "/api/v1/erasures", request_body = ErasureBody, responses((status = 200, body = ErasureReport)))]
pub(crate) async fn erase(State(shared): State<Shared>, signed: Signed, Json(body): Json<ErasureBody>) -> Answer<ErasureReport> {
    answer(&shared, move |node| match body.import {
        Some(number) => node.erase_import(&signed.caller, number),
        None => node.erase_expired(&signed.caller),
    })
    .await
}
