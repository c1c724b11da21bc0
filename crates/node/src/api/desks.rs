//! Desks and their detectors: what there is, how it is set, and what a change would do.

use axum::Json;
use axum::extract::{Path, Query, State};
use oikos_model::{Action, DetectorId};
use serde::Deserialize;

use super::Shared;
use super::answer::{Answer, ApiError, Signed, answer};
use super::work::start;
use crate::NodeError;
use crate::desks::{
    DeskStatus, DetectorFile, DetectorPage, OwnDetectorRequest, ParameterChange, Preview, PreviewRequest, Switch, TrialReport,
    TrialRequest,
};
use crate::jobs::JobView;

/// Why a detector is removed.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Removal {
    /// The reason.
    #[serde(default)]
    reason: String,
}

/// Nothing to say but that it was done.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub(crate) struct Done {
    /// Always true.
    done: bool,
}

impl Done {
    /// It was done.
    pub(crate) const fn yes() -> Self {
        Self { done: true }
    }
}

fn detector_id(text: &str) -> Result<DetectorId, ApiError> {
    DetectorId::new(text).map_err(|_| NodeError::NotFound("this detector".into()).into())
}

/// All desks: sources, detectors, last runs, how many alerts.
#[utoipa::path(get, path = "/api/v1/desks", responses((status = 200, body = Vec<DeskStatus>)))]
pub(crate) async fn list(State(shared): State<Shared>, signed: Signed) -> Answer<Vec<DeskStatus>> {
    answer(&shared, move |node| node.list_desks(&signed.caller)).await
}

/// One detector: its manual page, its parameters with the node's values, its history and its runs.
#[utoipa::path(get, path = "/api/v1/detectors/{detector}", params(("detector" = String, Path)),
    responses((status = 200, body = DetectorPage)))]
pub(crate) async fn show(State(shared): State<Shared>, signed: Signed, Path(id): Path<String>) -> Answer<DetectorPage> {
    let id = detector_id(&id)?;
    answer(&shared, move |node| node.show_detector(&signed.caller, &id)).await
}

/// A detector as a file, for a partner: the question travels, the records do not.
#[utoipa::path(get, path = "/api/v1/detectors/{detector}/file", params(("detector" = String, Path)),
    responses((status = 200, body = DetectorFile)))]
pub(crate) async fn file(State(shared): State<Shared>, signed: Signed, Path(id): Path<String>) -> Answer<DetectorFile> {
    let id = detector_id(&id)?;
    answer(&shared, move |node| node.detector_file(&signed.caller, &id)).await
}

/// Keeps a detector of the node's own, written here or taken in from a file. It arrives disabled.
#[utoipa::path(post, path = "/api/v1/detectors", request_body = OwnDetectorRequest,
    responses((status = 200, body = DetectorPage)))]
pub(crate) async fn keep(
    State(shared): State<Shared>,
    signed: Signed,
    Json(request): Json<OwnDetectorRequest>,
) -> Answer<DetectorPage> {
    answer(&shared, move |node| node.keep_detector(&signed.caller, &request)).await
}

/// Removes a disabled detector of the node's own; what it found is superseded.
#[utoipa::path(delete, path = "/api/v1/detectors/{detector}", params(("detector" = String, Path), Removal),
    responses((status = 200, body = Done)))]
pub(crate) async fn remove(
    State(shared): State<Shared>,
    signed: Signed,
    Path(id): Path<String>,
    Query(removal): Query<Removal>,
) -> Answer<Done> {
    let id = detector_id(&id)?;
    answer(&shared, move |node| {
        node.remove_detector(&signed.caller, &id, &removal.reason)?;
        Ok(Done::yes())
    })
    .await
}

/// Saves a detector's parameters, or undoes an earlier change of them. Findings stay as they are until the next run.
#[utoipa::path(post, path = "/api/v1/detectors/{detector}/parameters", params(("detector" = String, Path)),
    request_body = ParameterChange, responses((status = 200, body = DetectorPage)))]
pub(crate) async fn set_parameters(
    State(shared): State<Shared>,
    signed: Signed,
    Path(id): Path<String>,
    Json(change): Json<ParameterChange>,
) -> Answer<DetectorPage> {
    let id = detector_id(&id)?;
    answer(&shared, move |node| node.set_parameters(&signed.caller, &id, &change)).await
}

/// Enables or disables a detector. A disabled one does not run; what it found stays.
#[utoipa::path(post, path = "/api/v1/detectors/{detector}/switch", params(("detector" = String, Path)),
    request_body = Switch, responses((status = 200, body = DetectorPage)))]
pub(crate) async fn switch(
    State(shared): State<Shared>,
    signed: Signed,
    Path(id): Path<String>,
    Json(switch): Json<Switch>,
) -> Answer<DetectorPage> {
    let id = detector_id(&id)?;
    answer(&shared, move |node| node.switch_detector(&signed.caller, &id, &switch)).await
}

/// Tries a detector with other parameters on history, and keeps no finding. Watch the job; its id is the trial's.
#[utoipa::path(post, path = "/api/v1/detectors/{detector}/trials", params(("detector" = String, Path)),
    request_body = TrialRequest, responses((status = 200, body = JobView)))]
pub(crate) async fn try_on_history(
    State(shared): State<Shared>,
    signed: Signed,
    Path(id): Path<String>,
    Json(request): Json<TrialRequest>,
) -> Answer<JobView> {
    let id = detector_id(&id)?;
    start(&shared, "trial", Action::TryDetector, signed.caller, move |node, caller, job| {
        let trial = job.id().to_owned();
        node.try_detector(caller, (&trial, &id), &request, &mut |done, total| job.progress(done, total))
    })
    .await
}

/// What a trial gave, compared with the detector as it is set.
#[utoipa::path(get, path = "/api/v1/trials/{id}", params(("id" = String, Path)), responses((status = 200, body = TrialReport)))]
pub(crate) async fn trial(State(shared): State<Shared>, signed: Signed, Path(id): Path<String>) -> Answer<TrialReport> {
    answer(&shared, move |node| node.show_trial(&signed.caller, &id)).await
}

/// Stops a trial at work.
#[utoipa::path(delete, path = "/api/v1/trials/{id}", params(("id" = String, Path)), responses((status = 200, body = Done)))]
pub(crate) async fn stop_trial(State(shared): State<Shared>, signed: Signed, Path(id): Path<String>) -> Answer<Done> {
    answer(&shared, move |node| {
        node.stop_trial(&signed.caller, &id)?;
        Ok(Done::yes())
    })
    .await
}

/// Tries a detector that is being written: the first rows of one of its steps, or the error with its place.
#[utoipa::path(post, path = "/api/v1/previews", request_body = PreviewRequest, responses((status = 200, body = Preview)))]
pub(crate) async fn preview(
    State(shared): State<Shared>,
    signed: Signed,
    Json(request): Json<PreviewRequest>,
) -> Answer<Preview> {
    answer(&shared, move |node| node.preview_detector(&signed.caller, &request)).await
}
