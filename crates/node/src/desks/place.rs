//! Where in a detector file something is wrong.

use std::fmt;

use oikos_desk::{Detector, DetectorError, EngineError, RunError, StepKind};

/// A problem and its place in the file, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Placed {
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) problem: String,
}

impl fmt::Display for Placed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.problem)
    }
}

/// The place of a problem with the file itself: where its line begins.
pub(super) fn of_file(error: &DetectorError, text: &str) -> Placed {
    let line = text.lines().nth(error.line.saturating_sub(1)).unwrap_or_default();
    let column = line.chars().take_while(|c| c.is_whitespace()).count() + 1;
    Placed { line: error.line, column, problem: error.problem.clone() }
}

/// The place of a problem that came up while the steps were carried out.
pub(super) fn of_run(error: &RunError, detector: &Detector) -> Placed {
    match error {
        RunError::Detector(error) => of_file(error, detector.text()),
        RunError::Engine { source, .. } => of_engine(source, detector),
        RunError::Columns { step, .. } | RunError::Row { step, .. } => at_step(detector, step, error.to_string()),
        other => Placed { line: 1, column: 1, problem: other.to_string() },
    }
}

fn at_step(detector: &Detector, step: &str, problem: String) -> Placed {
    let (line, column) = detector.place_in_step(step, 1, 1);
    Placed { line, column, problem }
}

/// The place of a problem with a step: as the engine says it, or where the name it complains of stands.
pub(super) fn of_engine(error: &EngineError, detector: &Detector) -> Placed {
    let (EngineError::Query { step, problem } | EngineError::Limit { step, problem }) = error else {
        let EngineError::Kernel { step, source } = error else { return at_step(detector, "", error.to_string()) };
        return at_step(detector, step, source.to_string());
    };
    let query = detector.steps.iter().find(|known| known.name == *step).and_then(|step| match &step.kind {
        StepKind::Sql { query } => Some(query.as_str()),
        _ => None,
    });
    let place = said(problem).or_else(|| complained_of(problem, query?));
    let (line, column) =
        place.map_or_else(|| detector.place_in_step(step, 1, 1), |(line, column)| detector.place_in_step(step, line, column));
    Placed { line, column, problem: format!("step {step}: {problem}") }
}

/// The parser's own words: `... at Line: 3, Column: 8`.
fn said(problem: &str) -> Option<(usize, usize)> {
    let (_, rest) = problem.rsplit_once("Line: ")?;
    let (line, rest) = rest.split_once(", Column: ")?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    Some((line.parse().ok()?, digits.parse().ok()?))
}

/// Where the name stands that planning did not know.
fn complained_of(problem: &str, query: &str) -> Option<(usize, usize)> {
    const BEFORE_NAME: [&str; 4] = ["No field named ", "there is no table ", "Invalid function ", "there is no parameter "];
    let (_, rest) = BEFORE_NAME.iter().find_map(|words| problem.split_once(words))?;
    let named: String =
        rest.trim_start_matches(['\'', '"']).chars().take_while(|c| c.is_alphanumeric() || "_.$\"".contains(*c)).collect();
    let name = named.trim_matches(['"', '.']).rsplit('.').next()?.trim_matches('"').to_lowercase();
    if name.is_empty() {
        return None;
    }
    query.lines().zip(1..).find_map(|(text, line)| {
        // Lowered character by character, so that columns stay what they are.
        let lowered: String = text.chars().map(|c| c.to_ascii_lowercase()).collect();
        let at = lowered.match_indices(&name).map(|(at, _)| at).find(|at| stands_alone(&lowered, *at, name.len()))?;
        Some((line, lowered[..at].chars().count() + 1))
    })
}

fn stands_alone(text: &str, at: usize, length: usize) -> bool {
    let part_of_name = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    !part_of_name(text[..at].chars().next_back()) && !part_of_name(text[at + length..].chars().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parsers_words_give_the_place() {
        assert_eq!(said("sql parser error: Expected: an expression, found: FROM at Line: 3, Column: 8"), Some((3, 8)));
        assert_eq!(said("it took longer than 20 seconds"), None);
    }

    #[test]
    fn an_unknown_name_is_found_where_it_stands_alone() {
        let query = "SELECT speed_knots,\n  ä, g.Speed\nFROM positions g";
        let problem = "Schema error: No field named g.speed. Valid fields are g.speed_knots.";
        assert_eq!(complained_of(problem, query), Some((2, 8)));
        assert_eq!(complained_of("there is no table positions; there are: x", query), Some((3, 6)));
        assert_eq!(complained_of("No field named none.", query), None);
    }
}
