//! Spike, kept runnable: finds AIS gaps in 10 million positions in three ways, and prints time and peak memory.
//!
//! ```text
//! cargo run -p oikos-lake --example gap -- make FOLDER 10000000
//! cargo run -p oikos-lake --example gap -- window FOLDER    # LAG over (PARTITION BY mmsi ORDER BY at)
//! cargo run -p oikos-lake --example gap -- kernel FOLDER    # a kernel step, sorted by (mmsi, at) in the engine
//! cargo run -p oikos-lake --example gap -- monitor FOLDER   # a kernel step, sorted by at, with a map of ships
//! ```
//! Run each in a process of its own: peak memory is the process's. `OIKOS_MEMORY_MIB` sets the lake's memory limit.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a spike speaks to the terminal and may stop at any error"
)]

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use arrow::array::{ArrayRef, AsArray, Float64Array, Int64Array, RecordBatch, TimestampMicrosecondArray};
use arrow::datatypes::{Field, Int64Type, Schema, SchemaRef, TimestampMicrosecondType};
use oikos_desk::{
    Column, ColumnType, Engine, Kernel, KernelError, KernelRun, KernelStep, Output, ParameterValue, Parameters, TableDefinition,
};
use oikos_lake::{ColumnsPermit, Lake, LakeLimits, Permits, Session, SessionLimits, catalogue_table};
use oikos_model::{
    Act, Action, Actor, Label, LegalBasis, Marking, NodeId, Purpose, RecordReference, Regime, Scope, Timestamp, Tlp,
};
use oikos_registry::Store;
use oikos_registry_sqlite::SqliteStore;

const SHIPS: i64 = 5000;
const SLOT_SECONDS: i64 = 1296;
const GAP_SECONDS: i64 = 6 * 3600;
const BEGIN_SECOND: i64 = 1_767_225_600;

const fn column(name: &'static str, column_type: ColumnType) -> Column {
    Column { name, column_type, nullable: false, description: "" }
}

const POSITIONS: TableDefinition = TableDefinition {
    name: "ais_positions",
    description: "One report of a ship",
    columns: &[
        column("record_id", ColumnType::Integer),
        column("mmsi", ColumnType::Integer),
        column("at", ColumnType::Time),
        column("latitude_degrees", ColumnType::Float),
        column("longitude_degrees", ColumnType::Float),
        column("speed_knots", ColumnType::Float),
    ],
    time_column: Some("at"),
    restricted_columns: &[],
};

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [way, folder, ..] = arguments.as_slice() else { panic!("expected: make|window|kernel|monitor FOLDER [ROWS]") };
    let mebibytes = std::env::var("OIKOS_MEMORY_MIB").ok().map_or(768, |text| text.parse().unwrap());
    let limits = LakeLimits { memory_bytes: mebibytes << 20, ..LakeLimits::default() };
    let folder = Path::new(folder);
    std::fs::create_dir_all(folder).unwrap();
    let store = SqliteStore::open(folder.join("registry.sqlite")).unwrap();
    let lake = Lake::open(&folder.join("lake"), limits).unwrap();
    let begin = Instant::now();
    let what = if way == "make" {
        let rows = make(&store, &lake, arguments[2].parse().unwrap());
        format!("{rows} rows written")
    } else {
        let mut session = session(&store, &lake);
        find(&mut session, way);
        let gaps: Vec<_> = session.read("gaps").unwrap().map(Result::unwrap).collect();
        let seconds: i64 = gaps.iter().map(dark_seconds).sum();
        format!("{} gaps, {seconds} s dark", gaps.iter().map(RecordBatch::num_rows).sum::<usize>())
    };
    println!("{way}: {what}, {:.1} s, peak memory {} MiB", begin.elapsed().as_secs_f64(), peak_mebibytes());
}

fn find(session: &mut Session, way: &str) {
    let none = Parameters::default();
    if way == "window" {
        let query = "WITH pairs AS (SELECT mmsi, lag(at) OVER (PARTITION BY mmsi ORDER BY at, record_id) AS dark_from, at AS dark_to \
                     FROM ais_positions) SELECT * FROM pairs WHERE dark_to > dark_from + INTERVAL '6 hours'";
        return session.sql("gaps", query, &none).unwrap();
    }
    session.sql("rows", "SELECT record_id, mmsi, at FROM ais_positions", &none).unwrap();
    let parameters = Parameters(BTreeMap::from([("gap_seconds".to_owned(), ParameterValue::Number(GAP_SECONDS as f64))]));
    let per_ship = way == "kernel";
    let partition_by = if per_ship { vec!["mmsi".to_owned()] } else { Vec::new() };
    let step = KernelStep {
        name: "gaps",
        kernel: &Gaps { per_ship },
        inputs: &["rows".to_owned()],
        partition_by: &partition_by,
        order_by: &["at".to_owned()],
        parameters: &parameters,
        restore: None,
    };
    session.kernel(&step).unwrap();
}

/// Emits a row for each pair of neighbouring reports of a ship that lie far apart.
struct Gaps {
    per_ship: bool,
}

/// The last report of the present ship, or of every ship.
enum Last {
    One(i64, i64),
    Each(HashMap<i64, i64>),
}

struct GapsRun {
    last: Last,
    gap: i64,
}

impl Kernel for Gaps {
    fn name(&self) -> &'static str {
        "gaps"
    }

    fn output_schema(&self) -> SchemaRef {
        let time = |name| Field::new(name, ColumnType::Time.arrow(), false);
        Arc::new(Schema::new(vec![Field::new("mmsi", ColumnType::Integer.arrow(), false), time("dark_from"), time("dark_to")]))
    }

    fn start(&self, parameters: &Parameters) -> Result<Box<dyn KernelRun>, KernelError> {
        let last = if self.per_ship { Last::One(-1, 0) } else { Last::Each(HashMap::new()) };
        Ok(Box::new(GapsRun { last, gap: parameters.number("gap_seconds").unwrap() as i64 * 1_000_000 }))
    }
}

impl KernelRun for GapsRun {
    fn push(&mut self, _: usize, batch: &RecordBatch, output: &mut dyn Output) -> Result<(), KernelError> {
        let ships = batch.column(1).as_primitive::<Int64Type>().values();
        let times = batch.column(2).as_primitive::<TimestampMicrosecondType>().values();
        let (mut dark_ships, mut from, mut to) = (Vec::new(), Vec::new(), Vec::new());
        for (&ship, &at) in ships.iter().zip(times) {
            let before = match &mut self.last {
                Last::One(last_ship, last_at) => {
                    let before = (*last_ship == ship).then_some(*last_at);
                    (*last_ship, *last_at) = (ship, at);
                    before
                }
                Last::Each(ships) => ships.insert(ship, at),
            };
            if let Some(before) = before.filter(|before| at - before > self.gap) {
                dark_ships.push(ship);
                from.push(before);
                to.push(at);
            }
        }
        let time = |values| Arc::new(TimestampMicrosecondArray::from(values).with_timezone("UTC")) as ArrayRef;
        let columns = vec![Arc::new(Int64Array::from(dark_ships)) as ArrayRef, time(from), time(to)];
        output.emit(RecordBatch::try_new(Gaps { per_ship: true }.output_schema(), columns)?)
    }

    fn finish(&mut self, _: &mut dyn Output) -> Result<(), KernelError> {
        Ok(())
    }

    fn memory_bytes(&self) -> usize {
        match &self.last {
            Last::One(..) => 16,
            Last::Each(ships) => ships.capacity() * 17,
        }
    }
}

/// Writes reports of 5,000 ships as a receiver would: ship after ship within each slot of time, with silences.
fn make(store: &SqliteStore, lake: &Lake, rows: i64) -> i64 {
    let label = label();
    let mut staging = lake.stage(&POSITIONS, 1, label.id()).unwrap();
    let mut written = 0;
    for slot in 0..rows / SHIPS {
        // A ship is silent for 20 slots (7 hours) once in a while.
        let ships: Vec<_> = (0..SHIPS).filter(|ship| scatter(ship * 1_000_003 + slot / 20) % 200 != 0).collect();
        let second = |ship: &i64| BEGIN_SECOND + slot * SLOT_SECONDS + scatter(ship * 7919 + slot) % 1000;
        let number = |ship: &i64, span: i64| (scatter(ship + slot * 31) % (span * 1000)) as f64 / 1000.0;
        let ids = (0..ships.len()).map(|row| RecordReference::record_id(1, u32::try_from(written + row as i64 + 1).unwrap()));
        let columns: Vec<ArrayRef> = vec![
            Arc::new(Int64Array::from_iter_values(ids)),
            Arc::new(Int64Array::from_iter_values(ships.iter().map(|ship| 200_000_000 + ship))),
            Arc::new(
                TimestampMicrosecondArray::from_iter_values(ships.iter().map(|s| second(s) * 1_000_000)).with_timezone("UTC"),
            ),
            Arc::new(Float64Array::from_iter_values(ships.iter().map(|ship| 55.0 + number(ship, 10)))),
            Arc::new(Float64Array::from_iter_values(ships.iter().map(|ship| 10.0 + number(ship, 20)))),
            Arc::new(Float64Array::from_iter_values(ships.iter().map(|ship| number(ship, 25)))),
        ];
        staging.append(&RecordBatch::try_new(POSITIONS.schema(), columns).unwrap()).unwrap();
        written += ships.len() as i64;
    }
    let files = staging.finish().unwrap();
    let mut transaction = store.begin(&act()).unwrap();
    transaction.ensure_table(&catalogue_table(&POSITIONS).unwrap(), act().at).unwrap();
    transaction.intern_label(&label).unwrap();
    transaction.add_data_files(&files, act().at).unwrap();
    transaction.commit().unwrap();
    written
}

/// A number that looks random and is always the same (splitmix64).
fn scatter(seed: i64) -> i64 {
    let mut x = (seed as u64).wrapping_add(0x9E37_79B9_7F4A_7C15);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((x ^ (x >> 31)) >> 1) as i64
}

fn session(store: &SqliteStore, lake: &Lake) -> Session {
    let label = label();
    let permits = Permits {
        tables: BTreeMap::from([(POSITIONS.name.to_owned(), ColumnsPermit::All)]),
        labels: BTreeMap::from([(label.id(), label.marking)]),
        now: act().at,
    };
    let transaction = store.snapshot(&act()).unwrap();
    lake.session(transaction.as_ref(), &permits, SessionLimits::for_detectors()).unwrap()
}

fn dark_seconds(batch: &RecordBatch) -> i64 {
    let times = |column| batch.column(column).as_primitive::<TimestampMicrosecondType>().values().iter();
    times(2).zip(times(1)).map(|(to, from)| (to - from) / 1_000_000).sum()
}

fn label() -> Label {
    let marking = Marking::new(Regime::Gdpr, Tlp::Green, [Purpose::new("maritime-safety").unwrap()]);
    Label { marking, origin: NodeId::new("fi.coast-guard").unwrap(), scope: Scope::Node }
}

fn act() -> Act {
    Act {
        actor: Actor::Node(NodeId::new("fi.coast-guard").unwrap()),
        action: Action::Import,
        purpose: Purpose::new("maritime-safety").unwrap(),
        legal_basis: LegalBasis::new("none: made-up data").unwrap(),
        case: None,
        at: Timestamp::from_second(BEGIN_SECOND).unwrap(),
    }
}

/// The most memory the process ever had, as Linux counts it.
fn peak_mebibytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or(0) / 1024
}
