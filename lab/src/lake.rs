//! Benchmark `lake`: a million position rows imported and queried, against DuckDB on the same rows.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::Failure;
use crate::measure;
use crate::peers;
use crate::row::{Benchmark, Comparison};
use crate::sea::Scenario;

const ROWS: usize = 1_000_000;
/// How often the queries run in one process, so that its start does not count much.
const REPEAT: usize = 20;
/// South, north, west, east, begin and end of the filtered count: the eastern Gulf of Finland for five days.
const AREA: [&str; 6] = ["59.5", "60.5", "23.0", "26.0", "2026-05-20T00:00:00Z", "2026-05-25T00:00:00Z"];
const SCRIPT: &str = "lake_duckdb.py";

/// Runs the benchmark in `folder`.
pub(crate) fn run(folder: &Path) -> Result<Benchmark, Failure> {
    let scenario = Scenario::write(folder)?;
    let source = folder.join("source.parquet");
    let arguments = [source.clone().into_os_string(), ROWS.to_string().into()];
    let made = measure::ours("rows", arguments.into_iter().chain(scenario.nmea.iter().map(OsString::from)))?;
    let rows = made.fact("rows").unwrap_or_default();
    let mut benchmark = Benchmark::default();
    if rows < 1_000_000 {
        benchmark.failures.push(format!("only {rows} rows, not a million"));
    }
    let node = folder.join("node");
    import(&mut benchmark, &source, &node, rows)?;
    scan(&mut benchmark, &source, &node, rows)?;
    benchmark.notes.push(
        "import: the same plain Parquet file of AIS positions (16 columns) in. Ours writes Parquet with zstd and statistics through the \
         lake's staging, syncs it and commits its catalogue in SQLite. DuckDB writes a table of its own format with a checkpoint, or a \
         Parquet file with zstd. Same work: the number of rows; disk is what was written."
            .to_owned(),
    );
    benchmark.notes.push(format!(
        "scan: count; by ship count, first and last; count in an area and span of time; {REPEAT} times in one process. Same work: all three \
         answers, the ships' rows value by value. Ours opens a session with permits for each round, as a node does; DuckDB keeps one \
         connection and its cache. Both use 2 threads. The query engine is built with `opt-level` 1, DuckDB is a release build."
    ));
    Ok(benchmark)
}

fn table_path(source: &Path) -> PathBuf {
    source.with_file_name("peer.duckdb")
}

fn parquet_path(source: &Path) -> PathBuf {
    source.with_file_name("peer.parquet")
}

fn import(benchmark: &mut Benchmark, source: &Path, node: &Path, rows: i64) -> Result<(), Failure> {
    let ours = measure::ours("import-rows", [node, source])?;
    let input = format!("{rows} rows");
    for (work, task, target) in
        [("import", "import-table", table_path(source)), ("import (peer: Parquet)", "import-parquet", parquet_path(source))]
    {
        let peer = peers::run(SCRIPT, [Path::new(task), source, &target]);
        let comparison = Comparison {
            benchmark: "lake",
            work,
            peer_name: Some("DuckDB"),
            input: &input,
            accuracy: (None, None),
            same: &["rows"],
        };
        benchmark.compare(&comparison, &ours, peer.as_ref());
    }
    Ok(())
}

fn scan(benchmark: &mut Benchmark, source: &Path, node: &Path, rows: i64) -> Result<(), Failure> {
    let repeat = REPEAT.to_string();
    let tail = || [OsString::from(&repeat)].into_iter().chain(AREA.iter().map(OsString::from));
    let ours = measure::ours("scan", [node.as_os_str().to_owned()].into_iter().chain(tail()))?;
    let fact = |name| ours.fact(name).unwrap_or_default();
    if fact("inside") == 0 {
        benchmark.failures.push("scan: the area is empty, so its count shows nothing".to_owned());
    }
    let input = format!("{rows} rows, {} ships, {} in the area, {REPEAT} rounds", fact("ships"), fact("inside"));
    for (work, task, table) in
        [("scan", "scan-table", table_path(source)), ("scan (peer: Parquet)", "scan-parquet", parquet_path(source))]
    {
        let peer = peers::run(SCRIPT, [OsString::from(task), table.into_os_string()].into_iter().chain(tail()));
        let comparison = Comparison {
            benchmark: "lake",
            work,
            peer_name: Some("DuckDB"),
            input: &input,
            accuracy: (None, None),
            same: &["rows", "ships", "ships_fingerprint", "inside"],
        };
        benchmark.compare(&comparison, &ours, peer.as_ref());
    }
    Ok(())
}
