//! Imports, runs, jobs and SQL.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use oikos_desk::ParameterValue;
use oikos_model::{Action, DatasetId, DetectorId, Timestamp};
use serde::{Deserialize, Serialize};

use super::Shared;
use super::answer::{Answer, Signed, answer};
use crate::detect::{DetectRequest, RunReport};
use crate::import::{ImportReport, ImportRequest};
use crate::jobs::{JobView, RunningJob};
use crate::sql::{SqlRequest, SqlResult};
use crate::{Caller, Node, NodeError};

/// Most files one request names.
const FILES_MAXIMUM: usize = 10_000;

/// Files to import: named by their path on the node's machine, or sent before as uploads.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImportBody {
    /// Absolute paths.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    paths: Vec<PathBuf>,
    /// Ids of uploads.
    #[serde(default)]
    uploads: Vec<String>,
    /// The dataset; absent: the first that carries the format.
    #[schema(value_type = Option<String>)]
    dataset: Option<DatasetId>,
    /// The format; absent: recognised.
    format: Option<String>,
}

/// Detectors to run.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DetectBody {
    /// Only this one.
    #[schema(value_type = Option<String>)]
    detector: Option<DetectorId>,
    /// The span's beginning, RFC 3339; absent: where the last run ended.
    #[schema(value_type = Option<String>)]
    from: Option<Timestamp>,
    /// The span's end, RFC 3339; absent: behind the newest row.
    #[schema(value_type = Option<String>)]
    to: Option<Timestamp>,
    /// Parameters for this run alone, where they differ from what the node saved.
    #[serde(default)]
    #[schema(value_type = Object)]
    parameters: std::collections::BTreeMap<String, ParameterValue>,
}

/// What an import job gives: a report, or an error, for each file.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ImportOutcome {
    /// The file: its path, or the id of the upload.
    path: String,
    /// What came of it.
    report: Option<ImportReport>,
    /// Why nothing of it landed.
    error: Option<String>,
}

/// Starts importing files; each is one transaction. Watch the job.
#[utoipa::path(post, path = "/api/v1/imports", request_body = ImportBody, responses((status = 200, body = JobView)))]
pub(crate) async fn import(State(shared): State<Shared>, signed: Signed, Json(body): Json<ImportBody>) -> Answer<JobView> {
    let files: Vec<FileToImport> =
        body.paths.into_iter().map(FileToImport::Path).chain(body.uploads.into_iter().map(FileToImport::Upload)).collect();
    if files.is_empty() || files.len() > FILES_MAXIMUM {
        return Err(NodeError::Invalid(format!("name 1 to {FILES_MAXIMUM} files")).into());
    }
    start(&shared, "import", Action::Import, signed.caller, move |node, caller, job| {
        let mut outcomes = Vec::with_capacity(files.len());
        for (number, file) in files.iter().enumerate() {
            let outcome = file.request(node, caller, body.dataset.clone(), body.format.clone()).and_then(|request| {
                node.import(caller, &request, &mut |done, total| {
                    // Thousandths of a file, so that one bar serves many files of different sizes.
                    let part = done.saturating_mul(1_000).checked_div(total).unwrap_or(1_000).min(1_000);
                    job.progress(number as u64 * 1_000 + part, files.len() as u64 * 1_000);
                })
            });
            let path = file.name();
            outcomes.push(match outcome {
                Ok(report) => {
                    file.done(node)?;
                    ImportOutcome { path, report: Some(report), error: None }
                }
                Err(denied @ (NodeError::Denied(_) | NodeError::Internal(_) | NodeError::Store(_))) => return Err(denied),
                Err(error) => ImportOutcome { path, report: None, error: Some(error.to_string()) },
            });
        }
        Ok(outcomes)
    })
    .await
}

/// A file as an import names it.
enum FileToImport {
    Path(PathBuf),
    Upload(String),
}

impl FileToImport {
    fn request(
        &self,
        node: &Node,
        caller: &Caller,
        dataset: Option<DatasetId>,
        format: Option<String>,
    ) -> Result<ImportRequest, NodeError> {
        Ok(match self {
            Self::Path(path) => ImportRequest { path: path.clone(), dataset, format, name: None },
            Self::Upload(id) => {
                let (path, note) = node.upload(caller, id)?;
                ImportRequest { path, dataset, format, name: Some(note.name) }
            }
        })
    }

    /// What the outcome is listed under.
    fn name(&self) -> String {
        match self {
            Self::Path(path) => path.display().to_string(),
            Self::Upload(id) => id.clone(),
        }
    }

    /// What was sent is of no use once it landed; one that could not be read can be tried in another format.
    fn done(&self, node: &Node) -> Result<(), NodeError> {
        match self {
            Self::Path(_) => Ok(()),
            Self::Upload(id) => node.remove_upload(id),
        }
    }
}

/// Starts detectors, and joins what they found into the picture. Watch the job.
#[utoipa::path(post, path = "/api/v1/runs", request_body = DetectBody, responses((status = 200, body = JobView)))]
pub(crate) async fn detect(State(shared): State<Shared>, signed: Signed, Json(body): Json<DetectBody>) -> Answer<JobView> {
    start(&shared, "detect", Action::Detect, signed.caller, move |node, caller, job| {
        let request = DetectRequest { detector: body.detector, from: body.from, to: body.to, parameters: body.parameters };
        let reports: Vec<RunReport> = node.detect(caller, &request, &mut |done, total| job.progress(done, total))?;
        node.recompute_picture(&node.itself())?;
        Ok(reports)
    })
    .await
}

/// The newest jobs.
#[utoipa::path(get, path = "/api/v1/jobs", responses((status = 200, body = Vec<JobView>)))]
pub(crate) async fn jobs(State(shared): State<Shared>, signed: Signed) -> Answer<Vec<JobView>> {
    const SHOWN: usize = 100;
    answer(&shared, move |node| node.list_jobs(&signed.caller, SHOWN)).await
}

/// One job.
#[utoipa::path(get, path = "/api/v1/jobs/{id}", params(("id" = String, Path,)), responses((status = 200, body = JobView)))]
pub(crate) async fn job(State(shared): State<Shared>, signed: Signed, Path(id): Path<String>) -> Answer<JobView> {
    answer(&shared, move |node| node.show_job(&signed.caller, &id)).await
}

/// Asks the lake in SQL.
#[utoipa::path(post, path = "/api/v1/sql", request_body = SqlRequest, responses((status = 200, body = SqlResult)))]
pub(crate) async fn sql(State(shared): State<Shared>, signed: Signed, Json(request): Json<SqlRequest>) -> Answer<SqlResult> {
    answer(&shared, move |node| node.query_lake(&signed.caller, &request)).await
}

/// Writes down that a job begins, answers with it, and works on.
pub(super) async fn start<T: Serialize>(
    shared: &Shared,
    kind: &'static str,
    action: Action,
    caller: Caller,
    work: impl FnOnce(&Node, &Caller, &mut RunningJob<'_>) -> Result<T, NodeError> + Send + 'static,
) -> Answer<JobView> {
    // The page can ask for the purpose only if it hears at once that none was said.
    caller.check_stated(action)?;
    let node = Arc::clone(&shared.node);
    let (started, begun) = tokio::sync::oneshot::channel();
    let watcher = caller.clone();
    tokio::task::spawn_blocking(move || {
        let mut job = match RunningJob::begin(&node, kind) {
            Ok(job) => job,
            // The asker hears why; when nobody listens any more there is nobody to tell.
            Err(error) => return drop(started.send(Err(error))),
        };
        let _ = started.send(Ok(job.id().to_owned()));
        let outcome = work(&node, &caller, &mut job);
        // A job whose end cannot be written down shows as interrupted after the next start.
        let _ = job.end(&outcome);
    });
    let id = begun.await.map_err(NodeError::internal)??;
    answer(shared, move |node| node.show_job(&watcher, &id)).await
}
