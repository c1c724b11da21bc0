//! Integrated ownership: how much of each entity a source holds over all chains together.
//!
//! With `A_ij` the share of `j` held by `i` and `V = (I − A)⁻¹`, the share of `i` in `j` corrected for cycles is `V_ij / V_ii`
//! (Vitali, Glattfelder & Battiston 2011): the weight of all walks from `i` to `j` that never return to `i`. Those are exactly
//! the walks in the graph without the edges into `i`, so one sparse solve per source does: weight is pushed down the holdings
//! until what is left to push is negligible. Read the other way, it is the chance that someone who steps from `j` to one of its
//! owners, with the shares as chances, comes to `i` before getting lost; so it is never above 1, and the solve settles.

use std::collections::{HashMap, VecDeque};

use super::{GraphError, OwnershipGraph};

/// How much of an entity a source holds.
#[derive(Debug, Clone, PartialEq)]
pub struct IntegratedShare {
    /// The entity.
    pub entity: String,
    /// The integrated share in percent. A lower bound: an unknown share counts as nothing.
    pub share_percent: f64,
}

/// What is left to push is dropped below this weight. It bounds the error per step, far below what any register states.
const NEGLIGIBLE: f64 = 1e-12;

/// Pushes per solve: enough for a chain of a million entities or a thousand rounds in a knot of a thousand.
const MAX_PUSHES: usize = 2_000_000;

pub(super) struct PushedShares {
    pub(super) shares: HashMap<u32, f64>,
    is_settled: bool,
}

impl OwnershipGraph {
    /// What `source` holds of every entity below it, by name. Shares in one entity that add up to more than 100 % are scaled down
    /// to
    /// 100 % first: a source that states more contradicts itself.
    ///
    /// # Errors
    /// When the shares go round in circles so tightly that they do not settle.
    pub fn integrated_ownership(&self, source: &str) -> Result<Vec<IntegratedShare>, GraphError> {
        let Some(&node) = self.index.get(source) else { return Ok(Vec::new()) };
        let pushed = self.push_shares(node, |_| true);
        if !pushed.is_settled {
            return Err(GraphError::NotSettled { source_entity: source.to_owned(), limit: MAX_PUSHES });
        }
        let mut shares: Vec<(u32, f64)> = pushed.shares.into_iter().collect();
        shares.sort_unstable_by_key(|(entity, _)| *entity);
        let named = |(entity, share)| IntegratedShare { entity: self.name(entity).to_owned(), share_percent: 100.0 * share };
        Ok(shares.into_iter().map(named).collect())
    }

    /// The shares of `source` in everything below it that `is_seen`. Weight goes round by round in a fixed order, so the result
    /// is the same every time.
    pub(super) fn push_shares(&self, source: u32, is_seen: impl Fn(u32) -> bool) -> PushedShares {
        let mut shares: HashMap<u32, f64> = HashMap::new();
        let mut waiting: HashMap<u32, f64> = HashMap::from([(source, 1.0)]);
        let mut queue = VecDeque::from([source]);
        let mut pushes = 0;
        while let Some(node) = queue.pop_front() {
            let Some(weight) = waiting.remove(&node) else { continue };
            if node != source {
                *shares.entry(node).or_default() += weight;
            }
            for arc in self.holdings(node) {
                let pushed = weight * self.scaled_share(arc);
                if arc.owned == source || pushed < NEGLIGIBLE || !is_seen(arc.owned) {
                    continue;
                }
                let left = waiting.entry(arc.owned).or_default();
                if *left == 0.0 {
                    queue.push_back(arc.owned);
                }
                *left += pushed;
                pushes += 1;
            }
            if pushes > MAX_PUSHES {
                return PushedShares { shares, is_settled: false };
            }
        }
        PushedShares { shares, is_settled: true }
    }
}
