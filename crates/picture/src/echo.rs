//! Echoes: findings that only say again what another finding said.

use std::collections::{BTreeMap, BTreeSet};

use oikos_model::{DerivedFrom, FindingKey, NodeId};
use oikos_registry::StoredFinding;

type Id<'finding> = (&'finding NodeId, FindingKey);

/// Whose voice each finding is. Findings are positions in what is known.
#[derive(Debug, Default)]
pub(crate) struct Voices<'finding> {
    /// The finding that each one speaks for: itself, or the one it repeats.
    voice: BTreeMap<usize, usize>,
    /// Each finding and everything it was derived from, over any number of steps.
    lineage: BTreeMap<usize, BTreeSet<Id<'finding>>>,
}

impl<'finding> Voices<'finding> {
    /// Sorts the `admitted` ones of `findings`, which are ordered by origin and key, into voices and echoes.
    ///
    /// A finding is an echo if it was derived from a voice, or from something that a voice was derived from too. It is one even if it
    /// rests on more besides: what it adds cannot be told apart from what it repeats. Those with the least behind them are voices
    /// first, so a circle of derivations leaves exactly one.
    pub(crate) fn of(findings: &'finding [StoredFinding], admitted: &[usize]) -> Self {
        let direct: BTreeMap<Id<'_>, Vec<Id<'_>>> =
            admitted.iter().map(|number| (id(&findings[*number]), sources(&findings[*number]))).collect();
        let lineage: BTreeMap<usize, BTreeSet<Id<'_>>> =
            admitted.iter().map(|number| (*number, lineage(id(&findings[*number]), &direct))).collect();
        let mut order = admitted.to_vec();
        order.sort_by_key(|number| (lineage[number].len(), *number));
        let mut voice = BTreeMap::new();
        let mut spoken_for: BTreeMap<Id<'_>, usize> = BTreeMap::new();
        for number in order {
            let source = lineage[&number].iter().find_map(|ancestor| spoken_for.get(ancestor)).copied();
            voice.insert(number, source.unwrap_or(number));
            if source.is_none() {
                spoken_for.extend(lineage[&number].iter().map(|ancestor| (*ancestor, number)));
            }
        }
        Self { voice, lineage }
    }

    /// All findings, voices and echoes.
    pub(crate) fn findings(&self) -> impl Iterator<Item = usize> {
        self.voice.keys().copied()
    }

    /// The finding that this one speaks for: itself, or the one it repeats.
    pub(crate) fn voice(&self, finding: usize) -> usize {
        self.voice.get(&finding).copied().unwrap_or(finding)
    }

    /// The echoes of a voice.
    pub(crate) fn echoes(&self, of: usize) -> impl Iterator<Item = usize> {
        self.voice.iter().filter(move |(finding, voice)| **voice == of && **finding != of).map(|(finding, _)| *finding)
    }

    /// Of each voice that is heard in these findings one: the voice itself, or else its first echo.
    pub(crate) fn one_of_each(&self, findings: impl Iterator<Item = usize>) -> Vec<usize> {
        let mut heard: BTreeMap<usize, usize> = BTreeMap::new();
        for finding in findings {
            let voice = self.voice(finding);
            let one = heard.entry(voice).or_insert(finding);
            if finding == voice {
                *one = finding;
            }
        }
        heard.into_values().collect()
    }

    /// Whether two findings are one voice or rest on something in common. Then nothing they share is news.
    pub(crate) fn are_related(&self, one: usize, other: usize) -> bool {
        self.voice(one) == self.voice(other) || !self.lineage[&one].is_disjoint(&self.lineage[&other])
    }
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

fn lineage<'finding>(start: Id<'finding>, direct: &BTreeMap<Id<'finding>, Vec<Id<'finding>>>) -> BTreeSet<Id<'finding>> {
    let mut found = BTreeSet::from([start]);
    let mut waiting = vec![start];
    while let Some(next) = waiting.pop() {
        let sources = direct.get(&next).into_iter().flatten();
        waiting.extend(sources.filter(|source| found.insert(**source)));
    }
    found
}
