//! Things to put into a store.

use std::collections::BTreeSet;

use oikos_model::{
    Act, Action, Actor, Assessment, ContentHash, DatasetId, DerivedFrom, DetectorId, EntityId, Evaluation, Fact, FactValue,
    Finding, FindingKey, Label, LabelId, LegalBasis, Marking, NodeId, PersonCategory, Place, Purpose, Reason, RecordReference,
    Regime, Scope, Selector, SelectorKind, Statement, StatementDraft, TableName, Timestamp, Tlp,
};

use crate::Labels;

/// An act on whose behalf a test opens its transactions.
pub fn act() -> Act {
    Act {
        actor: Actor::Node(node("fi.test")),
        action: Action::Import,
        purpose: Purpose::new("maritime-safety").unwrap(),
        legal_basis: LegalBasis::new("a test").unwrap(),
        case: None,
        at: at(0),
    }
}

/// So many seconds after the start of 2026.
pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_767_225_600 + second).unwrap()
}

pub(super) fn hash(text: &str) -> ContentHash {
    ContentHash::of_bytes(text.as_bytes())
}

pub(super) fn node(text: &str) -> NodeId {
    NodeId::new(text).unwrap()
}

pub(super) fn dataset(text: &str) -> DatasetId {
    DatasetId::new(text).unwrap()
}

pub(super) fn entity(text: &str) -> EntityId {
    EntityId::new(text).unwrap()
}

pub(super) fn table(text: &str) -> TableName {
    TableName::new(text).unwrap()
}

pub(super) fn selector(kind: SelectorKind, value: &str) -> Selector {
    Selector { kind, value: value.to_owned() }
}

pub(super) fn marking(expires: Option<Timestamp>) -> Marking {
    Marking { expires, ..Marking::new(Regime::Gdpr, Tlp::Amber, BTreeSet::from([Purpose::new("maritime-safety").unwrap()])) }
}

/// A label of one desk, so that each desk's is another one.
pub(super) fn label(desk: &str, expires: Option<Timestamp>) -> Label {
    Label { marking: marking(expires), origin: node("fi.test"), scope: Scope::Desk(desk.to_owned()) }
}

/// Interns a label of one desk that never expires.
pub(super) fn interned<T: Labels + ?Sized>(transaction: &mut T, desk: &str) -> LabelId {
    transaction.intern_label(&label(desk, None)).unwrap()
}

pub(super) fn draft(local: &str, kind: &str, property: &str, value: &str) -> StatementDraft {
    StatementDraft {
        entity: entity(&format!("test.register/{local}")),
        kind: kind.to_owned(),
        property: property.to_owned(),
        value: value.to_owned(),
        valid_from: None,
        valid_to: None,
        stated_at: None,
        record: None,
        person_category: PersonCategory::NotAPerson,
        assessment: Assessment::Fact,
        evaluation: Evaluation::default(),
    }
}

/// What `fi.test` recorded of `test.register`.
pub(super) fn recorded(draft: StatementDraft, label: LabelId) -> Statement {
    Statement::record(draft, node("fi.test"), dataset("test.register"), label, at(1))
}

/// A vessel's name.
pub(super) fn named(local: &str, name: &str, label: LabelId) -> Statement {
    recorded(draft(local, "vessel", "name", name), label)
}

/// A vessel's IMO number, which is a selector in the vocabulary.
pub(super) fn numbered(local: &str, imo: &str, label: LabelId) -> Statement {
    recorded(draft(local, "vessel", "imo", imo), label)
}

/// A statement read from one import.
pub(super) fn imported(statement: Statement, import_number: u32, position: u32) -> Statement {
    let record =
        Some(RecordReference { table: table("records"), record_id: RecordReference::record_id(import_number, position) });
    Statement { content: StatementDraft { record, ..statement.content }, ..statement }
}

/// A finding of the detector `sea.gap` with every field filled in.
pub(super) fn finding(name: &str) -> Finding {
    let detector = DetectorId::new("sea.gap").unwrap();
    Finding {
        key: FindingKey::new(&detector, [name]),
        origin: node("fi.test"),
        detector,
        desk: "sea".to_owned(),
        run: None,
        title: format!("{name} went silent"),
        occurred_from: at(100),
        occurred_to: at(200),
        place: Some(Place { latitude: 59.9, longitude: 24.1 }),
        prior_bits: -3.0,
        reasons: vec![Reason { name: "silence".to_owned(), bits: 4.25, text: "silent for 7 h".to_owned() }],
        calibrated: false,
        selectors: vec![selector(SelectorKind::Imo, "9074729")],
        facts: vec![Fact {
            name: "hours".to_owned(),
            value: FactValue::Number { number: 7.1, unit: "h".to_owned() },
            marking: marking(None),
        }],
        evidence: vec![RecordReference { table: table("records"), record_id: RecordReference::record_id(1, 1) }],
        derived_from: vec![],
        marking: marking(None),
    }
}

/// The finding in another revision: its title says something else.
pub(super) fn revised(finding: &Finding) -> Finding {
    Finding { title: format!("{}, and later too", finding.title), ..finding.clone() }
}

/// The finding as a source of others.
pub(super) fn as_source(finding: &Finding) -> DerivedFrom {
    DerivedFrom::Finding { origin: finding.origin.clone(), key: finding.key, revision: finding.revision() }
}
