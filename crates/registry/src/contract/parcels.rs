//! Releases, recalls, the outbox and the inbox.

use oikos_model::{DerivedFrom, Finding, FindingKey, Statement};

use super::sample::{as_source, at, finding, hash, interned, named, node, revised};
use crate::{
    IncomingParcel, OutboxQuery, OutgoingParcel, ReleaseQuery, ReleaseRow, StatementQuery, StoreError, Transaction, Waiting,
};

fn outgoing(partner: &str, sequence: u64) -> OutgoingParcel {
    OutgoingParcel {
        id: hash(&format!("{partner} {sequence}")),
        partner: node(partner),
        sequence,
        bytes: vec![0, 1, 255],
        journal_index: i64::try_from(sequence).unwrap() * 10,
        queued_at: at(1),
        delivered_at: None,
        brings: sequence != 2,
    }
}

fn undelivered<T: Transaction + ?Sized>(transaction: &T, partner: &str, sequenced_below: i64, after: u64) -> Vec<u64> {
    let partner = node(partner);
    let query = OutboxQuery { partner: &partner, sequenced_below, after, limit: 10 };
    transaction.undelivered(&query).unwrap().into_iter().map(|parcel| parcel.sequence).collect()
}

/// Each partner has its own numbers, without gap or repetition; a parcel leaves when its entry is in a checkpoint, once.
pub fn parcels_are_numbered_and_delivered<T: Transaction + ?Sized>(transaction: &mut T) {
    let partner = node("ee.test");
    assert_eq!(transaction.next_sequence(&partner).unwrap(), 1);
    for sequence in 1..=2 {
        transaction.put_outgoing(&outgoing("ee.test", sequence)).unwrap();
    }
    for wrong in [0, 2, 4] {
        assert!(matches!(transaction.put_outgoing(&outgoing("ee.test", wrong)), Err(StoreError::Conflict(_))), "{wrong}");
    }
    assert_eq!(transaction.next_sequence(&partner).unwrap(), 3);
    transaction.put_outgoing(&outgoing("sv.test", 1)).unwrap();
    assert!(undelivered(transaction, "ee.test", 10, 0).is_empty());
    assert_eq!(undelivered(transaction, "ee.test", 11, 0), [1]);
    assert_eq!(undelivered(transaction, "ee.test", 100, 0), [1, 2]);
    assert_eq!(undelivered(transaction, "ee.test", 100, 1), [2]);
    assert_eq!(undelivered(transaction, "sv.test", 100, 0), [1]);
    let first = OutboxQuery { partner: &partner, sequenced_below: 100, after: 0, limit: 1 };
    assert_eq!(transaction.undelivered(&first).unwrap(), [outgoing("ee.test", 1)]);
    assert_eq!(transaction.waiting(&partner).unwrap(), Some(Waiting { parcels: 2, since: at(1) }));
    assert_eq!(transaction.delivered_at(outgoing("ee.test", 1).id).unwrap(), None);
    transaction.mark_delivered(outgoing("ee.test", 1).id, at(2)).unwrap();
    transaction.mark_delivered(outgoing("ee.test", 1).id, at(3)).unwrap();
    assert_eq!(transaction.delivered_at(outgoing("ee.test", 1).id).unwrap(), Some(at(2)));
    let second = OutboxQuery { partner: &partner, sequenced_below: 100, after: 0, limit: 10 };
    assert_eq!(transaction.undelivered(&second).unwrap(), [outgoing("ee.test", 2)]);
    transaction.mark_delivered(outgoing("sv.test", 1).id, at(2)).unwrap();
    assert_eq!(transaction.waiting(&node("sv.test")).unwrap(), None);
    assert_eq!(transaction.next_sequence(&partner).unwrap(), 3);
}

/// A parcel that arrives twice counts once, and gaps in what arrived show.
pub fn received_parcels_count_once<T: Transaction + ?Sized>(transaction: &mut T) {
    let incoming =
        |sequence| IncomingParcel { id: hash(&format!("{sequence}")), partner: node("ee.test"), sequence, received_at: at(1) };
    for sequence in [4, 1, 2] {
        assert!(transaction.put_incoming(&incoming(sequence)).unwrap());
        assert!(!transaction.put_incoming(&incoming(sequence)).unwrap());
    }
    assert_eq!(transaction.received_sequences(&node("ee.test")).unwrap(), [1, 2, 4]);
    assert!(transaction.received_sequences(&node("sv.test")).unwrap().is_empty());
    let (partner, key) = (node("ee.test"), finding("Meri").key);
    assert_eq!(transaction.newest_sequence_of(&partner, key).unwrap(), None);
    for sequence in [2, 4] {
        transaction.set_newest_sequence_of(&partner, key, sequence).unwrap();
        assert_eq!(transaction.newest_sequence_of(&partner, key).unwrap(), Some(sequence));
    }
    assert_eq!(transaction.newest_sequence_of(&node("sv.test"), key).unwrap(), None);
}

fn release(id: &str, partner: &str, what: DerivedFrom, second: i64) -> ReleaseRow {
    ReleaseRow {
        id: id.to_owned(),
        partner: node(partner),
        what,
        fields: vec!["hours".to_owned()],
        released_by: Some("anna".parse().unwrap()),
        at: at(second),
        parcel: hash(id),
        recalled_at: None,
        shown_as: Some(FindingKey(hash("shown"))),
    }
}

/// A recall reaches every partner who has any revision of the thing, each once.
pub fn recalls_reach_those_who_have_it<T: Transaction + ?Sized>(transaction: &mut T) {
    let thing = finding("Meri");
    let releases = [
        release("a", "sv.test", as_source(&thing), 1),
        release("b", "ee.test", as_source(&thing), 2),
        release("c", "ee.test", as_source(&revised(&thing)), 3),
        release("d", "no.test", as_source(&finding("Aava")), 4),
    ];
    for release in releases.iter().chain(&releases[..1]) {
        transaction.put_release(release).unwrap();
    }
    let all = ReleaseQuery::default();
    assert_eq!(transaction.releases(&all).unwrap(), releases);
    let (partner, what) = (node("ee.test"), as_source(&thing));
    let ids = |query: &ReleaseQuery<'_>| -> Vec<String> {
        transaction.releases(query).unwrap().into_iter().map(|release| release.id).collect()
    };
    assert_eq!(ids(&ReleaseQuery { partner: Some(&partner), ..all.clone() }), ["b", "c"]);
    assert_eq!(ids(&ReleaseQuery { what: Some(&what), limit: 2, ..all.clone() }), ["a", "b"]);
    assert_eq!(ids(&ReleaseQuery { after: Some("b"), ..all.clone() }), ["c", "d"]);
    assert_eq!(ids(&ReleaseQuery { shown_as: Some(FindingKey(hash("shown"))), limit: 1, ..all.clone() }), ["a"]);
    assert!(ids(&ReleaseQuery { shown_as: Some(FindingKey(hash("other"))), ..all.clone() }).is_empty());
    assert_eq!(transaction.mark_recalled(&as_source(&thing), at(9)).unwrap(), [node("ee.test"), node("sv.test")]);
    assert_eq!(transaction.mark_recalled(&as_source(&thing), at(10)).unwrap(), []);
    let recalled: Vec<_> = transaction.releases(&all).unwrap().into_iter().map(|release| release.recalled_at).collect();
    assert_eq!(recalled, [Some(at(9)), Some(at(9)), Some(at(9)), None]);
}

/// A statement that arrives after its recall is there, ended. Only its own origin can recall it.
pub fn a_recalled_statement_arrives_ended<T: Transaction + ?Sized>(transaction: &mut T) {
    let label = interned(transaction, "sea");
    let (recalled, safe) = (named("vessel-1", "Meri", label), named("vessel-2", "Aava", label));
    let what = |statement: &Statement, origin: &str| DerivedFrom::Statement { origin: node(origin), id: statement.id };
    transaction.put_recall_notice(&what(&recalled, "fi.test"), at(7)).unwrap();
    transaction.put_recall_notice(&what(&safe, "ee.test"), at(7)).unwrap();
    transaction.put_statements(&[recalled.clone(), safe.clone()]).unwrap();
    assert_eq!(transaction.statements(&StatementQuery::default()).unwrap(), [safe]);
    assert_eq!(transaction.statement(recalled.id).unwrap().unwrap().ended_at, Some(at(7)));
    let not_a_statement = Finding { origin: node("ee.test"), ..finding("Meri") };
    assert!(!transaction.has_recall_notice(&as_source(&not_a_statement)).unwrap());
}
