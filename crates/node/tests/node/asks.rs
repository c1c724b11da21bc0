//! Two nodes ask each other: what a hit shows, what it does not, and what follows it.

use crate::house::pair::{PURPOSES, Pair, Side, locked, marking};
use oikos_exchange::{AnswerOutcome, ClockRegime, Urgency};
use oikos_model::{NodeId, Selector, SelectorClass, SelectorKind, Tlp};
use oikos_node::{
    AskReport, AskRequest, Caller, Delivery, FindingName, NodeError, ReceivedPage, RequestDecision, RequestDraft, RequestFilter,
    RequestLine, SelectorName,
};
use oikos_registry::{Direction, RequestState};

const CALDER: &str = "529900FICTCALDER0095";
const MERIDIAN: &str = "529900FICTMERIDI0035";
const TARN: &str = "529900FICTTARNSH0033";
const OTHER: &str = "529900FICTFERRYL0053";
const IBAN: &str = "DE89370400440532013000";

fn lei(value: &str) -> Selector {
    Selector { kind: SelectorKind::Lei, value: value.into() }
}

fn iban() -> Selector {
    Selector { kind: SelectorKind::Iban, value: IBAN.into() }
}

/// AT: a locked deal about Calder, and a register in which Calder and Tarn have one parent. FI: a ship of Tarn's.
fn tide(pair: &Pair) -> FindingName {
    pair.at.register(
        &[("Calder Reach", CALDER), ("Meridian Holding", MERIDIAN), ("Tarn Shipping", TARN), ("Elsewhere", OTHER)],
        &[("Meridian Holding", "Calder Reach"), ("Meridian Holding", "Tarn Shipping")],
        &marking(&PURPOSES, Tlp::Green),
    );
    pair.at.finding("Calder Reach buys 24.9 percent of Danuva Port Data", &[lei(CALDER)], &locked());
    let imo = Selector { kind: SelectorKind::Imo, value: "9074729".into() };
    let key = pair.fi.finding("Grey Petrel loiters over cable Sable-2", &[imo, lei(TARN)], &marking(&PURPOSES, Tlp::Amber));
    pair.fi.finding("A ferry waits before the harbour", &[lei(OTHER)], &marking(&["maritime-safety"], Tlp::Amber));
    FindingName { origin: None, key }
}

fn ask(pair: &Pair, side: &Side, caller: &Caller, request: AskRequest) -> Result<AskReport, NodeError> {
    pair.wait(side.linked.ask(caller.clone(), request))
}

fn standing() -> AskRequest {
    AskRequest { standing: true, ..AskRequest::default() }
}

fn about(selector: &Selector) -> AskRequest {
    let name = SelectorName { kind: selector.kind.code().into(), value: selector.value.clone() };
    AskRequest { selectors: vec![name], ..AskRequest::default() }
}

fn hits(report: &AskReport) -> Vec<&str> {
    assert!(report.partners.iter().all(|partner| partner.problem.is_none()), "{:?}", report.partners);
    report.lines.iter().filter(|line| line.outcome == "hit").map(|line| line.selector.as_str()).collect()
}

fn draft(pair: &Pair, reference: Option<String>) -> RequestDraft {
    RequestDraft {
        partner: pair.fi.node.id().clone(),
        selector: SelectorName { kind: "lei".into(), value: TARN.into() },
        reference: reference.map(|text| text.parse().unwrap()),
        regime: Some(ClockRegime::FdiCooperation),
        urgency: Some(Urgency::Normal),
        directly_available: None,
        message: "A stake in a port is screened".into(),
    }
}

fn decision(outcome: AnswerOutcome) -> RequestDecision {
    RequestDecision { outcome, reason: None, findings: Vec::new(), fields: None, register_around: None }
}

fn open_requests(side: &Side, purpose: &str) -> Vec<RequestLine> {
    let filter =
        RequestFilter { direction: Some(Direction::Incoming), state: Some(RequestState::Open), ..RequestFilter::default() };
    side.node.list_requests(&side.releaser(purpose), &filter).unwrap()
}

/// Sends the request of the tide, and gives it as FI sees it.
fn requested(pair: &Pair) -> (RequestLine, oikos_exchange::RequestId) {
    let report = ask(pair, &pair.at, &pair.at.node.itself(), standing()).unwrap();
    let reference = report.lines[0].reference.clone();
    pair.at.node.send_request(&pair.at.analyst("fdi-screening"), &draft(pair, reference)).unwrap();
    pair.deliver();
    let request = open_requests(&pair.fi, "fdi-screening").remove(0);
    let id = request.id.parse().unwrap();
    (request, id)
}

#[test]
fn nodes_find_the_common_parent_and_no_field_crosses() {
    let pair = Pair::new(|_| {});
    tide(&pair);
    let report = ask(&pair, &pair.at, &pair.at.node.itself(), standing()).unwrap();
    assert_eq!(hits(&report), [format!("lei:{TARN}")], "what the common parent also holds is what FI looks at");
    let back = ask(&pair, &pair.fi, &pair.fi.node.itself(), standing()).unwrap();
    assert_eq!(hits(&back), [""; 0], "the deal is locked to its purpose, so nothing of AT's may be known");
    // Every byte that went over the link, in the clear of it: nothing that either side holds is in it.
    let wire = pair.wire.lock().unwrap();
    assert!(wire.len() >= 6, "{}: questions, answers and sets went over it", wire.len());
    let said = [
        CALDER, MERIDIAN, TARN, OTHER, "9074729", "Calder", "Meridian", "Tarn", "Petrel", "Sable", "Danuva", "loiter", "ferry",
        "sea.test",
    ];
    for (number, bytes) in wire.iter().enumerate() {
        for text in said {
            let here = bytes.windows(text.len()).any(|window| window.eq_ignore_ascii_case(text.as_bytes()));
            assert!(!here, "message {number} of {} bytes holds {text:?}", bytes.len());
        }
    }
    drop(wire);
    for side in [&pair.at, &pair.fi] {
        let received = side.node.list_received(&side.analyst("fdi-screening"), &ReceivedPage::default()).unwrap();
        assert!(received.is_empty(), "{received:?}");
    }
}

#[test]
fn how_much_is_asked_and_held_does_not_show() {
    let lengths = |more: usize| {
        let pair = Pair::new(|_| {});
        tide(&pair);
        for number in 0..more {
            let imo = Selector { kind: SelectorKind::Imo, value: format!("{number:07}") };
            pair.fi.finding(&format!("ship {number}"), &[imo], &marking(&PURPOSES, Tlp::Amber));
        }
        ask(&pair, &pair.at, &pair.at.node.itself(), standing()).unwrap();
        let wire = pair.wire.lock().unwrap();
        wire.iter().map(Vec::len).collect::<Vec<_>>()
    };
    assert_eq!(lengths(0), lengths(40));
}

#[test]
fn a_locked_finding_is_not_known_to_somebody_who_names_it() {
    let pair = Pair::new(|_| {});
    tide(&pair);
    for purpose in PURPOSES {
        let report = ask(&pair, &pair.fi, &pair.fi.analyst(purpose), about(&lei(CALDER))).unwrap();
        assert_eq!(hits(&report), [""; 0], "{purpose}");
        assert_eq!(report.lines[0].outcome, "no_hit");
    }
    // The other way round it is found for each purpose that it is marked for, and for no other.
    let found = ask(&pair, &pair.at, &pair.at.analyst("maritime-safety"), about(&lei(OTHER))).unwrap();
    assert_eq!(hits(&found).len(), 1);
    let report = ask(&pair, &pair.at, &pair.at.analyst("fdi-screening"), about(&lei(OTHER))).unwrap();
    assert_eq!(hits(&report).len(), 0);
}

#[test]
fn a_request_is_answered_by_a_person_with_what_was_asked_for() {
    let pair = Pair::new(|_| {});
    let finding = tide(&pair);
    let (request, id) = requested(&pair);
    assert_eq!((request.selector.as_str(), request.overdue), (format!("lei:{TARN}").as_str(), false));
    assert!(request.reference.is_some(), "the reference stands for what is asked about");
    let releaser = pair.fi.releaser("fdi-screening");
    let view = pair.fi.node.show_request(&releaser, Direction::Incoming, pair.at.node.id(), id).unwrap();
    assert_eq!(view.matches.len(), 1, "{:?}", view.matches);
    let decision = RequestDecision { findings: vec![finding], ..decision(AnswerOutcome::Released) };
    let release = pair.fi.node.answer_request(&releaser, pair.at.node.id(), id, &decision).unwrap();
    assert!(!release.leaves.is_empty(), "{release:?}");
    let again = pair.fi.node.answer_request(&releaser, pair.at.node.id(), id, &decision);
    assert!(matches!(again, Err(NodeError::Conflict(_))), "{again:?}");
    assert!(
        pair.at.node.list_received(&pair.at.analyst("fdi-screening"), &ReceivedPage::default()).unwrap().is_empty(),
        "not before it was delivered"
    );
    pair.deliver();
    assert_eq!(pair.at.node.list_received(&pair.at.analyst("fdi-screening"), &ReceivedPage::default()).unwrap().len(), 1);
    let asked = pair.at.node.list_requests(&pair.at.analyst("fdi-screening"), &RequestFilter::default()).unwrap();
    assert_eq!(asked[0].state, RequestState::Released);
    assert!(asked[0].answered_at.is_some());
}

#[test]
fn a_refusal_has_a_reason_and_reaches_who_asked() {
    let pair = Pair::new(|_| {});
    tide(&pair);
    let (_, id) = requested(&pair);
    let releaser = pair.fi.releaser("fdi-screening");
    let without = pair.fi.node.answer_request(&releaser, pair.at.node.id(), id, &decision(AnswerOutcome::Refused));
    assert!(matches!(without, Err(NodeError::Invalid(_))), "{without:?}");
    let refused = RequestDecision { reason: Some("it is before a court".into()), ..decision(AnswerOutcome::Refused) };
    let analyst = pair.fi.analyst("fdi-screening");
    let denied = pair.fi.node.answer_request(&analyst, pair.at.node.id(), id, &refused);
    assert!(matches!(denied, Err(NodeError::Denied(_))), "only a releaser answers: {denied:?}");
    pair.fi.node.answer_request(&releaser, pair.at.node.id(), id, &refused).unwrap();
    pair.deliver();
    let asked = pair.at.node.list_requests(&pair.at.analyst("fdi-screening"), &RequestFilter::default()).unwrap();
    assert_eq!((asked[0].state, asked[0].reason.as_deref()), (RequestState::Refused, Some("it is before a court")));
    assert!(pair.at.node.list_received(&pair.at.analyst("fdi-screening"), &ReceivedPage::default()).unwrap().is_empty());
}

#[test]
fn what_is_late_shows_and_is_erased_in_the_end() {
    let pair = Pair::new(|_| {});
    tide(&pair);
    let (request, _) = requested(&pair);
    assert!(request.law.contains("2019/452"), "{}", request.law);
    pair.advance_hours(35 * 24 + 1);
    assert!(open_requests(&pair.fi, "fdi-screening")[0].overdue);
    pair.advance_hours(366 * 24);
    for side in [&pair.at, &pair.fi] {
        side.node.erase_expired(&side.node.itself()).unwrap();
        let analyst = side.analyst("fdi-screening");
        assert!(side.node.list_requests(&analyst, &RequestFilter::default()).unwrap().is_empty());
        assert!(side.node.list_hits(&analyst, 0, None).unwrap().is_empty());
    }
}

#[test]
fn the_preview_is_what_the_partner_gets() {
    let pair = Pair::new(|_| {});
    tide(&pair);
    let analyst = pair.at.analyst("fdi-screening");
    let preview = pair.at.node.preview_request(&analyst, &draft(&pair, None)).unwrap();
    let shown: Vec<(&str, &str)> = preview.shows.iter().map(|field| (field.name.as_str(), field.text.as_str())).collect();
    let tarn = format!("lei:{TARN}");
    assert_eq!(
        shown,
        [
            ("selector", tarn.as_str()),
            ("purpose", "fdi-screening"),
            ("legal_basis", "Reg. (EU) 2019/452 Art. 6"),
            ("message", "A stake in a port is screened"),
        ]
    );
    let draft = RequestDraft { selector: SelectorName { kind: "lei".into(), value: CALDER.into() }, ..draft(&pair, None) };
    // Calder is in the public register too, and that may be shown; a company that only the deal names may not.
    assert!(pair.at.node.preview_request(&analyst, &draft).is_ok());
    // What nobody wrote down here is the analyst's own knowledge.
    let heard_of = SelectorName { kind: "lei".into(), value: "529900FICTHEARDOF034".into() };
    assert!(pair.at.node.preview_request(&analyst, &RequestDraft { selector: heard_of, ..draft.clone() }).is_ok());
    pair.at.finding("a deal about a company of no register", &[lei("529900FICTNOREGI0016")], &locked());
    let only_locked =
        RequestDraft { selector: SelectorName { kind: "lei".into(), value: "529900FICTNOREGI0016".into() }, ..draft };
    let denied = pair.at.node.send_request(&analyst, &only_locked);
    assert!(
        matches!(&denied, Err(NodeError::Denied(reasons)) if reasons.iter().any(|reason| reason.contains("share-not-permitted"))),
        "{denied:?}"
    );
}

#[test]
fn what_can_lead_to_a_person_is_asked_for_a_case_and_seen_in_it() {
    let pair = Pair::new(|_| {});
    pair.fi.finding("a payment", &[iban()], &marking(&PURPOSES, Tlp::Amber));
    let without = ask(&pair, &pair.at, &pair.at.analyst("fdi-screening"), about(&iban()));
    assert!(matches!(&without, Err(NodeError::Denied(reasons)) if reasons[0].contains("ask-case-bound")), "{without:?}");
    let itself = ask(&pair, &pair.at, &pair.at.node.itself(), about(&iban()));
    assert!(matches!(itself, Err(NodeError::Denied(_))), "{itself:?}");
    let in_case = pair.at.in_case("fdi-screening", "case-7");
    assert_eq!(hits(&ask(&pair, &pair.at, &in_case, about(&iban())).unwrap()), [format!("iban:{IBAN}")]);
    assert_eq!(pair.at.node.list_hits(&in_case, 0, None).unwrap().len(), 1);
    let other_case = pair.at.in_case("fdi-screening", "case-8");
    assert!(pair.at.node.list_hits(&other_case, 0, None).unwrap().is_empty(), "another case does not see it");
    assert!(pair.at.node.list_hits(&pair.at.analyst("fdi-screening"), 0, None).unwrap().is_empty());
    let wire = pair.wire.lock().unwrap();
    let named = |text: &str| wire.iter().any(|bytes| bytes.windows(text.len()).any(|window| window == text.as_bytes()));
    assert!(!named("case-7") && !named(IBAN), "the partner sees neither the case's name nor the account");
}

#[test]
fn neither_confirmed_nor_denied_is_one_answer_for_all() {
    let pair = Pair::new(|terms| terms.neither_confirm_nor_deny = [SelectorClass::Linkable].into());
    pair.fi.finding("a payment", &[iban()], &marking(&PURPOSES, Tlp::Amber));
    let in_case = pair.at.in_case("fdi-screening", "case-7");
    let other = Selector { kind: SelectorKind::Iban, value: "FR1420041010050500013M02606".into() };
    for selector in [iban(), other] {
        let report = ask(&pair, &pair.at, &in_case, about(&selector)).unwrap();
        assert_eq!(report.lines[0].outcome, "neither_confirmed_nor_denied", "{selector}");
    }
    assert!(pair.at.node.list_hits(&in_case, 0, None).unwrap().is_empty());
}

#[test]
fn a_day_s_budget_ends_the_asking_and_the_next_day_begins_it_again() {
    let pair = Pair::new(|terms| terms.ask_budgets_per_day = [(SelectorKind::Lei, 130)].into());
    tide(&pair);
    let analyst = pair.at.analyst("fdi-screening");
    let problem = |report: AskReport| report.partners[0].problem.clone();
    // A question has at least 64 points, so 130 are two of them.
    for _ in 0..2 {
        assert_eq!(problem(ask(&pair, &pair.at, &analyst, about(&lei(TARN))).unwrap()), None);
    }
    let over = problem(ask(&pair, &pair.at, &analyst, about(&lei(TARN))).unwrap());
    assert!(over.is_some(), "the third question of the day is too many");
    let left = || {
        let partner = pair.at.node.list_partners(&analyst).unwrap().remove(0);
        partner.budgets.iter().find(|budget| budget.purpose == "fdi-screening").map(|budget| (budget.per_day, budget.left_today))
    };
    assert_eq!(left(), Some((130, 2)), "people see what is left before they ask");
    pair.advance_hours(24);
    assert_eq!(left(), Some((130, 130)));
    assert_eq!(problem(ask(&pair, &pair.at, &analyst, about(&lei(TARN))).unwrap()), None);
}

#[test]
fn a_standing_ask_is_asked_again_only_when_something_changed() {
    let pair = Pair::new(|_| {});
    tide(&pair);
    let points = || ask(&pair, &pair.at, &pair.at.node.itself(), standing()).unwrap().partners[0].points;
    assert!(points() > 0);
    assert_eq!(points(), 0, "nothing changed");
    pair.fi.finding("another ship", &[lei(CALDER)], &marking(&PURPOSES, Tlp::Amber));
    assert!(points() > 0, "the partner's set changed");
    pair.at.finding("another deal", &[lei(OTHER)], &locked());
    assert!(points() > 0, "there is more to ask about");
    assert_eq!(points(), 0);
    pair.advance_hours(24);
    assert!(points() > 0, "a new day has new keys");
}

#[test]
fn kinds_and_purposes_that_are_not_agreed_are_not_asked() {
    let pair = Pair::new(|terms| terms.ask_purposes = [oikos_model::Purpose::new("maritime-safety").unwrap()].into());
    tide(&pair);
    let report = ask(&pair, &pair.at, &pair.at.analyst("fdi-screening"), about(&lei(TARN))).unwrap();
    assert!(report.partners[0].problem.is_some(), "the agreement answers no asks for this purpose");
    let asset = Selector { kind: SelectorKind::FileHash, value: "ab".repeat(32) };
    let report = ask(&pair, &pair.at, &pair.at.analyst("maritime-safety"), about(&asset)).unwrap();
    assert!(report.partners[0].problem.as_deref().is_some_and(|problem| problem.contains("no budget")), "{:?}", report.partners);
}

#[test]
fn a_reference_that_stands_for_something_else_is_not_shown() {
    let pair = Pair::new(|_| {});
    tide(&pair);
    let forged = Some("00112233445566778899aabbccddeeff".to_owned());
    pair.at.node.send_request(&pair.at.analyst("fdi-screening"), &draft(&pair, forged)).unwrap();
    pair.deliver();
    assert_eq!(open_requests(&pair.fi, "fdi-screening")[0].reference, None);
    assert!(open_requests(&pair.fi, "maritime-safety").is_empty(), "another purpose does not see it");
    let unknown = NodeId::new("nl.unknown").unwrap();
    let nobody = RequestDraft { partner: unknown, ..draft(&pair, None) };
    assert!(matches!(pair.at.node.send_request(&pair.at.analyst("fdi-screening"), &nobody), Err(NodeError::NotFound(_))));
}

#[test]
fn a_partner_s_view_says_how_the_link_fares_and_what_was_agreed() {
    let pair = Pair::new(|terms| terms.erase_on_leaving = true);
    tide(&pair);
    let analyst = pair.at.analyst("fdi-screening");
    let partner = || pair.at.node.list_partners(&analyst).unwrap().remove(0);
    let before = partner();
    assert_eq!((before.clock_ahead_seconds, before.queue_age_seconds, before.days_left), (None, None, 400));
    assert_eq!((before.terms.erase_on_leaving, before.terms.retention_days), (true, 365));
    assert_eq!(before.terms.purposes, PURPOSES);
    let reference = ask(&pair, &pair.at, &pair.at.node.itself(), standing()).unwrap().lines[0].reference.clone();
    pair.at.node.send_request(&analyst, &draft(&pair, reference)).unwrap();
    pair.at.clock.advance_to("2026-03-01T08:01:30Z".parse().unwrap());
    assert_eq!((partner().queued, partner().queue_age_seconds), (1, Some(90)));
    assert_eq!(pair.wait(pair.at.linked.deliver()).unwrap()[0].problem, None);
    let after = partner();
    assert_eq!((after.queued, after.queue_age_seconds, after.link_problem), (0, None, None));
    assert_eq!(after.clock_ahead_seconds, Some(-90), "its receipt says when it was by its own clock");
}
