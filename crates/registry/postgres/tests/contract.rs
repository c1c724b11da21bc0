//! PostgreSQL keeps the registry's contract in the groups it has. The server is a real one, started here.
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test that cannot go on fails, and says so when it is skipped")]

mod server;

use std::thread;

use oikos_registry::{JournalEntries, Labels, NewJournalRow, StoreError, contract};
use oikos_registry_postgres::{PostgresStore, PostgresTransaction};
use server::Server;

/// One test of the contract, by name.
type Test = (&'static str, fn(&mut PostgresTransaction<'_>));

macro_rules! tests {
    ($($name:ident,)+) => { &[$((stringify!($name), |transaction| contract::$name(transaction)),)+] };
}

const TESTS: &[Test] = tests![
    a_label_is_interned_once,
    statements_come_back_and_count_once,
    statements_end_once,
    statements_are_filtered,
    selectors_find_entities,
    erasing_statements_empties_the_index,
    judgements_keep_their_order,
    journal_entries_have_no_gaps_and_can_lose_their_content,
];

// One test, because it is one server.
#[test]
fn postgres_keeps_the_contract() {
    let server = match Server::start() {
        Ok(server) => server,
        Err(why) => return eprintln!("SKIPPED: no PostgreSQL server could be started, so its backend is not tested: {why}"),
    };
    for (name, test) in TESTS {
        let store = PostgresStore::connect(&server.new_database(name)).unwrap();
        test(&mut store.begin().unwrap());
        assert!(store.snapshot().unwrap().labels().unwrap().is_empty(), "{name}: a dropped transaction leaves nothing");
    }
    a_snapshot_only_reads_and_sees_one_state(&PostgresStore::connect(&server.new_database("snapshots")).unwrap());
    writers_at_once_run_again_until_each_landed(&PostgresStore::connect(&server.new_database("writers")).unwrap());
    let parameters = server.new_database("reopened");
    PostgresStore::connect(&parameters).unwrap();
    PostgresStore::connect(&parameters).unwrap();
}

fn entry(name: &str) -> NewJournalRow {
    let at = "2026-01-01T00:00:00Z".parse().unwrap();
    NewJournalRow { content: name.to_owned(), salt: [1; 32], commitment: [2; 32], at }
}

fn a_snapshot_only_reads_and_sees_one_state(store: &PostgresStore) {
    let mut before = store.snapshot().unwrap();
    let mut transaction = store.begin().unwrap();
    transaction.append_journal(&entry("first")).unwrap();
    transaction.commit().unwrap();
    assert_eq!(before.journal_length().unwrap(), 0);
    assert!(matches!(before.append_journal(&entry("second")), Err(StoreError::ReadOnly)));
    drop(before);
    assert_eq!(store.snapshot().unwrap().journal_length().unwrap(), 1);
}

fn writers_at_once_run_again_until_each_landed(store: &PostgresStore) {
    thread::scope(|scope| {
        for writer in 0..3 {
            scope.spawn(move || {
                for round in 0..5 {
                    let content = format!("{writer} {round}");
                    store.write(|transaction| transaction.append_journal(&entry(&content))).unwrap();
                }
            });
        }
    });
    let rows = store.snapshot().unwrap().journal_rows(0, usize::MAX).unwrap();
    let mut contents: Vec<_> = rows.iter().filter_map(|row| row.content.clone()).collect();
    contents.sort();
    contents.dedup();
    assert_eq!((rows.len(), contents.len()), (15, 15));
    assert!(rows.iter().zip(0..).all(|(row, position)| row.index == position));
}
