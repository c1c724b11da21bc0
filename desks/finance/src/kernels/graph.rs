//! Transfers as a temporal multigraph in compressed form: edges in the order of time, and for each account the numbers of the
//! edges that leave it and that come to it (compressed sparse rows), in the order of time too. So a window is a slice.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::Array;
use arrow::record_batch::RecordBatch;
use oikos_desk::KernelError;

use super::columns::{Columns, float, integer};

/// The number of an account in a graph.
pub(super) type Node = u32;
/// The number of a transfer in a graph; a later transfer has a higher one.
pub(super) type Edge = u32;

/// Transfers as they come in, in the order of time.
#[derive(Default)]
pub(super) struct Edges {
    numbers: HashMap<Arc<str>, Node>,
    names: Vec<Arc<str>>,
    name_bytes: usize,
    pub(super) from: Vec<Node>,
    pub(super) to: Vec<Node>,
    /// Microseconds since 1970.
    pub(super) at: Vec<i64>,
    pub(super) amount: Vec<f64>,
    pub(super) record_id: Vec<i64>,
}

impl Edges {
    /// Takes a batch with `record_id`, `at`, `from_account`, `to_account` and `amount`, ordered by `at`. A transfer from an
    /// account to itself moves nothing and is left out.
    pub(super) fn push(&mut self, kernel: &'static str, input: usize, batch: &RecordBatch) -> Result<(), KernelError> {
        let columns = Columns::new(kernel, input, batch);
        let (ids, at, amounts) = (columns.integers("record_id")?, columns.moments("at")?, columns.floats("amount")?);
        let (from, to) = (columns.texts("from_account")?, columns.texts("to_account")?);
        for row in 0..batch.num_rows() {
            let (Some(record_id), Some(at), Some(amount)) = (integer(&ids, row), integer(&at, row), float(&amounts, row)) else {
                continue;
            };
            if from.is_null(row) || to.is_null(row) || from.value(row) == to.value(row) {
                continue;
            }
            let (from, to) = (self.node(kernel, from.value(row))?, self.node(kernel, to.value(row))?);
            self.add(kernel, Transfer { record_id, at, from, to, amount })?;
        }
        Ok(())
    }

    fn node(&mut self, kernel: &'static str, name: &str) -> Result<Node, KernelError> {
        if let Some(node) = self.numbers.get(name) {
            return Ok(*node);
        }
        let node = Node::try_from(self.names.len()).map_err(|_| too_many(kernel))?;
        let name: Arc<str> = Arc::from(name);
        self.name_bytes += name.len() + 64;
        self.names.push(Arc::clone(&name));
        self.numbers.insert(name, node);
        Ok(node)
    }

    fn add(&mut self, kernel: &'static str, transfer: Transfer) -> Result<(), KernelError> {
        if self.at.len() >= Edge::MAX as usize {
            return Err(too_many(kernel));
        }
        if self.at.last().is_some_and(|last| transfer.at < *last) {
            let problem = "its input must be ordered by the time `at`".to_owned();
            return Err(KernelError::Parameter { kernel, parameter: "order_by".to_owned(), problem });
        }
        self.from.push(transfer.from);
        self.to.push(transfer.to);
        self.at.push(transfer.at);
        self.amount.push(transfer.amount);
        self.record_id.push(transfer.record_id);
        Ok(())
    }

    /// Bytes it holds, the graph's rows included.
    pub(super) fn memory_bytes(&self) -> usize {
        self.at.capacity() * (2 * size_of::<Node>() + 3 * size_of::<i64>() + 2 * size_of::<Edge>())
            + self.names.len() * (2 * size_of::<Edge>() + 48)
            + self.name_bytes
    }
}

#[derive(Clone, Copy)]
struct Transfer {
    record_id: i64,
    at: i64,
    from: Node,
    to: Node,
    amount: f64,
}

fn too_many(kernel: &'static str) -> KernelError {
    KernelError::Limit {
        kernel,
        problem: "there are more than 4,294,967,295 transfers or accounts; run a shorter span".to_owned(),
    }
}

/// Rows of edges, one per account.
struct Rows {
    starts: Vec<u32>,
    edges: Vec<Edge>,
}

impl Rows {
    /// Counting sort: edges keep their order within a row.
    fn new(nodes: &[Node], node_count: usize) -> Self {
        let mut starts = vec![0u32; node_count + 1];
        for node in nodes {
            starts[*node as usize + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut next = starts.clone();
        let mut edges = vec![0; nodes.len()];
        for (edge, node) in (0..).zip(nodes) {
            let place = &mut next[*node as usize];
            edges[*place as usize] = edge;
            *place += 1;
        }
        Self { starts, edges }
    }

    fn row(&self, node: Node) -> &[Edge] {
        let node = node as usize;
        &self.edges[self.starts[node] as usize..self.starts[node + 1] as usize]
    }
}

/// A temporal multigraph.
pub(super) struct Graph {
    pub(super) edges: Edges,
    out: Rows,
    into: Rows,
}

impl Graph {
    pub(super) fn new(edges: Edges) -> Self {
        let (out, into) = (Rows::new(&edges.from, edges.names.len()), Rows::new(&edges.to, edges.names.len()));
        Self { edges, out, into }
    }

    /// How many accounts there are.
    pub(super) fn node_count(&self) -> usize {
        self.edges.names.len()
    }

    /// How many transfers there are.
    pub(super) fn edge_count(&self) -> usize {
        self.edges.at.len()
    }

    /// An account as the records name it.
    pub(super) fn name(&self, node: Node) -> &str {
        self.edges.names.get(node as usize).map_or("", |name| name)
    }

    /// Transfers that leave an account.
    pub(super) fn out(&self, node: Node) -> &[Edge] {
        self.out.row(node)
    }

    /// Transfers that come to an account.
    pub(super) fn into(&self, node: Node) -> &[Edge] {
        self.into.row(node)
    }

    pub(super) fn from(&self, edge: Edge) -> Node {
        self.edges.from[edge as usize]
    }

    pub(super) fn to(&self, edge: Edge) -> Node {
        self.edges.to[edge as usize]
    }

    pub(super) fn at(&self, edge: Edge) -> i64 {
        self.edges.at[edge as usize]
    }

    pub(super) fn amount(&self, edge: Edge) -> f64 {
        self.edges.amount[edge as usize]
    }

    /// The part of a row from one moment up to, but not at, another.
    pub(super) fn between<'a>(&self, row: &'a [Edge], from: i64, to: i64) -> &'a [Edge] {
        let start = row.partition_point(|edge| self.at(*edge) < from);
        let end = start + row[start..].partition_point(|edge| self.at(*edge) < to);
        &row[start..end]
    }

    /// From the first transfer to the last, microseconds.
    pub(super) fn duration(&self) -> i64 {
        let (first, last) = (self.edges.at.first(), self.edges.at.last());
        first.zip(last).map_or(0, |(first, last)| last - first)
    }
}
