//! Cycles as kernels: `temporal_cycles`, on whose way money only moves forward in time, and `round_trips`, of like amounts in any
//! order.
//!
//! Cycles that share a transfer are one pattern: whoever looks at one must look at the others. Parameters: `window_hours`,
//! `most_hops`, `hub_transfers`, and for round trips `tolerance_percent`.

use std::collections::BTreeMap;

use oikos_desk::{KernelError, Parameters};

use super::cycles::{Cycle, CycleQuery, CycleSearch};
use super::graph::{Edge, Graph, Node};
use super::pattern::Pattern;
use super::search::{GraphKernel, Search, over_nodes};
use super::{count, micros, positive};

/// The most cycles that one transfer gives; a pattern in which more close says that it is capped.
const MOST_CYCLES: usize = 1_000;
/// The longest cycle that may be asked for.
const HOPS_MAX: usize = 15;

/// Money that comes back to where it began, each transfer after the one before it.
pub(crate) const TEMPORAL_CYCLES: GraphKernel =
    GraphKernel { name: "temporal_cycles", start: |name, parameters| Ok(Box::new(Cycles(query(name, parameters, true)?))) };

/// Like amounts that run in a circle, in whatever order.
pub(crate) const ROUND_TRIPS: GraphKernel =
    GraphKernel { name: "round_trips", start: |name, parameters| Ok(Box::new(Cycles(query(name, parameters, false)?))) };

fn query(kernel: &'static str, parameters: &Parameters, ordered: bool) -> Result<CycleQuery, KernelError> {
    let hops = count(kernel, parameters, "most_hops")?;
    if !(2..=HOPS_MAX).contains(&hops) {
        let problem = format!("expected 2 to {HOPS_MAX}");
        return Err(KernelError::Parameter { kernel, parameter: "most_hops".to_owned(), problem });
    }
    let any_amount = f64::INFINITY;
    let amount_tolerance = if ordered { any_amount } else { positive(kernel, parameters, "tolerance_percent")? / 100.0 };
    Ok(CycleQuery {
        window: micros(positive(kernel, parameters, "window_hours")?),
        hops,
        ordered,
        hub_transfers: count(kernel, parameters, "hub_transfers")?,
        most_cycles: MOST_CYCLES,
        amount_tolerance,
    })
}

struct Cycles(CycleQuery);

impl Search for Cycles {
    fn find(&self, graph: &Graph) -> Vec<Pattern> {
        let find = |search: &mut CycleSearch<'_>, node: Node| {
            let mut found = Vec::new();
            for edge in graph.out(node) {
                let cycles = search.closed_by(*edge, edge + 1);
                let is_capped = search.is_capped;
                found.extend(cycles.into_iter().map(|cycle| pattern(graph, cycle, is_capped)));
            }
            found
        };
        joined(over_nodes(graph, || CycleSearch::new(graph, self.0), find))
    }
}

/// A cycle as a pattern. Its subject is the account whose money set out first; the route begins and ends there.
fn pattern(graph: &Graph, cycle: Cycle, is_capped: bool) -> Pattern {
    let size = cycle.nodes.len();
    let closing = cycle.edges.first().copied();
    let first = cycle.edges.iter().copied().min();
    // Money that moves in order sets out with the earliest transfer, and with it begins the route.
    let subject = first.or(closing).map_or(0, |edge| graph.from(edge));
    let begins = cycle.nodes.iter().position(|node| *node == subject).unwrap_or_default();
    let mut route = cycle.nodes;
    route.rotate_left(begins);
    route.push(subject);
    Pattern { route, is_capped, ..Pattern::of(subject, size, cycle.edges) }
}

/// Patterns that share a transfer, joined. The earliest gives the subject and the route, the longest the size.
fn joined(mut cycles: Vec<Pattern>) -> Vec<Pattern> {
    cycles.sort_by(|a, b| a.edges.first().cmp(&b.edges.first()).then_with(|| a.route.cmp(&b.route)));
    let mut parents: Vec<usize> = (0..cycles.len()).collect();
    let mut seen: BTreeMap<Edge, usize> = BTreeMap::new();
    for (at, cycle) in cycles.iter().enumerate() {
        for edge in &cycle.edges {
            let before = *seen.entry(*edge).or_insert(at);
            let (a, b) = (root(&mut parents, before), root(&mut parents, at));
            parents[a.max(b)] = a.min(b);
        }
    }
    let mut groups: BTreeMap<usize, Pattern> = BTreeMap::new();
    for (at, cycle) in cycles.into_iter().enumerate() {
        let group = root(&mut parents, at);
        match groups.get_mut(&group) {
            None => drop(groups.insert(group, cycle)),
            Some(whole) => {
                whole.size = whole.size.max(cycle.size);
                whole.is_capped |= cycle.is_capped;
                whole.edges.extend(cycle.edges);
            }
        }
    }
    let whole = groups.into_values().map(|pattern| Pattern { edges: sorted(pattern.edges), ..pattern });
    whole.collect()
}

fn sorted(mut edges: Vec<Edge>) -> Vec<Edge> {
    edges.sort_unstable();
    edges.dedup();
    edges
}

fn root(parents: &mut [usize], mut at: usize) -> usize {
    while parents[at] != at {
        parents[at] = parents[parents[at]];
        at = parents[at];
    }
    at
}
