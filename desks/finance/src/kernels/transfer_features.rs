//! For each transfer, the patterns it closes: what a detector of its own, or a model, can judge a transfer by. They are the
//! patterns of IBM's Graph Feature Preprocessor (Blanuša et al., ICAIF 2024), and a test compares them with its counts.
//!
//! A pattern is counted for the transfer that completes it, among what came before: a feature never knows the future. Input:
//! `record_id`, `at`, `from_account`, `to_account` and `amount`, ordered by `at`. Parameters: `fan_window_hours`,
//! `scatter_window_hours`, `cycle_window_hours`, `most_hops` and `hub_transfers`.

use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;
use oikos_desk::{Kernel, KernelError, KernelRun, Output, Parameters};

use super::cycles::{Cycle, CycleQuery, CycleSearch};
use super::graph::{Edge, Edges, Graph, Node};
use super::search::in_chunks;
use super::{count, micros, positive, scatter_gather};

const NAME: &str = "transfer_features";
const BATCH_ROWS: usize = 8_192;
/// Counts of one transfer stop here.
const MOST_CYCLES: usize = 1_000;

const COLUMNS: [&str; 11] = [
    "record_id",
    "fan_in",
    "fan_out",
    "degree_in",
    "degree_out",
    "scatter_gather_count",
    "scatter_gather_accounts",
    "temporal_cycle_count",
    "temporal_cycle_hops",
    "simple_cycle_count",
    "simple_cycle_hops",
];

/// Counts the patterns that each transfer closes.
pub(crate) struct TransferFeatures;

impl Kernel for TransferFeatures {
    fn name(&self) -> &'static str {
        NAME
    }

    fn output_schema(&self) -> SchemaRef {
        Arc::new(Schema::new(COLUMNS.map(|name| Field::new(name, DataType::Int64, false)).to_vec()))
    }

    fn start(&self, parameters: &Parameters) -> Result<Box<dyn KernelRun>, KernelError> {
        let hours = |name| positive(NAME, parameters, name).map(micros);
        let hub_transfers = count(NAME, parameters, "hub_transfers")?;
        let cycles = CycleQuery {
            window: hours("cycle_window_hours")?,
            hops: count(NAME, parameters, "most_hops")?.clamp(2, 15),
            ordered: true,
            hub_transfers,
            most_cycles: MOST_CYCLES,
            amount_tolerance: f64::INFINITY,
        };
        let query = Query { fan_window: hours("fan_window_hours")?, scatter_window: hours("scatter_window_hours")?, cycles };
        Ok(Box::new(Run { query, edges: Edges::default() }))
    }
}

/// What is counted.
#[derive(Clone, Copy)]
struct Query {
    fan_window: i64,
    scatter_window: i64,
    cycles: CycleQuery,
}

struct Run {
    query: Query,
    edges: Edges,
}

impl KernelRun for Run {
    fn push(&mut self, input: usize, batch: &RecordBatch, _output: &mut dyn Output) -> Result<(), KernelError> {
        self.edges.push(NAME, input, batch)
    }

    fn finish(&mut self, output: &mut dyn Output) -> Result<(), KernelError> {
        let graph = Graph::new(std::mem::take(&mut self.edges));
        let state = || Counting::new(&graph, self.query);
        let rows = in_chunks(graph.edge_count(), state, |counting, edges| {
            edges.filter_map(|edge| Edge::try_from(edge).ok()).map(|edge| counting.of(edge)).collect()
        });
        for rows in rows.chunks(BATCH_ROWS) {
            let column = |at: usize| Arc::new(rows.iter().map(|row| row[at]).collect::<Int64Array>()) as ArrayRef;
            output.emit(RecordBatch::try_new(TransferFeatures.output_schema(), (0..COLUMNS.len()).map(column).collect())?)?;
        }
        Ok(())
    }

    fn memory_bytes(&self) -> usize {
        self.edges.memory_bytes()
    }
}

/// A thread's searches.
struct Counting<'a> {
    graph: &'a Graph,
    query: Query,
    temporal: CycleSearch<'a>,
    simple: CycleSearch<'a>,
}

impl<'a> Counting<'a> {
    fn new(graph: &'a Graph, query: Query) -> Self {
        let simple = CycleQuery { ordered: false, ..query.cycles };
        Self { graph, query, temporal: CycleSearch::new(graph, query.cycles), simple: CycleSearch::new(graph, simple) }
    }

    fn of(&mut self, edge: Edge) -> [i64; COLUMNS.len()] {
        let graph = self.graph;
        let (from, to, visible) = (graph.from(edge), graph.to(edge), edge + 1);
        let (fan_in, degree_in) = self.fan(edge, graph.into(to), |edge| graph.from(edge));
        let (fan_out, degree_out) = self.fan(edge, graph.out(from), |edge| graph.to(edge));
        let scattered = scatter_gather::around(graph, edge, visible, self.query.scatter_window, self.query.cycles.hub_transfers);
        let (temporal, simple) = (self.temporal.closed_by(edge, visible), self.simple.closed_by(edge, visible));
        let counts = [
            fan_in,
            fan_out,
            degree_in,
            degree_out,
            scattered.len(),
            scattered.iter().map(|found| found.middle_count).max().unwrap_or_default(),
            temporal.len(),
            longest(&temporal),
            simple.len(),
            longest(&simple),
        ];
        let mut row = [graph.edges.record_id[edge as usize]; COLUMNS.len()];
        for (place, count) in row[1..].iter_mut().zip(counts) {
            *place = i64::try_from(count).unwrap_or(i64::MAX);
        }
        row
    }

    /// Different accounts and transfers in the window of a row that ends with this transfer; the window is open at its beginning.
    fn fan(&self, edge: Edge, row: &[Edge], other: impl Fn(Edge) -> Node) -> (usize, usize) {
        let at = self.graph.at(edge);
        let window = self.graph.between(row, at - self.query.fan_window + 1, at + 1);
        let before = &window[..window.partition_point(|other| *other <= edge)];
        (before.iter().map(|edge| other(*edge)).collect::<HashSet<_>>().len(), before.len())
    }
}

fn longest(cycles: &[Cycle]) -> usize {
    cycles.iter().map(|cycle| cycle.nodes.len()).max().unwrap_or_default()
}
