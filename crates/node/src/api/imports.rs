//! Files that come in over the API, and what was imported.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use serde::Deserialize;
use tokio::sync::mpsc;

use super::Shared;
use super::answer::{Answer, ApiError, Signed, answer};
use super::desks::Done;
use crate::NodeError;
use crate::imports::{ImportPage, ImportView, RejectPage};
use crate::uploads::{Receiving, UploadView};

/// How many pieces of a file may be ahead of the disk.
const PIECES_AHEAD: usize = 8;

/// What a file is called.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct UploadName {
    /// The file's name.
    #[serde(default)]
    name: String,
}

/// A part of a list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Part {
    /// How many to skip.
    #[serde(default)]
    offset: usize,
    /// How many to show, at most 500; 100 where absent.
    #[serde(default = "usual_limit")]
    limit: usize,
}

const fn usual_limit() -> usize {
    100
}

/// Takes in a file, as the raw body of the request, and says what it is. It waits a day for its import.
#[utoipa::path(post, path = "/api/v1/uploads", params(UploadName),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = UploadView), (status = 413)))]
pub(crate) async fn upload(
    State(shared): State<Shared>,
    signed: Signed,
    Query(UploadName { name }): Query<UploadName>,
    body: Body,
) -> Answer<UploadView> {
    let caller = signed.caller.clone();
    let Json(receiving) = answer(&shared, move |node| node.receive_upload(&caller, &name)).await?;
    let receiving = receive(receiving, body).await?;
    answer(&shared, move |node| node.keep_upload(&signed.caller, receiving)).await
}

/// Writes a body to disk as it arrives, on a thread that may block. A body that breaks off leaves nothing.
async fn receive(mut receiving: Receiving, body: Body) -> Result<Receiving, NodeError> {
    let (sender, mut pieces) = mpsc::channel::<axum::body::Bytes>(PIECES_AHEAD);
    let writing = tokio::task::spawn_blocking(move || {
        while let Some(piece) = pieces.blocking_recv() {
            receiving.take(&piece)?;
        }
        Ok::<_, NodeError>(receiving)
    });
    let mut stream = body.into_data_stream();
    let mut broken = None;
    while let Some(piece) = stream.next().await {
        match piece {
            // The writer gave up, and says why below.
            Ok(piece) => {
                if sender.send(piece).await.is_err() {
                    break;
                }
            }
            Err(error) => {
                broken = Some(NodeError::Invalid(format!("the file broke off: {error}")));
                break;
            }
        }
    }
    drop(sender);
    let receiving = writing.await.map_err(NodeError::internal)??;
    broken.map_or(Ok(receiving), Err)
}

/// What a file that waits is.
#[utoipa::path(get, path = "/api/v1/uploads/{id}", params(("id" = String, Path)), responses((status = 200, body = UploadView)))]
pub(crate) async fn show_upload(State(shared): State<Shared>, signed: Signed, Path(id): Path<String>) -> Answer<UploadView> {
    answer(&shared, move |node| node.show_upload(&signed.caller, &id)).await
}

/// Discards a file that waits.
#[utoipa::path(delete, path = "/api/v1/uploads/{id}", params(("id" = String, Path)), responses((status = 200, body = Done)))]
pub(crate) async fn discard_upload(State(shared): State<Shared>, signed: Signed, Path(id): Path<String>) -> Answer<Done> {
    answer(&shared, move |node| {
        node.discard_upload(&signed.caller, &id)?;
        Ok(Done::yes())
    })
    .await
}

/// What was imported, newest first.
#[utoipa::path(get, path = "/api/v1/imports", params(Part), responses((status = 200, body = ImportPage)))]
pub(crate) async fn list(State(shared): State<Shared>, signed: Signed, Query(part): Query<Part>) -> Answer<ImportPage> {
    answer(&shared, move |node| node.list_imports(&signed.caller, part.offset, part.limit)).await
}

/// One import.
#[utoipa::path(get, path = "/api/v1/imports/{number}", params(("number" = u32, Path)),
    responses((status = 200, body = ImportView)))]
pub(crate) async fn show(State(shared): State<Shared>, signed: Signed, Path(number): Path<u32>) -> Answer<ImportView> {
    answer(&shared, move |node| node.show_import(&signed.caller, number)).await
}

/// The rows an import refused, with place and reason.
#[utoipa::path(get, path = "/api/v1/imports/{number}/rejects", params(("number" = u32, Path), Part),
    responses((status = 200, body = RejectPage)))]
pub(crate) async fn rejects(
    State(shared): State<Shared>,
    signed: Signed,
    Path(number): Path<u32>,
    Query(part): Query<Part>,
) -> Answer<RejectPage> {
    answer(&shared, move |node| node.list_rejects(&signed.caller, number, part.offset, part.limit)).await
}

/// The same as a file, one JSON object a line.
#[utoipa::path(get, path = "/api/v1/imports/{number}/rejects/file", params(("number" = u32, Path)),
    responses((status = 200, body = String, content_type = "application/x-ndjson")))]
pub(crate) async fn reject_file(
    State(shared): State<Shared>,
    signed: Signed,
    Path(number): Path<u32>,
) -> Result<Response, ApiError> {
    let node = Arc::clone(&shared.node);
    let read = tokio::task::spawn_blocking(move || node.reject_download(&signed.caller, number));
    let (name, bytes) = read.await.map_err(NodeError::internal)??;
    let disposition = format!("attachment; filename=\"{name}\"");
    Ok(([(header::CONTENT_TYPE, "application/x-ndjson".to_owned()), (header::CONTENT_DISPOSITION, disposition)], bytes)
        .into_response())
}
