//! The columns of the last step that a finding is made of.

use std::collections::BTreeMap;

use arrow::datatypes::Schema;
use arrow::record_batch::RecordBatch;

use crate::FindingDefinition;
use crate::cells::{Cell, Cells, Shape};
use crate::template::Template;

/// What a column is for, which says what it may hold.
#[derive(Clone, Copy)]
enum Use {
    Key,
    Moment,
    Number,
    Words,
    Identifier,
    Identifiers,
    Fact,
    Records,
}

impl Use {
    fn takes(self, shape: &Shape) -> bool {
        use Shape::{Boolean, Empty, Integer, List, Number, Text, Time};
        match (self, shape) {
            (Self::Words, _) => true,
            (Self::Key, Text | Integer | Boolean | Time) => true,
            (Self::Key, _) => false,
            (_, Empty) => true,
            (Self::Moment, Time) | (Self::Number, Integer | Number) | (Self::Records, Integer) => true,
            (Self::Identifier | Self::Identifiers, Text | Integer) => true,
            (Self::Identifiers, List(item)) => matches!(**item, Text | Integer | Empty),
            (Self::Records, List(item)) => matches!(**item, Integer | Empty),
            (Self::Fact, shape) => !matches!(shape, List(_)),
            _ => false,
        }
    }

    const fn wanted(self) -> &'static str {
        match self {
            Self::Key => "text, whole numbers, yes or no, or moments (a fraction is no identity; cast it to text)",
            Self::Moment => "moments",
            Self::Number => "numbers",
            Self::Words => "anything",
            Self::Identifier => "text or whole numbers",
            Self::Identifiers => "text or whole numbers, or lists of them",
            Self::Fact => "one value, not a list",
            Self::Records => "record ids (whole numbers), or lists of them",
        }
    }
}

/// Every column the definition names, with where and what for.
fn used(definition: &FindingDefinition) -> Vec<(&str, String, Use)> {
    let mut used = Vec::new();
    let mut add = |column, place: String, purpose| used.push((column, place, purpose));
    for column in &definition.key {
        add(column.as_str(), "key".to_owned(), Use::Key);
    }
    add(&definition.from, "from".to_owned(), Use::Moment);
    add(&definition.to, "to".to_owned(), Use::Moment);
    for column in definition.place.iter().flatten() {
        add(column, "place".to_owned(), Use::Number);
    }
    for reason in &definition.reasons {
        add(&reason.bits, format!("reason {}", reason.name), Use::Number);
    }
    for selector in &definition.selectors {
        add(&selector.column, format!("selector {}", selector.kind.code()), Use::Identifiers);
    }
    for fact in &definition.facts {
        let purpose = if fact.selector.is_some() { Use::Identifier } else { Use::Fact };
        add(&fact.column, format!("fact {}", fact.name), purpose);
    }
    for evidence in &definition.evidence {
        add(&evidence.column, format!("evidence {}", evidence.table), Use::Records);
    }
    used
}

/// The columns named in braces, with where.
fn in_words(definition: &FindingDefinition) -> Vec<(String, String)> {
    let mut named = Vec::new();
    let texts = definition.reasons.iter().map(|reason| (format!("reason {}", reason.name), &reason.text));
    for (place, text) in texts.chain([("title".to_owned(), &definition.title)]) {
        if let Ok(template) = Template::parse(text) {
            named.extend(template.columns().map(|column| (column.to_owned(), place.clone())));
        }
    }
    named
}

/// Checks that every column is there and holds what it must. Gives all problems, not the first.
pub(super) fn check(definition: &FindingDefinition, schema: &Schema) -> Result<(), Vec<String>> {
    let mut problems = Vec::new();
    let words = in_words(definition);
    let words = words.iter().map(|(column, place)| (column.as_str(), place.clone(), Use::Words));
    for (column, place, purpose) in used(definition).into_iter().chain(words) {
        let Ok(field) = schema.field_with_name(column) else {
            problems.push(format!("{place}: there is no column {column:?}"));
            continue;
        };
        if !Shape::of(field.data_type()).is_some_and(|shape| purpose.takes(&shape)) {
            let (found, wanted) = (field.data_type(), purpose.wanted());
            problems.push(format!("{place}: column {column:?} holds {found}; expected {wanted}"));
        }
    }
    if !problems.is_empty() {
        let there: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        problems.push(format!("the columns are {}", there.join(", ")));
        return Err(problems);
    }
    Ok(())
}

/// The columns of one batch that a finding is made of.
pub(super) struct Columns(BTreeMap<String, Cells>);

impl Columns {
    /// Reads them; an error names the column.
    pub(super) fn of(definition: &FindingDefinition, batch: &RecordBatch) -> Result<Self, (String, String)> {
        let named = used(definition).into_iter().map(|(column, _, _)| column.to_owned());
        let mut columns = BTreeMap::new();
        for name in named.chain(in_words(definition).into_iter().map(|(column, _)| column)) {
            let Some(column) = batch.column_by_name(&name) else {
                return Err((name, "the column is missing in this batch".to_owned()));
            };
            let cells = Cells::of(column).map_err(|problem| (name.clone(), problem))?;
            columns.insert(name, cells);
        }
        Ok(Self(columns))
    }

    /// The value in this column and row.
    pub(super) fn cell(&self, column: &str, row: usize) -> Cell<'_> {
        self.0.get(column).map_or(Cell::Empty, |cells| cells.cell(row))
    }
}
