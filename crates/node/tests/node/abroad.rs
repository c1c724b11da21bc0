//! Outside the Union: adequacy, safeguards, a recorded derogation, or no; two named persons; and recall.

use std::collections::BTreeSet;

use crate::house::pair::{PURPOSES, Pair, marking};
use oikos_model::{FindingKey, Selector, SelectorKind, Tlp};
use oikos_node::{
    ApprovalDecision, AskRequest, Delivery, Derogation, FindingFilter, FindingName, NodeError, RecallRequest, ReceivedPage,
    ReleaseRequest, ReleaseView, Verdict,
};
use oikos_policy::{DerogationGround, Role};

const PURPOSE: &str = "maritime-safety";

fn ship() -> Selector {
    Selector { kind: SelectorKind::Imo, value: "9074729".into() }
}

fn abroad(country: &str, safeguards: bool) -> (Pair, FindingKey) {
    let pair = Pair::with_a_node_of(country, |terms| {
        terms.safeguards = safeguards.then(|| "Working arrangement of 2025 (fictional)".to_owned());
    });
    for name in ["rita", "otto"] {
        pair.at.employ(name, &["releaser"]);
    }
    let key = pair.at.finding("Grey Petrel loiters", &[ship()], &marking(&PURPOSES, Tlp::Green));
    (pair, key)
}

fn request(pair: &Pair, key: FindingKey, ground: Option<DerogationGround>) -> ReleaseRequest {
    let derogation =
        ground.map(|ground| Derogation { ground, justification: "A ship is about to cut the cable of a hospital".into() });
    let finding = Some(FindingName { origin: None, key });
    ReleaseRequest { finding, derogation, ..ReleaseRequest::to(pair.fi.node.id().clone()) }
}

/// The first of two persons releases.
fn first(pair: &Pair, request: &ReleaseRequest) -> Result<ReleaseView, NodeError> {
    pair.at.node.release(&pair.at.caller("rita", &[Role::Releaser], PURPOSE), request)
}

fn second(pair: &Pair, name: &str, id: &str) -> Result<(), NodeError> {
    let approve = ApprovalDecision { decision: Verdict::Approve, reason: None };
    pair.at.node.decide_approval(&pair.at.caller(name, &[Role::Releaser], PURPOSE), id, &approve).map(drop)
}

fn received(pair: &Pair) -> usize {
    pair.fi.node.list_received(&pair.fi.analyst(PURPOSE), &ReceivedPage::default()).unwrap().len()
}

#[test]
fn to_an_adequate_country_two_persons_release_and_one_takes_back() {
    let (pair, key) = abroad("CH", false);
    let request = request(&pair, key, None);
    let preview = pair.at.node.preview_release(&pair.at.caller("rita", &[Role::Releaser], PURPOSE), &request).unwrap();
    assert!(preview.needs_second, "{preview:?}");
    let waiting = first(&pair, &request).unwrap();
    let id = waiting.awaiting_second.expect("it waits for the second person");
    pair.deliver();
    assert_eq!(received(&pair), 0, "one person alone lets nothing go abroad");
    assert!(second(&pair, "rita", &id).is_err(), "the same person is no second one");
    second(&pair, "otto", &id).unwrap();
    pair.deliver();
    assert_eq!(received(&pair), 1);
    let finding = Some(FindingName { origin: None, key });
    let recall = RecallRequest { finding, statement: None, reason: "it was a repair".into() };
    let view = pair.at.node.recall(&pair.at.caller("rita", &[Role::Releaser], PURPOSE), &recall).unwrap();
    assert_eq!(view.partners, [pair.fi.node.id().to_string()]);
    pair.deliver();
    let filter = FindingFilter { received: Some(true), ..FindingFilter::default() };
    let page = pair.fi.node.list_findings(&pair.fi.analyst(PURPOSE), &filter).unwrap();
    assert_eq!(page.total, 0, "what was taken back is in nobody's inbox there");
}

#[test]
fn without_adequacy_safeguards_or_a_derogation_nothing_goes() {
    // The decision for this country is over in the tests' year.
    let (pair, key) = abroad("GB", false);
    let refused = first(&pair, &request(&pair, key, None));
    assert!(
        matches!(&refused, Err(NodeError::Denied(reasons)) if reasons.iter().any(|reason| reason.contains("third-country-derogation"))),
        "{refused:?}"
    );
    // A ground that the regime of the data does not know is none.
    let other = first(&pair, &request(&pair, key, Some(DerogationGround::IndividualCase)));
    assert!(matches!(other, Err(NodeError::Denied(_))), "{other:?}");
    let waiting = first(&pair, &request(&pair, key, Some(DerogationGround::VitalInterests))).unwrap();
    second(&pair, "otto", &waiting.awaiting_second.unwrap()).unwrap();
    pair.deliver();
    assert_eq!(received(&pair), 1);
}

#[test]
fn safeguards_in_the_agreement_are_enough_for_two_persons() {
    let (pair, key) = abroad("GB", true);
    let waiting = first(&pair, &request(&pair, key, None)).unwrap();
    second(&pair, "otto", &waiting.awaiting_second.unwrap()).unwrap();
    pair.deliver();
    assert_eq!(received(&pair), 1);
}

#[test]
fn no_ask_is_answered_outside_the_union() {
    let (pair, _) = abroad("CH", true);
    let selectors = vec![oikos_node::SelectorName { kind: "imo".into(), value: "9074729".into() }];
    let request = AskRequest { selectors, ..AskRequest::default() };
    let report = pair.wait(pair.fi.linked.ask(pair.fi.analyst(PURPOSE), request)).unwrap();
    let outcomes: BTreeSet<&str> = report.lines.iter().map(|line| line.outcome).collect();
    assert_eq!(outcomes, ["no_hit"].into(), "the set that it is compared with is padding only");
}
