//! Links over ownership: what two findings name has one parent.

use std::collections::{BTreeMap, BTreeSet};

use oikos_desk::graph::CommonParent;
use oikos_model::Selector;

use crate::Parameters;
use crate::echo::Voices;
use crate::known::Known;
use crate::link::{Candidate, Evidence, enough_reach, gap_days, time_bits};
use crate::register::Register;
use crate::surprise::common_parent_bits;

/// A parent with more things below it that findings name is a hub among the findings, and joins none of them.
const MOST_BELOW_ONE_PARENT: usize = 200;

/// The findings that name a thing, each with by what, and where the register says that this names the thing.
type Named<'known> = BTreeMap<usize, (&'known Selector, usize)>;

/// Links between findings whose things have a common parent. Two findings get the most surprising path between them.
pub(crate) fn links(known: &Known, register: &Register<'_>, voices: &Voices<'_>, parameters: &Parameters) -> Vec<Candidate> {
    let mut naming: BTreeMap<usize, Named<'_>> = BTreeMap::new();
    for finding in voices.findings() {
        for selector in &known.findings[finding].finding.selectors {
            if let Some((thing, statement)) = register.thing(selector) {
                naming.entry(thing).or_default().entry(finding).or_insert((selector, statement));
            }
        }
    }
    for named in naming.values_mut() {
        let heard = voices.one_of_each(named.keys().copied());
        named.retain(|finding, _| heard.contains(finding));
    }
    let mut strongest: BTreeMap<(usize, usize), Candidate> = BTreeMap::new();
    for (one, other) in pairs_below_one_parent(register, naming.keys().copied(), parameters) {
        let Some(link) = link(known, register, voices, (one, &naming[&one]), (other, &naming[&other]), parameters) else {
            continue;
        };
        let is_better = |kept: &Candidate| link.surprise_bits > kept.surprise_bits;
        if strongest.get(&(link.from, link.to)).is_none_or(is_better) {
            strongest.insert((link.from, link.to), link);
        }
    }
    strongest.into_values().collect()
}

/// Pairs of things that stand below one parent, or one below the other, found by one walk upwards from each.
fn pairs_below_one_parent(
    register: &Register<'_>,
    things: impl Iterator<Item = usize>,
    parameters: &Parameters,
) -> BTreeSet<(usize, usize)> {
    let mut below: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for thing in things {
        let node = Register::node(thing);
        let parents = register.graph.parents_of(&node, &parameters.path_limits()).found;
        for parent in parents.into_iter().map(|parent| parent.entity).chain([node]) {
            below.entry(parent).or_default().push(thing);
        }
    }
    let mut pairs = BTreeSet::new();
    for things in below.values().filter(|things| things.len() <= MOST_BELOW_ONE_PARENT) {
        for (position, one) in things.iter().enumerate() {
            pairs.extend(things[position + 1..].iter().map(|other| (*one.min(other), *one.max(other))));
        }
    }
    pairs
}

/// The link over the most surprising common parent of two things, between the two findings on its ends that lie closest in time.
fn link(
    known: &Known,
    register: &Register<'_>,
    voices: &Voices<'_>,
    (one, ones): (usize, &Named<'_>),
    (other, others): (usize, &Named<'_>),
    parameters: &Parameters,
) -> Option<Candidate> {
    let (first, second) = closest(known, voices, ones, others)?;
    let (common, reach, bits) = best_parent(register, one, other, parameters)?;
    let ((from, selector, stated), (to, selector_to, stated_to)) = (first, second);
    let mut statements = register.statements_behind(&[common.path_a.as_slice(), &common.path_b].concat());
    statements.extend([stated, stated_to]);
    let evidence = Evidence::Path {
        selectors: [selector.clone(), selector_to.clone()],
        things: [one, other],
        parent: Register::thing_of(&common.parent),
        out_degree: common.parent_out_degree,
        edges: [common.path_a, common.path_b],
        reach,
        entities: register.graph.entity_count(),
    };
    let time_bits = time_bits(&known.findings[from], &known.findings[to], parameters);
    let link = Candidate { from, to, evidence, surprise_bits: bits, time_bits, counts: false, statements };
    Some(in_order_of_time(known, link))
}

fn best_parent(register: &Register<'_>, one: usize, other: usize, parameters: &Parameters) -> Option<(CommonParent, usize, f64)> {
    let entities = register.graph.entity_count();
    let enough = enough_reach(entities, parameters);
    let common = register.graph.paths_to_common_parent(&Register::node(one), &Register::node(other), &parameters.path_limits());
    let weighed = common.found.into_iter().filter(|common| common.is_nearest).map(|common| {
        let hops = common.path_a.len().max(common.path_b.len());
        let reach = register.reach(&common.parent, hops, enough);
        let bits = common_parent_bits(reach, entities);
        (common, reach, bits)
    });
    // Of equals the first: fewest hops.
    weighed
        .filter(|(_, _, bits)| *bits >= parameters.min_link_bits)
        .reduce(|best, next| if next.2 > best.2 { next } else { best })
}

type End<'known> = (usize, &'known Selector, usize);

/// The two findings, one naming only the first thing and one only the second, that lie closest in time.
fn closest<'known>(
    known: &Known,
    voices: &Voices<'_>,
    ones: &Named<'known>,
    others: &Named<'known>,
) -> Option<(End<'known>, End<'known>)> {
    // A finding that names both is about the holding itself: the path is what it says, not what joins it to another.
    let only_one: Vec<_> = ones.iter().filter(|(finding, _)| !others.contains_key(finding)).collect();
    let only_other: Vec<_> = others.iter().filter(|(finding, _)| !ones.contains_key(finding)).collect();
    let mut closest: Option<(f64, (End<'known>, End<'known>))> = None;
    for (from, (selector, stated)) in only_one {
        for (to, (selector_to, stated_to)) in only_other.iter().filter(|(to, _)| !voices.are_related(*from, **to)) {
            let gap = gap_days(&known.findings[*from], &known.findings[**to]);
            if closest.as_ref().is_none_or(|(least, _)| gap < *least) {
                closest = Some((gap, ((*from, selector, *stated), (**to, selector_to, *stated_to))));
            }
        }
    }
    closest.map(|(_, ends)| ends)
}

fn in_order_of_time(known: &Known, link: Candidate) -> Candidate {
    let began = |finding: usize| (known.findings[finding].finding.occurred_from, finding);
    if began(link.from) <= began(link.to) {
        return link;
    }
    let mut turned = Candidate { from: link.to, to: link.from, ..link };
    if let Evidence::Path { selectors, things, edges, .. } = &mut turned.evidence {
        selectors.reverse();
        things.reverse();
        edges.reverse();
    }
    turned
}
