//! What else could explain a lead. Every lead has at least one rival: coincidence.

use oikos_registry::StoredFinding;

use crate::lead::{FindingReference, Rival, RivalKind};
use crate::link::{Link, LinkEvidence};

/// The rivals of a lead with these members and links.
pub(crate) fn rivals(members: &[&StoredFinding], links: &[Link]) -> Vec<Rival> {
    let mut rivals: Vec<Rival> = coincidence(links).into_iter().collect();
    rivals.extend(links.iter().filter_map(common_hub));
    rivals.extend(members.iter().flat_map(|member| counter_evidence(member)));
    rivals.extend(one_source(members));
    rivals
}

/// A lead is as good as its weakest link that counts.
fn coincidence(links: &[Link]) -> Option<Rival> {
    let weakest = links.iter().filter(|link| link.counts).map(|link| link.surprise_bits).min_by(f64::total_cmp)?;
    let comparisons = weakest.exp2().round();
    let text = format!(
        "Coincidence: of {comparisons} comparisons of unrelated findings, one shows a link as strong as the weakest here."
    );
    Some(Rival { kind: RivalKind::Coincidence, text, bits: None, about: None })
}

fn common_hub(link: &Link) -> Option<Rival> {
    let LinkEvidence::OwnershipPath { parent, parent_out_degree, reach, .. } = &link.evidence else { return None };
    let text = format!(
        "Common hub: {parent} has {parent_out_degree} direct holdings, and {reach} entities stand as close below it. A fund, a nominee or a \
         formation agent holds companies that have nothing to do with each other."
    );
    Some(Rival { kind: RivalKind::CommonHub, text, bits: None, about: None })
}

fn counter_evidence(member: &StoredFinding) -> impl Iterator<Item = Rival> {
    let against = member.finding.reasons.iter().filter(|reason| reason.bits < 0.0);
    against.map(|reason| Rival {
        kind: RivalKind::CounterEvidence,
        text: format!("{}: {}", member.finding.title, reason.text),
        bits: Some(reason.bits),
        about: Some(FindingReference::of(member)),
    })
}

fn one_source(members: &[&StoredFinding]) -> Option<Rival> {
    let (first, rest) = members.split_first()?;
    let source = |member: &StoredFinding| (member.finding.origin.clone(), member.finding.desk.clone());
    rest.iter().all(|member| source(member) == source(first)).then(|| Rival {
        kind: RivalKind::OneSource,
        text: format!(
            "One source: all findings are from the desk {} of {}; one wrong input or method explains them too.",
            first.finding.desk, first.finding.origin
        ),
        bits: None,
        about: None,
    })
}
