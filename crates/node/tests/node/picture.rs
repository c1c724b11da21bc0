//! The picture over the API: what it shows to whom and under which marking, what would be left of a lead, how it grew, what a report cites, and
//! what counts give away.

use std::collections::BTreeSet;

use crate::house::pair::{Pair, Side, marking};
use oikos_model::{
    Clock, DetectorId, Finding, FindingKey, FindingState, Label, Marking, Place, Reason, Scope, Selector, SelectorKind, Tlp,
};
use oikos_node::{
    AggregateQuery, Caller, Dimension, JournalSearch, NodeError, ReportQuery, Severity, SituationReport, Span, WhatIfRequest,
};
use oikos_policy::Role;

const WHY: &str = "maritime-safety";

fn wallet(value: &str) -> Selector {
    Selector { kind: SelectorKind::Wallet, value: value.into() }
}

/// A finding of a desk that begins now, with the wallets it names.
fn event(side: &Side, desk: &str, title: &str, wallets: &[&str], place: Option<Place>, marking: &Marking) -> FindingKey {
    let detector = DetectorId::new(format!("{desk}.test")).unwrap();
    let key = FindingKey::new(&detector, [title]);
    side.put(|tx, node, now| {
        let finding = Finding {
            key,
            origin: node.clone(),
            detector,
            desk: desk.into(),
            run: None,
            title: title.into(),
            occurred_from: now,
            occurred_to: now,
            place,
            prior_bits: 0.0,
            reasons: vec![
                Reason { name: "seen".into(), bits: 4.0, text: "it was seen".into() },
                Reason { name: "usual".into(), bits: -1.0, text: "it is often so".into() },
            ],
            calibrated: false,
            selectors: wallets.iter().map(|value| wallet(value)).collect(),
            facts: Vec::new(),
            evidence: Vec::new(),
            derived_from: Vec::new(),
            marking: marking.clone(),
        };
        let label = tx.intern_label(&Label { marking: marking.clone(), origin: node.clone(), scope: Scope::Node }).unwrap();
        tx.put_finding(&finding, label, false, now).unwrap();
    });
    key
}

/// Four desks, joined by two wallets, each on its own day; and a fifth finding that nothing joins.
fn campaign(pair: &Pair) -> [FindingKey; 5] {
    let amber = marking(&[WHY], Tlp::Amber);
    let green = marking(&[WHY, "infrastructure-protection"], Tlp::Green);
    let sea = Some(Place { latitude: 59.7, longitude: 24.0 });
    let side = &pair.fi;
    let first = event(side, "finance", "Fourteen transfers", &["W1"], None, &green);
    pair.advance_hours(24);
    let second = event(side, "online", "An advert", &["W1", "W2"], None, &amber);
    pair.advance_hours(24);
    let third = event(side, "air", "A drone", &["W2"], sea, &amber);
    let fourth = event(side, "sea", "A ship went silent", &["W2"], sea, &green);
    let alone = event(side, "sea", "Another ship", &[], None, &green);
    side.node.recompute_picture(&side.node.itself()).unwrap();
    [first, second, third, fourth, alone]
}

fn analyst(pair: &Pair) -> Caller {
    pair.fi.analyst(WHY)
}

fn lead_id(pair: &Pair) -> String {
    pair.fi.node.list_leads(&analyst(pair)).unwrap().remove(0).id
}

#[test]
fn the_picture_has_every_finding_once_with_its_place_lead_domain_and_the_marking_of_the_whole() {
    let pair = Pair::new(|_| ());
    let keys = campaign(&pair);
    let view = pair.fi.node.show_picture(&analyst(&pair), &Span::default()).unwrap();
    assert_eq!((view.total, view.points.keys.len(), view.is_truncated), (5, 5, false));
    let at = |key: &FindingKey| view.points.keys.iter().position(|one| *one == key.to_string()).unwrap();
    let (silent, transfers, alone) = (at(&keys[3]), at(&keys[0]), at(&keys[4]));
    assert_eq!((view.points.latitudes[silent], view.points.place_is_state[silent]), (Some(59.7), false));
    assert!(view.points.place_is_state[transfers] && view.points.latitudes[transfers].unwrap() > 60.0, "the middle of Finland");
    assert_eq!((view.points.leads[silent], view.points.leads[alone]), (0, -1));
    assert_eq!((view.leads.len(), view.leads[0].is_campaign, view.leads[0].points.len()), (1, true, 4));
    assert_eq!(view.links.len(), 3);
    let marking = view.marking.unwrap();
    assert_eq!((marking.tlp.as_str(), marking.purposes), ("TLP:AMBER", vec![WHY.to_owned()]), "of the strictest part");
    let severity = |domain: &str| view.domains.iter().find(|one| one.domain == domain).unwrap().severity;
    assert_eq!(view.domains.len(), 13);
    assert_eq!((severity("economy"), severity("cyber")), (Severity::Serious, Severity::Quiet));
}

#[test]
fn what_a_reader_may_not_see_is_not_in_the_picture_nor_in_its_marking() {
    let pair = Pair::new(|_| ());
    campaign(&pair);
    let elsewhere = pair.fi.analyst("infrastructure-protection");
    let view = pair.fi.node.show_picture(&elsewhere, &Span::default()).unwrap();
    assert_eq!((view.total, view.leads.len(), view.links.len()), (3, 0, 0), "the lead has a part for another purpose");
    assert_eq!(view.marking.unwrap().tlp, "TLP:GREEN");
    assert!(matches!(pair.fi.node.show_lead(&elsewhere, &lead_id(&pair)), Err(NodeError::NotFound(_))));
    let administrator = pair.fi.caller("olga", &[Role::Administrator], WHY);
    assert!(matches!(pair.fi.node.show_picture(&administrator, &Span::default()), Err(NodeError::Denied(_))));
}

#[test]
fn a_span_cuts_the_picture() {
    let pair = Pair::new(|_| ());
    campaign(&pair);
    let from = oikos_model::Timestamp::from_second(pair.fi.clock.now().as_second() - 3_600).unwrap();
    let view = pair.fi.node.show_picture(&analyst(&pair), &Span { from: Some(from), to: None }).unwrap();
    assert_eq!((view.total, view.leads.len()), (3, 1));
    assert!(view.links.iter().all(|link| link.from < 3 && link.to < 3));
}

#[test]
fn without_a_false_link_members_fall_away_and_nothing_is_changed() {
    let pair = Pair::new(|_| ());
    let keys = campaign(&pair);
    let (node, caller, id) = (&pair.fi.node, analyst(&pair), lead_id(&pair));
    let lead = node.show_lead(&caller, &id).unwrap();
    let as_it_is = node.what_if(&caller, &id, &WhatIfRequest { false_links: BTreeSet::new() }).unwrap();
    assert_eq!((as_it_is.left.len(), as_it_is.fallen_away.len()), (1, 0));
    assert!((as_it_is.left[0].score_bits - lead.score_bits).abs() < 1e-9);
    let to_transfers = lead.links.iter().find(|link| link.from.key == keys[0].to_string()).unwrap();
    let request = WhatIfRequest { false_links: [to_transfers.id.clone()].into() };
    let without = node.what_if(&caller, &id, &request).unwrap();
    assert!(without.is_campaign && !without.left[0].is_campaign && !without.left[0].lacks.is_empty());
    assert_eq!(without.fallen_away.iter().map(|one| one.key.clone()).collect::<Vec<_>>(), [keys[0].to_string()]);
    let less = to_transfers.surprise_bits + to_transfers.time_bits;
    assert!((lead.score_bits - without.left[0].score_bits - less).abs() < 1e-9, "reasons add up");
    assert_eq!(node.show_lead(&caller, &id).unwrap().score_bits, lead.score_bits);
    let unknown = WhatIfRequest { false_links: ["no such link".to_owned()].into() };
    assert!(matches!(node.what_if(&caller, &id, &unknown), Err(NodeError::NotFound(_))));
    let search = JournalSearch { action: Some("read_leads".into()), ..JournalSearch::default() };
    let officer = pair.fi.caller("dora", &[Role::DataProtectionOfficer], "oversight");
    let entries = serde_json::to_string(&node.search_journal(&officer, &search).unwrap().entries).unwrap();
    assert!(entries.contains("what_if_false"));
}

#[test]
fn day_by_day_the_lead_grows_to_what_it_is() {
    let pair = Pair::new(|_| ());
    campaign(&pair);
    let id = lead_id(&pair);
    let lead = pair.fi.node.show_lead(&analyst(&pair), &id).unwrap();
    let days = pair.fi.node.lead_day_by_day(&analyst(&pair), &id).unwrap();
    let told: Vec<_> = days.iter().map(|day| (day.day.as_str(), day.known.len(), day.leads.len())).collect();
    assert_eq!(told, [("2026-03-01", 1, 0), ("2026-03-02", 2, 1), ("2026-03-03", 4, 1)]);
    assert!(!days[1].leads[0].is_campaign && days[2].leads[0].is_campaign);
    assert!((days[2].leads[0].score_bits - lead.score_bits).abs() < 1e-9);
}

/// Every sentence of a report, each checked to cite what is there.
fn checked(pair: &Pair, report: &SituationReport) -> Vec<String> {
    let mut said = Vec::new();
    for sentence in report.sections.iter().flat_map(|section| &section.sentences) {
        assert!(!sentence.citations.is_empty(), "nothing is cited by: {}", sentence.text);
        assert!(!sentence.text.trim().is_empty() && !sentence.text.contains('{'), "{}: {}", sentence.template, sentence.text);
        for citation in &sentence.citations {
            let found = match citation.kind.as_str() {
                "finding" => {
                    let (origin, key) = (citation.origin.parse().unwrap(), citation.id.parse().unwrap());
                    pair.fi.node.show_finding(&analyst(pair), &origin, key).is_ok()
                }
                other => other == "statement",
            };
            assert!(found, "{citation:?} is not here, cited by: {}", sentence.text);
        }
        said.push(sentence.text.clone());
    }
    said
}

#[test]
fn every_sentence_of_a_report_cites_what_it_rests_on() {
    let pair = Pair::new(|_| ());
    campaign(&pair);
    let of_lead = ReportQuery { lead: Some(lead_id(&pair)), ..ReportQuery::default() };
    let report = pair.fi.node.situation_report(&analyst(&pair), &of_lead).unwrap();
    assert_eq!(report.marking.as_ref().unwrap().tlp, "TLP:AMBER");
    let said = checked(&pair, &report);
    let headings: Vec<_> = report.sections.iter().map(|section| section.heading.as_str()).collect();
    assert_eq!(headings, ["situation", "events", "joins", "rivals", "unknown"]);
    assert!(report.sections.iter().all(|section| !section.sentences.is_empty()));
    for wanted in ["A ship went silent", "Coincidence", "it is often so", "Nobody has confirmed", "not stated"] {
        assert!(said.iter().any(|text| text.contains(wanted)), "{wanted} is missing in {said:#?}");
    }
    let of_span = pair.fi.node.situation_report(&analyst(&pair), &ReportQuery::default()).unwrap();
    let said = checked(&pair, &of_span);
    assert!(said.iter().any(|text| text.contains("5 findings")) && said.iter().any(|text| text.starts_with("campaign: ")));
    let at_an_empty_node = pair.at.node.situation_report(&pair.at.analyst("fdi-screening"), &ReportQuery::default()).unwrap();
    assert!(at_an_empty_node.sections.iter().all(|section| section.sentences.is_empty()));
}

#[test]
fn what_was_dismissed_is_in_no_picture_and_no_report() {
    let pair = Pair::new(|_| ());
    let keys = campaign(&pair);
    pair.fi.put(|tx, node, _| {
        assert!(tx.set_finding_state(node, keys[4], FindingState::Dismissed).unwrap());
    });
    let view = pair.fi.node.show_picture(&analyst(&pair), &Span::default()).unwrap();
    assert!(!view.points.keys.contains(&keys[4].to_string()));
}

#[test]
fn a_policymaker_sees_counts_without_small_cells_and_nothing_else() {
    let pair = Pair::new(|_| ());
    let green = marking(&[WHY], Tlp::Green);
    for number in 0..7 {
        event(&pair.fi, "sea", &format!("Ship {number}"), &[], None, &green);
        event(&pair.fi, "finance", &format!("Payment {number}"), &[], None, &green);
    }
    for number in 0..2 {
        event(&pair.fi, "air", &format!("Drone {number}"), &[], None, &green);
    }
    let minister = pair.fi.caller("max", &[Role::Policymaker], WHY);
    let query = AggregateQuery { rows: Some(Dimension::Desk), columns: Some(Dimension::Week), from: None, to: None };
    let view = pair.fi.node.aggregates(&minister, &query).unwrap();
    let row = |desk: &str| view.rows.iter().position(|row| row == desk).unwrap();
    assert_eq!((view.columns.len(), view.cells[row("air")][0], view.row_totals[row("air")]), (1, None, None));
    assert_eq!(view.marking.as_ref().unwrap().tlp, "TLP:GREEN");
    let hidden = view.cells.iter().flatten().filter(|cell| cell.is_none()).count();
    assert!(hidden >= 2 || view.total.is_none(), "one hidden cell beside its total is no secret: {view:?}");
    assert!(matches!(pair.fi.node.show_picture(&minister, &Span::default()), Err(NodeError::Denied(_))));
    assert!(matches!(pair.fi.node.list_leads(&minister), Err(NodeError::Denied(_))));
    let same = AggregateQuery { columns: Some(Dimension::Desk), ..query };
    assert!(matches!(pair.fi.node.aggregates(&minister, &same), Err(NodeError::Invalid(_))));
}
