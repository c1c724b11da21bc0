//! Echoes: findings that only say again what another finding said.

use std::collections::{BTreeMap, BTreeSet};

use oikos_model::{DerivedFrom, FindingKey, NodeId};
use oikos_registry::StoredFinding;

type Id<'finding> = (&'finding NodeId, FindingKey);

/// Which of `findings` speak for themselves, and of what the others are echoes, both by position.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Voices {
    pub(crate) independent: Vec<usize>,
    /// Echo → the independent finding it repeats.
    pub(crate) echoes: BTreeMap<usize, usize>,
}

/// Sorts findings into voices and echoes.
///
/// A finding is an echo if it was derived, over any number of steps, from one that is kept, or from something that one was
/// derived from too. It is one even if it rests on more besides: what it adds cannot be told apart from what it repeats. `findings` are ordered by origin and key,
/// and those with the least behind them are kept first, so a circle of derivations leaves exactly one.
pub(crate) fn voices(findings: &[&StoredFinding]) -> Voices {
    let direct: BTreeMap<Id<'_>, Vec<Id<'_>>> = findings.iter().map(|finding| (id(finding), sources(finding))).collect();
    let ancestors: Vec<BTreeSet<Id<'_>>> = findings.iter().map(|finding| ancestors(id(finding), &direct)).collect();
    let mut order: Vec<usize> = (0..findings.len()).collect();
    order.sort_by_key(|position| ancestors[*position].len());
    let mut voices = Voices::default();
    let mut spoken_for: BTreeMap<Id<'_>, usize> = BTreeMap::new();
    for position in order {
        if let Some(source) = ancestors[position].iter().find_map(|ancestor| spoken_for.get(ancestor)) {
            voices.echoes.insert(position, *source);
            continue;
        }
        voices.independent.push(position);
        spoken_for.insert(id(findings[position]), position);
        spoken_for.extend(ancestors[position].iter().map(|ancestor| (*ancestor, position)));
    }
    voices.independent.sort_unstable();
    voices
}

fn id(finding: &StoredFinding) -> Id<'_> {
    (&finding.finding.origin, finding.finding.key)
}

fn sources(finding: &StoredFinding) -> Vec<Id<'_>> {
    let findings = finding.finding.derived_from.iter().filter_map(|source| match source {
        DerivedFrom::Finding { origin, key, .. } => Some((origin, *key)),
        DerivedFrom::Statement { .. } => None,
    });
    findings.collect()
}

fn ancestors<'finding>(start: Id<'finding>, direct: &BTreeMap<Id<'finding>, Vec<Id<'finding>>>) -> BTreeSet<Id<'finding>> {
    let mut found = BTreeSet::new();
    let mut waiting: Vec<Id<'finding>> = direct.get(&start).cloned().unwrap_or_default();
    while let Some(ancestor) = waiting.pop() {
        if ancestor != start && found.insert(ancestor) {
            waiting.extend(direct.get(&ancestor).into_iter().flatten());
        }
    }
    found
}
