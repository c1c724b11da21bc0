//! What several tests write.
#![allow(dead_code, reason = "each test program uses a part of it")]

use oikos_model::{
    Assessment, Evaluation, Label, LabelId, Marking, PersonCategory, Purpose, RecordReference, Regime, Scope, Statement,
    StatementDraft, Timestamp, Tlp,
};
use oikos_registry::{NewJournalRow, Transaction};

/// A statement that an import read.
pub(crate) fn statement(import: u32, position: u32, property: &str, value: &str, label: LabelId) -> Statement {
    let record_id = RecordReference::record_id(import, position);
    let draft = StatementDraft {
        entity: format!("test.register/{import}-{position}").parse().unwrap(),
        kind: "vessel".to_owned(),
        property: property.to_owned(),
        value: value.to_owned(),
        valid_from: None,
        valid_to: None,
        stated_at: None,
        record: Some(RecordReference { table: "records".parse().unwrap(), record_id }),
        person_category: PersonCategory::NotAPerson,
        assessment: Assessment::Fact,
        evaluation: Evaluation::default(),
    };
    Statement::record(draft, "fi.test".parse().unwrap(), "test.register".parse().unwrap(), label, Timestamp::UNIX_EPOCH)
}

/// A label of the whole node.
pub(crate) fn label(transaction: &mut dyn Transaction) -> LabelId {
    let marking = Marking::new(Regime::Gdpr, Tlp::Amber, [Purpose::new("maritime-safety").unwrap()]);
    transaction.intern_label(&Label { marking, origin: "fi.test".parse().unwrap(), scope: Scope::Node }).unwrap()
}

/// A journal entry.
pub(crate) fn entry(content: &str) -> NewJournalRow {
    NewJournalRow { content: content.to_owned(), salt: [1; 32], commitment: [2; 32], at: Timestamp::UNIX_EPOCH }
}
