use super::*;
use oikos_model::DerivedFrom;

fn preview_with(pair: &Pair, rules: &dyn ReleaseRules, known: &KnownToPartner, finding: &Finding, wanted: &Wanted) -> Preview {
    let act = act("anna.virtanen", 10);
    let desk = ReleaseDesk { identity: &pair.fi, partner: &pair.at_partner, known, act: &act, rules, onward_from: &NOBODY };
    desk.preview_finding(finding, &label("fi.coast-guard"), wanted)
}

fn preview(pair: &Pair, finding: &Finding, wanted: &Wanted) -> Preview {
    preview_with(pair, &Permissive, &KnownToPartner::default(), finding, wanted)
}

fn names(names: &[&str]) -> Wanted {
    Wanted::Names(names.iter().map(|name| (*name).to_owned()).collect())
}

fn reason_of<'a>(preview: &'a Preview, name: &str) -> &'a str {
    &preview.removed.iter().find(|removed| removed.name == name).unwrap_or_else(|| panic!("{name} was not removed")).reason
}

#[test]
fn everything_leaves_but_evidence_and_run() {
    let pair = Pair::new();
    let finding = finding("a", "Grey Petrel was silent for 14 h");
    let preview = preview(&pair, &finding, &Wanted::All);
    let leaving: Vec<_> = preview.leaves.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(leaving, ["title", "when", "where", "reasons", "imo", "mmsi", "gap_hours", "last_heard_at", "flag"]);
    assert!(preview.removed.is_empty(), "{:?}", preview.removed);
    let release = preview.release.unwrap();
    let text = serde_json::to_string(&release.finding).unwrap();
    for secret in ["ais_positions", &finding.run.unwrap().to_string(), &finding.key.to_string(), &finding.revision().to_string()]
    {
        assert!(!text.contains(secret), "{secret} leaves");
    }
    assert_eq!(
        release.what,
        DerivedFrom::Finding { origin: finding.origin.clone(), key: finding.key, revision: finding.revision() }
    );
    assert_eq!(release.fields, leaving);
}

#[test]
fn only_what_is_wanted_leaves() {
    let pair = Pair::new();
    let finding = finding("a", "Grey Petrel was silent for 14 h");
    let preview = preview(&pair, &finding, &names(&["when", "imo", "gap_hours", "captain", "run"]));
    let leaving: Vec<_> = preview.leaves.iter().map(|field| (field.name.as_str(), field.value.as_str())).collect();
    assert_eq!(leaving[1..], [("imo", "imo:9074729"), ("gap_hours", "14 h")]);
    assert_eq!(reason_of(&preview, "title"), "not asked for");
    assert_eq!(reason_of(&preview, "captain"), "the finding has no such field");
    assert_eq!(reason_of(&preview, "run"), "the finding has no such field");
    assert_eq!(reason_of(&preview, "selector mmsi:230000001"), "no released fact holds this identifier");
    let released = preview.release.unwrap().finding;
    assert_eq!(released.selectors(), [imo()].into());
    let text = serde_json::to_string(&released).unwrap();
    for withheld in ["Grey Petrel", "230000001", "others were heard", "59.5", "Märkë", "reception"] {
        assert!(!text.contains(withheld), "{withheld} leaves");
    }
    // What the receiver keeps says no more.
    let kept = released.into_finding(second(10), |marking| marking.clone());
    assert_eq!((kept.title.as_str(), kept.prior_bits, kept.reasons.len()), ("sea.gap", 0.0, 0));
    assert_eq!((kept.run, kept.evidence.len(), kept.place), (None, 0, None));
}

#[test]
fn time_that_was_not_released_is_the_whole_past() {
    let pair = Pair::new();
    let preview = preview(&pair, &finding("a", "t"), &names(&["imo"]));
    let kept = preview.release.unwrap().finding.into_finding(second(10), |marking| marking.clone());
    assert_eq!((kept.occurred_from, kept.occurred_to), (Timestamp::UNIX_EPOCH, second(10)));
}

#[test]
fn a_stricter_fact_stays_and_the_rest_leaves() {
    let pair = Pair::new();
    let mut finding = finding("a", "t");
    finding.facts[0].marking.tlp = Tlp::Red;
    finding.facts[1].marking.purposes = [purpose("maritime-safety")].into();
    let preview = preview(&pair, &finding, &Wanted::All);
    assert!(reason_of(&preview, "imo").contains("TLP:RED"));
    assert!(reason_of(&preview, "mmsi").contains("purpose"));
    assert!(preview.release.unwrap().finding.selectors().is_empty());
}

#[test]
fn a_finding_locked_to_another_purpose_never_leaves() {
    let pair = Pair::new();
    let mut finding = finding("a", "t");
    finding.marking.purposes = [purpose("maritime-safety")].into();
    let preview = preview(&pair, &finding, &Wanted::All);
    assert_eq!((preview.leaves.len(), preview.release), (0, None));
    assert_eq!(preview.removed.len(), 9);
}

/// Rules as policy might have them: no flag, and no MMSI to anyone.
struct Strict;

impl ReleaseRules for Strict {
    fn check(&self, item: &ReleaseItem<'_>) -> Vec<Refusal> {
        let refuse = item.name == "flag" || item.selector.is_some_and(|selector| selector.kind == SelectorKind::Mmsi);
        let refusal = Refusal { rule: "protected-attributes".to_owned(), reason: "a flag says nothing".to_owned() };
        if refuse { vec![refusal] } else { Vec::new() }
    }
}

#[test]
fn the_node_s_own_rules_are_asked_for_every_field() {
    let pair = Pair::new();
    let preview = preview_with(&pair, &Strict, &KnownToPartner::default(), &finding("a", "t"), &Wanted::All);
    assert_eq!(reason_of(&preview, "flag"), "a flag says nothing (protected-attributes)");
    assert_eq!(reason_of(&preview, "mmsi"), "a flag says nothing (protected-attributes)");
    assert_eq!(preview.leaves.len(), 7);
}

#[test]
fn what_was_received_is_not_passed_on() {
    let pair = Pair::new();
    let mut received = finding("a", "t");
    received.origin = node("de.csirt");
    let preview = preview(&pair, &received, &Wanted::All);
    assert_eq!(preview.release, None);
    assert!(preview.removed[0].reason.contains("not passed on"));
    let act = act("anna.virtanen", 10);
    let known = KnownToPartner::default();
    let desk = ReleaseDesk {
        identity: &pair.fi,
        partner: &pair.at_partner,
        known: &known,
        act: &act,
        rules: &Permissive,
        onward_from: &NOBODY,
    };
    let mut foreign = statement("x");
    foreign.origin = node("de.csirt");
    assert!(desk.preview_statement(&foreign, &label("de.csirt")).unwrap_err()[0].reason.contains("not passed on"));
}

#[test]
fn a_source_is_named_only_to_those_who_have_it() {
    let pair = Pair::new();
    let source = |origin: &str, key: &str| {
        let finding = finding(key, "t");
        DerivedFrom::Finding { origin: node(origin), key: finding.key, revision: finding.revision() }
    };
    let mut finding = finding("a", "t");
    finding.derived_from = vec![source("at.fdi", "theirs"), source("fi.coast-guard", "ours"), source("de.csirt", "third")];
    let preview = preview(&pair, &finding, &Wanted::All);
    assert_eq!(preview.release.as_ref().unwrap().finding.derived_from, [source("at.fdi", "theirs")]);
    assert_eq!(reason_of(&preview, "derived_from"), "2 of its sources are not known to at.fdi");
}

#[test]
fn a_statement_leaves_whole_without_its_record_and_scope() {
    let pair = Pair::new();
    let act = act("anna.virtanen", 10);
    let known = KnownToPartner::default();
    let desk = ReleaseDesk {
        identity: &pair.fi,
        partner: &pair.at_partner,
        known: &known,
        act: &act,
        rules: &Permissive,
        onward_from: &NOBODY,
    };
    let statement = statement("Grey Petrel");
    let released = desk.preview_statement(&statement, &label("fi.coast-guard")).unwrap();
    assert_eq!((released.statement.id, released.statement.content.record.clone()), (statement.id, None));
    assert_eq!((released.label.scope, released.label.marking), (Scope::Node, marking()));
    let mut strict = label("fi.coast-guard");
    strict.marking.tlp = Tlp::Red;
    assert!(desk.preview_statement(&statement, &strict).unwrap_err()[0].reason.contains("ceiling"));
    let mut ended = statement;
    ended.ended_at = Some(second(5));
    assert!(desk.preview_statement(&ended, &label("fi.coast-guard")).is_err());
}
