//! Asks, hits and requests.

use oikos_model::{Purpose, SelectorClass, SelectorKind, UserName};

use super::sample::{at, interned, node, selector};
use crate::{AskCount, AskHitRow, AskReferenceRow, Direction, RequestQuery, RequestRow, RequestState, Transaction};

fn purpose(code: &str) -> Purpose {
    Purpose::new(code).unwrap()
}

/// One selector has one reference for each partner and purpose; a partner's reference is no other partner's.
pub fn references_belong_to_one_partner<T: Transaction + ?Sized>(transaction: &mut T) {
    let row = |reference, partner: &str, why: &str| AskReferenceRow {
        reference: [reference; 16],
        partner: node(partner),
        purpose: purpose(why),
        selector: selector(SelectorKind::Imo, "9074729"),
        made_at: at(1),
    };
    let (one, other) = (row(1, "at.one", "maritime-safety"), row(2, "at.one", "crime-prevention"));
    transaction.put_ask_reference(&one).unwrap();
    transaction.put_ask_reference(&other).unwrap();
    assert!(transaction.put_ask_reference(&row(3, "at.one", "maritime-safety")).is_err(), "one selector, one reference");
    transaction.put_ask_reference(&row(3, "nl.two", "maritime-safety")).unwrap();
    assert_eq!(transaction.ask_reference(&node("at.one"), &[1; 16]).unwrap(), Some(one.clone()));
    assert_eq!(transaction.ask_reference(&node("nl.two"), &[1; 16]).unwrap(), None);
    assert_eq!(transaction.ask_references(&node("at.one"), &purpose("maritime-safety")).unwrap(), [one]);
    transaction.erase_expired_asks(at(0), at(1), 0).unwrap();
    assert!(transaction.ask_reference(&node("nl.two"), &[3; 16]).unwrap().is_some());
    transaction.erase_expired_asks(at(0), at(2), 0).unwrap();
    assert_eq!(transaction.ask_reference(&node("nl.two"), &[3; 16]).unwrap(), None);
}

/// Counts add up, each for its partner, direction, purpose, class and day.
pub fn counts_of_asks_add_up<T: Transaction + ?Sized>(transaction: &mut T) {
    let (partner, why) = (node("at.one"), purpose("maritime-safety"));
    let of = |direction, class, day| AskCount { partner: &partner, direction, purpose: &why, class, day };
    let today = of(Direction::Incoming, SelectorClass::Impersonal, 20_000);
    assert_eq!(transaction.asked(&today).unwrap(), 0);
    transaction.count_asked(&today, 64).unwrap();
    transaction.count_asked(&today, 256).unwrap();
    assert_eq!(transaction.asked(&today).unwrap(), 320);
    assert_eq!(transaction.asked(&of(Direction::Outgoing, SelectorClass::Impersonal, 20_000)).unwrap(), 0);
    assert_eq!(transaction.asked(&of(Direction::Incoming, SelectorClass::Linkable, 20_000)).unwrap(), 0);
    assert_eq!(transaction.asked(&of(Direction::Incoming, SelectorClass::Impersonal, 20_001)).unwrap(), 0);
    transaction.erase_expired_asks(at(0), at(0), 20_000).unwrap();
    assert_eq!(transaction.asked(&today).unwrap(), 320);
    transaction.erase_expired_asks(at(0), at(0), 20_001).unwrap();
    assert_eq!(transaction.asked(&today).unwrap(), 0);
}

/// A hit is new once; it is seen by those with its label, until it expires.
pub fn hits_come_back_until_they_expire<T: Transaction + ?Sized>(transaction: &mut T) {
    let (sea, ownership) = (interned(transaction, "sea"), interned(transaction, "ownership"));
    let hit = |reference, label, quality: &str, second| AskHitRow {
        partner: node("at.one"),
        reference: [reference; 16],
        purpose: purpose("maritime-safety"),
        label,
        selector: selector(SelectorKind::Imo, "9074729"),
        case: None,
        quality: quality.to_owned(),
        first_seen_at: at(second),
        last_seen_at: at(second),
        expires_at: at(second + 100),
    };
    assert!(transaction.put_ask_hit(&hit(1, sea, "B2", 1)).unwrap());
    assert!(transaction.put_ask_hit(&hit(2, ownership, "A1", 2)).unwrap());
    assert!(!transaction.put_ask_hit(&hit(1, sea, "A1", 5)).unwrap(), "seen before");
    let again = AskHitRow { first_seen_at: at(1), ..hit(1, sea, "A1", 5) };
    assert_eq!(transaction.ask_hits(None, 0, 0).unwrap(), [again.clone(), hit(2, ownership, "A1", 2)]);
    assert_eq!(transaction.ask_hits(Some(&[sea]), 0, 0).unwrap(), [again]);
    assert_eq!(transaction.ask_hits(Some(&[]), 0, 0).unwrap(), []);
    assert_eq!(transaction.ask_hits(None, 1, 1).unwrap(), [hit(2, ownership, "A1", 2)]);
    assert_eq!(transaction.erase_expired_asks(at(102), at(0), 0).unwrap(), 1);
    assert_eq!(transaction.ask_hits(Some(&[ownership]), 0, 0).unwrap(), []);
}

/// A request is kept once, found by those with its label, changed by its answer, and erased by the clock.
pub fn requests_are_answered_once_and_expire<T: Transaction + ?Sized>(transaction: &mut T) {
    let label = interned(transaction, "sea");
    let request = |id, direction, due| RequestRow {
        id: [id; 16],
        direction,
        partner: node("at.one"),
        label,
        case: None,
        content: serde_json::json!({ "message": "why" }),
        made_by: None,
        asked_at: at(1),
        due_at: at(due),
        state: RequestState::Open,
        reason: None,
        answered_by: None,
        answered_at: None,
        expires_at: at(1_000),
    };
    let (late, soon) = (request(1, Direction::Incoming, 500), request(2, Direction::Incoming, 50));
    assert!(transaction.put_request(&late).unwrap());
    assert!(transaction.put_request(&soon).unwrap());
    assert!(!transaction.put_request(&RequestRow { reason: Some("changed".into()), ..late.clone() }).unwrap(), "kept once");
    assert!(transaction.put_request(&request(1, Direction::Outgoing, 60)).unwrap(), "the other direction is another request");
    let incoming = RequestQuery { direction: Some(Direction::Incoming), ..RequestQuery::default() };
    assert_eq!(transaction.requests(&incoming).unwrap(), [soon.clone(), late.clone()], "due first first");
    assert_eq!(transaction.requests(&RequestQuery { labels: Some(&[]), ..RequestQuery::default() }).unwrap(), []);
    let answered = RequestRow {
        state: RequestState::Refused,
        reason: Some("no basis".into()),
        answered_by: Some(UserName::new("rita").unwrap()),
        answered_at: Some(at(40)),
        ..soon
    };
    assert!(transaction.update_request(&answered).unwrap());
    assert!(!transaction.update_request(&RequestRow { partner: node("nl.two"), ..answered.clone() }).unwrap());
    assert_eq!(transaction.request(Direction::Incoming, &node("at.one"), &[2; 16]).unwrap(), Some(answered));
    let open = RequestQuery { state: Some(RequestState::Open), direction: Some(Direction::Incoming), ..RequestQuery::default() };
    assert_eq!(transaction.requests(&open).unwrap(), [late]);
    assert_eq!(transaction.erase_expired_asks(at(1_000), at(0), 0).unwrap(), 3);
    assert_eq!(transaction.requests(&RequestQuery::default()).unwrap(), []);
}
