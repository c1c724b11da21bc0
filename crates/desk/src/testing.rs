//! A toy desk and a toy engine for this crate's tests. Pings say whether a ship was inside a zone; a stay is an unbroken row of pings inside.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{AsArray, BooleanArray, Float64Array, Int64Array, ListArray, StringArray, TimestampMicrosecondArray};
use arrow::compute::{SortColumn, concat_batches, filter_record_batch, lexsort_to_indices, take_record_batch};
use arrow::datatypes::{DataType, Field, Int64Type, Schema, SchemaRef, TimestampMicrosecondType};
use arrow::record_batch::RecordBatch;
use oikos_model::{
    ContentHash, Fact, FactValue, Finding, FindingKey, Marking, NodeId, PermittedAction, Purpose, Regime, RunId, Timestamp, Tlp,
};
use serde::{Deserialize, Serialize};

use crate::{
    Batches, Column, ColumnType, DatasetDefinition, Desk, Detector, Engine, EngineError, Format, Kernel, KernelError, KernelRun,
    KernelStep, Output, Parameters, ReadError, ReadSummary, Reader, Reject, RunRequest, Sink, Source, Span, TableDefinition,
};

/// The moment so many hours after the beginning of 2026.
pub(crate) fn hour(hours: i64) -> Timestamp {
    let start: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    start + jiff::SignedDuration::from_hours(hours)
}

pub(crate) fn span(from: i64, to: i64) -> Span {
    Span { from: hour(from), to: hour(to) }
}

pub(crate) fn marking() -> Marking {
    Marking::new(Regime::Gdpr, Tlp::Amber, [Purpose::new("maritime-safety").unwrap()])
}

/// A finding of the toy detector about `name`.
pub(crate) fn finding(name: &str, occurred_from: Timestamp, occurred_to: Timestamp) -> Finding {
    let detector = stays().head.id;
    Finding {
        key: FindingKey::new(&detector, [name]),
        origin: NodeId::new("fi.coast-guard").unwrap(),
        detector,
        desk: "toy".into(),
        run: None,
        title: name.into(),
        occurred_from,
        occurred_to,
        place: None,
        prior_bits: -3.0,
        reasons: vec![],
        calibrated: false,
        selectors: vec![],
        facts: vec![Fact {
            name: "hours".into(),
            value: FactValue::Number { number: 3.0, unit: "h".into() },
            marking: marking(),
        }],
        evidence: vec![],
        derived_from: vec![],
        marking: marking(),
    }
}

pub(crate) const PINGS: TableDefinition = TableDefinition {
    name: "pings",
    description: "One ping of one ship.",
    columns: &[
        Column { name: "record_id", column_type: ColumnType::Integer, nullable: false, description: "Record id." },
        Column { name: "ship", column_type: ColumnType::Text, nullable: false, description: "The ship." },
        Column { name: "at", column_type: ColumnType::Time, nullable: false, description: "When." },
        Column { name: "inside", column_type: ColumnType::Boolean, nullable: false, description: "Whether inside the zone." },
        Column { name: "speed_knots", column_type: ColumnType::Float32, nullable: true, description: "Speed over ground." },
    ],
    time_column: Some("at"),
    restricted_columns: &[],
};

pub(crate) const STAYS: &str = include_str!("testing/stays.md");

/// The toy desk.
pub(crate) fn desk() -> Desk {
    Desk {
        name: "toy",
        question: "Tests ask whether the machinery holds.",
        purpose: "maritime-safety",
        legal_basis: "Dir. 2002/59/EC",
        datasets: &[DatasetDefinition {
            id: "toy.pings",
            description: "Pings.",
            formats: &["pings"],
            regime: Regime::Gdpr,
            tlp: Tlp::Amber,
            purposes: &["maritime-safety"],
            permitted: &[PermittedAction::Read],
            handling: &[],
            retention_days: 30,
        }],
        tables: &[PINGS],
        references: &[],
        readers: &[&PingReader],
        kernels: &[&StayKernel],
        detectors: &[("stays.md", STAYS)],
    }
}

pub(crate) fn stays() -> Detector {
    Detector::parse("stays.md", STAYS).unwrap()
}

/// A request to run the toy detector, with its defaults, over a span.
pub(crate) fn request(span: Span) -> RunRequest {
    RunRequest {
        origin: NodeId::new("fi.coast-guard").unwrap(),
        span,
        parameters: crate::parameters::resolve(&stays().head, &BTreeMap::new()).unwrap(),
        run: RunId(ContentHash::of_bytes(b"run")),
        checkpoint: None,
    }
}

/// A ping: ship, hour, inside.
pub(crate) type Ping = (&'static str, i64, bool);

pub(crate) fn pings(pings: &[Ping]) -> RecordBatch {
    let ids = (1..).take(pings.len()).collect::<Vec<i64>>();
    let moments = pings.iter().map(|ping| hour(ping.1).as_microsecond());
    RecordBatch::try_new(
        PINGS.schema(),
        vec![
            Arc::new(Int64Array::from(ids)),
            Arc::new(pings.iter().map(|ping| Some(ping.0)).collect::<StringArray>()),
            Arc::new(moments.map(Some).collect::<TimestampMicrosecondArray>().with_timezone("UTC")),
            Arc::new(pings.iter().map(|ping| Some(ping.2)).collect::<BooleanArray>()),
            Arc::new(arrow::array::Float32Array::from(vec![None; pings.len()])),
        ],
    )
    .unwrap()
}

/// Lines `ship,hour,inside`.
struct PingReader;

impl Reader for PingReader {
    fn format(&self) -> Format {
        Format { name: "pings", description: "Lines of ship, hour and yes or no.", extensions: &["pings"] }
    }

    fn recognises(&self, _beginning: &[u8]) -> bool {
        false
    }

    fn read(&self, source: &Source, input: &mut dyn std::io::BufRead, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError> {
        let mut text = String::new();
        input.read_to_string(&mut text).map_err(|source| ReadError::Io { offset: 0, source })?;
        for (line, at) in text.lines().zip(1u32..) {
            let fields: Vec<&str> = line.split(',').collect();
            let [ship, hours, inside] = fields[..] else {
                sink.reject(Reject::new(at.into(), None, "expected ship,hour,inside", line.as_bytes()))?;
                continue;
            };
            let Ok(hours) = hours.parse() else {
                sink.reject(Reject::new(at.into(), Some("hour"), "expected a whole number", line.as_bytes()))?;
                continue;
            };
            let ship: &'static str = Box::leak(ship.to_owned().into_boxed_str());
            let batch = pings(&[(ship, hours, inside == "yes")]);
            let mut columns = batch.columns().to_vec();
            columns[0] = Arc::new(Int64Array::from(vec![source.record_id(at)]));
            sink.records("pings", RecordBatch::try_new(batch.schema(), columns).unwrap())?;
        }
        Ok(ReadSummary { rows: text.lines().count() as u64, ..ReadSummary::default() })
    }
}

/// The toy monitor.
pub(crate) struct StayKernel;

#[derive(Serialize, Deserialize, Clone)]
struct Stay {
    from: i64,
    to: i64,
    records: Vec<i64>,
}

#[derive(Default)]
struct StayRun {
    least_hours: f64,
    open: BTreeMap<String, Stay>,
}

fn stay_schema() -> SchemaRef {
    let time = ColumnType::Time.arrow();
    let item = Arc::new(Field::new_list_field(DataType::Int64, true));
    Arc::new(Schema::new(vec![
        Field::new("ship", DataType::Utf8, false),
        Field::new("first_at", time.clone(), false),
        Field::new("last_at", time, false),
        Field::new("hours", DataType::Float64, false),
        Field::new("long_bits", DataType::Float64, true),
        Field::new("short_bits", DataType::Float64, true),
        Field::new("record_ids", DataType::List(item), false),
    ]))
}

impl Kernel for StayKernel {
    fn name(&self) -> &'static str {
        "toy_stays"
    }

    fn output_schema(&self) -> SchemaRef {
        stay_schema()
    }

    fn start(&self, parameters: &Parameters) -> Result<Box<dyn KernelRun>, KernelError> {
        let least_hours = parameters.number("stay_hours").ok_or_else(|| KernelError::Parameter {
            kernel: "toy_stays",
            parameter: "stay_hours".into(),
            problem: "missing".into(),
        })?;
        Ok(Box::new(StayRun { least_hours, open: BTreeMap::new() }))
    }
}

impl StayRun {
    fn emit(&self, ship: &str, stay: &Stay, output: &mut dyn Output) -> Result<(), KernelError> {
        let hours = (stay.to - stay.from) as f64 / 3.6e9;
        if hours < self.least_hours {
            return Ok(());
        }
        let time = |at| Arc::new(TimestampMicrosecondArray::from(vec![at]).with_timezone("UTC"));
        let records = stay.records.iter().copied().map(Some);
        output.emit(RecordBatch::try_new(
            stay_schema(),
            vec![
                Arc::new(StringArray::from(vec![ship])),
                time(stay.from),
                time(stay.to),
                Arc::new(Float64Array::from(vec![hours])),
                Arc::new(Float64Array::from(vec![hours / 2.0])),
                Arc::new(Float64Array::from(vec![(hours < 4.0).then_some(-0.75)])),
                Arc::new(ListArray::from_iter_primitive::<Int64Type, _, _>([Some(records)])),
            ],
        )?)
    }
}

impl KernelRun for StayRun {
    fn push(&mut self, _input: usize, batch: &RecordBatch, output: &mut dyn Output) -> Result<(), KernelError> {
        let ids = batch.column_by_name("record_id").unwrap().as_primitive::<Int64Type>();
        let ships = batch.column_by_name("ship").unwrap().as_string::<i32>();
        let times = batch.column_by_name("at").unwrap().as_primitive::<TimestampMicrosecondType>();
        let inside = batch.column_by_name("inside").unwrap().as_boolean();
        for row in 0..batch.num_rows() {
            let (ship, at) = (ships.value(row), times.value(row));
            if inside.value(row) {
                let stay = self.open.entry(ship.to_owned()).or_insert(Stay { from: at, to: at, records: vec![] });
                stay.to = at;
                stay.records.push(ids.value(row));
            } else if let Some(stay) = self.open.remove(ship) {
                self.emit(ship, &stay, output)?;
            }
        }
        Ok(())
    }

    fn finish(&mut self, output: &mut dyn Output) -> Result<(), KernelError> {
        self.open.iter().try_for_each(|(ship, stay)| self.emit(ship, stay, output))
    }

    fn memory_bytes(&self) -> usize {
        0
    }

    fn checkpoint(&self) -> Option<Vec<u8>> {
        Some(serde_json::to_vec(&self.open).unwrap())
    }

    fn restore(&mut self, state: &[u8]) -> Result<(), KernelError> {
        let problem = |error: serde_json::Error| KernelError::Checkpoint { kernel: "toy_stays", problem: error.to_string() };
        self.open = serde_json::from_slice(state).map_err(problem)?;
        Ok(())
    }
}

/// An engine that knows one query: `select * from <table>`, kept to `[$read_from, $span_to)` on `at` if the query names them.
pub(crate) struct FakeEngine {
    pub(crate) tables: BTreeMap<String, RecordBatch>,
    pub(crate) batch_rows: usize,
    pub(crate) snapshot: i64,
    pub(crate) late_rows: bool,
    /// How many rows monitors were fed.
    pub(crate) rows_fed: usize,
    /// `$read_from` of every step, in order.
    pub(crate) read_from: Vec<Timestamp>,
    pub(crate) references: Vec<String>,
}

impl FakeEngine {
    pub(crate) fn new(batch_rows: usize) -> Self {
        let tables = BTreeMap::new();
        Self { tables, batch_rows, snapshot: 1, late_rows: false, rows_fed: 0, read_from: vec![], references: vec![] }
    }

    pub(crate) fn with_pings(batch_rows: usize, rows: &[Ping]) -> Self {
        let mut engine = Self::new(batch_rows);
        engine.tables.insert("pings".into(), pings(rows));
        engine
    }

    fn table(&self, name: &str) -> Result<&RecordBatch, EngineError> {
        let unknown = || EngineError::Query { step: name.into(), problem: "there is no such table or step".into() };
        self.tables.get(name).ok_or_else(unknown)
    }
}

struct Collected(Vec<RecordBatch>);

impl Output for Collected {
    fn emit(&mut self, batch: RecordBatch) -> Result<(), KernelError> {
        self.0.push(batch);
        Ok(())
    }
}

fn sorted(batch: &RecordBatch, order_by: &[String]) -> RecordBatch {
    if order_by.is_empty() || batch.num_rows() == 0 {
        return batch.clone();
    }
    let column = |name: &String| SortColumn { values: batch.column_by_name(name).unwrap().clone(), options: None };
    let order = lexsort_to_indices(&order_by.iter().map(column).collect::<Vec<_>>(), None).unwrap();
    take_record_batch(batch, &order).unwrap()
}

impl Engine for FakeEngine {
    fn sql(&mut self, name: &str, query: &str, parameters: &Parameters) -> Result<(), EngineError> {
        self.read_from.extend(parameters.time("read_from"));
        let table = query.split_whitespace().skip_while(|word| *word != "from").nth(1).unwrap();
        let mut batch = self.table(table)?.clone();
        if query.contains("$read_from") {
            let [from, to] = ["read_from", "span_to"].map(|name| parameters.time(name).unwrap().as_microsecond());
            let times = batch.column_by_name("at").unwrap().as_primitive::<TimestampMicrosecondType>();
            let kept: BooleanArray = times.iter().map(|at| at.map(|at| from <= at && at < to)).collect();
            batch = filter_record_batch(&batch, &kept).unwrap();
        }
        self.tables.insert(name.into(), batch);
        Ok(())
    }

    fn kernel(&mut self, step: &KernelStep<'_>) -> Result<Option<Vec<u8>>, EngineError> {
        let error = |source| EngineError::Kernel { step: step.name.into(), source };
        self.read_from.extend(step.parameters.time("read_from"));
        let mut run = step.kernel.start(step.parameters).map_err(error)?;
        if let Some(state) = step.restore {
            run.restore(state).map_err(error)?;
        }
        let mut output = Collected(vec![]);
        for (input, name) in step.inputs.iter().enumerate() {
            let batch = sorted(self.table(name)?, step.order_by);
            self.rows_fed += batch.num_rows();
            for start in (0..batch.num_rows()).step_by(self.batch_rows) {
                let slice = batch.slice(start, self.batch_rows.min(batch.num_rows() - start));
                run.push(input, &slice, &mut output).map_err(error)?;
            }
        }
        let state = run.checkpoint();
        run.finish(&mut output).map_err(error)?;
        let rows = concat_batches(&step.kernel.output_schema(), &output.0).unwrap();
        self.tables.insert(step.name.into(), rows);
        Ok(state)
    }

    fn schema(&self, name: &str) -> Result<SchemaRef, EngineError> {
        self.table(name).map(RecordBatch::schema)
    }

    fn read<'a>(&'a self, name: &str) -> Result<Batches<'a>, EngineError> {
        let batch = self.table(name)?.clone();
        let starts = (0..batch.num_rows()).step_by(self.batch_rows);
        Ok(Box::new(starts.map(move |start| Ok(batch.slice(start, self.batch_rows.min(batch.num_rows() - start))))))
    }

    fn add_reference(&mut self, name: &str, batch: RecordBatch) -> Result<(), EngineError> {
        self.references.push(name.into());
        self.tables.insert(name.into(), batch);
        Ok(())
    }

    fn marking_of(&self, tables: &[String]) -> Option<Marking> {
        let rows = |table: &String| self.tables.get(table).is_some_and(|batch| batch.num_rows() > 0);
        tables.iter().any(rows).then(marking)
    }

    fn snapshot(&self) -> i64 {
        self.snapshot
    }

    fn has_late_rows(&self, _tables: &[String], since: i64, _before: Timestamp) -> bool {
        self.late_rows && since < self.snapshot
    }
}
