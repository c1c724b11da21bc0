//! The WHERE clause of a query whose conditions depend on what was asked.

use oikos_model::LabelId;
use postgres::types::ToSql;

/// Conditions that must all hold, with their values.
#[derive(Default)]
pub(crate) struct Filter {
    conditions: Vec<String>,
    values: Vec<Box<dyn ToSql + Sync>>,
}

impl Filter {
    /// Adds a condition without a value.
    pub(crate) fn holds(&mut self, condition: &str) {
        self.conditions.push(condition.to_owned());
    }

    /// Adds a comparison with a value, for example `id >`.
    pub(crate) fn with(&mut self, comparison: &str, value: impl ToSql + Sync + 'static) {
        self.values.push(Box::new(value));
        self.conditions.push(format!("{comparison} ${}", self.values.len()));
    }

    /// Adds a comparison where something was asked for.
    pub(crate) fn with_some(&mut self, comparison: &str, value: Option<impl ToSql + Sync + 'static>) {
        if let Some(value) = value {
            self.with(comparison, value);
        }
    }

    /// Adds that the label is a permitted one. With none permitted, nothing matches.
    pub(crate) fn labels(&mut self, column: &str, labels: &[LabelId]) {
        let labels: Vec<Vec<u8>> = labels.iter().map(|label| label.0.0.to_vec()).collect();
        self.values.push(Box::new(labels));
        self.conditions.push(format!("{column} = ANY (${})", self.values.len()));
    }

    /// The clause, empty when there is no condition.
    pub(crate) fn clause(&self) -> String {
        if self.conditions.is_empty() { String::new() } else { format!("WHERE {}", self.conditions.join(" AND ")) }
    }

    /// The values in the order of their places.
    pub(crate) fn values(&self) -> Vec<&(dyn ToSql + Sync)> {
        self.values.iter().map(AsRef::as_ref).collect()
    }
}
