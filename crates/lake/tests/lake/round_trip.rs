//! What is written is what is read, and nothing is visible before its commit.

use oikos_desk::Engine;
use oikos_lake::{LakeError, LakeLimits};
use oikos_model::Tlp;

use crate::house::{House, at, label, number, numbers, positions, read};

#[test]
fn rows_come_back_as_they_were_written() {
    // Small files and row groups, so that one import has several of both.
    let house = House::with_limits(LakeLimits { row_group_rows: 100, file_bytes: 4096, ..LakeLimits::default() });
    let open = label(Tlp::Green, None);
    let rows: Vec<_> = (0..3000).map(|row| (200_000_000 + row % 7, row)).collect();
    let batches: Vec<_> = (0..30).map(|part| positions(1, part * 100 + 1, &rows[part as usize * 100..][..100])).collect();
    let files = house.import(1, &open, &batches);
    assert!(files.len() > 1, "the limit on a file's length made more than one");
    assert_eq!(files.iter().map(|file| file.record_count).sum::<i64>(), 3000);
    assert_eq!(files[0].time_minimum, Some(at(0)));
    assert_eq!(files.last().unwrap().time_maximum, Some(at(2999)));

    let session = house.session(&[&open]);
    let all = read(&session, "positions");
    assert_eq!(all.schema().fields(), session.schema("positions").unwrap().fields());
    let mut ids = numbers(&all, "record_id");
    ids.sort_unstable();
    let expected: Vec<_> = batches.iter().flat_map(|batch| numbers(batch, "record_id")).collect();
    assert_eq!(ids, expected);
    assert_eq!(number(&session, "SELECT count(*) FROM positions WHERE speed_knots IS NULL"), 429);
    assert_eq!(number(&session, "SELECT max(mmsi) FROM positions"), 200_000_006);
    assert_eq!(session.marking_of(&["positions".into()]), Some(open.marking));
    assert_eq!(session.marking_of(&["secrets".into()]), None);
}

#[test]
fn staged_files_are_invisible_and_go_when_dropped() {
    let house = House::new();
    let open = label(Tlp::Green, None);
    let mut staging = house.lake.stage(&crate::house::POSITIONS, 1, open.id()).unwrap();
    staging.append(&positions(1, 1, &[(1, 1)])).unwrap();
    assert_eq!(number(&house.session(&[&open]), "SELECT count(*) FROM positions"), 0);
    let folder = house.folder.path().join("lake/positions");
    assert_eq!(folder.read_dir().unwrap().count(), 1);
    drop(staging);
    assert_eq!(folder.read_dir().unwrap().count(), 0);
}

#[test]
fn a_batch_of_another_table_is_refused() {
    let house = House::new();
    let mut staging = house.lake.stage(&crate::house::SECRETS, 1, label(Tlp::Green, None).id()).unwrap();
    let error = staging.append(&positions(1, 1, &[(1, 1)])).unwrap_err();
    assert!(
        matches!(&error, LakeError::Schema { table, problem } if table == "secrets" && problem.contains("hidden_word")),
        "{error}"
    );
}

#[test]
fn a_sweep_leaves_alone_what_is_being_staged_and_what_was_committed_since() {
    let house = House::new();
    let open = label(Tlp::Green, None);
    let mut staging = house.lake.stage(&crate::house::POSITIONS, 1, open.id()).unwrap();
    staging.append(&positions(1, 1, &[(1, 1)])).unwrap();
    assert_eq!(house.lake.sweep(house.begin().as_mut()).unwrap(), Default::default());
    let files = staging.finish().unwrap();
    assert_eq!(house.lake.sweep(house.begin().as_mut()).unwrap(), Default::default());
    let mut transaction = house.begin();
    transaction.intern_label(&open).unwrap();
    transaction.add_data_files(&files, at(0)).unwrap();
    transaction.commit().unwrap();
    assert_eq!(house.lake.sweep(house.begin().as_mut()).unwrap(), Default::default());
    assert_eq!(number(&house.session(&[&open]), "SELECT count(*) FROM positions"), 1);
}

#[test]
fn files_of_a_failed_transaction_can_be_discarded() {
    let house = House::new();
    let mut staging = house.lake.stage(&crate::house::POSITIONS, 1, label(Tlp::Green, None).id()).unwrap();
    staging.append(&positions(1, 1, &[(1, 1)])).unwrap();
    let files = staging.finish().unwrap();
    house.lake.discard(&files).unwrap();
    assert!(!house.folder.path().join("lake").join(&files[0].path).exists());
}

#[test]
fn a_lake_works_and_ends_on_the_thread_of_another_runtime() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let house = House::new();
        let open = label(Tlp::Green, None);
        house.import(1, &open, &[positions(1, 1, &[(1, 1)])]);
        assert_eq!(number(&house.session(&[&open]), "SELECT count(*) FROM positions"), 1);
    });
}

#[test]
fn late_rows_are_noticed() {
    let house = House::new();
    let open = label(Tlp::Green, None);
    house.import(1, &open, &[positions(1, 1, &[(1, 5000)])]);
    let before = house.session(&[&open]).snapshot();
    house.import(2, &open, &[positions(2, 1, &[(1, 100)])]);
    let session = house.session(&[&open]);
    let tables = ["positions".to_owned()];
    assert!(session.has_late_rows(&tables, before, at(101)));
    assert!(!session.has_late_rows(&tables, before, at(100)));
    assert!(!session.has_late_rows(&tables, session.snapshot(), at(10_000)));
}
