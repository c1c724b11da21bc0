//! A process that is killed at any moment leaves the old or the new state of the lake, never a third.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use oikos_lake::{ColumnsPermit, LakeLimits, SessionLimits};
use oikos_model::{ContentHash, DatasetId, SourceId, TableName, Tlp};
use oikos_registry::{ImportRow, Store};
use tempfile::TempDir;

use crate::house::{POSITIONS, act, at, label, number, open, permits, positions};

const KILLS: u64 = 25;
const BATCHES: u32 = 8;
const ROWS_PER_BATCH: u32 = 400;
const FOLDER_VARIABLE: &str = "OIKOS_LAKE_TEST_KILLED_IN";

/// Small files, so that an import has several.
fn limits() -> LakeLimits {
    LakeLimits { row_group_rows: 200, file_bytes: 8 << 10, ..LakeLimits::default() }
}

#[test]
fn killed_at_random_it_leaves_the_old_or_the_new_state() {
    let folder = TempDir::new().unwrap();
    drop(open(folder.path(), limits()));
    let (mut imports_before, mut left_over) = (0, 0);
    for kill in 0..KILLS {
        // A fixed sequence (Knuth's multiplier): from just after the first step to some imports later.
        let steps = 1 + (kill.wrapping_mul(6_364_136_223_846_793_005) >> 33) % (3 * (u64::from(BATCHES) + 4));
        run_and_kill(folder.path(), steps);
        let (imports, swept) = check(folder.path());
        assert!(imports >= imports_before, "kill {kill}: what was committed stays");
        imports_before = imports;
        left_over += swept;
    }
    assert!(imports_before > 0, "some imports were committed");
    assert!(left_over > 0, "some kills came between writing and committing");
    println!("{KILLS} kills: {imports_before} imports whole, {left_over} files left over and swept");
}

/// Starts the importing process, lets it take so many steps and kills it in the middle of what comes next.
fn run_and_kill(folder: &Path, steps: u64) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["killed::imports_until_it_is_killed", "--exact", "--ignored", "--nocapture"])
        .env(FOLDER_VARIABLE, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let taken = lines.map_while(Result::ok).filter(|line| line.starts_with("step")).take(usize::try_from(steps).unwrap()).count();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(taken as u64, steps, "the child worked until it was killed");
}

/// Opens what is left, sweeps, and checks that it is whole. Returns the number of imports and of files swept.
fn check(folder: &Path) -> (usize, usize) {
    let (store, lake) = open(folder, limits());
    let mut transaction = store.begin(&act()).unwrap();
    let swept = lake.sweep(transaction.as_mut()).unwrap();
    transaction.commit().unwrap();
    assert!(swept.erased.is_empty());

    let transaction = store.snapshot(&act()).unwrap();
    let imports = transaction.imports().unwrap();
    let snapshot = transaction.current_snapshot().unwrap();
    let files = transaction.data_files(&TableName::new(POSITIONS.name).unwrap(), snapshot).unwrap();
    let known: BTreeSet<_> = files.iter().map(|file| folder.join("lake").join(&file.path)).collect();
    let on_disk = match folder.join("lake/positions").read_dir() {
        Ok(entries) => entries.map(|entry| entry.unwrap().path()).collect(),
        Err(_) => BTreeSet::new(),
    };
    assert_eq!(known, on_disk, "the files on disk are those of the catalogue");

    let tables = [(POSITIONS.name.to_owned(), ColumnsPermit::All)];
    let session = lake.session(transaction.as_ref(), &permits(tables, &[&label(Tlp::Green, None)]), SessionLimits::for_people());
    let session = session.unwrap();
    // The filter makes the engine read the rows; the count alone is in the catalogue.
    let rows = number(&session, "SELECT count(*) FROM positions WHERE ship_name LIKE 'Ship%'");
    assert_eq!(rows, imports.len() as i64 * i64::from(BATCHES * ROWS_PER_BATCH), "every import is whole");
    let numbers = number(&session, "SELECT count(DISTINCT record_id / 4294967296) FROM positions WHERE ship_name LIKE 'Ship%'");
    assert_eq!(numbers, imports.len() as i64, "no row is of an import that did not land");
    (imports.len(), swept.unknown.len())
}

#[test]
#[ignore = "the process that the test above starts and kills"]
fn imports_until_it_is_killed() {
    let Some(folder) = std::env::var_os(FOLDER_VARIABLE) else { return };
    let (store, lake) = open(Path::new(&folder), limits());
    let open_label = label(Tlp::Green, None);
    let step = |name: &str| {
        println!("\nstep {name}");
        std::io::stdout().flush().unwrap();
    };
    loop {
        let mut transaction = store.begin(&act()).unwrap();
        let number = transaction.reserve_import_number().unwrap();
        transaction.commit().unwrap();
        step("reserved");
        let mut staging = lake.stage(&POSITIONS, number, open_label.id()).unwrap();
        for batch in 0..BATCHES {
            let first = batch * ROWS_PER_BATCH;
            let rows: Vec<_> = (first..first + ROWS_PER_BATCH).map(|row| (i64::from(row % 9), i64::from(row))).collect();
            staging.append(&positions(number, first + 1, &rows)).unwrap();
            step("appended");
        }
        let files = staging.finish().unwrap();
        step("finished");
        let mut transaction = store.begin(&act()).unwrap();
        transaction.intern_label(&open_label).unwrap();
        transaction.add_data_files(&files, at(0)).unwrap();
        let import = ImportRow {
            number,
            source: SourceId(ContentHash::of_bytes(&number.to_be_bytes())),
            file_name: "positions.csv".into(),
            format: "test".into(),
            dataset: DatasetId::new("sea.test").unwrap(),
            label: open_label.id(),
            records: u64::from(BATCHES * ROWS_PER_BATCH),
            statements: 0,
            rejects: 0,
            at: at(0),
            erased: false,
        };
        transaction.put_import(&import).unwrap();
        step("written");
        transaction.commit().unwrap();
        step("committed");
    }
}
