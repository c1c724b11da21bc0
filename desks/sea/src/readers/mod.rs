//! One reader per format, streaming, in bounded memory.

mod ais;
mod corridors;
mod lines;
mod rows;
#[cfg(test)]
mod test_sink;
mod vessel_register;

pub(crate) use ais::AisNmea;
pub(crate) use corridors::Corridors;
pub(crate) use vessel_register::VesselRegister;

use oikos_desk::{ReadError, Source};
use oikos_model::{Assessment, EntityId, Evaluation, PersonCategory, RecordReference, StatementDraft, TableName, Timestamp};

/// The part of a record id that says where in the file, for files with at most 2^32 rows.
fn record_position(number: u64) -> Result<u32, ReadError> {
    u32::try_from(number).map_err(|_| ReadError::Format {
        place: format!("row {number}"),
        problem: "a file may have at most 4,294,967,295 rows; split it".into(),
    })
}

/// Where and when a statement was read.
struct Origin<'a> {
    source: &'a Source,
    table: &'static str,
    position: u32,
    stated_at: Option<Timestamp>,
    valid_from: Option<Timestamp>,
    valid_to: Option<Timestamp>,
}

impl Origin<'_> {
    /// A fact about a thing; `None` where the entity id would not be in order.
    fn statement(&self, entity: &str, kind: &str, property: &str, value: &str) -> Option<StatementDraft> {
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
}
