//! Links: why two findings are read together.

use std::collections::{BTreeMap, BTreeSet};

use oikos_desk::graph::OwnershipEdge;
use oikos_model::{ContentHasher, DatasetId, EntityId, FindingKey, NodeId, Selector, SelectorClass};
use oikos_registry::StoredFinding;
use serde::{Deserialize, Serialize};

use crate::known::Known;
use crate::lead::{FindingReference, StatementReference};
use crate::surprise::closeness_bits;
use crate::{Parameters, surprise};

/// Why two findings are read together, as a lead shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Link {
    /// The earlier finding.
    pub from: FindingReference,
    /// The later one.
    pub to: FindingReference,
    /// What joins them.
    #[serde(flatten)]
    pub evidence: LinkEvidence,
    /// Surprise of what joins them, in bits.
    pub surprise_bits: f64,
    /// Bits for closeness in time, bounded.
    pub time_bits: f64,
    /// Whether its bits are in the lead's score. Where other links of the same kind already join the two findings, directly or through others,
    /// it is shown and not counted again.
    pub counts: bool,
    /// The reason in words, with its numbers.
    pub reason: String,
    /// Every statement it rests on: recall walks these.
    pub statements: Vec<StatementReference>,
}

impl Link {
    /// What it adds to the score if it counts.
    pub fn bits(&self) -> f64 {
        self.surprise_bits + self.time_bits
    }

    /// By what people and the page name the link: a hash of what it joins by what. It stays when scores or revisions change.
    pub fn id(&self) -> String {
        let (selectors, is_path) = match &self.evidence {
            LinkEvidence::SharedSelector { selector, selector_to, .. } => ([selector, selector_to], false),
            LinkEvidence::OwnershipPath { selector, selector_to, .. } => ([selector, selector_to], true),
        };
        id_of([(&self.from.origin, self.from.key), (&self.to.origin, self.to.key)], selectors, is_path)
    }
}

fn id_of(ends: [(&NodeId, FindingKey); 2], selectors: [&Selector; 2], is_path: bool) -> String {
    let mut hasher = ContentHasher::new(if is_path { "link-path" } else { "link-shared" });
    for (origin, key) in ends {
        hasher = hasher.field(origin.as_str().as_bytes()).field(key.to_string().as_bytes());
    }
    let hasher = selectors.iter().fold(hasher, |hasher, selector| hasher.field(selector.to_string().as_bytes()));
    hasher.finish().to_string()
}

/// What joins two findings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LinkEvidence {
    /// Both name one thing, by the same identifier or by two of its identifiers.
    SharedSelector {
        /// By what the earlier finding names it.
        selector: Selector,
        /// By what the later finding names it.
        selector_to: Selector,
        /// How much the identifiers say about a person.
        class: SelectorClass,
        /// How many findings name it, or how many it holds, whichever is more.
        holders: usize,
        /// How many identifiers of the kind there are.
        population: usize,
    },
    /// What the findings name has one parent.
    OwnershipPath {
        /// By what the earlier finding names its end of the path.
        selector: Selector,
        /// By what the later finding names its end.
        selector_to: Selector,
        /// Who stands behind both.
        parent: String,
        /// The holdings from the parent down to the first end, then those down to the second.
        steps: Vec<PathStep>,
        /// How many holdings the parent has itself.
        parent_out_degree: usize,
        /// How many entities stand as close below the parent.
        reach: usize,
        /// How many entities the register has.
        entities: usize,
    },
}

/// One holding on a path, with where it is stated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PathStep {
    /// Who holds, by name.
    pub owner: String,
    /// Who holds, as the source of the holding names it.
    pub owner_entity: EntityId,
    /// What is held, by name.
    pub owned: String,
    /// What is held, as the source of the holding names it.
    pub owned_entity: EntityId,
    /// The share in percent; `None` where the source does not say.
    pub share_percent: Option<f64>,
    /// The node that first had the statements.
    pub origin: NodeId,
    /// The dataset they are from.
    pub dataset: DatasetId,
    /// The statements of the holding.
    pub statements: Vec<StatementReference>,
}

/// A link before it is put in words. Findings and statements are positions in what is known.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Candidate {
    /// The earlier finding.
    pub(crate) from: usize,
    /// The later finding.
    pub(crate) to: usize,
    pub(crate) evidence: Evidence,
    pub(crate) surprise_bits: f64,
    pub(crate) time_bits: f64,
    pub(crate) counts: bool,
    pub(crate) statements: BTreeSet<usize>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Evidence {
    Shared {
        selectors: [Selector; 2],
        holders: usize,
        population: usize,
    },
    Path {
        selectors: [Selector; 2],
        things: [usize; 2],
        parent: usize,
        edges: [Vec<OwnershipEdge>; 2],
        out_degree: usize,
        reach: usize,
        entities: usize,
    },
}

impl Candidate {
    /// What it adds to the score if it counts.
    pub(crate) fn bits(&self) -> f64 {
        self.surprise_bits + self.time_bits
    }

    /// As [`Link::id`].
    pub(crate) fn id(&self, known: &Known) -> String {
        let (Evidence::Shared { selectors, .. } | Evidence::Path { selectors, .. }) = &self.evidence;
        let end = |finding: usize| (&known.findings[finding].finding.origin, known.findings[finding].finding.key);
        id_of([end(self.from), end(self.to)], [&selectors[0], &selectors[1]], self.is_path())
    }

    pub(crate) const fn is_path(&self) -> bool {
        matches!(self.evidence, Evidence::Path { .. })
    }
}

/// Bits for closeness in time of two findings: between the end of the earlier and the beginning of the later.
pub(crate) fn time_bits(one: &StoredFinding, other: &StoredFinding, parameters: &Parameters) -> f64 {
    closeness_bits(gap_days(one, other), parameters.time_window_days, parameters.max_time_bits)
}

/// Days between two findings; 0 where they overlap.
pub(crate) fn gap_days(one: &StoredFinding, other: &StoredFinding) -> f64 {
    let (one, other) = (&one.finding, &other.finding);
    let gap = one.occurred_from.max(other.occurred_from).as_second() - one.occurred_to.min(other.occurred_to).as_second();
    gap.max(0) as f64 / 86_400.0
}

/// Decides which links count, and returns the score: for each kind of link the maximum spanning forest over the voices of the
/// findings (Kruskal 1956).
///
/// Links that close a circle of their kind repeat what the others say (a ship's IMO number and its MMSI; a chain and the longer
/// chain around it), so counting them would count one thing twice. Two kinds are independent and add up. The weight of a maximum spanning
/// forest never rises when a link is removed.
pub(crate) fn settle(links: &mut [Candidate], voice: impl Fn(usize) -> usize) -> f64 {
    let mut order: Vec<usize> = (0..links.len()).collect();
    // Strongest first; equal ones in their own order, which the caller made independent of the store's.
    order.sort_by(|one, other| links[*other].bits().total_cmp(&links[*one].bits()).then(one.cmp(other)));
    let mut score = 0.0;
    for is_path in [false, true] {
        let mut groups = Groups::default();
        for position in order.iter().filter(|position| links[**position].is_path() == is_path).copied().collect::<Vec<_>>() {
            let link = &mut links[position];
            link.counts = groups.unite(voice(link.from), voice(link.to));
            score += if link.counts { link.bits() } else { 0.0 };
        }
    }
    score
}

/// Findings that links join, directly or through others.
#[derive(Debug, Default)]
pub(crate) struct Groups(BTreeMap<usize, usize>);

impl Groups {
    /// Joins the groups of two findings. Returns whether they were apart.
    pub(crate) fn unite(&mut self, one: usize, other: usize) -> bool {
        let (one, other) = (self.leader(one), self.leader(other));
        self.0.insert(one.max(other), one.min(other));
        one != other
    }

    /// The finding that its group goes by.
    pub(crate) fn leader(&mut self, finding: usize) -> usize {
        let mut leader = *self.0.entry(finding).or_insert(finding);
        while let Some(above) = self.0.get(&leader).copied().filter(|above| *above != leader) {
            leader = above;
        }
        self.0.insert(finding, leader);
        leader
    }
}

/// Bits below which a link is not worth a look, told of a path before its parent's reach is counted in full.
pub(crate) fn enough_reach(entities: usize, parameters: &Parameters) -> usize {
    let mut reach = 1usize;
    while reach < entities && surprise::common_parent_bits(reach.saturating_mul(2), entities) >= parameters.min_link_bits {
        reach = reach.saturating_mul(2);
    }
    // The largest power of two that still passes, doubled: what lies above cannot pass.
    reach.saturating_mul(2)
}

#[cfg(test)]
mod tests {
    use oikos_model::SelectorKind;
    use proptest::prelude::*;

    use super::*;

    fn candidate((from, to, bits, is_path): (usize, usize, f64, bool)) -> Candidate {
        let selector = Selector { kind: SelectorKind::Wallet, value: "W".into() };
        let selectors = [selector.clone(), selector];
        let evidence = if is_path {
            Evidence::Path {
                selectors,
                things: [0, 1],
                parent: 2,
                edges: [Vec::new(), Vec::new()],
                out_degree: 2,
                reach: 2,
                entities: 2_000,
            }
        } else {
            Evidence::Shared { selectors, holders: 2, population: 1_024 }
        };
        Candidate { from, to, evidence, surprise_bits: bits, time_bits: 0.0, counts: false, statements: BTreeSet::new() }
    }

    const fn itself(finding: usize) -> usize {
        finding
    }

    #[test]
    fn a_second_link_of_the_same_kind_is_shown_and_not_counted() {
        let mut links = vec![candidate((0, 1, 8.0, false)), candidate((0, 1, 9.0, false)), candidate((0, 1, 7.0, true))];
        assert_eq!(settle(&mut links, itself), 16.0);
        assert_eq!(links.iter().map(|link| link.counts).collect::<Vec<_>>(), [false, true, true]);
    }

    #[test]
    fn removing_a_link_that_counts_lowers_the_score() {
        let mut links = vec![candidate((0, 1, 8.0, false)), candidate((1, 2, 9.0, false)), candidate((0, 2, 7.0, true))];
        let whole = settle(&mut links, itself);
        for left_out in 0..links.len() {
            let mut rest = links.clone();
            rest.remove(left_out);
            assert!(settle(&mut rest, itself) < whole);
        }
    }

    #[test]
    fn reach_that_cannot_pass_is_not_counted_to_its_end() {
        let parameters = Parameters::default();
        for entities in [1, 2, 100, 4_000, 1_000_000] {
            let enough = enough_reach(entities, &parameters);
            assert!(surprise::common_parent_bits(enough, entities) < parameters.min_link_bits, "{entities}");
        }
    }

    proptest! {
        #[test]
        fn removing_any_link_never_raises_the_score(
            drawn in prop::collection::vec((0usize..6, 0usize..6, 0.0f64..12.0, any::<bool>()), 1..20),
            left_out in any::<prop::sample::Index>(),
        ) {
            let mut links: Vec<Candidate> = drawn.into_iter().filter(|drawn| drawn.0 != drawn.1).map(candidate).collect();
            prop_assume!(!links.is_empty());
            let whole = settle(&mut links, itself);
            links.remove(left_out.index(links.len()));
            prop_assert!(settle(&mut links, itself) <= whole + 1e-9);
        }
    }
}
