use jiff::Timestamp;
use oikos_model::{DetectorId, Finding, FindingKey, Marking, NodeId, Purpose, Reason, Regime, Tlp};

use super::*;

fn finding(desk: &str) -> Finding {
    let detector = DetectorId::new("online.recruitment").unwrap();
    Finding {
        key: FindingKey::new(&detector, ["a"]),
        origin: NodeId::new("pl-police").unwrap(),
        detector,
        desk: desk.into(),
        run: None,
        title: "An advert offers money".into(),
        occurred_from: Timestamp::UNIX_EPOCH,
        occurred_to: Timestamp::UNIX_EPOCH,
        place: None,
        prior_bits: -5.0,
        reasons: vec![Reason { name: "offer".into(), bits: 5.0, text: "It offers 400 EUR to film.".into() }],
        calibrated: false,
        selectors: Vec::new(),
        facts: Vec::new(),
        evidence: Vec::new(),
        derived_from: Vec::new(),
        marking: Marking::new(Regime::Led, Tlp::Amber, [Purpose::new("crime-prevention").unwrap()]),
    }
}

fn order() -> RemovalOrder {
    RemovalOrder {
        authority: "Authority A".into(),
        provider: "Host H".into(),
        provider_state: "IE".into(),
        authority_state: "PL".into(),
        urls: vec!["https://board.example/7".into()],
        content: TerroristContent::Solicits,
        statement_of_reasons: "It solicits arson at a power plant for a terrorist purpose, because …".into(),
        redress: "Court C, 30 days".into(),
        non_disclosure: None,
    }
}

fn referral() -> Referral {
    Referral {
        authority: "Authority A".into(),
        provider: "Host H".into(),
        urls: vec!["https://board.example/7".into()],
        terms: "3.2, no illegal tasks".into(),
        contact: "desk@authority.example".into(),
    }
}

#[test]
fn a_removal_order_holds_what_article_3_asks_for() {
    let draft = removal_order_draft(&finding("online"), &order()).unwrap();
    for expected in [
        "DRAFT REMOVAL ORDER - not issued",
        "Regulation (EU) 2021/784, Article 3",
        "Authority A, PL",
        "https://board.example/7",
        "Art. 2(7)(b)",
        "within one hour",
        "Court C, 30 days",
        "within 72 hours",
        "electronic signature (Art. 3(4)(e)): [to be set",
        "It offers 400 EUR to film. (+5.0 bits)",
        "uncalibrated",
    ] {
        assert!(draft.contains(expected), "{expected} is not in\n{draft}");
    }
    let at_home = removal_order_draft(&finding("online"), &RemovalOrder { provider_state: "PL".into(), ..order() }).unwrap();
    assert!(!at_home.contains("Cross-border"));
}

#[test]
fn a_referral_binds_nobody_and_is_never_taken_for_an_order() {
    let draft = referral_draft(&finding("online"), &referral()).unwrap();
    assert!(draft.starts_with("DRAFT REFERRAL - not sent") && draft.contains("This is not an order"));
    assert!(!draft.contains("one hour") && !draft.contains("REMOVAL ORDER"));
    assert!(!removal_order_draft(&finding("online"), &order()).unwrap().contains("DRAFT REFERRAL"));
}

#[test]
fn nothing_is_drafted_without_what_the_law_asks_for() {
    let missing = removal_order_draft(&finding("online"), &RemovalOrder { statement_of_reasons: " ".into(), ..order() });
    assert_eq!(missing.unwrap_err().to_string(), "statement_of_reasons is empty; Art. 3(4)(b) asks for it");
    for urls in [vec![], vec!["board.example/7".into()], vec!["https://board.example/7\nTo: everybody".into()]] {
        assert!(removal_order_draft(&finding("online"), &RemovalOrder { urls: urls.clone(), ..order() }).is_err());
        assert!(referral_draft(&finding("online"), &Referral { urls, ..referral() }).is_err());
    }
    assert!(removal_order_draft(&finding("sea"), &order()).is_err() && referral_draft(&finding("sea"), &referral()).is_err());
}
