//! Scatter-gather around one transfer, in any order of time: one account pays several, and all of them pay one other (Blanuša et
//! al., Graph Feature Preprocessor, ICAIF 2024, section 2.2).

use std::collections::{BTreeMap, BTreeSet};

use super::graph::{Edge, Graph, Node};

/// A scatter-gather that a transfer is part of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ScatterGather {
    /// How many accounts lie between.
    pub(super) middle_count: usize,
    /// Its transfers.
    pub(super) edges: Vec<Edge>,
}

/// The scatter-gathers of two or more accounts between that `edge` is part of, among transfers of the window that ends with it
/// and whose numbers are below `visible`. An account with more transfers than `hub_transfers` in the window is not looked
/// through.
pub(super) fn around(graph: &Graph, edge: Edge, visible: Edge, window: i64, hub_transfers: usize) -> Vec<ScatterGather> {
    let search = Search { graph, visible, from: graph.at(edge).saturating_sub(window), to: graph.at(edge) + 1, hub_transfers };
    let (payer, payee) = (graph.from(edge), graph.to(edge));
    // As a gathering transfer its payer is in the middle, as a scattering one its payee is.
    let sources: BTreeSet<Node> =
        search.row(graph.into(payer)).map(|edge| graph.from(edge)).filter(|node| *node != payee).collect();
    let sinks: BTreeSet<Node> = search.row(graph.out(payee)).map(|edge| graph.to(edge)).filter(|node| *node != payer).collect();
    let as_gathering = sources.into_iter().filter_map(|source| search.between(source, payee, edge));
    let as_scattering = sinks.into_iter().filter_map(|sink| search.between(payer, sink, edge));
    as_gathering.chain(as_scattering).collect()
}

struct Search<'a> {
    graph: &'a Graph,
    visible: Edge,
    from: i64,
    to: i64,
    hub_transfers: usize,
}

impl<'a> Search<'a> {
    fn row(&self, row: &'a [Edge]) -> impl Iterator<Item = Edge> + 'a {
        let row = self.graph.between(row, self.from, self.to);
        let visible = self.visible;
        let kept = if row.len() > self.hub_transfers { &[][..] } else { row };
        kept.iter().copied().filter(move |edge| *edge < visible)
    }

    fn between(&self, source: Node, sink: Node, part: Edge) -> Option<ScatterGather> {
        let mut scattered: BTreeMap<Node, Vec<Edge>> = BTreeMap::new();
        for edge in self.row(self.graph.out(source)).filter(|edge| self.graph.to(*edge) != sink) {
            scattered.entry(self.graph.to(edge)).or_default().push(edge);
        }
        let mut middles: BTreeMap<Node, Vec<Edge>> = BTreeMap::new();
        for edge in self.row(self.graph.into(sink)) {
            let middle = self.graph.from(edge);
            if let Some(scattering) = scattered.get(&middle) {
                middles.entry(middle).or_insert_with(|| scattering.clone()).push(edge);
            }
        }
        let edges: Vec<Edge> = middles.values().flatten().copied().collect();
        (middles.len() >= 2 && edges.contains(&part)).then_some(ScatterGather { middle_count: middles.len(), edges })
    }
}
