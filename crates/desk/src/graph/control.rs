//! Company control: whom an entity can outvote, alone or through those it controls.

use std::collections::{BTreeSet, HashMap, VecDeque};

use super::OwnershipGraph;

impl OwnershipGraph {
    /// The entities `source` controls, by name: the least set such that an entity is in it when `source` and the set together
    /// hold more than
    /// `threshold_percent` of it (Magnanimi & Iezzi 2022; 50 for a majority). An unknown share counts as nothing. Each holding is looked
    /// at once, so it takes time in proportion to the holdings of what is controlled.
    pub fn controlled_by(&self, source: &str, threshold_percent: f64) -> Vec<String> {
        let Some(&source) = self.index.get(source) else { return Vec::new() };
        // Half a millionth of a percentage point is not a majority: sums of decimal shares are not exact.
        let threshold = threshold_percent / 100.0 + 5e-9;
        let mut votes: HashMap<u32, f64> = HashMap::new();
        let mut controlled: BTreeSet<u32> = BTreeSet::from([source]);
        let mut queue = VecDeque::from([source]);
        while let Some(node) = queue.pop_front() {
            for arc in self.holdings(node) {
                let sum = votes.entry(arc.owned).or_default();
                *sum += arc.share.unwrap_or(0.0);
                if *sum > threshold && controlled.insert(arc.owned) {
                    queue.push_back(arc.owned);
                }
            }
        }
        controlled.remove(&source);
        controlled.into_iter().map(|node| self.name(node).to_owned()).collect()
    }
}
