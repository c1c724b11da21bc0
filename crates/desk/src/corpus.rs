//! The corpus: what a desk's detectors find in small made-up cases, kept beside the desk and checked by a test.
//!
//! A case is two files below the desk's folder: `corpus/<detector>/<case>.in.json`, which people write, and `<case>.out.json`, which
//! [`check`] writes when `OIKOS_UPDATE_CORPUS=1` is set and people read before they commit it. A case's name begins with its kind:
//!
//! | kind | what must hold |
//! |---|---|
//! | `positive` | there is a finding |
//! | `negative` | rows landed and there is no finding |
//! | `empty` | no row landed and there is no finding |
//! | `malformed` | something was refused, and the run still came to its end |
//!
//! The input is a JSON object:
//!
//! ```json
//! {
//!   "about": "A ship stays three hours.",
//!   "span": {"from": "2026-01-01T00:00:00Z", "to": "2026-01-02T00:00:00Z"},
//!   "parameters": {"stay_hours": 2},
//!   "tables": {"pings": [{"ship": "a", "at": "2026-01-01T10:00:00Z", "inside": true}]},
//!   "files": [{"reader": "pings", "text": "a,11,yes\n"}, {"reader": "pings", "path": "dirt.pings"}]
//! }
//! ```
//!
//! Rows of `tables` leave out `record_id`: it is counted from 1. What does not fit the table is refused like a bad row of a file.
//! `files` go through the desk's readers, so a malformed case can be a raw file; `path` is beside the case. Of what they give, the tables
//! that the head names are loaded.

mod case;
mod output;
mod rows;

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

use arrow::record_batch::RecordBatch;

use crate::{Desk, Detector, Engine, TableDefinition};

#[cfg(test)]
pub(crate) use case::{CaseInput, rows_and_rejects};

/// Set to `1`: [`check`] writes the `.out.json` files instead of comparing with them.
pub const UPDATE_VARIABLE: &str = "OIKOS_UPDATE_CORPUS";

/// Largest file of a corpus, bytes.
const LARGEST_FILE_BYTES: u64 = 4 * 1024 * 1024;

/// Rows to be loaded into a table before a case runs. There is one for each of the head's tables, so the engine knows their columns;
/// `rows` may be empty.
#[derive(Debug, Clone)]
pub struct LoadedTable {
    /// The table.
    pub definition: TableDefinition,
    /// Its rows, each batch of the table's schema.
    pub rows: Vec<RecordBatch>,
}

/// Gives a fresh engine that sees these tables with these rows.
pub type NewEngine<'a> = dyn FnMut(&[LoadedTable]) -> Result<Box<dyn Engine>, String> + 'a;

/// The four kinds of case every detector needs, as the first word of the case's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CaseKind {
    Positive,
    Negative,
    Empty,
    Malformed,
}

impl CaseKind {
    pub(crate) const ALL: [Self; 4] = [Self::Positive, Self::Negative, Self::Empty, Self::Malformed];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Positive => "positive",
            Self::Negative => "negative",
            Self::Empty => "empty",
            Self::Malformed => "malformed",
        }
    }

    fn of(case: &str) -> Option<Self> {
        let word = case.split('-').next();
        Self::ALL.into_iter().find(|kind| word == Some(kind.name()))
    }
}

/// What was checked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CorpusReport {
    /// Detectors of the desk.
    pub detectors: usize,
    /// Cases that hold, or were written.
    pub cases: usize,
}

/// Everything in a desk's corpus that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorpusError {
    /// The desk.
    pub desk: &'static str,
    /// What does not hold, one each.
    pub problems: Vec<String>,
}

impl fmt::Display for CorpusError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "desk {}:", self.desk)?;
        self.problems.iter().try_for_each(|problem| write!(f, "\n- {problem}"))
    }
}

impl std::error::Error for CorpusError {}

/// Checks a desk ([`check`](crate::check)) and walks its corpus in `folder` (the desk's own folder, which holds `corpus/`): every
/// detector has all four kinds of case, and every case gives what its `.out.json` says.
///
/// # Errors
/// Everything that does not hold, with the file and the first place in which it differs.
pub fn check(desk: &Desk, folder: &Path, new_engine: &mut NewEngine<'_>) -> Result<CorpusReport, CorpusError> {
    let update = std::env::var_os(UPDATE_VARIABLE).is_some_and(|value| value == "1");
    walk(desk, folder, new_engine, update)
}

/// As [`check`] with `OIKOS_UPDATE_CORPUS=1`: writes each case's `.out.json`. What the kinds of case ask for must hold here too.
///
/// # Errors
/// As [`check`].
pub fn write(desk: &Desk, folder: &Path, new_engine: &mut NewEngine<'_>) -> Result<CorpusReport, CorpusError> {
    walk(desk, folder, new_engine, true)
}

fn walk(desk: &Desk, folder: &Path, new_engine: &mut NewEngine<'_>, update: bool) -> Result<CorpusReport, CorpusError> {
    let mut problems = crate::check(desk).err().map(|error| error.problems).unwrap_or_default();
    let mut report = CorpusReport::default();
    let corpus = folder.join("corpus");
    let detectors: Vec<Detector> = desk.detectors.iter().filter_map(|(file, text)| Detector::parse(file, text).ok()).collect();
    for detector in &detectors {
        report.detectors += 1;
        let cases = Cases::of(&corpus.join(detector.name()));
        problems.extend(cases.problems());
        for case in &cases.inputs {
            match case::check(desk, detector, case, new_engine, update) {
                Ok(()) => report.cases += 1,
                Err(problem) => problems.push(format!("{}: {problem}", case.display())),
            }
        }
    }
    let known: BTreeSet<&str> = detectors.iter().map(Detector::name).collect();
    let strays =
        entries(&corpus).into_iter().filter(|path| path.file_name().is_none_or(|name| !known.contains(&*name.to_string_lossy())));
    problems.extend(strays.map(|path| format!("{}: there is no detector of this name", path.display())));
    if problems.is_empty() { Ok(report) } else { Err(CorpusError { desk: desk.name, problems }) }
}

/// The case files of one detector.
struct Cases {
    folder: PathBuf,
    inputs: Vec<PathBuf>,
    outputs: Vec<PathBuf>,
}

impl Cases {
    fn of(folder: &Path) -> Self {
        let ending = |end: &str| entries(folder).into_iter().filter(|path| path.to_string_lossy().ends_with(end)).collect();
        Self { folder: folder.to_owned(), inputs: ending(".in.json"), outputs: ending(".out.json") }
    }

    /// Kinds that are missing, and outputs without an input.
    fn problems(&self) -> Vec<String> {
        let missing = CaseKind::ALL.into_iter().filter(|kind| !self.inputs.iter().any(|case| kind_of(case) == Some(*kind)));
        let missing = missing
            .map(|kind| format!("{}: there is no {} case; write {}.in.json", self.folder.display(), kind.name(), kind.name()));
        let strays = self.outputs.iter().filter(|output| !self.inputs.iter().any(|case| case::output_of(case) == **output));
        missing.chain(strays.map(|output| format!("{}: there is no .in.json beside it", output.display()))).collect()
    }
}

/// The kind of case a file is, by its name.
fn kind_of(case: &Path) -> Option<CaseKind> {
    let name = case.file_name()?.to_string_lossy();
    CaseKind::of(name.strip_suffix(".in.json")?)
}

/// What is in a folder, in order; nothing where there is no folder.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let mut paths: Vec<PathBuf> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

/// The text of a file of the corpus.
fn read(path: &Path) -> Result<String, String> {
    let size = std::fs::metadata(path).map_err(|error| format!("{}: {error}", path.display()))?.len();
    if size > LARGEST_FILE_BYTES {
        return Err(format!("{}: larger than {LARGEST_FILE_BYTES} bytes", path.display()));
    }
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests;
