//! A kernel that takes in transfers, builds the graph, and lets a search walk it.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use oikos_desk::{Kernel, KernelError, KernelRun, Output, Parameters};

use super::graph::{Edges, Graph, Node};
use super::pattern::{Pattern, PatternRows, schema};

/// How many accounts or transfers a thread takes at a time.
const CHUNK: usize = 256;

/// Finds patterns in a graph.
pub(super) trait Search: Send + Sync {
    /// What it finds in the whole graph, in an order that depends on the graph alone.
    fn find(&self, graph: &Graph) -> Vec<Pattern>;
}

/// A search with its parameters read.
type Started = Result<Box<dyn Search>, KernelError>;

/// A search as a kernel. Its one input has `record_id`, `at`, `from_account`, `to_account` and `amount`, ordered by `at`.
pub(crate) struct GraphKernel {
    pub(super) name: &'static str,
    pub(super) start: fn(&'static str, &Parameters) -> Started,
}

impl Kernel for GraphKernel {
    fn name(&self) -> &'static str {
        self.name
    }

    fn output_schema(&self) -> SchemaRef {
        schema()
    }

    fn start(&self, parameters: &Parameters) -> Result<Box<dyn KernelRun>, KernelError> {
        Ok(Box::new(Run { kernel: self.name, search: (self.start)(self.name, parameters)?, edges: Edges::default() }))
    }
}

struct Run {
    kernel: &'static str,
    search: Box<dyn Search>,
    edges: Edges,
}

impl KernelRun for Run {
    fn push(&mut self, input: usize, batch: &RecordBatch, _output: &mut dyn Output) -> Result<(), KernelError> {
        self.edges.push(self.kernel, input, batch)
    }

    fn finish(&mut self, output: &mut dyn Output) -> Result<(), KernelError> {
        let graph = Graph::new(std::mem::take(&mut self.edges));
        let patterns = self.search.find(&graph);
        let mut rows = PatternRows::new(&graph, output);
        patterns.iter().try_for_each(|pattern| rows.add(pattern))?;
        rows.flush()
    }

    fn memory_bytes(&self) -> usize {
        self.edges.memory_bytes()
    }
}

/// Runs over all accounts on as many threads as there are processors. The result is in the order of accounts.
pub(super) fn over_nodes<S>(
    graph: &Graph,
    state: impl Fn() -> S + Sync,
    find: impl Fn(&mut S, Node) -> Vec<Pattern> + Sync,
) -> Vec<Pattern> {
    in_chunks(graph.node_count(), state, |state, nodes| {
        nodes.filter_map(|node| Node::try_from(node).ok()).flat_map(|node| find(state, node)).collect()
    })
}

/// Runs over the numbers below `count`, a chunk at a time, on as many threads as there are processors; each thread has a state of
/// its own. The result is in the order of the numbers, whatever the threads do.
pub(super) fn in_chunks<S, T: Send>(
    count: usize,
    state: impl Fn() -> S + Sync,
    find: impl Fn(&mut S, Range<usize>) -> Vec<T> + Sync,
) -> Vec<T> {
    let chunks = count.div_ceil(CHUNK);
    let next = AtomicUsize::new(0);
    let work = || {
        let mut found: Vec<(usize, Vec<T>)> = Vec::new();
        let mut state = state();
        loop {
            let chunk = next.fetch_add(1, Ordering::Relaxed);
            if chunk >= chunks {
                return found;
            }
            found.push((chunk, find(&mut state, chunk * CHUNK..((chunk + 1) * CHUNK).min(count))));
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from).min(chunks.max(1));
    let mut found = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut found = work();
        for other in others {
            // A search does not panic; were it to, the panic goes on here and no pattern is silently missing.
            found.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        found
    });
    found.sort_by_key(|(chunk, _)| *chunk);
    found.into_iter().flat_map(|(_, found)| found).collect()
}
