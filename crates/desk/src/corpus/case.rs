//! One case: reading it, running it, comparing it.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use arrow::record_batch::RecordBatch;
use oikos_model::{ContentHash, NodeId, RunId, StatementDraft};
use serde::Deserialize;

use super::output::{CaseOutput, ShownFinding, ShownReject, first_difference};
use super::rows::{self, JsonRow};
use super::{CaseKind, LoadedTable, NewEngine, UPDATE_VARIABLE, kind_of, read};
use crate::{Desk, Detector, ParameterValue, Reject, RunRequest, Sink, SinkError, Source, Span, parameters, run_detector};

/// Most rows a file of a case may give.
const MOST_ROWS: usize = 100_000;

/// The origin of a case's findings.
const ORIGIN: &str = "corpus";

/// What a case gives to its detector.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CaseInput {
    /// What the case is, for people.
    #[serde(default, rename = "about")]
    _about: String,
    span: Span,
    #[serde(default)]
    parameters: BTreeMap<String, ParameterValue>,
    #[serde(default)]
    tables: BTreeMap<String, Vec<JsonRow>>,
    #[serde(default)]
    files: Vec<CaseFile>,
}

/// A raw file for one of the desk's readers: its text, or the name of a file beside the case.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseFile {
    reader: String,
    #[serde(default)]
    path: Option<PathBuf>,
    #[serde(default)]
    text: Option<String>,
}

impl CaseInput {
    /// Reads a case and checks what it names against its detector.
    pub(crate) fn parse(text: &str, detector: &Detector) -> Result<Self, String> {
        let input: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if let Some(unknown) = input.tables.keys().find(|table| !detector.head.tables.contains(table)) {
            return Err(format!("tables: {unknown:?} is not among the head's tables"));
        }
        parameters::resolve(&detector.head, &input.parameters).map_err(|error| error.to_string())?;
        Ok(input)
    }
}

/// What landed of a case's tables and files.
#[derive(Default)]
struct Landed {
    tables: BTreeMap<&'static str, Vec<RecordBatch>>,
    rejects: Vec<ShownReject>,
    errors: Vec<String>,
    /// What is being read.
    source: String,
    rows: usize,
}

/// The `.out.json` of an `.in.json`.
pub(super) fn output_of(case: &Path) -> PathBuf {
    let name = case.file_name().unwrap_or_default().to_string_lossy();
    let stem = name.strip_suffix(".in.json").unwrap_or(&name);
    case.with_file_name(format!("{stem}.out.json"))
}

/// Runs a case and compares it with its `.out.json`, or writes that.
pub(super) fn check(
    desk: &Desk,
    detector: &Detector,
    case: &Path,
    new_engine: &mut NewEngine<'_>,
    update: bool,
) -> Result<(), String> {
    let kind = kind_of(case).ok_or("the name must begin with positive, negative, empty or malformed")?;
    let input = CaseInput::parse(&read(case)?, detector)?;
    let landed = land(desk, &input, case)?;
    let rows: usize = landed_rows(detector, &landed);
    let output = run(desk, detector, &input, landed, new_engine)?;
    must_hold(kind, rows, &output)?;
    let given = serde_json::to_value(&output).map_err(|error| error.to_string())?;
    let path = output_of(case);
    if update {
        let text = serde_json::to_string_pretty(&output).map_err(|error| error.to_string())? + "\n";
        return std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()));
    }
    let hint = format!("{UPDATE_VARIABLE}=1 writes what the detector gives");
    let expected = read(&path).map_err(|problem| format!("{problem}; {hint}"))?;
    let expected = serde_json::from_str(&expected).map_err(|error| format!("{}: {error}; {hint}", path.display()))?;
    first_difference("", &expected, &given).map_or(Ok(()), |difference| Err(format!("{difference}; {hint}")))
}

/// Checks that a case is of the kind its name says.
fn must_hold(kind: CaseKind, rows: usize, output: &CaseOutput) -> Result<(), String> {
    let found = output.findings.len();
    let refused = output.rejects.len() + output.errors.len();
    match kind {
        CaseKind::Positive if found == 0 => Err("a positive case must give a finding".to_owned()),
        CaseKind::Negative if found > 0 => Err(format!("a negative case must give no finding, but gives {found}")),
        CaseKind::Negative if rows == 0 => Err("a negative case must have rows; none landed".to_owned()),
        CaseKind::Empty if found > 0 || rows > 0 => {
            Err(format!("an empty case must have no rows and no findings; it has {rows} and {found}"))
        }
        CaseKind::Malformed if refused == 0 => Err("a malformed case must have something that is refused".to_owned()),
        _ => Ok(()),
    }
}

fn landed_rows(detector: &Detector, landed: &Landed) -> usize {
    let batches = detector.head.tables.iter().filter_map(|table| landed.tables.get(table.as_str())).flatten();
    batches.map(RecordBatch::num_rows).sum()
}

/// Lands a case's rows and files.
fn land(desk: &Desk, input: &CaseInput, case: &Path) -> Result<Landed, String> {
    let mut landed = Landed::default();
    for (name, written) in &input.tables {
        let table = desk.table(name).ok_or_else(|| format!("tables: the desk has no table {name:?}"))?;
        let (batch, rejects) = rows::batch(table, written).map_err(|error| format!("tables.{name}: {error}"))?;
        landed.tables.entry(table.name).or_default().push(batch);
        landed.rejects.extend(rejects.into_iter().map(|reject| ShownReject { source: name.clone(), reject }));
    }
    // Import 1 is that of the rows written in the case.
    for (file, import_number) in input.files.iter().zip(2u32..) {
        let reader = desk.reader(&file.reader).ok_or_else(|| format!("files: the desk has no reader {:?}", file.reader))?;
        let (file_name, bytes) = raw(file, case)?;
        let source = Source { file_name: file_name.clone(), import_number, imported_at: input.span.from };
        landed.source = file_name;
        if let Err(error) = reader.read(&source, &mut bytes.as_slice(), &mut landed) {
            let error = format!("{}: {error}", landed.source);
            landed.errors.push(error);
        }
    }
    Ok(landed)
}

/// Name and bytes of a raw file.
fn raw(file: &CaseFile, case: &Path) -> Result<(String, Vec<u8>), String> {
    let path = match (&file.path, &file.text) {
        (None, Some(text)) => return Ok((file.reader.clone(), text.clone().into_bytes())),
        (Some(path), None) => path,
        _ => return Err("files: give either path or text".to_owned()),
    };
    if !path.components().all(|part| matches!(part, Component::Normal(_))) {
        return Err(format!("files: {} is not below the case's folder", path.display()));
    }
    let full = case.with_file_name(path);
    let mut bytes = Vec::new();
    let limit = super::LARGEST_FILE_BYTES;
    let file = std::fs::File::open(&full).map_err(|error| format!("{}: {error}", full.display()))?;
    file.take(limit + 1).read_to_end(&mut bytes).map_err(|error| format!("{}: {error}", full.display()))?;
    if bytes.len() as u64 > limit {
        return Err(format!("{}: larger than {limit} bytes", full.display()));
    }
    Ok((path.display().to_string(), bytes))
}

/// Runs the detector over what landed.
fn run(
    desk: &Desk,
    detector: &Detector,
    input: &CaseInput,
    mut landed: Landed,
    new_engine: &mut NewEngine<'_>,
) -> Result<CaseOutput, String> {
    let mut tables = Vec::new();
    for name in &detector.head.tables {
        let definition = *desk.table(name).ok_or_else(|| format!("the desk has no table {name:?}"))?;
        tables.push(LoadedTable { definition, rows: landed.tables.remove(definition.name).unwrap_or_default() });
    }
    let mut engine = new_engine(&tables)?;
    let request = RunRequest {
        origin: NodeId::new(ORIGIN).map_err(|error| error.to_string())?,
        span: input.span,
        parameters: parameters::resolve(&detector.head, &input.parameters).map_err(|error| error.to_string())?,
        run: RunId(ContentHash::of_bytes(ORIGIN.as_bytes())),
        checkpoint: None,
    };
    let outcome = run_detector(engine.as_mut(), desk, detector, &request).map_err(|error| error.to_string())?;
    let findings = outcome.findings.iter().map(ShownFinding::of).collect();
    Ok(CaseOutput { findings, rejects: landed.rejects, errors: landed.errors })
}

impl Sink for Landed {
    fn records(&mut self, table: &'static str, batch: RecordBatch) -> Result<(), SinkError> {
        self.rows += batch.num_rows();
        if self.rows > MOST_ROWS {
            return Err(SinkError(format!("a case may have at most {MOST_ROWS} rows")));
        }
        self.tables.entry(table).or_default().push(batch);
        Ok(())
    }

    /// What readers say of entities is tested with the readers; detectors read records.
    fn statements(&mut self, _statements: Vec<StatementDraft>) -> Result<(), SinkError> {
        Ok(())
    }

    fn reject(&mut self, reject: Reject) -> Result<(), SinkError> {
        if self.rejects.len() == MOST_ROWS {
            return Err(SinkError(format!("a case may have at most {MOST_ROWS} refused rows")));
        }
        self.rejects.push(ShownReject { source: self.source.clone(), reject });
        Ok(())
    }

    fn progress(&mut self, _bytes_read: u64) {}
}

/// How many rows of a case's tables land, and how many are refused.
#[cfg(test)]
pub(crate) fn rows_and_rejects(desk: &Desk, input: &CaseInput) -> (usize, usize) {
    let landed = land(desk, input, Path::new("")).unwrap();
    (landed.tables.values().flatten().map(RecordBatch::num_rows).sum(), landed.rejects.len())
}
