//! Statements about things, with where and when they were read.

use oikos_model::{Assessment, EntityId, Evaluation, PersonCategory, RecordReference, StatementDraft, TableName, Timestamp};

use crate::Source;

/// Where and when a statement was read.
pub struct StatementOrigin<'a> {
    /// The file.
    pub source: &'a Source,
    /// The table of the record that says it.
    pub table: &'static str,
    /// Where in the file that record is.
    pub position: u32,
    /// When it was said.
    pub stated_at: Option<Timestamp>,
}

impl StatementOrigin<'_> {
    /// A fact about a thing that is no person; `None` where the entity id would not be in order.
    pub fn statement(&self, entity: &str, kind: &str, property: &str, value: &str) -> Option<StatementDraft> {
        let entity = EntityId::new(entity).ok()?;
        let table = TableName::new(self.table).ok()?;
        Some(StatementDraft {
            entity,
            kind: kind.to_owned(),
            property: property.to_owned(),
            value: value.to_owned(),
            valid_from: None,
            valid_to: None,
            stated_at: self.stated_at,
            record: Some(RecordReference { table, record_id: self.source.record_id(self.position) }),
            person_category: PersonCategory::NotAPerson,
            assessment: Assessment::Fact,
            evaluation: Evaluation::default(),
        })
    }

    /// Those of the properties that have a value, as facts about one thing.
    pub fn statements(&self, entity: &str, kind: &str, properties: &[(&str, Option<&str>)]) -> Vec<StatementDraft> {
        let given = properties.iter().filter_map(|(property, value)| value.map(|value| (*property, value)));
        given.filter_map(|(property, value)| self.statement(entity, kind, property, value)).collect()
    }
}
