//! Gather-scatter: many accounts pay one, which then pays many.
//!
//! The gathering is a fan-in ([`fans`](super::fans)); what its account pays out after the first transfer of it and within a
//! window of the last is the scattering. Parameters: `window_hours`, `least_accounts`.

use std::collections::BTreeSet;

use oikos_desk::{KernelError, Parameters};

use super::fans::{Direction, Fans};
use super::graph::{Edge, Graph, Node};
use super::pattern::Pattern;
use super::search::{GraphKernel, Search, over_nodes};
use super::{count, micros, positive};

/// One account gathers from many and pays to many.
pub(crate) const GATHER_SCATTER: GraphKernel =
    GraphKernel { name: "gather_scatter", start: |name, parameters| Ok(Box::new(GatherScatter::start(name, parameters)?)) };

struct GatherScatter {
    window: i64,
    least_accounts: usize,
    gathering: Fans,
}

impl GatherScatter {
    fn start(kernel: &'static str, parameters: &Parameters) -> Result<Self, KernelError> {
        Ok(Self {
            window: micros(positive(kernel, parameters, "window_hours")?),
            least_accounts: count(kernel, parameters, "least_accounts")?,
            gathering: Fans::start(kernel, parameters, Direction::In)?,
        })
    }

    fn of(&self, graph: &Graph, node: Node) -> Vec<Pattern> {
        if graph.out(node).len() < self.least_accounts {
            return Vec::new();
        }
        self.gathering.of(graph, node).into_iter().filter_map(|gathered| self.with_scattering(graph, node, &gathered)).collect()
    }

    fn with_scattering(&self, graph: &Graph, node: Node, gathered: &Pattern) -> Option<Pattern> {
        let (first, last) = (*gathered.edges.first()?, *gathered.edges.last()?);
        let out = graph.between(graph.out(node), graph.at(first) + 1, graph.at(last).saturating_add(self.window));
        let receivers: BTreeSet<Node> = out.iter().map(|edge| graph.to(*edge)).collect();
        if receivers.len() < self.least_accounts {
            return None;
        }
        let edges: Vec<Edge> = gathered.edges.iter().chain(out).copied().collect();
        let pattern = Pattern::of(node, gathered.size + receivers.len(), edges);
        Some(Pattern { usual: gathered.usual, split_transfers: gathered.split_transfers, ..pattern })
    }
}

impl Search for GatherScatter {
    fn find(&self, graph: &Graph) -> Vec<Pattern> {
        over_nodes(graph, || (), |(), node| self.of(graph, node))
    }
}
