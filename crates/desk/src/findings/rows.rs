//! One row of the last step, as the parts of a finding.

use oikos_model::{
    Fact, FactValue, FindingKey, Marking, Place, Reason, RecordReference, Selector, SelectorKind, TableName, Timestamp,
};

use super::MOST_LISTED;
use super::columns::Columns;
use crate::cells::Cell;
use crate::template::{TEXT_CHARACTERS, Template, shorten};
use crate::{Detector, FindingDefinition, Span};

/// Longest identifier, bytes.
const MOST_SELECTOR_BYTES: usize = 255;

/// What is wrong with a row.
pub(super) struct RowProblem {
    pub(super) column: String,
    pub(super) problem: String,
}

fn problem<T>(column: &str, problem: impl Into<String>) -> Result<T, RowProblem> {
    Err(RowProblem { column: column.to_owned(), problem: problem.into() })
}

/// A row.
pub(super) struct Row<'a> {
    pub(super) columns: &'a Columns,
    pub(super) row: usize,
}

impl<'a> Row<'a> {
    pub(super) fn cell(&self, column: &str) -> Cell<'a> {
        self.columns.cell(column, self.row)
    }

    /// Beginning and end. An empty end says that it still goes on: then the span's end stands for it.
    pub(super) fn times(&self, definition: &FindingDefinition, span: Span) -> Result<(Timestamp, Timestamp), RowProblem> {
        let Cell::Time(from) = self.cell(&definition.from) else {
            return problem(&definition.from, "a finding needs a beginning between the years 1 and 9999");
        };
        let to = match self.cell(&definition.to) {
            Cell::Time(to) => to,
            _ => span.to.max(from),
        };
        if to < from {
            return problem(&definition.to, format!("it ends at {to}, before it begins at {from}"));
        }
        Ok((from, to))
    }

    pub(super) fn key(&self, detector: &Detector) -> Result<FindingKey, RowProblem> {
        let columns = &detector.head.finding.key;
        let values: Vec<String> = columns
            .iter()
            .map(|column| match self.cell(column) {
                Cell::Text(text) => Ok(text.to_owned()),
                Cell::Integer(number) => Ok(number.to_string()),
                Cell::Boolean(yes) => Ok(yes.to_string()),
                Cell::Time(at) => Ok(at.to_string()),
                _ => problem(column, "is empty, but is part of the finding's identity"),
            })
            .collect::<Result<_, _>>()?;
        Ok(FindingKey::new(&detector.head.id, values.iter().map(String::as_str)))
    }

    /// A finite number; `None` where the column is empty.
    fn number(&self, column: &str) -> Result<Option<f64>, RowProblem> {
        match self.cell(column) {
            Cell::Number(number) if number.is_finite() => Ok(Some(number)),
            #[expect(
                clippy::cast_precision_loss,
                reason = "whole numbers beyond 2^53 lose their last digits, as everywhere in SQL"
            )]
            Cell::Integer(number) => Ok(Some(number as f64)),
            Cell::Empty => Ok(None),
            _ => problem(column, "is not a finite number; guard divisions and logarithms, or leave it empty"),
        }
    }

    pub(super) fn reasons(&self, definition: &FindingDefinition, texts: &[Template]) -> Result<Vec<Reason>, RowProblem> {
        let mut reasons = Vec::with_capacity(texts.len());
        for (reason, text) in definition.reasons.iter().zip(texts) {
            if let Some(bits) = self.number(&reason.bits)? {
                reasons.push(Reason { name: reason.name.clone(), bits, text: text.fill(|column| self.cell(column)) });
            }
        }
        Ok(reasons)
    }

    pub(super) fn place(&self, definition: &FindingDefinition) -> Result<Option<Place>, RowProblem> {
        let Some([north, east]) = &definition.place else { return Ok(None) };
        let (Some(latitude), Some(longitude)) = (self.number(north)?, self.number(east)?) else { return Ok(None) };
        if !(-90.0..=90.0).contains(&latitude) {
            return problem(north, format!("{latitude} is no latitude"));
        }
        if !(-180.0..=180.0).contains(&longitude) {
            return problem(east, format!("{longitude} is no longitude"));
        }
        Ok(Some(Place { latitude, longitude }))
    }

    /// Selectors, sorted and each once, at most [`MOST_LISTED`]; and how many there are.
    pub(super) fn selectors(&self, definition: &FindingDefinition) -> Result<(Vec<Selector>, usize), RowProblem> {
        let mut selectors = Vec::new();
        for wanted in &definition.selectors {
            for cell in one_or_many(self.cell(&wanted.column)) {
                selectors.extend(selector(&wanted.column, wanted.kind, &cell)?);
            }
        }
        Ok(listed(selectors))
    }

    pub(super) fn facts(&self, definition: &FindingDefinition, marking: &Marking) -> Result<Vec<Fact>, RowProblem> {
        let mut facts = Vec::with_capacity(definition.facts.len());
        for fact in &definition.facts {
            let cell = self.cell(&fact.column);
            let value = match (fact.selector, cell) {
                (Some(kind), cell) => selector(&fact.column, kind, &cell)?.map(FactValue::Selector),
                (None, Cell::Empty | Cell::List(_)) => None,
                (None, Cell::Text(text)) => Some(FactValue::Text(shorten(text, TEXT_CHARACTERS))),
                (None, Cell::Boolean(yes)) => Some(FactValue::Text(if yes { "yes" } else { "no" }.to_owned())),
                (None, Cell::Time(at)) => Some(FactValue::Time(at)),
                (None, Cell::Integer(_) | Cell::Number(_)) => self
                    .number(&fact.column)?
                    .map(|number| FactValue::Number { number, unit: fact.unit.clone().unwrap_or_default() }),
            };
            facts.extend(value.map(|value| Fact { name: fact.name.clone(), value, marking: marking.clone() }));
        }
        Ok(facts)
    }

    /// Records, sorted and each once, at most [`MOST_LISTED`]; and how many there are.
    pub(super) fn evidence(
        &self,
        definition: &FindingDefinition,
        tables: &[TableName],
    ) -> Result<(Vec<RecordReference>, usize), RowProblem> {
        let mut records = Vec::new();
        for (evidence, table) in definition.evidence.iter().zip(tables) {
            for cell in one_or_many(self.cell(&evidence.column)) {
                match cell {
                    Cell::Integer(record_id) if record_id >= 0 => {
                        records.push(RecordReference { table: table.clone(), record_id });
                    }
                    Cell::Empty => {}
                    _ => return problem(&evidence.column, "holds a value that is no record id"),
                }
            }
        }
        Ok(listed(records))
    }
}

fn one_or_many(cell: Cell<'_>) -> Vec<Cell<'_>> {
    match cell {
        Cell::List(cells) => cells,
        cell => vec![cell],
    }
}

/// The identifier in a cell; an empty one is none.
fn selector(column: &str, kind: SelectorKind, cell: &Cell<'_>) -> Result<Option<Selector>, RowProblem> {
    let value = match cell {
        Cell::Text(text) => (*text).to_owned(),
        Cell::Integer(number) => number.to_string(),
        _ => return Ok(None),
    };
    if value.len() > MOST_SELECTOR_BYTES || value.chars().any(char::is_control) {
        return problem(column, "holds a value that is no normalised identifier: it is too long or not printable");
    }
    Ok((!value.is_empty()).then_some(Selector { kind, value }))
}

/// Sorted, each once, the first [`MOST_LISTED`] of them; and how many there were.
fn listed<T: Ord>(mut things: Vec<T>) -> (Vec<T>, usize) {
    things.sort();
    things.dedup();
    let in_all = things.len();
    things.truncate(MOST_LISTED);
    (things, in_all)
}

/// Says what a list leaves out, in a reason of 0 bits.
pub(super) fn left_out(what: &str, shown: usize, in_all: usize) -> Option<Reason> {
    (in_all > shown).then(|| Reason {
        name: format!("{what}_left_out"),
        bits: 0.0,
        text: format!("Only the first {shown} of {in_all} {what} are listed."),
    })
}
