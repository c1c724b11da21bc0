//! The journal and erasure.

use axum::Json;
use axum::extract::{Query, State};
use oikos_model::Purpose;
use serde::Deserialize;

use super::Shared;
use super::answer::{Answer, Signed, answer};
use crate::journal::{JournalLine, JournalVerification};
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

/// The journal is read for oversight, whatever purpose the request names.
fn for_oversight(signed: Signed) -> Result<Caller, NodeError> {
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

/// Publishes what is new and verifies everything.
#[utoipa::path(post, path = "/api/v1/journal/verification", responses((status = 200, body = JournalVerification)))]
pub(crate) async fn verify(State(shared): State<Shared>, signed: Signed) -> Answer<JournalVerification> {
    answer(&shared, move |node| node.verify_journal(&for_oversight(signed)?)).await
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
