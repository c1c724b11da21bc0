//! Kernels in the engine.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, Int64Array, RecordBatch};
use arrow::datatypes::{DataType, Field, Int64Type, Schema, SchemaRef, TimestampMicrosecondType};
use oikos_desk::{Engine, EngineError, Kernel, KernelError, KernelRun, KernelStep, Output, Parameters};
use oikos_lake::LakeLimits;
use oikos_model::Tlp;

use crate::house::{House, label, numbers, positions, read};

/// Counts the rows of each ship, and refuses rows that are not ordered by ship and time.
struct CountPerShip;

#[derive(Default)]
struct Counting {
    ship: Option<i64>,
    rows: i64,
    batches_of_ship: i64,
    last_at: i64,
}

impl Kernel for CountPerShip {
    fn name(&self) -> &'static str {
        "count_per_ship"
    }

    fn output_schema(&self) -> SchemaRef {
        let field = |name| Field::new(name, DataType::Int64, false);
        Arc::new(Schema::new(vec![field("mmsi"), field("rows"), field("batches")]))
    }

    fn start(&self, _: &Parameters) -> Result<Box<dyn KernelRun>, KernelError> {
        Ok(Box::new(Counting::default()))
    }
}

impl Counting {
    fn emit(&mut self, output: &mut dyn Output) -> Result<(), KernelError> {
        let Some(ship) = self.ship.take() else { return Ok(()) };
        let row = [ship, self.rows, self.batches_of_ship].map(|value| Arc::new(Int64Array::from(vec![value])) as ArrayRef);
        output.emit(RecordBatch::try_new(CountPerShip.output_schema(), row.to_vec())?)
    }
}

impl KernelRun for Counting {
    fn push(&mut self, _: usize, batch: &RecordBatch, output: &mut dyn Output) -> Result<(), KernelError> {
        let ships = batch.column_by_name("mmsi").unwrap().as_primitive::<Int64Type>();
        let times = batch.column_by_name("at").unwrap().as_primitive::<TimestampMicrosecondType>();
        self.batches_of_ship += 1;
        for row in 0..batch.num_rows() {
            if self.ship != Some(ships.value(row)) {
                assert!(self.ship.is_none_or(|ship| ship < ships.value(row)), "ships come in order, each once");
                self.emit(output)?;
                *self = Self { ship: Some(ships.value(row)), rows: 0, batches_of_ship: 1, last_at: i64::MIN };
            }
            assert!(times.value(row) >= self.last_at, "times come in order");
            self.last_at = times.value(row);
            self.rows += 1;
        }
        Ok(())
    }

    fn finish(&mut self, output: &mut dyn Output) -> Result<(), KernelError> {
        self.emit(output)
    }

    fn memory_bytes(&self) -> usize {
        size_of::<Self>()
    }
}

fn step<'a>(
    kernel: &'a dyn Kernel,
    inputs: &'a [String],
    by: &'a [Vec<String>; 2],
    parameters: &'a Parameters,
) -> KernelStep<'a> {
    KernelStep { name: "out", kernel, inputs, partition_by: &by[0], order_by: &by[1], parameters, restore: None }
}

fn by_ship_and_time() -> [Vec<String>; 2] {
    [vec!["mmsi".into()], vec!["at".into()]]
}

#[test]
fn partitions_cross_batches_and_files() {
    let house = House::new();
    let open = label(Tlp::Green, None);
    // Three ships, interleaved, newest first, in three files: 10,000 rows for each, more than a batch holds.
    for import in 1..=3u32 {
        let rows: Vec<_> = (0..10_000).rev().map(|row| (row % 3, row * 3 + i64::from(import))).collect();
        house.import(import, &open, &[positions(import, 1, &rows)]);
    }
    let mut session = house.session(&[&open]);
    let (inputs, by, parameters) = (["positions".to_owned()], by_ship_and_time(), Parameters::default());
    assert!(session.kernel(&step(&CountPerShip, &inputs, &by, &parameters)).unwrap().is_none());
    let out = read(&session, "out");
    assert_eq!(numbers(&out, "mmsi"), [0, 1, 2]);
    assert_eq!(numbers(&out, "rows"), [10_002, 9_999, 9_999]);
    assert!(numbers(&out, "batches").iter().all(|batches| *batches > 1), "each ship spans batches");
    session.sql("again", "SELECT sum(rows) AS rows FROM out", &parameters).unwrap();
    assert_eq!(numbers(&read(&session, "again"), "rows"), [30_000]);
    let held = house.lake.memory_in_use_bytes();
    assert!(held > 0, "what a kernel emitted is on the lake's account");
    drop(session);
    assert_eq!(house.lake.memory_in_use_bytes(), 0);
}

#[test]
fn a_large_sort_spills_and_still_gives_every_row() {
    // 36 MB of rows, of which sorts may hold 16 MB with their working space.
    let house = House::with_limits(LakeLimits { memory_bytes: 40 << 20, ..LakeLimits::default() });
    let open = label(Tlp::Green, None);
    for import in 1..=3u32 {
        let rows: Vec<_> = (0..200_000).map(|row| (row * 7919 % 100, row)).collect();
        house.import(import, &open, &[positions(import, 1, &rows)]);
    }
    let mut session = house.session(&[&open]);
    let (inputs, by, parameters) = (["positions".to_owned()], by_ship_and_time(), Parameters::default());
    session.kernel(&step(&CountPerShip, &inputs, &by, &parameters)).unwrap();
    assert_eq!(numbers(&read(&session, "out"), "rows").iter().sum::<i64>(), 600_000);
}

#[test]
fn empty_input_is_no_special_case() {
    let house = House::new();
    let mut session = house.session(&[]);
    let (inputs, by, parameters) = (["positions".to_owned()], by_ship_and_time(), Parameters::default());
    session.kernel(&step(&CountPerShip, &inputs, &by, &parameters)).unwrap();
    assert_eq!(read(&session, "out").num_rows(), 0);
}

#[test]
fn a_wrong_number_of_inputs_or_a_missing_one_is_an_error() {
    let house = House::new();
    let mut session = house.session(&[]);
    let (by, parameters) = (by_ship_and_time(), Parameters::default());
    for inputs in [vec![], vec!["positions".to_owned(), "positions".to_owned()], vec!["nothing".to_owned()]] {
        assert!(matches!(session.kernel(&step(&CountPerShip, &inputs, &by, &parameters)), Err(EngineError::Query { .. })));
    }
    let unsortable = [vec!["no_such_column".to_owned()], vec![]];
    let inputs = ["positions".to_owned()];
    assert!(session.kernel(&step(&CountPerShip, &inputs, &unsortable, &parameters)).is_err());
    assert!(session.schema("out").is_err(), "a failed step leaves nothing");
}

/// Holds, or emits, more with every batch.
struct Greedy {
    emits: bool,
}

struct GreedyRun {
    emits: bool,
    held: usize,
}

impl Kernel for Greedy {
    fn name(&self) -> &'static str {
        "greedy"
    }

    fn output_schema(&self) -> SchemaRef {
        Arc::new(Schema::new(vec![Field::new("x", DataType::Int64, false)]))
    }

    fn start(&self, _: &Parameters) -> Result<Box<dyn KernelRun>, KernelError> {
        Ok(Box::new(GreedyRun { emits: self.emits, held: 0 }))
    }
}

impl KernelRun for GreedyRun {
    fn push(&mut self, _: usize, _: &RecordBatch, output: &mut dyn Output) -> Result<(), KernelError> {
        if self.emits {
            let values: ArrayRef = Arc::new(Int64Array::from(vec![0; 1 << 19]));
            let schema = Greedy { emits: true }.output_schema();
            return output.emit(RecordBatch::try_new(schema, vec![values])?);
        }
        self.held += 4 << 20;
        Ok(())
    }

    fn finish(&mut self, _: &mut dyn Output) -> Result<(), KernelError> {
        Ok(())
    }

    fn memory_bytes(&self) -> usize {
        self.held
    }
}

#[test]
fn a_greedy_kernel_meets_the_memory_limit_and_gives_everything_back() {
    let house = House::with_limits(LakeLimits { memory_bytes: 16 << 20, ..LakeLimits::default() });
    let open = label(Tlp::Green, None);
    let rows: Vec<_> = (0..80_000).map(|row| (1, row)).collect();
    house.import(1, &open, &[positions(1, 1, &rows)]);
    let (inputs, by, parameters) = (["positions".to_owned()], [vec![], vec!["at".into()]], Parameters::default());
    for emits in [false, true] {
        let mut session = house.session(&[&open]);
        let error = session.kernel(&step(&Greedy { emits }, &inputs, &by, &parameters)).unwrap_err();
        assert!(matches!(error, EngineError::Limit { .. }), "{error}");
        drop(session);
        // The sort's own threads may give theirs back a moment later; a new session must be able to work in any case.
        house.session(&[&open]).query("SELECT max(at) FROM positions WHERE mmsi = 1 AND speed_knots > 0", 1, 1 << 20).unwrap();
    }
}

/// A monitor: the number of rows of each ship so far. It emits a row for a ship when its count is even.
struct EvenCounts;

#[derive(Default)]
struct EvenRun {
    counts: BTreeMap<i64, i64>,
}

impl Kernel for EvenCounts {
    fn name(&self) -> &'static str {
        "even_counts"
    }

    fn output_schema(&self) -> SchemaRef {
        Arc::new(Schema::new(vec![Field::new("mmsi", DataType::Int64, false)]))
    }

    fn start(&self, _: &Parameters) -> Result<Box<dyn KernelRun>, KernelError> {
        Ok(Box::new(EvenRun::default()))
    }
}

impl KernelRun for EvenRun {
    fn push(&mut self, _: usize, batch: &RecordBatch, output: &mut dyn Output) -> Result<(), KernelError> {
        let mut even = Vec::new();
        for ship in numbers(batch, "mmsi") {
            let count = self.counts.entry(ship).or_default();
            *count += 1;
            if *count % 2 == 0 {
                even.push(ship);
            }
        }
        output.emit(RecordBatch::try_new(EvenCounts.output_schema(), vec![Arc::new(Int64Array::from(even))])?)
    }

    fn finish(&mut self, _: &mut dyn Output) -> Result<(), KernelError> {
        Ok(())
    }

    fn memory_bytes(&self) -> usize {
        self.counts.len() * 16
    }

    fn checkpoint(&self) -> Option<Vec<u8>> {
        Some(serde_json::to_vec(&self.counts).unwrap())
    }

    fn restore(&mut self, state: &[u8]) -> Result<(), KernelError> {
        let read = serde_json::from_slice(state);
        self.counts = read.map_err(|error| KernelError::Checkpoint { kernel: "even_counts", problem: error.to_string() })?;
        Ok(())
    }
}

#[test]
fn a_monitor_goes_on_where_its_checkpoint_left_it() {
    let house = House::new();
    let open = label(Tlp::Green, None);
    let rows: Vec<_> = (0..20_001).map(|row| (row % 5, row)).collect();
    house.import(1, &open, &[positions(1, 1, &rows)]);
    let (by, parameters) = ([vec![], vec!["at".to_owned()]], Parameters::default());
    let run = |filter: &str, restore: Option<&[u8]>| {
        let mut session = house.session(&[&open]);
        session.sql("rows", &format!("SELECT * FROM positions WHERE {filter}"), &parameters).unwrap();
        let inputs = ["rows".to_owned()];
        let state = session.kernel(&KernelStep { restore, ..step(&EvenCounts, &inputs, &by, &parameters) }).unwrap().unwrap();
        (state, numbers(&read(&session, "out"), "mmsi"))
    };
    let (whole_state, whole) = run("true", None);
    let (state, mut parts) = run("record_id % 4294967296 <= 7777", None);
    let (last_state, rest) = run("record_id % 4294967296 > 7777", Some(&state));
    parts.extend(rest);
    assert_eq!(whole, parts);
    assert_eq!(whole_state, last_state);
    let mut session = house.session(&[&open]);
    let inputs = ["positions".to_owned()];
    let damaged = KernelStep { restore: Some(b"{"), ..step(&EvenCounts, &inputs, &by, &parameters) };
    assert!(matches!(session.kernel(&damaged), Err(EngineError::Kernel { source: KernelError::Checkpoint { .. }, .. })));
}
