//! The WHERE clause of a query whose conditions depend on what was asked.

use oikos_model::LabelId;
use rusqlite::types::Value;
use rusqlite::{ParamsFromIter, params_from_iter};

/// Conditions that must all hold, with their values.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    conditions: Vec<String>,
    values: Vec<Value>,
}

impl Filter {
    /// Adds a condition without a value.
    pub(crate) fn holds(&mut self, condition: &str) {
        self.conditions.push(condition.to_owned());
    }

    /// Adds a condition with one `?`.
    pub(crate) fn with(&mut self, condition: &str, value: impl Into<Value>) {
        self.conditions.push(condition.to_owned());
        self.values.push(value.into());
    }

    /// Adds a condition with two `?`.
    pub(crate) fn with_two(&mut self, condition: &str, first: impl Into<Value>, second: impl Into<Value>) {
        self.with(condition, first);
        self.values.push(second.into());
    }

    /// Adds a condition with as many `?` as there are values.
    pub(crate) fn with_all(&mut self, condition: String, values: impl IntoIterator<Item = Value>) {
        self.conditions.push(condition);
        self.values.extend(values);
    }

    /// Adds a condition with one `?` where something was asked for.
    pub(crate) fn with_some(&mut self, condition: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.with(condition, value);
        }
    }

    /// Adds that the column has one of these values. With none to choose from, nothing matches.
    pub(crate) fn one_of<V: Into<Value>>(&mut self, column: &str, values: impl IntoIterator<Item = V>) {
        let before = self.values.len();
        self.values.extend(values.into_iter().map(Into::into));
        let places = vec!["?"; self.values.len() - before].join(", ");
        self.conditions.push(if places.is_empty() { "1 = 0".to_owned() } else { format!("{column} IN ({places})") });
    }

    /// Adds that the label is a permitted one.
    pub(crate) fn labels(&mut self, column: &str, labels: &[LabelId]) {
        self.one_of(column, labels.iter().map(|label| label.0.0.to_vec()));
    }

    /// The clause, empty when there is no condition.
    pub(crate) fn clause(&self) -> String {
        if self.conditions.is_empty() { String::new() } else { format!("WHERE {}", self.conditions.join(" AND ")) }
    }

    /// The values in the order of their places.
    pub(crate) fn values(&self) -> ParamsFromIter<&Vec<Value>> {
        params_from_iter(&self.values)
    }
}

/// The end of a query that pages. A limit of 0 means none.
pub(crate) fn page(limit: usize, offset: usize) -> String {
    match (limit, offset) {
        (0, 0) => String::new(),
        (0, offset) => format!("LIMIT {} OFFSET {offset}", i64::MAX),
        (limit, offset) => format!("LIMIT {limit} OFFSET {offset}"),
    }
}

/// The value of a `LIMIT`.
pub(crate) fn at_most(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
