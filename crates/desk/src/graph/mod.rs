//! Ownership as a graph: who stands behind whom. Pure functions, shared by the ownership desk's kernels and by the picture.
//!
//! An edge says that `owner` holds `owned`. Entities are texts: an entity id, an LEI, whatever the caller joins by.
//! Everything here is deterministic (the order of the edges handed in does not matter), safe on cycles, and bounded.

mod common_parent;
mod control;
mod integrated;
mod walk;

use std::collections::HashMap;

pub use common_parent::{CommonParent, CommonParents};
pub use integrated::IntegratedShare;
pub use walk::{Parent, Parents, PathLimits};

/// One holding: `owner` holds `owned`.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnershipEdge {
    /// Who holds.
    pub owner: String,
    /// What is held.
    pub owned: String,
    /// The share held in percent; `None` where the source does not say.
    pub share_percent: Option<f64>,
    /// What the caller knows the edge by, for example a record id or an index into its own list. The graph only carries it.
    pub reference: u64,
}

/// Why edges make no graph, or a question has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GraphError {
    /// Too many edges.
    #[error("more than {limit} holdings; narrow the span or the tables")]
    TooManyEdges {
        /// How many are allowed.
        limit: usize,
    },
    /// The shares go round in circles so tightly that the solution was not reached.
    #[error("the integrated shares of {source_entity:?} did not settle within {limit} steps; its holdings go round in circles")]
    NotSettled {
        /// Whose shares.
        source_entity: String,
        /// How many steps were allowed.
        limit: usize,
    },
}

/// An edge inside: ends are indexes into the sorted names.
#[derive(Debug, Clone, Copy)]
struct Arc {
    owner: u32,
    owned: u32,
    /// Share between 0 and 1; `None`: unknown.
    share: Option<f64>,
    reference: u64,
}

/// Who holds whom. Build it once, ask it often.
///
/// Several edges between the same two become one: the one with the greatest known share, then the lowest reference. A register
/// states voting rights beside shares, and adding the two would count one holding twice. A share that is no percentage (below 0,
/// above 100, not a number) counts as unknown. An entity's holding of itself is kept.
#[derive(Debug, Clone)]
pub struct OwnershipGraph {
    /// Sorted, so that the order of indexes is the order of names.
    names: Vec<String>,
    index: HashMap<String, u32>,
    /// Sorted by (owner, owned).
    arcs: Vec<Arc>,
    /// Where each owner's arcs begin in `arcs`; one more entry than there are names.
    holdings_begin: Vec<u32>,
    /// Indexes into `arcs`, sorted by (owned, owner).
    owner_arcs: Vec<u32>,
    /// Where each entity's owners begin in `owner_arcs`.
    owners_begin: Vec<u32>,
    /// Per entity, what the known shares in it are divided by: 1, or their sum where a source states more than 100 %.
    share_divisor: Vec<f64>,
}

impl OwnershipGraph {
    /// The most edges a graph takes: indexes are 32 bits wide and leave room.
    pub const MAX_EDGES: usize = 100_000_000;

    /// Builds the graph.
    ///
    /// # Errors
    /// When there are more than [`MAX_EDGES`](Self::MAX_EDGES) edges.
    pub fn new(edges: &[OwnershipEdge]) -> Result<Self, GraphError> {
        if edges.len() > Self::MAX_EDGES {
            return Err(GraphError::TooManyEdges { limit: Self::MAX_EDGES });
        }
        let (names, index) = sorted_names(edges);
        let mut arcs: Vec<Arc> = edges
            .iter()
            .map(|edge| Arc {
                owner: index[&edge.owner],
                owned: index[&edge.owned],
                share: edge.share_percent.filter(|share| (0.0..=100.0).contains(share)).map(|share| share / 100.0),
                reference: edge.reference,
            })
            .collect();
        arcs.sort_by(|one, two| {
            let by_share = two.share.unwrap_or(-1.0).total_cmp(&one.share.unwrap_or(-1.0));
            (one.owner, one.owned).cmp(&(two.owner, two.owned)).then(by_share).then(one.reference.cmp(&two.reference))
        });
        arcs.dedup_by_key(|arc| (arc.owner, arc.owned));

        let mut owner_arcs: Vec<u32> = (0u32..).take(arcs.len()).collect();
        owner_arcs.sort_by_key(|arc| (arcs[*arc as usize].owned, arcs[*arc as usize].owner));
        let holdings_begin = beginnings(names.len(), arcs.iter().map(|arc| arc.owner));
        let owners_begin = beginnings(names.len(), owner_arcs.iter().map(|arc| arcs[*arc as usize].owned));
        let mut share_sum = vec![0.0; names.len()];
        for arc in &arcs {
            share_sum[arc.owned as usize] += arc.share.unwrap_or(0.0);
        }
        let share_divisor = share_sum.into_iter().map(|sum: f64| sum.max(1.0)).collect();
        Ok(Self { names, index, arcs, holdings_begin, owner_arcs, owners_begin, share_divisor })
    }

    /// How many entities there are.
    pub fn entity_count(&self) -> usize {
        self.names.len()
    }

    /// How many holdings there are, after those between the same two became one.
    pub fn edge_count(&self) -> usize {
        self.arcs.len()
    }

    /// Whether any edge names this entity.
    pub fn contains(&self, entity: &str) -> bool {
        self.index.contains_key(entity)
    }

    /// How many entities this one holds directly: its out-degree.
    pub fn holding_count(&self, entity: &str) -> usize {
        self.index.get(entity).map_or(0, |node| self.holdings(*node).len())
    }

    /// The direct holdings of an entity, by name of what is held.
    pub fn holdings_of(&self, entity: &str) -> Vec<OwnershipEdge> {
        self.index.get(entity).map(|node| self.holdings(*node).iter().map(|arc| self.edge(arc)).collect()).unwrap_or_default()
    }

    /// The direct owners of an entity, by name.
    pub fn owners_of(&self, entity: &str) -> Vec<OwnershipEdge> {
        self.index.get(entity).map(|node| self.owners(*node).map(|arc| self.edge(arc)).collect()).unwrap_or_default()
    }

    /// Bytes it holds, roughly: for a memory reservation.
    pub fn memory_bytes(&self) -> usize {
        let names: usize = self.names.iter().map(|name| 2 * (name.len() + size_of::<String>()) + 16).sum();
        names + self.arcs.len() * (size_of::<Arc>() + 4) + self.names.len() * 16
    }

    fn name(&self, node: u32) -> &str {
        &self.names[node as usize]
    }

    fn holdings(&self, node: u32) -> &[Arc] {
        let node = node as usize;
        &self.arcs[self.holdings_begin[node] as usize..self.holdings_begin[node + 1] as usize]
    }

    fn owners(&self, node: u32) -> impl Iterator<Item = &Arc> {
        let node = node as usize;
        let arcs = &self.owner_arcs[self.owners_begin[node] as usize..self.owners_begin[node + 1] as usize];
        arcs.iter().map(|arc| &self.arcs[*arc as usize])
    }

    fn has_owner(&self, node: u32) -> bool {
        self.owners(node).any(|arc| arc.owner != node)
    }

    /// The known share of an arc, scaled so that all shares in one entity add up to at most 1.
    fn scaled_share(&self, arc: &Arc) -> f64 {
        arc.share.unwrap_or(0.0) / self.share_divisor[arc.owned as usize]
    }

    fn edge(&self, arc: &Arc) -> OwnershipEdge {
        OwnershipEdge {
            owner: self.name(arc.owner).to_owned(),
            owned: self.name(arc.owned).to_owned(),
            share_percent: arc.share.map(|share| share * 100.0),
            reference: arc.reference,
        }
    }
}

fn sorted_names(edges: &[OwnershipEdge]) -> (Vec<String>, HashMap<String, u32>) {
    let mut names: Vec<&str> = edges.iter().flat_map(|edge| [edge.owner.as_str(), edge.owned.as_str()]).collect();
    names.sort_unstable();
    names.dedup();
    let index = names.iter().map(|name| (*name).to_owned()).zip(0u32..).collect();
    (names.into_iter().map(str::to_owned).collect(), index)
}

/// Where each node's run begins in a list of nodes that is sorted, and the list's length at the end.
fn beginnings(node_count: usize, sorted: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut begin = vec![0u32; node_count + 1];
    for node in sorted {
        begin[node as usize + 1] += 1;
    }
    for node in 0..node_count {
        begin[node + 1] += begin[node];
    }
    begin
}

#[cfg(test)]
mod tests;
