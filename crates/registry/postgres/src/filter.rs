//! The WHERE clause of a query whose conditions depend on what was asked.

use oikos_model::LabelId;

use crate::values::{Kept, Value};

/// Conditions that must all hold, with their values. A condition has a `?` for each of its values.
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
    pub(crate) fn with<T: Kept>(&mut self, condition: &str, value: T) {
        self.with_all(condition, [T::kept(Some(&value))]);
    }

    /// Adds a condition with as many `?` as there are values.
    pub(crate) fn with_all(&mut self, condition: &str, values: impl IntoIterator<Item = Value>) {
        let mut numbered = String::with_capacity(condition.len() + 8);
        let mut place = self.values.len();
        for sign in condition.chars() {
            numbered.push(if sign == '?' { '$' } else { sign });
            if sign == '?' {
                place += 1;
                numbered.push_str(&place.to_string());
            }
        }
        self.conditions.push(numbered);
        self.values.extend(values);
    }

    /// Adds a condition with one `?` where something was asked for.
    pub(crate) fn with_some(&mut self, condition: &str, value: Option<impl Kept>) {
        if let Some(value) = value {
            self.with(condition, value);
        }
    }

    /// Adds that the column has one of these texts. With none to choose from, nothing matches.
    pub(crate) fn one_of(&mut self, column: &str, values: impl IntoIterator<Item = String>) {
        self.with_all(&format!("{column} = ANY (?)"), [Value::Texts(values.into_iter().collect())]);
    }

    /// Adds that the label is a permitted one.
    pub(crate) fn labels(&mut self, column: &str, labels: &[LabelId]) {
        let labels = labels.iter().map(|label| label.0.0.to_vec()).collect();
        self.with_all(&format!("{column} = ANY (?)"), [Value::ByteStrings(labels)]);
    }

    /// The clause, empty when there is no condition.
    pub(crate) fn clause(&self) -> String {
        if self.conditions.is_empty() { String::new() } else { format!("WHERE {}", self.conditions.join(" AND ")) }
    }

    /// The values in the order of their places.
    pub(crate) fn values(&self) -> &[Value] {
        &self.values
    }
}

/// The end of a query that pages. A limit of 0 means none.
pub(crate) fn page(limit: usize, offset: usize) -> String {
    match (limit, offset) {
        (0, 0) => String::new(),
        (0, offset) => format!("OFFSET {offset}"),
        (limit, offset) => format!("LIMIT {} OFFSET {offset}", at_most(limit)),
    }
}

/// The value of a `LIMIT`.
pub(crate) fn at_most(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_numbered_through_all_conditions() {
        let mut filter = Filter::default();
        filter.with("a = ?", 1_i64);
        filter.holds("b IS NULL");
        filter.with_all("(c > ? OR c = ?)", [Value::Integer(Some(2)), Value::Integer(Some(3))]);
        filter.labels("label", &[]);
        assert_eq!(filter.clause(), "WHERE a = $1 AND b IS NULL AND (c > $2 OR c = $3) AND label = ANY ($4)");
        assert_eq!(filter.values().len(), 4);
    }
}
