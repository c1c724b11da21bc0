//! Erasing is real: what was erased is in no byte of the files any more.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::Path;

use oikos_model::{
    Act, Action, Actor, Assessment, Evaluation, Label, LabelId, LegalBasis, Marking, NodeId, PersonCategory, Purpose,
    RecordReference, Regime, Scope, Statement, StatementDraft, Timestamp, Tlp,
};
use oikos_registry::{
    CatalogueColumn, CatalogueTable, ColumnStatistics, DataFile, NewJournalRow, StatementQuery, Store, Transaction,
};
use oikos_registry_sqlite::SqliteStore;

/// What must be gone. Long enough not to come about by chance.
const SECRET: &str = "Aino-Kaisa Salainen 1954-03-02";
const STATEMENTS: u32 = 5_000;

fn act() -> Act {
    Act {
        actor: Actor::Node(NodeId::new("fi.test").unwrap()),
        action: Action::Erase,
        purpose: Purpose::new("maritime-safety").unwrap(),
        legal_basis: LegalBasis::new("a test").unwrap(),
        case: None,
        at: Timestamp::UNIX_EPOCH,
    }
}

fn statement(position: u32, label: LabelId) -> Statement {
    let record_id = RecordReference::record_id(1, position);
    let draft = StatementDraft {
        entity: format!("test.register/{position}").parse().unwrap(),
        kind: "vessel".to_owned(),
        // A selector, so that the value is in the identifier index as well.
        property: "imo".to_owned(),
        value: format!("{SECRET} {position}"),
        valid_from: None,
        valid_to: None,
        stated_at: None,
        record: Some(RecordReference { table: "records".parse().unwrap(), record_id }),
        person_category: PersonCategory::Other,
        assessment: Assessment::Fact,
        evaluation: Evaluation::default(),
    };
    Statement::record(draft, "fi.test".parse().unwrap(), "test.register".parse().unwrap(), label, Timestamp::UNIX_EPOCH)
}

fn data_file(label: LabelId) -> DataFile {
    let statistics = ColumnStatistics {
        column: "name".to_owned(),
        minimum: Some(SECRET.to_owned()),
        maximum: Some(SECRET.to_owned()),
        null_count: 0,
    };
    DataFile {
        id: 0,
        table: "records".parse().unwrap(),
        path: "records/1.parquet".to_owned(),
        record_count: 1,
        file_size_bytes: 1,
        footer_size_bytes: 1,
        import_number: 1,
        label,
        time_minimum: None,
        time_maximum: None,
        begin_snapshot: 0,
        statistics: vec![statistics],
    }
}

/// Puts the secret into statements, the identifier index, statistics of the lake and the journal.
fn write_secret(transaction: &mut dyn Transaction) {
    let marking = Marking::new(Regime::Gdpr, Tlp::Amber, [Purpose::new("maritime-safety").unwrap()]);
    let label = Label { marking, origin: "fi.test".parse().unwrap(), scope: Scope::Node };
    let label = transaction.intern_label(&label).unwrap();
    let statements: Vec<_> = (0..STATEMENTS).map(|position| statement(position, label)).collect();
    transaction.put_statements(&statements).unwrap();
    let column = CatalogueColumn { name: "name".to_owned(), column_type: "varchar".to_owned(), nullable: true };
    let table = CatalogueTable { name: "records".parse().unwrap(), columns: vec![column] };
    transaction.ensure_table(&table, Timestamp::UNIX_EPOCH).unwrap();
    transaction.add_data_files(&[data_file(label)], Timestamp::UNIX_EPOCH).unwrap();
    let entry = NewJournalRow { content: SECRET.to_owned(), salt: [1; 32], commitment: [2; 32], at: Timestamp::UNIX_EPOCH };
    transaction.append_journal(&entry).unwrap();
}

fn erase_secret(transaction: &mut dyn Transaction) {
    assert_eq!(transaction.erase_statements_of_import(1).unwrap(), STATEMENTS as usize);
    let snapshot = transaction.current_snapshot().unwrap();
    let file = transaction.data_files(&"records".parse().unwrap(), snapshot).unwrap()[0].id;
    transaction.erase_data_files(&[file], &[], Timestamp::UNIX_EPOCH).unwrap();
    transaction.erase_journal_content(0).unwrap();
}

/// How often the secret is in the files of the store.
fn traces(folder: &Path) -> usize {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| std::fs::read(entry.unwrap().path()).unwrap());
    files.map(|bytes| bytes.windows(SECRET.len()).filter(|window| *window == SECRET.as_bytes()).count()).sum()
}

/// How long the files of the store are together.
fn bytes(folder: &Path) -> u64 {
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len()).sum()
}

fn committed(store: &SqliteStore, work: impl FnOnce(&mut dyn Transaction)) {
    let mut transaction = store.begin(&act()).unwrap();
    work(&mut *transaction);
    transaction.commit().unwrap();
}

#[test]
fn nothing_is_left_in_the_files_and_their_space_is_given_back() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("registry.sqlite")).unwrap();
    committed(&store, write_secret);
    assert!(traces(folder.path()) >= STATEMENTS as usize);
    let full = bytes(folder.path());
    committed(&store, erase_secret);
    assert_eq!(traces(folder.path()), 0);
    let left = bytes(folder.path());
    assert!(left < full / 3, "{left} of {full} bytes are left");
}

#[test]
fn a_reader_delays_the_freeing_only_until_the_next_commit() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("registry.sqlite")).unwrap();
    committed(&store, write_secret);
    let reader = store.snapshot(&act()).unwrap();
    committed(&store, erase_secret);
    let read = reader.statements(&StatementQuery::default()).unwrap();
    assert_eq!(read.len(), STATEMENTS as usize, "a reader that began before still sees its state");
    drop(reader);
    committed(&store, |transaction| assert_eq!(transaction.reserve_import_number().unwrap(), 1));
    assert_eq!(traces(folder.path()), 0);
}
