//! What is erased is gone: from every snapshot, from the catalogue, from disk.

use std::fs;
use std::path::Path;

use oikos_lake::Erasure;
use oikos_model::{ContentHash, TableName, Tlp};
use oikos_registry::CheckpointRow;

use crate::house::{House, at, label, number, positions};

/// Whether any file of the node holds these bytes.
fn is_anywhere(folder: &Path, bytes: &[u8]) -> bool {
    fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            is_anywhere(&path, bytes)
        } else {
            fs::read(path).unwrap().windows(bytes.len()).any(|window| window == bytes)
        }
    })
}

#[test]
fn an_import_is_erased_with_its_bytes_and_its_statistics() {
    let house = House::new();
    let open = label(Tlp::Green, None);
    let erased = house.import(1, &open, &[positions(1, 1, &[(777_777_777, 1)])]);
    house.import(2, &open, &[positions(2, 1, &[(2, 1)])]);
    let mut transaction = house.begin();
    let state = CheckpointRow {
        detector_hash: ContentHash::of_bytes(b"d"),
        parameter_hash: ContentHash::of_bytes(b"p"),
        step: "s".into(),
        fed_up_to: at(5),
        snapshot: 1,
        state: b"777777777 was here".to_vec(),
    };
    transaction.put_checkpoint(&state).unwrap();
    transaction.commit().unwrap();
    let path = house.folder.path().join("lake").join(&erased[0].path);
    assert!(path.exists());
    assert!(is_anywhere(house.folder.path(), b"777777777"), "the statistics name the ship");

    let before = house.session(&[&open]);
    let mut transaction = house.begin();
    let report = house.lake.erase(transaction.as_mut(), Erasure::Import(1), at(10)).unwrap();
    transaction.commit().unwrap();
    assert_eq!(
        (report.paths.as_slice(), report.records, report.imports.as_slice()),
        ([erased[0].path.clone()].as_slice(), 1, [1].as_slice())
    );
    let mut transaction = house.begin();
    let swept = house.lake.sweep(transaction.as_mut()).unwrap();
    transaction.commit().unwrap();
    assert_eq!(swept.erased, [erased[0].path.clone()]);
    assert!(!path.exists());
    assert!(!is_anywhere(house.folder.path(), b"777777777"), "nothing names the ship any more");

    assert_eq!(number(&house.session(&[&open]), "SELECT count(*) FROM positions"), 1);
    let transaction = house.begin();
    for snapshot in 0..=transaction.current_snapshot().unwrap() {
        let files = transaction.data_files(&TableName::new("positions").unwrap(), snapshot).unwrap();
        assert!(files.iter().all(|file| file.import_number != 1), "snapshot {snapshot} still sees it");
    }
    drop(transaction);
    // A session that was open before reads an error, never the erased rows.
    assert!(before.query("SELECT ship_name FROM positions WHERE mmsi = 777777777 AND speed_knots > 0", 10, 1 << 20).is_err());
    let mut transaction = house.begin();
    assert_eq!(house.lake.sweep(transaction.as_mut()).unwrap(), Default::default(), "there is nothing left to sweep");
}

#[test]
fn what_has_expired_is_erased_by_the_clock() {
    let house = House::new();
    let short = label(Tlp::Green, Some(at(100)));
    let long = label(Tlp::Green, Some(at(10_000)));
    house.import(1, &short, &[positions(1, 1, &[(1, 1), (1, 2)])]);
    house.import(2, &long, &[positions(2, 1, &[(2, 1)])]);
    let erase = |second| {
        let mut transaction = house.begin();
        let report = house.lake.erase(transaction.as_mut(), Erasure::Expired, at(second)).unwrap();
        transaction.commit().unwrap();
        report
    };
    assert_eq!(erase(99), Default::default());
    assert_eq!(erase(100).records, 2);
    assert_eq!(erase(100), Default::default());
}

#[test]
fn erasing_and_rolling_back_erases_nothing() {
    let house = House::new();
    let open = label(Tlp::Green, None);
    house.import(1, &open, &[positions(1, 1, &[(1, 1)])]);
    let mut transaction = house.begin();
    house.lake.erase(transaction.as_mut(), Erasure::Import(1), at(10)).unwrap();
    drop(transaction);
    house.lake.sweep(house.begin().as_mut()).unwrap();
    assert_eq!(number(&house.session(&[&open]), "SELECT count(*) FROM positions WHERE speed_knots > 0"), 1);
}

#[test]
fn a_sweep_never_leaves_the_folder_and_touches_only_its_own_files() {
    let house = House::new();
    let open = label(Tlp::Green, None);
    let files = house.import(1, &open, &[positions(1, 1, &[(1, 1)])]);
    let lake = house.folder.path().join("lake");
    let outside = house.folder.path().join("outside.parquet");
    fs::write(&outside, b"not ours").unwrap();
    fs::write(lake.join("positions/notes.txt"), b"not ours").unwrap();
    fs::write(lake.join("positions/left-over.parquet"), b"left by a crash").unwrap();
    let mut transaction = house.begin();
    let mut wild = files[0].clone();
    wild.path = "../outside.parquet".into();
    transaction.add_data_files(&[wild], at(0)).unwrap();
    let all = transaction.data_files(&TableName::new("positions").unwrap(), transaction.current_snapshot().unwrap()).unwrap();
    let wild = all.iter().find(|file| file.path.starts_with("..")).unwrap().id;
    transaction.erase_data_files(&[wild], &[], at(0)).unwrap();
    transaction.commit().unwrap();
    let swept = house.lake.sweep(house.begin().as_mut()).unwrap();
    assert_eq!(swept.unknown, ["positions/left-over.parquet"]);
    assert!(outside.exists() && lake.join("positions/notes.txt").exists() && lake.join(&files[0].path).exists());
}
