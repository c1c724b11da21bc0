//! What goes wrong between Oikos and a server: it ends, it is slow, it refuses. Each gives an error with a name, and the next
//! transaction works.
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test that cannot go on fails, and says so when it is skipped")]

mod house;
mod server;

use std::thread;

use house::{entry, label, statement};
use oikos_model::{Selector, SelectorKind};
use oikos_registry::contract::act;
use oikos_registry::{Store, StoreError};
use oikos_registry_postgres::PostgresStore;
use postgres::{Client, NoTls};

/// Ends every other session of the store's database, as an administrator would.
fn end_sessions(address: &str) {
    let mut client = Client::connect(address, NoTls).unwrap();
    let sql =
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    client.query(sql, &[]).unwrap();
}

#[test]
fn a_lost_connection_has_a_name_and_the_next_transaction_works() {
    let Some(server) = server::server() else { return };
    let address = server.new_database();
    let store = PostgresStore::connect(&address, None).unwrap();
    // Idle readers are lost too; a snapshot must not get one of them.
    drop((store.snapshot(&act()).unwrap(), store.snapshot(&act()).unwrap()));
    let mut transaction = store.begin(&act()).unwrap();
    let snapshot = store.snapshot(&act()).unwrap();
    transaction.append_journal(&entry("lost")).unwrap();
    end_sessions(&address);
    let refused = transaction.append_journal(&entry("refused"));
    assert!(matches!(refused, Err(StoreError::Unreachable { .. })), "{refused:?}");
    assert!(matches!(snapshot.journal_length(), Err(StoreError::Unreachable { .. })));
    assert!(transaction.commit().is_err());
    drop(snapshot);
    assert_eq!(store.snapshot(&act()).unwrap().journal_length().unwrap(), 0, "nothing of the lost transaction landed");
    let mut transaction = store.begin(&act()).unwrap();
    assert_eq!(transaction.append_journal(&entry("next")).unwrap(), 0);
    end_sessions(&address);
    let commit = transaction.commit();
    assert!(matches!(&commit, Err(StoreError::Unreachable { doing, .. }) if doing.contains("not known")), "{commit:?}");
    let mut transaction = store.begin(&act()).unwrap();
    assert_eq!(transaction.append_journal(&entry("next")).unwrap(), 0);
    transaction.commit().unwrap();
}

#[test]
fn a_store_is_used_and_dropped_by_tasks() {
    let Some(store) = server::fresh_store() else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
    runtime.block_on(async {
        let length = tokio::task::block_in_place(|| store.snapshot(&act()).unwrap().journal_length().unwrap());
        assert_eq!(length, 0);
        drop(store);
    });
}

#[test]
fn a_server_that_is_not_there_has_a_name() {
    let refused = PostgresStore::connect("host=/nowhere/at/all user=oikos", None).map(drop);
    assert!(matches!(refused, Err(StoreError::Unreachable { .. })), "{refused:?}");
}

#[test]
fn a_statement_that_takes_too_long_is_stopped() {
    let Some(server) = server::server() else { return };
    let address = server.new_database();
    let store = PostgresStore::connect(&format!("{address} options='-c statement_timeout=300ms'"), None).unwrap();
    let mut other = Client::connect(&address, NoTls).unwrap();
    let mut locked = other.transaction().unwrap();
    locked.batch_execute("LOCK TABLE label IN ACCESS EXCLUSIVE MODE").unwrap();
    let snapshot = store.snapshot(&act()).unwrap();
    let stopped = snapshot.labels();
    assert!(matches!(stopped, Err(StoreError::TookTooLong { .. })), "{stopped:?}");
    drop(snapshot);
    locked.rollback().unwrap();
    assert!(store.snapshot(&act()).unwrap().labels().unwrap().is_empty());
}

#[test]
fn a_writer_of_another_process_keeps_the_turn() {
    let Some(server) = server::server() else { return };
    let address = server.new_database();
    let one = PostgresStore::connect(&address, None).unwrap();
    let other = PostgresStore::connect(&format!("{address} options='-c lock_timeout=300ms'"), None).unwrap();
    let mut transaction = one.begin(&act()).unwrap();
    transaction.append_journal(&entry("first")).unwrap();
    let waited = other.begin(&act()).map(drop);
    assert!(matches!(waited, Err(StoreError::Conflict(_))), "{waited:?}");
    assert_eq!(other.snapshot(&act()).unwrap().journal_length().unwrap(), 0, "readers wait for nobody");
    transaction.commit().unwrap();
    let mut transaction = other.begin(&act()).unwrap();
    assert_eq!(transaction.append_journal(&entry("second")).unwrap(), 1, "what the writer before committed is seen");
    transaction.commit().unwrap();
}

#[test]
fn writers_of_several_processes_queue() {
    const ROUNDS: i64 = 20;
    let Some(server) = server::server() else { return };
    let address = server.new_database();
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let store = PostgresStore::connect(&address, None).unwrap();
                for _ in 0..ROUNDS {
                    let mut transaction = store.begin(&act()).unwrap();
                    transaction.append_journal(&entry("entry")).unwrap();
                    transaction.commit().unwrap();
                }
            });
        }
    });
    let store = PostgresStore::connect(&address, None).unwrap();
    assert_eq!(store.snapshot(&act()).unwrap().journal_length().unwrap(), 3 * ROUNDS);
}

#[test]
fn what_the_server_refused_is_not_committed_in_silence() {
    let Some(store) = server::fresh_store() else { return };
    let mut transaction = store.begin(&act()).unwrap();
    transaction.append_journal(&entry("before")).unwrap();
    // A label that is nowhere: the server refuses the row.
    let unknown = statement(1, 1, "imo", "9074729", oikos_model::LabelId(oikos_model::ContentHash([7; 32])));
    assert!(matches!(transaction.put_statements(&[unknown]), Err(StoreError::Database { .. })));
    assert!(matches!(transaction.commit(), Err(StoreError::Conflict(_))));
    assert_eq!(store.snapshot(&act()).unwrap().journal_length().unwrap(), 0);
}

#[test]
fn a_text_that_the_server_cannot_keep_is_refused_and_the_transaction_goes_on() {
    let Some(store) = server::fresh_store() else { return };
    let mut transaction = store.begin(&act()).unwrap();
    let label = label(&mut *transaction);
    let refused = transaction.put_statements(&[statement(1, 1, "name", "Me\0ri", label)]);
    assert!(matches!(refused, Err(StoreError::Conflict(_))), "{refused:?}");
    assert!(matches!(transaction.append_journal(&entry("a\0b")), Err(StoreError::Conflict(_))));
    transaction.append_journal(&entry("after")).unwrap();
    transaction.commit().unwrap();
}

#[test]
fn values_longer_than_an_index_takes_are_kept_and_found() {
    let Some(store) = server::fresh_store() else { return };
    let mut transaction = store.begin(&act()).unwrap();
    let label = label(&mut *transaction);
    // Not of one letter, which would be compressed.
    let long = |seed: u32| (0..20_000u32).map(|n| char::from(b'a' + ((n * n + seed * n) % 23) as u8)).collect::<String>();
    let (one, other) = (long(1), long(7));
    let given = [
        statement(1, 1, "imo", &one, label),
        statement(1, 2, "imo", &format!("{one}x"), label),
        statement(1, 3, "name", &other, label),
    ];
    assert_eq!(transaction.put_statements(&given).unwrap(), 3);
    let found = transaction.entities_with(&Selector { kind: SelectorKind::Imo, value: one }, &[label]).unwrap();
    assert_eq!(found, [given[0].content.entity.clone()]);
    assert_eq!(transaction.entities_named(&other[..40], &[label], 10).unwrap().len(), 1);
    let many_words: String = (0..300_000u32).map(|n| format!("w{n} ")).collect();
    assert_eq!(transaction.put_statements(&[statement(1, 4, "name", &many_words, label)]).unwrap(), 1);
    assert_eq!(transaction.entities_named("w1 w1999", &[label], 10).unwrap().len(), 1);
    transaction.commit().unwrap();
}

#[test]
fn a_schema_is_made_once_at_whatever_moment_and_a_newer_one_is_refused() {
    let Some(server) = server::server() else { return };
    let address = server.empty_database();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| PostgresStore::connect(&address, None).unwrap());
        }
    });
    Client::connect(&address, NoTls).unwrap().batch_execute("UPDATE schema_version SET version = version + 1").unwrap();
    assert!(matches!(PostgresStore::connect(&address, None).map(drop), Err(StoreError::NewerSchema { .. })));
}
