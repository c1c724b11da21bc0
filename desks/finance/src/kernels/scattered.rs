//! Scatter-gather in the order of time: one account pays several, each of which afterwards pays one and the same other account.
//!
//! Parameters: `window_hours` for the whole pattern, `least_accounts` between, `hub_transfers`. An account with more transfers
//! out in a window than `hub_transfers` is not looked through, and patterns beside it say so.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use oikos_desk::{KernelError, Parameters};

use super::graph::{Edge, Graph, Node};
use super::pattern::Pattern;
use super::search::{GraphKernel, Search, over_nodes};
use super::{count, micros, positive};

/// One account pays several, which pay one other.
pub(crate) const SCATTER_GATHER: GraphKernel =
    GraphKernel { name: "scatter_gather", start: |name, parameters| Ok(Box::new(Scattered::start(name, parameters)?)) };

struct Scattered {
    window: i64,
    least_accounts: usize,
    hub_transfers: usize,
}

/// A way from the source over one account between.
#[derive(Clone, Copy)]
struct Way {
    middle: Node,
    scattering: Edge,
    gathering: Edge,
}

impl Scattered {
    fn start(kernel: &'static str, parameters: &Parameters) -> Result<Self, KernelError> {
        Ok(Self {
            window: micros(positive(kernel, parameters, "window_hours")?),
            least_accounts: count(kernel, parameters, "least_accounts")?,
            hub_transfers: count(kernel, parameters, "hub_transfers")?,
        })
    }

    fn from(&self, graph: &Graph, source: Node) -> Vec<Pattern> {
        if graph.out(source).len() < self.least_accounts {
            return Vec::new();
        }
        let mut is_capped = false;
        let mut ways: HashMap<Node, Vec<Way>> = HashMap::new();
        for scattering in graph.out(source) {
            let (middle, at) = (graph.to(*scattering), graph.at(*scattering));
            let row = graph.between(graph.out(middle), at + 1, at.saturating_add(self.window));
            if row.len() > self.hub_transfers {
                is_capped = true;
                continue;
            }
            for gathering in row.iter().filter(|edge| graph.to(**edge) != source) {
                ways.entry(graph.to(*gathering)).or_default().push(Way {
                    middle,
                    scattering: *scattering,
                    gathering: *gathering,
                });
            }
        }
        let sinks: BTreeMap<Node, Vec<Way>> = ways.into_iter().filter(|(_, ways)| ways.len() >= self.least_accounts).collect();
        sinks.into_iter().flat_map(|(sink, ways)| self.patterns(graph, (source, sink), &ways, is_capped)).collect()
    }

    /// The ways to one sink are in the order of their scattering. Windows that begin with one and hold enough ways are patterns;
    /// those that share a way are one.
    fn patterns(&self, graph: &Graph, (source, sink): (Node, Node), ways: &[Way], is_capped: bool) -> Vec<Pattern> {
        let mut patterns: Vec<Vec<Way>> = Vec::new();
        for (place, first) in ways.iter().enumerate() {
            let end = graph.at(first.scattering).saturating_add(self.window);
            let inside: Vec<Way> = ways[place..].iter().copied().filter(|way| graph.at(way.gathering) <= end).collect();
            if distinct(&inside) < self.least_accounts {
                continue;
            }
            match patterns.last_mut().filter(|last| last.iter().any(|way| way.scattering == first.scattering)) {
                Some(last) => last.extend(inside),
                None => patterns.push(inside),
            }
        }
        let whole = |ways: Vec<Way>| {
            let edges: Vec<Edge> = ways.iter().flat_map(|way| [way.scattering, way.gathering]).collect();
            Pattern { other: Some(sink), is_capped, ..Pattern::of(source, distinct(&ways), edges) }
        };
        patterns.into_iter().map(whole).collect()
    }
}

fn distinct(ways: &[Way]) -> usize {
    ways.iter().map(|way| way.middle).collect::<BTreeSet<_>>().len()
}

impl Search for Scattered {
    fn find(&self, graph: &Graph) -> Vec<Pattern> {
        over_nodes(graph, || (), |(), node| self.from(graph, node))
    }
}
