//! Where and when a statement was read.

use oikos_model::{Assessment, EntityId, Evaluation, PersonCategory, RecordReference, StatementDraft, TableName, Timestamp};

use crate::Source;

/// Where and when a statement was read.
pub struct Origin<'a> {
    /// The file.
    pub source: &'a Source,
    /// The table its record is in.
    pub table: &'static str,
    /// The record's line or ordinal.
    pub position: u32,
    /// When the source said it.
    pub stated_at: Option<Timestamp>,
    /// Since when it holds.
    pub valid_from: Option<Timestamp>,
    /// Until when it holds, not including.
    pub valid_to: Option<Timestamp>,
}

impl Origin<'_> {
    /// A fact about a thing; `None` where the entity id would not be in order.
    pub fn statement(&self, entity: &str, kind: &str, property: &str, value: &str) -> Option<StatementDraft> {
        let entity = EntityId::new(entity).ok()?;
        let table = TableName::new(self.table).ok()?;
        Some(StatementDraft {
            entity,
            kind: kind.to_owned(),
            property: property.to_owned(),
            value: value.to_owned(),
            valid_from: self.valid_from,
            valid_to: self.valid_to,
            stated_at: self.stated_at,
            record: Some(RecordReference { table, record_id: self.source.record_id(self.position) }),
            person_category: PersonCategory::NotAPerson,
            assessment: Assessment::Fact,
            evaluation: Evaluation::default(),
        })
    }

    /// Facts about a thing, those that are given.
    pub fn statements(&self, entity: &str, kind: &str, properties: &[(&str, Option<&str>)]) -> Vec<StatementDraft> {
        let given = properties.iter().filter_map(|(property, value)| value.map(|value| (*property, value)));
        given.filter_map(|(property, value)| self.statement(entity, kind, property, value)).collect()
    }
}
