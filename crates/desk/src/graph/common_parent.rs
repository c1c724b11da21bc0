//! Who stands behind both of two entities, and over which holdings.

use std::collections::{BTreeSet, HashSet};

use super::walk::UpwardWalk;
use super::{OwnershipEdge, OwnershipGraph, PathLimits};

/// Someone behind both of two entities.
#[derive(Debug, Clone, PartialEq)]
pub struct CommonParent {
    /// Who. It is one of the two itself where that one stands behind the other.
    pub parent: String,
    /// A shortest chain of holdings from the parent down to the first entity; empty if the parent is that entity.
    pub path_a: Vec<OwnershipEdge>,
    /// The same for the second entity.
    pub path_b: Vec<OwnershipEdge>,
    /// Length of both chains together.
    pub hops: usize,
    /// The parent's integrated share in the first entity in percent, over every chain within the limits (see
    /// [`OwnershipGraph::integrated_ownership`]). A lower bound: an unknown share counts as nothing.
    pub integrated_share_a_percent: f64,
    /// The same for the second entity.
    pub integrated_share_b_percent: f64,
    /// How many entities the parent holds directly. The more, the less it says that two of them share it.
    pub parent_out_degree: usize,
    /// Whether no nearer common parent lies on both chains. One that is not nearest adds nothing but who is behind the nearest.
    pub is_nearest: bool,
    /// Whether nobody is known to hold the parent.
    pub is_ultimate: bool,
}

/// Everyone found behind both of two entities.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CommonParents {
    /// Fewest hops first, then the more even pair of chains, then by name.
    pub found: Vec<CommonParent>,
    /// Whether a limit cut the answer short.
    pub is_truncated: bool,
    /// Hubs met and left out, by name.
    pub hubs: Vec<String>,
}

impl OwnershipGraph {
    /// Everyone behind both `a` and `b`, shortest chains first. Where one of the two stands behind the other, it is itself a
    /// common parent, with an empty chain on its side. The same entity twice, or one that no edge names, has none.
    pub fn paths_to_common_parent(&self, a: &str, b: &str, limits: &PathLimits) -> CommonParents {
        let (Some(&a), Some(&b)) = (self.index.get(a), self.index.get(b)) else { return CommonParents::default() };
        if a == b {
            return CommonParents::default();
        }
        let (walk_a, walk_b) = (self.walk_upwards(a, limits), self.walk_upwards(b, limits));
        let common = common_nodes(&walk_a, &walk_b);
        let is_truncated = walk_a.is_truncated || walk_b.is_truncated || common.len() > limits.max_parents;
        let found =
            common.iter().take(limits.max_parents).map(|(_, _, parent)| self.common_parent(*parent, (a, &walk_a), (b, &walk_b)));
        CommonParents { found: found.collect(), is_truncated, hubs: self.hub_names(&[&walk_a, &walk_b]) }
    }

    fn common_parent(&self, parent: u32, (a, walk_a): (u32, &UpwardWalk), (b, walk_b): (u32, &UpwardWalk)) -> CommonParent {
        let (path_a, path_b) = (self.path_down(walk_a, parent), self.path_down(walk_b, parent));
        let on_path_a: HashSet<u32> = self.nodes_down(walk_a, parent).into_iter().collect();
        let is_nearest = !self.nodes_down(walk_b, parent).iter().any(|node| *node != parent && on_path_a.contains(node));
        let seen = |node| walk_a.reached.contains_key(&node) || walk_b.reached.contains_key(&node);
        let shares = self.push_shares(parent, seen).shares;
        let percent = |node: u32| if node == parent { 100.0 } else { 100.0 * shares.get(&node).copied().unwrap_or(0.0) };
        CommonParent {
            parent: self.name(parent).to_owned(),
            hops: path_a.len() + path_b.len(),
            path_a,
            path_b,
            integrated_share_a_percent: percent(a),
            integrated_share_b_percent: percent(b),
            parent_out_degree: self.holdings(parent).len(),
            is_nearest,
            is_ultimate: !self.has_owner(parent),
        }
    }
}

/// Entities both walks reached, in the order of the answer: all hops, hops on the longer side, index (which orders as names do).
fn common_nodes(walk_a: &UpwardWalk, walk_b: &UpwardWalk) -> BTreeSet<(usize, usize, u32)> {
    let (fewer, more) = if walk_a.order.len() <= walk_b.order.len() { (walk_a, walk_b) } else { (walk_b, walk_a) };
    let both = fewer.order.iter().filter_map(|node| {
        let (one, two) = (fewer.reached.get(node)?.hops, more.reached.get(node)?.hops);
        Some((one + two, one.max(two), *node))
    });
    both.collect()
}
