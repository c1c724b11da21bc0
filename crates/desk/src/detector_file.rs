//! Detector files: Markdown that reads as a manual page. YAML front matter is the [`Head`]; the prose is for people; the steps are
//! fenced code blocks, carried out in the order in which they stand.
//!
//! ````markdown
//! ---
//! id: sea.gap
//! finds: A ship that stopped sending where others were heard.
//! # … the other fields of Head
//! ---
//! # Ships that go dark
//! Prose.
//!
//! ```sql positions
//! select * from ais_positions where at >= $read_from and at < $span_to
//! ```
//!
//! ```kernel gaps
//! run: ais_gaps
//! inputs: [positions]
//! partition_by: [mmsi]
//! order_by: [at]
//! ```
//! ````
//!
//! The info string of a step says what it is (`sql`, `kernel` or `monitor`) and its name. A block of any other language is prose.
//! `docs/adding-a-detector.md` shows how one is written.

mod blocks;
mod checks;

use oikos_model::ContentHash;

use crate::{Desk, Head, Step, StepKind};

/// What is wrong with a detector file, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {problem}")]
pub struct DetectorError {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The field and what is wrong with it, or what is missing.
    pub problem: String,
}

/// A detector: what it is, for people and for the runner, and what it does.
#[derive(Debug, Clone, PartialEq)]
pub struct Detector {
    /// The file's name, for messages.
    pub file: String,
    /// The front matter.
    pub head: Head,
    /// The steps in order. The last one's rows become findings.
    pub steps: Vec<Step>,
    /// The text after the front matter, with its heading and its steps.
    pub manual: String,
    /// The first heading.
    pub title: String,
    /// Hash of the file's text, line ends made the same.
    pub text_hash: ContentHash,
    /// The text, to say on which line something stands.
    text: String,
    /// The line on which each step begins.
    step_lines: Vec<usize>,
}

impl Detector {
    /// Largest file, bytes.
    pub const LARGEST_FILE_BYTES: usize = 256 * 1024;

    /// Most steps.
    pub const MOST_STEPS: usize = 50;

    /// Reads a detector file and checks all that can be checked without knowing its desk. `file` is only for messages.
    ///
    /// # Errors
    /// Names the file, the line and the field, says what is wrong and what would be right.
    pub fn parse(file: &str, text: &str) -> Result<Self, DetectorError> {
        let error = |line: usize, problem: String| DetectorError { file: file.to_owned(), line, problem };
        if text.len() > Self::LARGEST_FILE_BYTES {
            return Err(error(1, format!("the file has more than {} bytes", Self::LARGEST_FILE_BYTES)));
        }
        let text = text.replace("\r\n", "\n");
        let (front_matter, manual) = blocks::split(&text).map_err(|problem| error(1, problem))?;
        blocks::check_yaml(1, front_matter).map_err(|(line, problem)| error(line, format!("head: {problem}")))?;
        // The front matter is handed over with its opening line, so the lines YAML names are the file's.
        let head: Head = yaml_serde::from_str(front_matter)
            .map_err(|problem| error(problem.location().map_or(1, |at| at.line()), format!("head: {problem}")))?;
        let body = blocks::read(manual, front_matter.lines().count() + 1).map_err(|(line, problem)| error(line, problem))?;
        let (step_lines, steps) = body.steps.into_iter().unzip();
        let detector = Self {
            file: file.to_owned(),
            head,
            steps,
            manual: manual.to_owned(),
            title: body.title,
            text_hash: ContentHash::of_bytes(text.as_bytes()),
            step_lines,
            text,
        };
        checks::without_desk(&detector)?;
        Ok(detector)
    }

    /// Checks the detector against its desk: id, tables, kernels and inputs.
    ///
    /// # Errors
    /// Names the file, the line and the field.
    pub fn check(&self, desk: &Desk) -> Result<(), DetectorError> {
        checks::with_desk(self, desk)
    }

    /// The part of the id after the desk's name; the name of the file and of the corpus folder.
    pub fn name(&self) -> &str {
        self.head.id.as_str().split_once('.').map_or(self.head.id.as_str(), |(_, name)| name)
    }

    /// The desk it belongs to: the part of the id before the dot.
    pub fn desk(&self) -> &str {
        self.head.id.as_str().split_once('.').map_or(self.head.id.as_str(), |(desk, _)| desk)
    }

    /// The file's text, line ends made the same.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where a place in a step's query stands in the file. `line` and `column` count from 1 in the query; both are counted from 1 in
    /// the file too. A step that is not there stands at the beginning.
    pub fn place_in_step(&self, step: &str, line: usize, column: usize) -> (usize, usize) {
        let Some(position) = self.steps.iter().position(|known| known.name == step) else { return (1, 1) };
        // The query begins with the first line that is not blank after the line of the fence.
        let fence = self.step_lines.get(position).copied().unwrap_or(1);
        let mut lines = self.text.lines().enumerate().skip(fence);
        let (first, text) = lines.find(|(_, text)| !text.trim().is_empty()).unwrap_or((fence, ""));
        let indent = if line == 1 { text.chars().take_while(|c| c.is_whitespace()).count() } else { 0 };
        (first + line.max(1), indent + column.max(1))
    }

    /// The step that keeps its state from run to run, if there is one.
    pub fn monitor(&self) -> Option<&Step> {
        self.steps.iter().find(|step| matches!(step.kind, StepKind::Monitor { .. }))
    }

    /// An error at the line where the last of `path`'s keys stands, each sought after the one before it.
    pub(crate) fn error_at(&self, path: &[&str], problem: &str) -> DetectorError {
        let mut line = 1;
        for key in path {
            let stands =
                |text: &str| text.trim_start_matches([' ', '-']).strip_prefix(key).is_some_and(|rest| rest.starts_with(':'));
            if let Some((at, _)) = self.text.lines().enumerate().skip(line - 1).find(|(_, text)| stands(text)) {
                line = at + 1;
            }
        }
        DetectorError { file: self.file.clone(), line, problem: format!("{}: {problem}", path.join(".")) }
    }

    /// An error at the line where the step at `position` begins.
    pub(crate) fn error_in_step(&self, position: usize, problem: &str) -> DetectorError {
        let name = self.steps.get(position).map_or("?", |step| &step.name);
        let line = self.step_lines.get(position).copied().unwrap_or(1);
        DetectorError { file: self.file.clone(), line, problem: format!("step {name}: {problem}") }
    }
}

/// Reads and checks every detector of a desk.
///
/// # Errors
/// The first file that is not in order. [`check`](crate::check) lists all of them.
pub fn detectors_of(desk: &Desk) -> Result<Vec<Detector>, DetectorError> {
    desk.detectors
        .iter()
        .map(|(file, text)| {
            let detector = Detector::parse(file, text)?;
            detector.check(desk)?;
            Ok(detector)
        })
        .collect()
}

#[cfg(test)]
mod tests;
