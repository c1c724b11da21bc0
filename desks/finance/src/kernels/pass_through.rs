//! Pass-through: an account that keeps next to nothing of what comes in, and sends it on soon.
//!
//! An account's transfers, in and out, that follow each other within `hold_hours` are one session. It is a pass-through if money
//! came first, what went out is what came in but for `keep_percent`, and somebody else got it than sent it. Parameters: these two
//! and `least_transfers`.

use std::collections::BTreeSet;

use oikos_desk::{KernelError, Parameters};

use super::graph::{Edge, Graph, Node};
use super::pattern::Pattern;
use super::search::{GraphKernel, Search, over_nodes};
use super::{count, micros, positive};

/// An account sends on what it receives.
pub(crate) const PASS_THROUGH: GraphKernel =
    GraphKernel { name: "pass_through", start: |name, parameters| Ok(Box::new(PassThrough::start(name, parameters)?)) };

struct PassThrough {
    hold: i64,
    keep_share: f64,
    least_transfers: usize,
}

impl PassThrough {
    fn start(kernel: &'static str, parameters: &Parameters) -> Result<Self, KernelError> {
        Ok(Self {
            hold: micros(positive(kernel, parameters, "hold_hours")?),
            keep_share: positive(kernel, parameters, "keep_percent")? / 100.0,
            least_transfers: count(kernel, parameters, "least_transfers")?,
        })
    }

    fn of(&self, graph: &Graph, node: Node) -> Vec<Pattern> {
        let (into, out) = (graph.into(node), graph.out(node));
        if into.is_empty() || out.is_empty() {
            return Vec::new();
        }
        // Edges are numbered in the order of time.
        let mut edges: Vec<Edge> = into.iter().chain(out).copied().collect();
        edges.sort_unstable();
        let sessions = edges.chunk_by(|before, after| graph.at(*after) - graph.at(*before) <= self.hold);
        sessions
            .filter(|session| self.passes_on(graph, node, session))
            .map(|session| {
                let parties: BTreeSet<Node> = session.iter().flat_map(|edge| [graph.from(*edge), graph.to(*edge)]).collect();
                Pattern::of(node, parties.len() - 1, session.to_vec())
            })
            .collect()
    }

    fn passes_on(&self, graph: &Graph, node: Node, session: &[Edge]) -> bool {
        let (mut senders, mut receivers) = (BTreeSet::new(), BTreeSet::new());
        let (mut in_sum, mut out_sum, mut least_balance) = (0.0, 0.0, 0.0f64);
        for edge in session {
            if graph.to(*edge) == node {
                senders.insert(graph.from(*edge));
                in_sum += graph.amount(*edge);
            } else {
                receivers.insert(graph.to(*edge));
                out_sum += graph.amount(*edge);
                least_balance = least_balance.min(in_sum - out_sum);
            }
        }
        let slack = self.keep_share * in_sum;
        session.len() >= self.least_transfers.max(2)
            && in_sum > 0.0
            // Money that was there before may not pay for much of it, and little may stay.
            && least_balance >= -slack
            && (in_sum - out_sum).abs() <= slack
            && receivers.difference(&senders).next().is_some()
    }
}

impl Search for PassThrough {
    fn find(&self, graph: &Graph) -> Vec<Pattern> {
        over_nodes(graph, || (), |(), node| self.of(graph, node))
    }
}
