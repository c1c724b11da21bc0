//! Cycles that one transfer closes: temporal ones, on whose way the money only moves forward in time (Kumar and Calders, 2SCENT,
//! PVLDB 2018), and simple ones in any order within a window (Johnson 1975; hop-constrained: Gupta and Suzumura 2021).
//!
//! A cycle is a sequence of accounts; parallel transfers between two of its accounts are its members, not cycles of their own.
//! Before the search goes forward from the closing transfer's payee, a search backward from its payer labels each account with
//! the latest moment at which one may leave it and still get there, and with the least number of hops. Both labels only cut
//! branches that cannot close.

use super::graph::{Edge, Graph, Node};

/// What is sought.
#[derive(Debug, Clone, Copy)]
pub(super) struct CycleQuery {
    /// How long a cycle may take, microseconds. Both ends count.
    pub(super) window: i64,
    /// The most transfers from account to account.
    pub(super) hops: usize,
    /// Whether each transfer must come after the one before it.
    pub(super) ordered: bool,
    /// An account with more transfers in a window is not walked through: a hub's cycles say nothing of their accounts.
    pub(super) hub_transfers: usize,
    /// The most cycles that one transfer gives.
    pub(super) most_cycles: usize,
    /// How far two amounts of a cycle may differ, as a share of the greater; above 1: however far.
    pub(super) amount_tolerance: f64,
}

/// A cycle that a transfer closes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cycle {
    /// Its accounts, from the payee of the closing transfer to the payer.
    pub(super) nodes: Vec<Node>,
    /// All transfers that are part of it, the closing one first.
    pub(super) edges: Vec<Edge>,
}

/// What the search remembers; taken along from transfer to transfer.
pub(super) struct CycleSearch<'a> {
    graph: &'a Graph,
    query: CycleQuery,
    /// A label counts only if its stamp is the present one.
    stamp: u32,
    stamps: Vec<u32>,
    latest: Vec<i64>,
    hops: Vec<u8>,
    frontier: Vec<Node>,
    next: Vec<Node>,
    /// Whether a hub or the limit cut the search of the present transfer.
    pub(super) is_capped: bool,
}

/// The transfer that closes a cycle, with what it allows.
#[derive(Clone, Copy)]
struct Closing {
    edge: Edge,
    payer: Node,
    /// The first moment in the window, and the first one after it.
    from: i64,
    to: i64,
    /// Transfers from this number on do not exist yet.
    visible: Edge,
    amount: f64,
    amount_tolerance: f64,
}

impl Closing {
    /// Whether a transfer may be part of its cycles.
    fn allows(&self, graph: &Graph, edge: Edge) -> bool {
        let amount = graph.amount(edge);
        let (least, greatest) = (amount.min(self.amount), amount.max(self.amount));
        edge < self.visible && edge != self.edge && greatest - least <= self.amount_tolerance * greatest
    }
}

impl<'a> CycleSearch<'a> {
    pub(super) fn new(graph: &'a Graph, query: CycleQuery) -> Self {
        let count = graph.node_count();
        Self {
            graph,
            query,
            stamp: 0,
            stamps: vec![0; count],
            latest: vec![0; count],
            hops: vec![0; count],
            frontier: Vec::new(),
            next: Vec::new(),
            is_capped: false,
        }
    }

    /// The cycles that `edge` closes among the transfers below `visible`. Ordered: what comes before it. Not ordered: whatever
    /// lies in the window that ends with it.
    pub(super) fn closed_by(&mut self, edge: Edge, visible: Edge) -> Vec<Cycle> {
        self.is_capped = false;
        let at = self.graph.at(edge);
        let to = if self.query.ordered { at } else { at.saturating_add(1) };
        let from = at.saturating_sub(self.query.window);
        let (payer, payee) = (self.graph.from(edge), self.graph.to(edge));
        let amount_tolerance = self.query.amount_tolerance;
        let closing = Closing { edge, payer, from, to, visible, amount: self.graph.amount(edge), amount_tolerance };
        let may_leave = self.graph.between(self.graph.out(payee), from, to).iter().any(|edge| *edge < visible);
        if !may_leave || !self.label(&closing, payee) {
            return Vec::new();
        }
        let mut cycles = Vec::new();
        let mut path = vec![payee];
        self.walk(&closing, from - 1, &mut path, &mut cycles);
        cycles
    }

    /// Labels accounts backward from the payer. `false`: the payee cannot reach it.
    fn label(&mut self, closing: &Closing, payee: Node) -> bool {
        self.stamp = self.stamp.wrapping_add(1);
        if self.stamp == 0 {
            self.stamps.fill(0);
            self.stamp = 1;
        }
        self.set(closing.payer, closing.to, 0);
        self.frontier.clear();
        self.frontier.push(closing.payer);
        let graph = self.graph;
        for hops in 1..self.query.hops {
            let hops = u8::try_from(hops).unwrap_or(u8::MAX);
            self.next.clear();
            for place in 0..self.frontier.len() {
                let node = self.frontier[place];
                let latest = if self.query.ordered { self.latest[node as usize] } else { closing.to };
                let row = graph.between(graph.into(node), closing.from, latest);
                if row.len() > self.query.hub_transfers {
                    self.is_capped = true;
                    continue;
                }
                for edge in row.iter().filter(|edge| closing.allows(graph, **edge)) {
                    let (before, at) = (graph.from(*edge), graph.at(*edge));
                    // The payer is the end of every cycle, never on its way.
                    let known = self.stamps[before as usize] == self.stamp;
                    if before != closing.payer && (!known || (self.query.ordered && self.latest[before as usize] < at)) {
                        self.set(before, at, if known { self.hops[before as usize] } else { hops });
                        self.next.push(before);
                    }
                }
            }
            std::mem::swap(&mut self.frontier, &mut self.next);
        }
        self.stamps[payee as usize] == self.stamp
    }

    fn set(&mut self, node: Node, latest: i64, hops: u8) {
        let node = node as usize;
        self.stamps[node] = self.stamp;
        self.latest[node] = latest;
        self.hops[node] = hops;
    }

    /// Goes on from the last account of `path`, which was reached at `arrival` at the earliest.
    fn walk(&mut self, closing: &Closing, arrival: i64, path: &mut Vec<Node>, cycles: &mut Vec<Cycle>) {
        let Some(node) = path.last().copied() else { return };
        let graph = self.graph;
        let from = if self.query.ordered { arrival + 1 } else { closing.from };
        let row = graph.between(graph.out(node), from, closing.to);
        if row.len() > self.query.hub_transfers {
            self.is_capped = true;
            return;
        }
        // The earliest transfer to each next account is the one that leaves most open.
        let mut steps: Vec<(Node, i64)> =
            row.iter().filter(|edge| closing.allows(graph, **edge)).map(|edge| (graph.to(*edge), graph.at(*edge))).collect();
        steps.sort_unstable();
        steps.dedup_by_key(|step| step.0);
        for (next, at) in steps {
            if cycles.len() >= self.query.most_cycles {
                self.is_capped = true;
                return;
            }
            if next == closing.payer {
                cycles.push(self.cycle(closing, path));
            } else if self.can_close(next, at, path) {
                path.push(next);
                self.walk(closing, at, path, cycles);
                path.pop();
            }
        }
    }

    /// Whether the way may go on through this account.
    fn can_close(&self, node: Node, at: i64, path: &[Node]) -> bool {
        let place = node as usize;
        // Transfers so far: one to each account of the path after the first, the closing one, and the one to this account.
        self.stamps[place] == self.stamp
            && path.len() + 1 + usize::from(self.hops[place]) <= self.query.hops
            && (!self.query.ordered || self.latest[place] > at)
            && !path.contains(&node)
    }

    /// The cycle along `path`: of parallel transfers those that some way along it in the right order takes.
    fn cycle(&self, closing: &Closing, path: &[Node]) -> Cycle {
        let graph = self.graph;
        let mut stages: Vec<Vec<Edge>> = Vec::with_capacity(path.len());
        let mut earliest = closing.from - 1;
        for (step, node) in path.iter().enumerate() {
            let next = path.get(step + 1).copied().unwrap_or(closing.payer);
            let from = if self.query.ordered { earliest + 1 } else { closing.from };
            let row = self.graph.between(self.graph.out(*node), from, closing.to);
            let stage: Vec<Edge> =
                row.iter().copied().filter(|edge| self.graph.to(*edge) == next && closing.allows(graph, *edge)).collect();
            earliest = stage.first().map_or(earliest, |edge| self.graph.at(*edge));
            stages.push(stage);
        }
        if self.query.ordered {
            let mut latest = closing.to;
            for stage in stages.iter_mut().rev() {
                stage.retain(|edge| self.graph.at(*edge) < latest);
                latest = stage.last().map_or(latest, |edge| self.graph.at(*edge));
            }
        }
        let edges = std::iter::once(closing.edge).chain(stages.into_iter().flatten()).collect();
        let mut nodes = path.to_vec();
        nodes.push(closing.payer);
        Cycle { nodes, edges }
    }
}
