//! Walking upwards from an entity to everyone behind it, nearest first.

use std::collections::HashMap;

use super::{OwnershipEdge, OwnershipGraph};

/// How far a walk goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PathLimits {
    /// The most holdings between an entity and a parent.
    pub max_hops: usize,
    /// The most entities one walk looks at.
    pub max_visited: usize,
    /// The most parents in an answer.
    pub max_parents: usize,
    /// An entity with more direct holdings than this is a hub: a fund, a nominee, a registrar. It stands behind everyone, so
    /// sharing it says nothing; it is left out, and so is whoever stands behind it.
    pub hub_holdings: usize,
}

impl Default for PathLimits {
    fn default() -> Self {
        Self { max_hops: 6, max_visited: 20_000, max_parents: 32, hub_holdings: 1_000 }
    }
}

/// Someone behind an entity.
#[derive(Debug, Clone, PartialEq)]
pub struct Parent {
    /// Who.
    pub entity: String,
    /// A shortest chain of holdings, from the parent down to the entity. Among chains of the same length it is the one whose
    /// owners come first by name, looking from the entity upwards.
    pub path: Vec<OwnershipEdge>,
    /// Whether nobody is known to hold the parent.
    pub is_ultimate: bool,
    /// How many entities the parent holds directly.
    pub holding_count: usize,
}

/// Everyone found behind an entity.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parents {
    /// Fewest hops first, then by name.
    pub found: Vec<Parent>,
    /// Whether `max_visited` or `max_parents` cut the answer short.
    pub is_truncated: bool,
    /// Hubs met and left out, by name.
    pub hubs: Vec<String>,
}

/// One entity reached: over which arc, and at which distance.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reached {
    pub(super) hops: usize,
    /// Index of the arc to the entity below; `None` at the beginning of the walk.
    arc_below: Option<u32>,
}

/// A finished walk upwards.
pub(super) struct UpwardWalk {
    /// In the order of being reached: by hops, then by name of the entity below, then by own name.
    pub(super) order: Vec<u32>,
    pub(super) reached: HashMap<u32, Reached>,
    pub(super) hubs: Vec<u32>,
    pub(super) is_truncated: bool,
}

impl OwnershipGraph {
    /// Everyone behind `entity`, nearest first. An entity that no edge names has nobody behind it.
    pub fn parents_of(&self, entity: &str, limits: &PathLimits) -> Parents {
        let Some(&node) = self.index.get(entity) else { return Parents::default() };
        let walk = self.walk_upwards(node, limits);
        let mut above: Vec<u32> = walk.order.iter().copied().filter(|reached| *reached != node).collect();
        above.sort_by_key(|reached| (walk.reached[reached].hops, *reached));
        let is_truncated = walk.is_truncated || above.len() > limits.max_parents;
        let found = above.iter().take(limits.max_parents).map(|parent| Parent {
            entity: self.name(*parent).to_owned(),
            path: self.path_down(&walk, *parent),
            is_ultimate: !self.has_owner(*parent),
            holding_count: self.holdings(*parent).len(),
        });
        Parents { found: found.collect(), is_truncated, hubs: self.hub_names(&[&walk]) }
    }

    /// Breadth first, so the first way to an entity is a shortest one.
    pub(super) fn walk_upwards(&self, from: u32, limits: &PathLimits) -> UpwardWalk {
        let mut walk = UpwardWalk {
            order: vec![from],
            reached: HashMap::from([(from, Reached { hops: 0, arc_below: None })]),
            hubs: Vec::new(),
            is_truncated: false,
        };
        let mut next = 0;
        while let Some(&node) = walk.order.get(next) {
            next += 1;
            let hops = walk.reached[&node].hops + 1;
            if hops > limits.max_hops {
                break;
            }
            for position in self.owners_begin[node as usize]..self.owners_begin[node as usize + 1] {
                let arc = self.owner_arcs[position as usize];
                let owner = self.arcs[arc as usize].owner;
                if walk.reached.contains_key(&owner) {
                    continue;
                }
                if self.holdings(owner).len() > limits.hub_holdings {
                    walk.hubs.push(owner);
                    continue;
                }
                if walk.order.len() >= limits.max_visited {
                    walk.is_truncated = true;
                    return walk;
                }
                walk.reached.insert(owner, Reached { hops, arc_below: Some(arc) });
                walk.order.push(owner);
            }
        }
        walk
    }

    /// The chain from a reached entity down to where the walk began.
    pub(super) fn path_down(&self, walk: &UpwardWalk, parent: u32) -> Vec<OwnershipEdge> {
        self.arcs_down(walk, parent).map(|arc| self.edge(&self.arcs[arc as usize])).collect()
    }

    /// The entities on that chain, the parent first.
    pub(super) fn nodes_down(&self, walk: &UpwardWalk, parent: u32) -> Vec<u32> {
        let below = self.arcs_down(walk, parent).map(|arc| self.arcs[arc as usize].owned);
        std::iter::once(parent).chain(below).collect()
    }

    fn arcs_down(&self, walk: &UpwardWalk, parent: u32) -> impl Iterator<Item = u32> {
        let arc_below = |node: u32| walk.reached.get(&node).and_then(|reached| reached.arc_below);
        std::iter::successors(arc_below(parent), move |arc| arc_below(self.arcs[*arc as usize].owned))
    }

    pub(super) fn hub_names(&self, walks: &[&UpwardWalk]) -> Vec<String> {
        let mut hubs: Vec<u32> = walks.iter().flat_map(|walk| walk.hubs.iter().copied()).collect();
        hubs.sort_unstable();
        hubs.dedup();
        hubs.into_iter().map(|hub| self.name(hub).to_owned()).collect()
    }
}
