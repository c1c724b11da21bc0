//! The lake's catalogue.

use oikos_model::LabelId;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::sample::{act, at, interned, table};
use crate::{Catalogue, CatalogueColumn, CatalogueTable, ColumnStatistics, DataFile, Labels, Store, StoreError};

fn positions() -> CatalogueTable {
    let column = |name: &str, column_type: &str, nullable| CatalogueColumn {
        name: name.to_owned(),
        column_type: column_type.to_owned(),
        nullable,
    };
    CatalogueTable {
        name: table("positions"),
        columns: vec![
            column("record_id", "int64", false),
            column("seen_at", "timestamptz", true),
            column("name", "varchar", true),
        ],
    }
}

fn file(name: &str, label: LabelId) -> DataFile {
    let statistics = |column: &str, minimum: &str, maximum: &str, null_count| ColumnStatistics {
        column: column.to_owned(),
        minimum: Some(minimum.to_owned()),
        maximum: Some(maximum.to_owned()),
        null_count,
    };
    DataFile {
        id: 0,
        table: table("positions"),
        path: format!("positions/{name}.parquet"),
        record_count: 10,
        file_size_bytes: 2_000,
        footer_size_bytes: 300,
        import_number: 7,
        label,
        time_minimum: Some(at(1)),
        time_maximum: None,
        begin_snapshot: 0,
        statistics: vec![statistics("record_id", "1", "10", 0), statistics("name", "Aava", "Meri", 4)],
    }
}

fn paths<T: Catalogue + ?Sized>(transaction: &T, snapshot: i64) -> Vec<String> {
    transaction.data_files(&table("positions"), snapshot).unwrap().into_iter().map(|file| file.path).collect()
}

/// A table is made once and keeps its columns; asking for others is refused.
pub fn tables_keep_their_columns<T: Catalogue + ?Sized>(transaction: &mut T) {
    assert_eq!(transaction.current_snapshot().unwrap(), 0);
    assert_eq!(transaction.tables().unwrap(), []);
    transaction.ensure_table(&positions(), at(1)).unwrap();
    let made = transaction.current_snapshot().unwrap();
    assert!(made > 0, "making a table is a change of the lake");
    transaction.ensure_table(&positions(), at(2)).unwrap();
    assert_eq!(transaction.current_snapshot().unwrap(), made);
    let mut other = positions();
    other.columns.pop();
    assert!(matches!(transaction.ensure_table(&other, at(3)), Err(StoreError::Conflict(_))));
    other.name = table("others");
    transaction.ensure_table(&other, at(3)).unwrap();
    assert_eq!(transaction.tables().unwrap(), [other, positions()]);
    let snapshots = transaction.snapshots().unwrap();
    assert!(snapshots.is_sorted_by_key(|snapshot| snapshot.id));
    assert_eq!(snapshots.last().map(|last| (last.id, last.at)), Some((made + 1, at(3))));
}

/// A file comes back as it was added, is seen from its snapshot on and not before.
pub fn files_are_seen_from_their_snapshot_on<T: Catalogue + Labels + ?Sized>(transaction: &mut T) {
    let label = interned(transaction, "sea");
    transaction.ensure_table(&positions(), at(1)).unwrap();
    let before = transaction.current_snapshot().unwrap();
    let first = transaction.add_data_files(&[file("one", label), file("two", label)], at(2)).unwrap();
    let second = transaction.add_data_files(&[file("three", label)], at(3)).unwrap();
    assert_eq!((first, second, transaction.current_snapshot().unwrap()), (before + 1, before + 2, before + 2));
    assert!(paths(transaction, before).is_empty());
    assert_eq!(paths(transaction, first), ["positions/one.parquet", "positions/two.parquet"]);
    assert_eq!(paths(transaction, second).len(), 3);
    let seen = transaction.data_files(&table("positions"), second).unwrap();
    let added = DataFile { id: seen[2].id, begin_snapshot: second, ..file("three", label) };
    assert_eq!(seen[2], added);
    assert!(transaction.data_files(&table("unknown"), second).unwrap().is_empty());
    assert_eq!(transaction.add_data_files(&[], at(4)).unwrap(), second, "no change makes no snapshot");
}

/// An erased file is gone from old snapshots too, its path is scheduled, and what replaces it is there from the new snapshot on.
pub fn an_erased_file_is_seen_by_no_snapshot<T: Catalogue + Labels + ?Sized>(transaction: &mut T) {
    let label = interned(transaction, "sea");
    transaction.ensure_table(&positions(), at(1)).unwrap();
    let old = transaction.add_data_files(&[file("one", label), file("two", label)], at(2)).unwrap();
    let erased = transaction.data_files(&table("positions"), old).unwrap()[0].id;
    let rest = DataFile { record_count: 3, ..file("rest", label) };
    let new = transaction.erase_data_files(&[erased], &[rest], at(3)).unwrap();
    assert_eq!(new, old + 1);
    assert_eq!(paths(transaction, old), ["positions/two.parquet"]);
    assert_eq!(paths(transaction, new), ["positions/two.parquet", "positions/rest.parquet"]);
    assert_eq!(transaction.snapshots().unwrap().last().map(|snapshot| snapshot.id), Some(new));
    assert_eq!(transaction.paths_to_delete().unwrap(), ["positions/one.parquet"]);
    assert!(matches!(transaction.erase_data_files(&[erased], &[], at(4)), Err(StoreError::Conflict(_))));
    transaction.forget_deleted_paths(&["positions/one.parquet".to_owned()]).unwrap();
    assert!(transaction.paths_to_delete().unwrap().is_empty());
}

/// A file for a table or with a column that the lake does not have is refused.
pub fn only_known_tables_and_columns_take_files<T: Catalogue + Labels + ?Sized>(transaction: &mut T) {
    let label = interned(transaction, "sea");
    assert!(matches!(transaction.add_data_files(&[file("one", label)], at(1)), Err(StoreError::Conflict(_))));
    transaction.ensure_table(&positions(), at(1)).unwrap();
    let other_table = DataFile { table: table("others"), ..file("one", label) };
    assert!(matches!(transaction.add_data_files(&[other_table], at(2)), Err(StoreError::Conflict(_))));
    let mut other_column = file("one", label);
    other_column.statistics[0].column = "others".to_owned();
    assert!(matches!(transaction.add_data_files(&[other_column], at(2)), Err(StoreError::Conflict(_))));
}

/// However files are added and erased, each snapshot sees what was added up to it and was never erased.
pub fn random_changes_of_files_add_up(store: &dyn Store) {
    let changes = prop::collection::vec((prop::collection::vec(any::<prop::sample::Index>(), 0..3), 0usize..3), 1..12);
    TestRunner::new(Config { cases: 24, failure_persistence: None, ..Config::default() })
        .run(&changes, |changes| {
            let mut transaction = store.begin(&act()).unwrap();
            let label = interned(&mut *transaction, "sea");
            transaction.ensure_table(&positions(), at(0)).unwrap();
            let mut current = transaction.current_snapshot().unwrap();
            // The model: path and first snapshot of every file that is left.
            let mut left: Vec<(String, i64)> = Vec::new();
            for (step, (to_erase, to_add)) in changes.into_iter().enumerate() {
                let seen = transaction.data_files(&table("positions"), current).unwrap();
                let mut erased: Vec<_> = to_erase.iter().filter(|_| !seen.is_empty()).map(|index| index.get(&seen).id).collect();
                erased.sort_unstable();
                erased.dedup();
                let added: Vec<_> = (0..to_add).map(|number| file(&format!("{step}-{number}"), label)).collect();
                left.retain(|(path, _)| !seen.iter().any(|file| erased.contains(&file.id) && file.path == *path));
                current = transaction.erase_data_files(&erased, &added, at(1)).unwrap();
                left.extend(added.into_iter().map(|file| (file.path, current)));
            }
            for snapshot in 0..=current {
                let expected: Vec<_> =
                    left.iter().filter(|(_, begin)| *begin <= snapshot).map(|(path, _)| path.clone()).collect();
                prop_assert_eq!(paths(&*transaction, snapshot), expected);
            }
            Ok(())
        })
        .unwrap();
}
