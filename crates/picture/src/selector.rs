//! Links over shared identifiers.

use std::collections::{BTreeMap, BTreeSet};

use oikos_model::{Selector, SelectorKind};

use crate::Parameters;
use crate::echo::Voices;
use crate::known::Known;
use crate::link::{Candidate, Evidence, time_bits};
use crate::register::Register;
use crate::surprise::shared_identifier_bits;

/// What findings name: a thing the register knows, however they name it, or an identifier by itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Named {
    Thing(usize),
    Identifier(Selector),
}

/// Links between findings that name the same. Findings that name one thing are joined in the order of time, each to the next.
pub(crate) fn links(known: &Known, register: &Register<'_>, voices: &Voices<'_>, parameters: &Parameters) -> Vec<Candidate> {
    let mut naming: BTreeMap<Named, BTreeMap<usize, BTreeSet<&Selector>>> = BTreeMap::new();
    for finding in voices.findings() {
        for selector in known.findings[finding].finding.selectors.iter().filter(|selector| names_an_actor(selector.kind)) {
            let named =
                register.thing(selector).map_or_else(|| Named::Identifier(selector.clone()), |(thing, _)| Named::Thing(thing));
            naming.entry(named).or_default().entry(finding).or_default().insert(selector);
        }
    }
    let mut links = Vec::new();
    for (named, findings) in &naming {
        let mut in_time = voices.one_of_each(findings.keys().copied());
        in_time.sort_by_key(|finding| (known.findings[*finding].finding.occurred_from, *finding));
        let holders = in_time.len().max(holdings(register, named) + 1);
        for pair in in_time.windows(2).filter(|pair| !voices.are_related(pair[0], pair[1])) {
            let selectors = pick(&findings[&pair[0]], &findings[&pair[1]]);
            let population = register.identities.population(selectors[0].kind).max(parameters.min_population);
            let surprise_bits = shared_identifier_bits(holders, population);
            if surprise_bits >= parameters.min_link_bits {
                links.push(Candidate {
                    from: pair[0],
                    to: pair[1],
                    surprise_bits,
                    time_bits: time_bits(&known.findings[pair[0]], &known.findings[pair[1]], parameters),
                    counts: false,
                    statements: statements(register, named, &selectors),
                    evidence: Evidence::Shared { selectors, holders, population },
                });
            }
        }
    }
    links
}

/// A class of goods or a place is no actor: that two findings are about the same cable says that the cable matters, not that whoever came
/// near it belongs together. A ferry that stops for repairs lies over the same cable.
const fn names_an_actor(kind: SelectorKind) -> bool {
    !matches!(kind, SelectorKind::Asset | SelectorKind::CommodityCode)
}

fn holdings(register: &Register<'_>, named: &Named) -> usize {
    match named {
        Named::Thing(thing) => register.graph.holding_count(&Register::node(*thing)),
        Named::Identifier(_) => 0,
    }
}

/// The identifier both use, if there is one; else the first of each.
fn pick(ones: &BTreeSet<&Selector>, others: &BTreeSet<&Selector>) -> [Selector; 2] {
    let shared = ones.intersection(others).next().copied();
    let pair = shared.map_or_else(|| ones.first().copied().zip(others.first().copied()), |shared| Some((shared, shared)));
    #[expect(clippy::expect_used, reason = "a finding is in the list because it has a selector in the set")]
    let (one, other) = pair.expect("each set holds a selector");
    [one.clone(), other.clone()]
}

/// Where two identifiers are one thing's, the statements that say so.
fn statements(register: &Register<'_>, named: &Named, selectors: &[Selector; 2]) -> BTreeSet<usize> {
    match named {
        Named::Thing(thing) if selectors[0] != selectors[1] => {
            let carried = selectors.iter().filter_map(|selector| register.thing(selector)).map(|(_, statement)| statement);
            carried.chain(register.identities.joined_by(*thing)).collect()
        }
        _ => BTreeSet::new(),
    }
}
