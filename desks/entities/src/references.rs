//! Reference data: what each list is, who keeps it, and what legal force it has where a node is in the Union.

use std::sync::{Arc, LazyLock};

use arrow::array::{ArrayRef, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use arrow::record_batch::RecordBatch;
use oikos_desk::ReferenceTable;

const TEXT: &str = include_str!("../reference/lists.csv");

/// The lists, with publisher, legal force and access basis.
pub const LISTS: ReferenceTable = ReferenceTable {
    name: "entity_lists",
    description: "Each list and register: publisher, legal force in the Union, its basis, and on which basis it may be read.",
    rows: list_rows,
};

/// What a hit on a list means in law, at a node in the Union.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LegalForce {
    /// It is Union law, directly applicable.
    EuLaw,
    /// It binds through Union law: what the Union has not taken over is no Union law yet.
    ThroughEuLaw,
    /// It is a third country's law.
    NotEuLaw,
    /// It is no list of measures: nothing follows from being on it.
    NoList,
}

impl LegalForce {
    /// The code by which the table and hits name it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::EuLaw => "eu-law",
            Self::ThroughEuLaw => "through-eu-law",
            Self::NotEuLaw => "not-eu-law",
            Self::NoList => "no-list",
        }
    }

    fn from_code(code: &str) -> Option<Self> {
        [Self::EuLaw, Self::ThroughEuLaw, Self::NotEuLaw, Self::NoList].into_iter().find(|force| force.code() == code)
    }
}

/// A row of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListReference {
    /// The dataset it is imported into.
    pub dataset: &'static str,
    /// Within an aggregated dataset, the name of the list there; empty where the dataset is the list.
    pub source_list: &'static str,
    /// Its name as people see it.
    pub list: &'static str,
    /// Who publishes it.
    pub publisher: &'static str,
    /// What a hit means in law.
    pub legal_force: LegalForce,
    /// The legal basis of that.
    pub legal_basis: &'static str,
    /// On which basis it may be read and kept.
    pub access_basis: &'static str,
    /// What whoever handles a hit should know.
    pub note: &'static str,
}

#[expect(clippy::expect_used, reason = "the file is compiled in, and a test reads it")]
static ROWS: LazyLock<Vec<ListReference>> = LazyLock::new(|| parse(TEXT).expect("the compiled-in lists are in order"));

/// The rows of the table.
pub fn lists() -> &'static [ListReference] {
    &ROWS
}

fn parse(text: &'static str) -> Result<Vec<ListReference>, String> {
    let lines = text.lines().enumerate().skip(1).filter(|(_, line)| !line.is_empty());
    lines
        .map(|(index, line)| {
            let wrong = |what: &str| format!("line {}: {what}", index + 1);
            let fields: Vec<&'static str> = line.split(';').collect();
            let [dataset, source_list, list, publisher, legal_force, legal_basis, access_basis, note] = fields[..] else {
                return Err(wrong("expected eight columns"));
            };
            let legal_force = LegalForce::from_code(legal_force).ok_or_else(|| wrong("no legal force of that name"))?;
            Ok(ListReference { dataset, source_list, list, publisher, legal_force, legal_basis, access_basis, note })
        })
        .collect()
}

#[expect(clippy::expect_used, reason = "columns of one length and one type")]
fn list_rows() -> RecordBatch {
    type Column = (&'static str, fn(&ListReference) -> &'static str);
    let columns: [Column; 8] = [
        ("dataset", |row| row.dataset),
        ("source_list", |row| row.source_list),
        ("list", |row| row.list),
        ("publisher", |row| row.publisher),
        ("legal_force", |row| row.legal_force.code()),
        ("legal_basis", |row| row.legal_basis),
        ("access_basis", |row| row.access_basis),
        ("note", |row| row.note),
    ];
    let fields: Vec<Field> = columns.iter().map(|(name, _)| Field::new(*name, DataType::Utf8, false)).collect();
    let arrays = columns.iter().map(|(_, of)| Arc::new(StringArray::from_iter_values(lists().iter().map(of))) as ArrayRef);
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays.collect()).expect("columns of one length")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_compiled_in_lists_are_in_order() {
        let rows = parse(TEXT).unwrap();
        assert_eq!(list_rows().num_rows(), rows.len());
        for row in &rows {
            for text in [row.list, row.publisher, row.legal_basis, row.access_basis] {
                assert!(!text.is_empty(), "{row:?}");
            }
        }
        let mut keys: Vec<_> = rows.iter().map(|row| (row.dataset, row.source_list)).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), rows.len());
    }

    #[test]
    fn an_american_list_is_not_union_law() {
        let force =
            |dataset: &str| lists().iter().find(|row| row.dataset == dataset && row.source_list.is_empty()).unwrap().legal_force;
        assert_eq!(force("entities.eu-sanctions"), LegalForce::EuLaw);
        assert_eq!(force("entities.un-sanctions"), LegalForce::ThroughEuLaw);
        assert_eq!(force("entities.ofac-sdn"), LegalForce::NotEuLaw);
        assert_eq!(force("entities.gleif"), LegalForce::NoList);
    }

    #[test]
    fn a_line_that_is_wrong_is_named() {
        assert_eq!(parse("head\na;b").unwrap_err(), "line 2: expected eight columns");
        assert_eq!(parse("head\na;b;c;d;x;f;g;h").unwrap_err(), "line 2: no legal force of that name");
    }
}
