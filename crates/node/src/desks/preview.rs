//! What a detector that is being written gives: the rows of one of its steps, or the error with its place. Nothing is kept. The session
//! sees the tables the head names, without restricted columns, because what it gives is shown to a person as it is.

use std::collections::BTreeMap;

use oikos_desk::{Detector, Engine, RunRequest, Span};
use oikos_lake::{ColumnsPermit, Session, SessionLimits};
use oikos_model::{Action, RunId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::place::{self, Placed};
use super::settings::{SettingValue, values};
use crate::detect::DetectRequest;
use crate::detectors::LoadedDetector;
use crate::{Caller, Node, NodeError, Noted};

/// Most rows that are shown.
const ROWS_SHOWN: usize = 100;
/// Most memory that the shown rows take.
const SHOWN_BYTES: usize = 4 << 20;
/// The span that is looked at where nobody says otherwise, back from the newest record.
const DAYS_LOOKED_AT: i64 = 30;

/// A detector that is being written.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewRequest {
    /// The whole text of its file.
    pub text: String,
    /// The step whose rows are shown; the last one where absent.
    #[serde(default)]
    pub step: Option<String>,
    /// The span's beginning, RFC 3339; thirty days before its end where absent.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub from: Option<Timestamp>,
    /// The span's end; behind the newest record where absent.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub to: Option<Timestamp>,
    /// Parameters that differ from their defaults.
    #[serde(default)]
    pub parameters: BTreeMap<String, SettingValue>,
}

/// What it gives.
#[derive(Debug, Clone, Default, Serialize, utoipa::ToSchema)]
pub struct Preview {
    /// The detector's id, once its head can be read.
    pub detector: Option<String>,
    /// Its steps in order.
    pub steps: Vec<String>,
    /// The step whose rows these are.
    pub step: Option<String>,
    /// Column names in order.
    pub columns: Vec<String>,
    /// Rows, each with its values in the order of the columns.
    #[schema(value_type = Vec<Vec<Object>>)]
    pub rows: Vec<Vec<serde_json::Value>>,
    /// Whether there are more rows.
    pub truncated: bool,
    /// The span that was looked at, RFC 3339; absent where there is no record.
    pub from: Option<String>,
    /// Its end.
    pub to: Option<String>,
    /// What is wrong. Rows of a step can be there all the same.
    pub problem: Option<PreviewProblem>,
}

/// What is wrong, and where in the text.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PreviewProblem {
    /// Line, from 1.
    pub line: u64,
    /// Column, from 1.
    pub column: u64,
    /// What is wrong and what would be right.
    pub message: String,
}

impl From<Placed> for PreviewProblem {
    fn from(placed: Placed) -> Self {
        Self { line: placed.line as u64, column: placed.column as u64, message: placed.problem }
    }
}

impl Node {
    /// Tries a detector that is being written: its steps within narrow limits, the first rows of one of them, nothing kept.
    ///
    /// # Errors
    /// When policy refuses or the node fails. What is wrong with the detector is part of the answer.
    pub fn preview_detector(&self, caller: &Caller, request: &PreviewRequest) -> Result<Preview, NodeError> {
        let act = self.authorise(caller, Action::TryDetector)?;
        let preview = match crate::detectors::own(&request.text) {
            Ok(loaded) => self.preview_of(caller, &act, &loaded, request)?,
            Err(error) => Preview { problem: Some(place::of_file(&error, &request.text).into()), ..Preview::default() },
        };
        let text_hash = oikos_model::ContentHash::of_bytes(request.text.as_bytes());
        let detail = json!({ "detector": preview.detector, "text_hash": text_hash, "step": preview.step,
            "rows": preview.rows.len(), "from": preview.from, "to": preview.to });
        self.write(caller, Action::TryDetector, |_| Ok(((), Noted::about(vec!["detector:preview".into()]).with_detail(detail))))?;
        Ok(preview)
    }

    fn preview_of(
        &self,
        caller: &Caller,
        act: &oikos_model::Act,
        loaded: &LoadedDetector,
        request: &PreviewRequest,
    ) -> Result<Preview, NodeError> {
        let detector = &loaded.detector;
        let mut preview = Preview {
            detector: Some(detector.head.id.to_string()),
            steps: detector.steps.iter().map(|step| step.name.clone()).collect(),
            ..Preview::default()
        };
        let parameters = match oikos_desk::parameters::resolve(&detector.head, &values(&request.parameters)) {
            Ok(parameters) => parameters,
            Err(error) => {
                preview.problem = Some(PreviewProblem { line: 1, column: 1, message: error.to_string() });
                return Ok(preview);
            }
        };
        let tx = self.store().snapshot(act)?;
        let Some(span) = self.looked_at(tx.as_ref(), loaded, request.from, request.to)? else { return Ok(preview) };
        (preview.from, preview.to) = (Some(span.from.to_string()), Some(span.to.to_string()));
        let tables = unrestricted(loaded);
        let permits = self.permits(tx.as_ref(), caller, Action::TryDetector, tables)?;
        let mut session =
            self.lake().session(tx.as_ref(), &permits, SessionLimits::for_previews()).map_err(NodeError::internal)?;
        let run = RunId(oikos_model::ContentHash::of_bytes(b"preview"));
        let run_request = RunRequest { origin: self.id().clone(), span, parameters, run, checkpoint: None };
        let tried = oikos_desk::try_steps(&mut session, loaded.desk, detector, &run_request);
        preview.problem = tried.err().map(|error| place::of_run(&error, detector).into());
        show_rows(&session, detector, request.step.as_deref(), &mut preview)?;
        Ok(preview)
    }

    /// The span that is looked at: as asked for, or the last thirty days of the records; `None` where there is no record.
    pub(super) fn looked_at(
        &self,
        tx: &dyn oikos_registry::Transaction,
        loaded: &LoadedDetector,
        from: Option<Timestamp>,
        to: Option<Timestamp>,
    ) -> Result<Option<Span>, NodeError> {
        let back = jiff::SignedDuration::from_hours(DAYS_LOOKED_AT * 24);
        let whole = DetectRequest { from: Some(Timestamp::MIN), to, ..DetectRequest::default() };
        let end = match to {
            Some(to) => to,
            // Only where rows end is asked here, so no earlier run may be in the way.
            None => match self.span_of(tx, loaded, oikos_model::ContentHash([0; 32]), &whole)? {
                Some(span) => span.to,
                None => return Ok(None),
            },
        };
        let from = from.or_else(|| end.checked_sub(back).ok());
        match from {
            Some(from) if from < end => Ok(Some(Span { from, to: end })),
            _ => Err(NodeError::Invalid("the span must end after it begins".into())),
        }
    }
}

fn unrestricted(loaded: &LoadedDetector) -> BTreeMap<String, ColumnsPermit> {
    let tables = loaded.detector.head.tables.iter().filter_map(|name| loaded.desk.table(name));
    tables.map(|table| (table.name.to_owned(), ColumnsPermit::unrestricted(table))).collect()
}

/// The first rows of the step that was asked for, or else of the last one that could be carried out.
fn show_rows(session: &Session, detector: &Detector, wanted: Option<&str>, preview: &mut Preview) -> Result<(), NodeError> {
    let could = detector.steps.iter().filter(|step| session.schema(&step.name).is_ok());
    let step = match wanted {
        Some(wanted) => could.clone().find(|step| step.name == wanted),
        None => could.last(),
    };
    let Some(step) = step else { return Ok(()) };
    // A step's name is of a-z, 0-9 and '_', so it needs no more than quotes.
    let result = match session.query(&format!("SELECT * FROM \"{}\"", step.name), ROWS_SHOWN, SHOWN_BYTES) {
        Ok(result) => result,
        Err(error) => {
            let placed = place::of_engine(&in_step(error, &step.name), detector);
            preview.problem.get_or_insert_with(|| placed.into());
            return Ok(());
        }
    };
    preview.step = Some(step.name.clone());
    preview.columns = result.schema.fields().iter().map(|field| field.name().clone()).collect();
    preview.truncated = result.truncated;
    for row in crate::rows::to_json(&result)? {
        preview.rows.push(preview.columns.iter().map(|column| row[column].clone()).collect());
    }
    Ok(())
}

/// What goes wrong while a step's rows are read is the step's matter, not that of the query that reads them.
fn in_step(error: oikos_desk::EngineError, name: &str) -> oikos_desk::EngineError {
    use oikos_desk::EngineError as E;
    let step = name.to_owned();
    match error {
        E::Query { problem, .. } => E::Query { step, problem },
        E::Kernel { source, .. } => E::Kernel { step, source },
        E::Limit { problem, .. } => E::Limit { step, problem },
    }
}

#[cfg(test)]
mod tests {
    use oikos_desk::ParameterValue;

    use super::*;

    #[test]
    fn numbers_and_texts_are_told_apart() {
        let request: PreviewRequest =
            serde_json::from_value(json!({ "text": "", "parameters": { "a": 1.5, "b": "x" } })).unwrap();
        let values = values(&request.parameters);
        assert_eq!(values["a"], ParameterValue::Number(1.5));
        assert_eq!(values["b"], ParameterValue::Text("x".into()));
    }
}
