//! A writing process is killed again and again: the file holds the state before or after each transaction, never one in between.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use oikos_model::{
    Act, Action, Actor, Assessment, Evaluation, Label, LegalBasis, Marking, NodeId, PersonCategory, Purpose, RecordReference,
    Regime, Scope, Statement, StatementDraft, Timestamp, Tlp,
};
use oikos_registry::{NewJournalRow, StatementQuery, Store, Transaction};
use oikos_registry_sqlite::SqliteStore;

const PATH: &str = "OIKOS_TEST_KILL_PATH";
const KILLS: usize = 20;
const STATEMENTS: u32 = 200;

fn act() -> Act {
    Act {
        actor: Actor::Node(NodeId::new("fi.test").unwrap()),
        action: Action::Import,
        purpose: Purpose::new("maritime-safety").unwrap(),
        legal_basis: LegalBasis::new("a test").unwrap(),
        case: None,
        at: Timestamp::UNIX_EPOCH,
    }
}

/// One import: its number, its statements, the erasure of the import before, and a journal entry.
fn import(transaction: &mut dyn Transaction, report: &dyn Fn(&str)) {
    let marking = Marking::new(Regime::Gdpr, Tlp::Amber, [Purpose::new("maritime-safety").unwrap()]);
    let label = Label { marking, origin: "fi.test".parse().unwrap(), scope: Scope::Node };
    let label = transaction.intern_label(&label).unwrap();
    let number = transaction.reserve_import_number().unwrap();
    report("began");
    let statements: Vec<_> = (0..STATEMENTS)
        .map(|position| {
            let record_id = RecordReference::record_id(number, position);
            let draft = StatementDraft {
                entity: format!("test.register/{number}-{position}").parse().unwrap(),
                kind: "vessel".to_owned(),
                property: "imo".to_owned(),
                value: position.to_string(),
                valid_from: None,
                valid_to: None,
                stated_at: None,
                record: Some(RecordReference { table: "records".parse().unwrap(), record_id }),
                person_category: PersonCategory::NotAPerson,
                assessment: Assessment::Fact,
                evaluation: Evaluation::default(),
            };
            let dataset = "test.register".parse().unwrap();
            Statement::record(draft, "fi.test".parse().unwrap(), dataset, label, Timestamp::UNIX_EPOCH)
        })
        .collect();
    transaction.put_statements(&statements).unwrap();
    transaction.erase_statements_of_import(number - 1).unwrap();
    report("wrote");
    let entry = NewJournalRow { content: number.to_string(), salt: [1; 32], commitment: [2; 32], at: Timestamp::UNIX_EPOCH };
    transaction.append_journal(&entry).unwrap();
}

/// The process that is killed. Without a path it is not that process, and has nothing to do.
#[test]
fn the_process_that_is_killed() {
    let Ok(path) = std::env::var(PATH) else { return };
    let store = SqliteStore::open(path).unwrap();
    let report = |what: &str| {
        let mut output = std::io::stdout().lock();
        writeln!(output, "{what}").unwrap();
        output.flush().unwrap();
    };
    loop {
        let mut transaction = store.begin(&act()).unwrap();
        import(&mut *transaction, &report);
        transaction.commit().unwrap();
        report("committed");
    }
}

/// Starts the writing process and kills it after so many of its reports. Returns how many commits it reported.
fn kill_after(reports: usize, path: &Path) -> i64 {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["the_process_that_is_killed", "--exact", "--nocapture"])
        .env(PATH, path)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let is_report = |line: &String| ["began", "wrote", "committed"].contains(&line.as_str());
    let seen: Vec<String> = lines.by_ref().filter(is_report).take(reports).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(seen.len(), reports, "the writing process ended by itself");
    let rest: Vec<String> = lines.filter(is_report).collect();
    i64::try_from(seen.iter().chain(&rest).filter(|line| *line == "committed").count()).unwrap()
}

#[test]
fn killing_leaves_the_old_or_the_new_state() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("registry.sqlite");
    let mut before = 0;
    for round in 0..KILLS {
        let reported = kill_after(1 + round % 7, &path);
        let store = SqliteStore::open(&path).unwrap();
        let snapshot = store.snapshot(&act()).unwrap();
        let imports = snapshot.journal_length().unwrap();
        // A commit that was reported is there; one more may have landed without being reported.
        assert!((before + reported..=before + reported + 1).contains(&imports), "{before} + {reported}, then {imports}");
        let statements = snapshot.statements(&StatementQuery::default()).unwrap();
        assert_eq!(statements.len(), if imports == 0 { 0 } else { STATEMENTS as usize });
        assert!(statements.iter().all(|statement| {
            let record = statement.content.record.as_ref().unwrap();
            i64::from(record.import_number()) == imports
        }));
        drop(snapshot);
        let connection = rusqlite::Connection::open(&path).unwrap();
        let intact: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(intact, "ok");
        let index: i64 = connection.query_row("SELECT COUNT(*) FROM statement_selector", [], |row| row.get(0)).unwrap();
        assert_eq!(index as usize, statements.len(), "the identifier index has one row for each statement");
        before = imports;
    }
    assert!(before > 0, "nothing was ever committed");
}
