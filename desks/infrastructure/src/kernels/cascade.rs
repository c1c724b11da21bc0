//! `infrastructure_cascade`: what an incident takes with it, when, and by which path.
//!
//! Assets hand their inoperability on as in the inoperability model, each dependency after its buffer is used up:
//!
//! qᵢ(t) = min(1, cᵢ + Σ a*ᵢⱼ qⱼ(t − bufferᵢⱼ))
//!
//! Without buffers its end is the model's equilibrium (I − A*)⁻¹ c* (a property test says so). Levels only rise and stop at 1, so it ends
//! for every graph, stable or not. What happens after the incident's end, or after the horizon, is left out: then the supplier is back.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BinaryHeap, HashMap};
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanBuilder, Float64Builder, Int64Builder, ListBuilder, StringBuilder};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;
use oikos_desk::kernel_input::{KernelInput, float, integer};
use oikos_desk::{Kernel, KernelError, KernelRun, Output, Parameters};

use super::positive;

const NAME: &str = "infrastructure_cascade";
const MOST_DEPENDENCIES: usize = 1_000_000;
const MOST_INCIDENTS: usize = 10_000;
/// Most steps of one cascade; a cycle whose strengths multiply to nearly 1 settles slowly.
const MOST_STEPS: usize = 2_000_000;
/// A rise smaller than this is not handed on.
const LEAST_RISE: f64 = 1e-6;
const BATCH_ROWS: usize = 4_096;

/// Inputs: dependencies (`dependent`, `supplier`, `kind`, `strength`, `buffer_hours`, `record_id`) and incidents (`incident`, `asset`,
/// `impact`, `lasts_hours`, empty while it lasts). Output: one row for each incident and affected asset, the incident's own left out, in
/// the order in which they fail, then of how much they lose. Parameters: `failure_percent`, `horizon_hours`.
pub(crate) struct Cascade;

impl Kernel for Cascade {
    fn name(&self) -> &'static str {
        NAME
    }

    fn input_count(&self) -> usize {
        2
    }

    fn output_schema(&self) -> SchemaRef {
        let list = |data_type| DataType::List(Arc::new(Field::new_list_field(data_type, true)));
        Arc::new(Schema::new(vec![
            Field::new("incident", DataType::Utf8, false),
            Field::new("asset", DataType::Utf8, false),
            Field::new("inoperability", DataType::Float64, false),
            Field::new("fails", DataType::Boolean, false),
            Field::new("affected_after_hours", DataType::Float64, false),
            Field::new("fails_after_hours", DataType::Float64, true),
            Field::new("place_in_order", DataType::Int64, false),
            Field::new("path", DataType::Utf8, false),
            Field::new("path_hops", DataType::Int64, false),
            Field::new("path_records", list(DataType::Int64), false),
        ]))
    }

    fn start(&self, parameters: &Parameters) -> Result<Box<dyn KernelRun>, KernelError> {
        Ok(Box::new(Run {
            failure: positive(NAME, parameters, "failure_percent", 100.0)? / 100.0,
            horizon_hours: positive(NAME, parameters, "horizon_hours", 87_660.0)?,
            graph: Graph::default(),
            incidents: Vec::new(),
        }))
    }
}

/// One way to depend.
struct Dependency {
    dependent: usize,
    supplier: usize,
    kind: String,
    strength: f64,
    buffer_hours: f64,
    record_id: i64,
}

struct Incident {
    id: String,
    asset: usize,
    impact: f64,
    lasts_hours: Option<f64>,
}

/// Assets by number, and what depends on each.
#[derive(Default)]
struct Graph {
    numbers: HashMap<String, usize>,
    assets: Vec<String>,
    dependencies: Vec<Dependency>,
    dependents_of: Vec<Vec<usize>>,
    suppliers_of: Vec<Vec<usize>>,
    bytes: usize,
}

impl Graph {
    fn number(&mut self, asset: &str) -> usize {
        if let Some(number) = self.numbers.get(asset) {
            return *number;
        }
        self.bytes += 2 * asset.len() + 160;
        self.numbers.insert(asset.to_owned(), self.assets.len());
        self.assets.push(asset.to_owned());
        self.dependents_of.push(Vec::new());
        self.suppliers_of.push(Vec::new());
        self.assets.len() - 1
    }
}

struct Run {
    failure: f64,
    horizon_hours: f64,
    graph: Graph,
    incidents: Vec<Incident>,
}

impl KernelRun for Run {
    fn push(&mut self, input: usize, batch: &RecordBatch, _output: &mut dyn Output) -> Result<(), KernelError> {
        let columns = KernelInput::new(NAME, input, batch);
        let limit = |problem: String| KernelError::Limit { kernel: NAME, problem };
        if input == 0 {
            let (dependents, suppliers) = (columns.texts("dependent")?, columns.texts("supplier")?);
            let (kinds, strengths) = (columns.texts("kind")?, columns.floats("strength")?);
            let (buffers, records) = (columns.floats("buffer_hours")?, columns.integers("record_id")?);
            if self.graph.dependencies.len() + batch.num_rows() > MOST_DEPENDENCIES {
                return Err(limit(format!("more than {MOST_DEPENDENCIES} dependencies; leave out those of other sectors")));
            }
            for row in 0..batch.num_rows() {
                let Some(strength) = float(&strengths, row) else { continue };
                let (dependent, supplier) = (self.graph.number(dependents.value(row)), self.graph.number(suppliers.value(row)));
                let number = self.graph.dependencies.len();
                self.graph.dependents_of[supplier].push(number);
                self.graph.suppliers_of[dependent].push(number);
                self.graph.bytes += 120;
                self.graph.dependencies.push(Dependency {
                    dependent,
                    supplier,
                    kind: kinds.value(row).to_owned(),
                    strength: strength.clamp(0.0, 1.0),
                    buffer_hours: float(&buffers, row).unwrap_or_default().max(0.0),
                    record_id: integer(&records, row).unwrap_or_default(),
                });
            }
            return Ok(());
        }
        let (ids, assets) = (columns.texts("incident")?, columns.texts("asset")?);
        let (impacts, lasts) = (columns.floats("impact")?, columns.floats("lasts_hours")?);
        if self.incidents.len() + batch.num_rows() > MOST_INCIDENTS {
            return Err(limit(format!("more than {MOST_INCIDENTS} incidents; run over a shorter span")));
        }
        for row in 0..batch.num_rows() {
            let asset = self.graph.number(assets.value(row));
            let impact = float(&impacts, row).unwrap_or_default().clamp(0.0, 1.0);
            self.incidents.push(Incident { id: ids.value(row).to_owned(), asset, impact, lasts_hours: float(&lasts, row) });
        }
        Ok(())
    }

    fn finish(&mut self, output: &mut dyn Output) -> Result<(), KernelError> {
        let mut rows = Rows::default();
        for incident in std::mem::take(&mut self.incidents) {
            let horizon = incident.lasts_hours.map_or(self.horizon_hours, |lasts| lasts.min(self.horizon_hours));
            let mut course = Course::new(&self.graph, self.failure, horizon);
            course.run(&incident)?;
            for (place, asset) in (1..).zip(course.in_order(incident.asset)) {
                rows.push(&incident, place, asset, &course);
                if rows.count == BATCH_ROWS {
                    output.emit(rows.take()?)?;
                }
            }
        }
        if rows.count > 0 { output.emit(rows.take()?) } else { Ok(()) }
    }

    fn memory_bytes(&self) -> usize {
        self.graph.bytes + self.incidents.len() * 120
    }
}

/// A supplier's level reaching a dependent at a time.
struct Arrival {
    hours: f64,
    order: usize,
    dependency: usize,
    level: f64,
}

impl PartialEq for Arrival {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Arrival {}

impl PartialOrd for Arrival {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Arrival {
    /// The earliest is the greatest, as the heap wants it; of equal times, what was sent first.
    fn cmp(&self, other: &Self) -> Ordering {
        other.hours.total_cmp(&self.hours).then(other.order.cmp(&self.order))
    }
}

/// What became of an asset.
#[derive(Default)]
struct State {
    own: f64,
    level: f64,
    /// The how-manieth asset to be affected; causes always come before.
    order: usize,
    affected_after_hours: f64,
    fails_after_hours: Option<f64>,
    /// The dependency that brought it most, when it failed, or else when it was first affected.
    cause: Option<usize>,
}

/// One cascade.
struct Course<'a> {
    graph: &'a Graph,
    failure: f64,
    horizon_hours: f64,
    states: BTreeMap<usize, State>,
    /// What each dependency hands on by now.
    handed: HashMap<usize, f64>,
    waiting: BinaryHeap<Arrival>,
    sent: usize,
}

impl<'a> Course<'a> {
    fn new(graph: &'a Graph, failure: f64, horizon_hours: f64) -> Self {
        let (states, handed, waiting) = (BTreeMap::new(), HashMap::new(), BinaryHeap::new());
        Self { graph, failure, horizon_hours, states, handed, waiting, sent: 0 }
    }

    fn run(&mut self, incident: &Incident) -> Result<(), KernelError> {
        let fails_after_hours = (incident.impact >= self.failure).then_some(0.0);
        let origin = State { own: incident.impact, level: incident.impact, fails_after_hours, ..State::default() };
        self.states.insert(incident.asset, origin);
        self.send(incident.asset, 0.0, incident.impact);
        while let Some(arrival) = self.waiting.pop() {
            if self.sent > MOST_STEPS {
                let problem = format!(
                    "the cascade of {} did not settle in {MOST_STEPS} steps; look for a cycle of strength 1",
                    incident.id
                );
                return Err(KernelError::Limit { kernel: NAME, problem });
            }
            self.arrive(&arrival);
        }
        Ok(())
    }

    /// Sends an asset's level to those that depend on it.
    fn send(&mut self, asset: usize, hours: f64, level: f64) {
        for dependency in &self.graph.dependents_of[asset] {
            let hours = hours + self.graph.dependencies[*dependency].buffer_hours;
            if hours < self.horizon_hours {
                self.sent += 1;
                self.waiting.push(Arrival { hours, order: self.sent, dependency: *dependency, level });
            }
        }
    }

    fn arrive(&mut self, arrival: &Arrival) {
        let dependency = &self.graph.dependencies[arrival.dependency];
        self.handed.insert(arrival.dependency, dependency.strength * arrival.level);
        let asset = dependency.dependent;
        let handed: f64 = self.graph.suppliers_of[asset].iter().filter_map(|dependency| self.handed.get(dependency)).sum();
        let count = self.states.len();
        let state = self.states.entry(asset).or_insert_with(|| State {
            order: count,
            affected_after_hours: arrival.hours,
            cause: Some(arrival.dependency),
            ..State::default()
        });
        let level = (state.own + handed).min(1.0);
        if level < state.level + LEAST_RISE {
            return;
        }
        state.level = level;
        if level >= self.failure && state.fails_after_hours.is_none() {
            state.fails_after_hours = Some(arrival.hours);
            let order = state.order;
            let cause = self.main_cause(asset, order);
            if let Some(state) = self.states.get_mut(&asset) {
                state.cause = cause.or(state.cause);
            }
        }
        self.send(asset, arrival.hours, level);
    }

    /// Of the dependencies on assets that were affected before this one, the one that hands on most. Causes that come before make
    /// every path end at the incident.
    fn main_cause(&self, asset: usize, order: usize) -> Option<usize> {
        let before = |dependency: &&usize| {
            self.states.get(&self.graph.dependencies[**dependency].supplier).is_some_and(|supplier| supplier.order < order)
        };
        let handed = |dependency: &usize| self.handed.get(dependency).copied().unwrap_or_default();
        let candidates = self.graph.suppliers_of[asset].iter().filter(before);
        candidates.copied().max_by(|a, b| handed(a).total_cmp(&handed(b)).then(b.cmp(a)))
    }

    /// The affected assets but the incident's own: those that fail by when, then the others by how much they lose.
    fn in_order(&self, origin: usize) -> Vec<usize> {
        let mut assets: Vec<(usize, &State)> = self
            .states
            .iter()
            .filter(|(asset, state)| **asset != origin && state.level > 0.0)
            .map(|(asset, state)| (*asset, state))
            .collect();
        assets.sort_by(|(a, a_state), (b, b_state)| {
            let when = |state: &State| state.fails_after_hours.unwrap_or(f64::INFINITY);
            let by_time = when(a_state).total_cmp(&when(b_state));
            by_time.then(b_state.level.total_cmp(&a_state.level)).then_with(|| self.graph.assets[*a].cmp(&self.graph.assets[*b]))
        });
        assets.into_iter().map(|(asset, _)| asset).collect()
    }

    /// The dependencies from the incident to an asset.
    fn path(&self, asset: usize) -> Vec<&'a Dependency> {
        let mut path = Vec::new();
        let mut at = asset;
        while let Some(cause) = self.states.get(&at).and_then(|state| state.cause) {
            let dependency = &self.graph.dependencies[cause];
            path.push(dependency);
            at = dependency.supplier;
        }
        path.reverse();
        path
    }
}

#[derive(Default)]
struct Rows {
    count: usize,
    incident: StringBuilder,
    asset: StringBuilder,
    inoperability: Float64Builder,
    fails: BooleanBuilder,
    affected_after_hours: Float64Builder,
    fails_after_hours: Float64Builder,
    place_in_order: Int64Builder,
    path: StringBuilder,
    path_hops: Int64Builder,
    path_records: ListBuilder<Int64Builder>,
}

impl Rows {
    fn push(&mut self, incident: &Incident, place: i64, asset: usize, course: &Course<'_>) {
        let Some(state) = course.states.get(&asset) else { return };
        let path = course.path(asset);
        self.count += 1;
        self.incident.append_value(&incident.id);
        self.asset.append_value(&course.graph.assets[asset]);
        self.inoperability.append_value(state.level);
        self.fails.append_value(state.fails_after_hours.is_some());
        self.affected_after_hours.append_value(state.affected_after_hours);
        self.fails_after_hours.append_option(state.fails_after_hours);
        self.place_in_order.append_value(place);
        self.path.append_value(in_words(&path, course.graph));
        self.path_hops.append_value(i64::try_from(path.len()).unwrap_or(i64::MAX));
        self.path_records.append_value(path.iter().map(|dependency| Some(dependency.record_id)));
    }

    fn take(&mut self) -> Result<RecordBatch, KernelError> {
        self.count = 0;
        let columns: Vec<ArrayRef> = vec![
            Arc::new(self.incident.finish()),
            Arc::new(self.asset.finish()),
            Arc::new(self.inoperability.finish()),
            Arc::new(self.fails.finish()),
            Arc::new(self.affected_after_hours.finish()),
            Arc::new(self.fails_after_hours.finish()),
            Arc::new(self.place_in_order.finish()),
            Arc::new(self.path.finish()),
            Arc::new(self.path_hops.finish()),
            Arc::new(self.path_records.finish()),
        ];
        Ok(RecordBatch::try_new(Cascade.output_schema(), columns)?)
    }
}

/// A path in words: `SABLE-2 > HUB-1 (cyber 0.8, after 4 h) > PORT-3 (physical 1, at once)`.
fn in_words(path: &[&Dependency], graph: &Graph) -> String {
    let first = path.first().map(|dependency| graph.assets[dependency.supplier].clone()).unwrap_or_default();
    path.iter().fold(first, |words, dependency| {
        let when =
            if dependency.buffer_hours > 0.0 { format!("after {} h", dependency.buffer_hours) } else { "at once".to_owned() };
        format!("{words} > {} ({} {}, {when})", graph.assets[dependency.dependent], dependency.kind, dependency.strength)
    })
}
