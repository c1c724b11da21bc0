//! What a store promises of its transactions.

use std::thread;

use super::sample::{act, at, hash, interned, label, named};
use crate::{NewJournalRow, StatementQuery, Store, StoreError, Transaction};

fn write_something(transaction: &mut dyn Transaction, name: &str) {
    let label = interned(transaction, "sea");
    transaction.put_statements(&[named(name, name, label)]).unwrap();
    transaction.append_journal(&entry(name)).unwrap();
}

fn entry(name: &str) -> NewJournalRow {
    NewJournalRow { content: name.to_owned(), salt: hash(name).0, commitment: hash(name).0, at: at(0) }
}

/// How many statements and journal entries a new snapshot sees.
fn counts(store: &dyn Store) -> (usize, i64) {
    let snapshot = store.snapshot(&act()).unwrap();
    (snapshot.statements(&StatementQuery::default()).unwrap().len(), snapshot.journal_length().unwrap())
}

/// What was written and not committed is gone, in every group; what was committed stays.
pub fn a_dropped_transaction_leaves_nothing(store: &dyn Store) {
    let mut transaction = store.begin(&act()).unwrap();
    assert_eq!(transaction.act(), &act());
    write_something(&mut *transaction, "vessel-1");
    drop(transaction);
    assert_eq!(counts(store), (0, 0));
    let mut transaction = store.begin(&act()).unwrap();
    write_something(&mut *transaction, "vessel-2");
    transaction.commit().unwrap();
    assert_eq!(counts(store), (1, 1));
}

/// A write through a snapshot fails by name and changes nothing, in every group.
pub fn a_snapshot_only_reads(store: &dyn Store) {
    let mut snapshot = store.snapshot(&act()).unwrap();
    let id = label("sea", None).id();
    let refused = [
        snapshot.intern_label(&label("sea", None)).map(drop),
        snapshot.put_statements(&[named("vessel-1", "Meri", id)]).map(drop),
        snapshot.end_statements(&[named("vessel-1", "Meri", id).id], at(1)).map(drop),
        snapshot.erase_expired_statements(at(1)).map(drop),
        snapshot.put_finding(&super::sample::finding("Meri"), id, false, at(1)).map(drop),
        snapshot.erase_expired_findings(at(1)).map(drop),
        snapshot.replace_leads(&[]),
        snapshot.add_data_files(&[], at(1)).map(drop),
        snapshot.reserve_import_number().map(drop),
        snapshot.erase_checkpoints(),
        snapshot.erase_expired_sessions(at(1), at(0)).map(drop),
        snapshot.mark_delivered(hash("parcel"), at(1)),
        snapshot.append_journal(&entry("entry")).map(drop),
    ];
    for (position, refused) in refused.into_iter().enumerate() {
        assert!(matches!(refused, Err(StoreError::ReadOnly)), "write {position}: {refused:?}");
    }
    snapshot.commit().unwrap();
    assert_eq!(counts(store), (0, 0));
}

/// A snapshot does not see what is committed after it was opened, and does not wait for the writer.
pub fn a_snapshot_sees_one_state(store: &dyn Store) {
    let before = store.snapshot(&act()).unwrap();
    let mut transaction = store.begin(&act()).unwrap();
    write_something(&mut *transaction, "vessel-1");
    assert_eq!(counts(store), (0, 0), "what is not committed is not seen");
    transaction.commit().unwrap();
    assert_eq!(before.journal_length().unwrap(), 0);
    assert!(before.statements(&StatementQuery::default()).unwrap().is_empty());
    drop(before);
    assert_eq!(counts(store), (1, 1));
}

/// Writers in several threads wait for one another; none sees another's half, and none is lost.
pub fn writers_queue_and_lose_nothing(store: &dyn Store) {
    const WRITERS: i64 = 4;
    const ROUNDS: i64 = 10;
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            scope.spawn(move || {
                for round in 0..ROUNDS {
                    let mut transaction = store.begin(&act()).unwrap();
                    let before = transaction.journal_length().unwrap();
                    write_something(&mut *transaction, &format!("vessel-{writer}-{round}"));
                    assert_eq!(transaction.journal_length().unwrap(), before + 1);
                    transaction.commit().unwrap();
                }
            });
        }
    });
    let all = WRITERS * ROUNDS;
    assert_eq!(counts(store), (usize::try_from(all).unwrap(), all));
    let snapshot = store.snapshot(&act()).unwrap();
    let rows = snapshot.journal_rows(0, usize::MAX).unwrap();
    assert!(rows.iter().zip(0..).all(|(row, position)| row.index == position));
    assert_eq!(snapshot.count_findings(&crate::FindingQuery::default()).unwrap(), 0);
}
