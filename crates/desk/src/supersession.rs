//! What a run of a detector does to the findings of its earlier runs.

use std::collections::{BTreeMap, BTreeSet};

use oikos_model::{Finding, FindingKey, Timestamp};

use crate::{FindingDefinition, Span};

/// What a run does to earlier findings of the same detector.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Supersession {
    /// Earlier findings that this run answers for and no longer gives: they are superseded.
    pub superseded: BTreeSet<FindingKey>,
    /// Findings of this run that must not be put: a run over a later span already followed them further.
    pub outlived: BTreeSet<FindingKey>,
}

/// Compares what earlier runs of the detector left with what this run over `span` gave.
///
/// - A run answers for the earlier findings that ended in its span (`span.from <= occurred_to < span.to`). Those it no longer gives
///   are superseded.
/// - An earlier finding that goes on to the span's end or beyond is the matter of later spans, so it is never superseded here. If this
///   run gives it too but with an earlier end, it only sees less of it, and the longer one stays.
///
/// `earlier` are the detector's findings that are not superseded, with their ends; it may hold more than the span needs. Leave out those
/// whose inputs expired: they are not missing, their records are gone.
pub fn supersession(earlier: &BTreeMap<FindingKey, Timestamp>, new: &[Finding], span: Span) -> Supersession {
    let new: BTreeMap<FindingKey, Timestamp> = new.iter().map(|finding| (finding.key, finding.occurred_to)).collect();
    let mut result = Supersession::default();
    for (key, ended) in earlier {
        match new.get(key) {
            None if span.from <= *ended && *ended < span.to => result.superseded.insert(*key),
            Some(now_ends) if *ended >= span.to && now_ends < ended => result.outlived.insert(*key),
            _ => false,
        };
    }
    result
}

/// The declared material facts that differ between two revisions of a finding, by name. If there is one, a person's decision reopens.
pub fn material_changes(definition: &FindingDefinition, before: &Finding, now: &Finding) -> Vec<String> {
    let material = definition.facts.iter().filter(|fact| fact.material);
    let changed = material.filter(|fact| {
        let value = |finding: &Finding| finding.fact(&fact.name).map(|fact| fact.value.clone());
        value(before) != value(now)
    });
    changed.map(|fact| fact.name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, hour, span};

    fn earlier(findings: &[Finding]) -> BTreeMap<FindingKey, Timestamp> {
        findings.iter().map(|finding| (finding.key, finding.occurred_to)).collect()
    }

    fn finding(name: &str, to: i64) -> Finding {
        testing::finding(name, hour(0), hour(to))
    }

    #[test]
    fn running_again_changes_nothing() {
        let findings = [finding("a", 12), finding("b", 20), finding("c", 25)];
        assert_eq!(supersession(&earlier(&findings), &findings, span(10, 20)), Supersession::default());
    }

    #[test]
    fn what_ended_in_the_span_and_is_missing_is_superseded() {
        let before = [finding("before", 9), finding("first", 10), finding("last", 19), finding("after", 20), finding("kept", 15)];
        let result = supersession(&earlier(&before), &[finding("kept", 15)], span(10, 20));
        assert_eq!(result.superseded, BTreeSet::from([before[1].key, before[2].key]));
        assert!(result.outlived.is_empty());
    }

    #[test]
    fn a_longer_finding_of_a_later_span_stays() {
        let before = [finding("longer", 25), finding("open", 20), finding("revised", 18)];
        let now = [finding("longer", 20), finding("open", 20), finding("revised", 15)];
        let result = supersession(&earlier(&before), &now, span(10, 20));
        assert_eq!(result.outlived, BTreeSet::from([before[0].key]));
        assert!(result.superseded.is_empty());
    }

    #[test]
    fn only_declared_facts_are_material() {
        let definition = testing::stays().head.finding;
        let before = testing::finding("a", hour(0), hour(5));
        let mut now = before.clone();
        now.title = "other words".into();
        assert!(material_changes(&definition, &before, &now).is_empty());
        now.facts.clear();
        assert_eq!(material_changes(&definition, &before, &now), ["hours"]);
    }
}
