//! Recalls and corrections, parts of parcels, and how links fare.

use super::sample::{as_source, at, finding, hash, interned, named, node, revised};
use crate::{
    ChunkProgress, ErasedFrom, FindingQuery, LinkRow, NoticeKind, NoticeQuery, NoticeRow, OutgoingParcel, RectificationRow,
    StatementQuery, StoreError, Transaction,
};

fn notice(partner: &str, second: i64) -> NoticeRow {
    NoticeRow {
        kind: NoticeKind::Recall,
        what: as_source(&finding("Meri")),
        partner: node(partner),
        parcel: hash(partner),
        at: at(second),
        reason: "wrong ship".to_owned(),
        acknowledged_at: None,
    }
}

/// A notice is acknowledged when the parcel that carries it is.
pub fn notices_are_acknowledged_by_their_parcels<T: Transaction + ?Sized>(transaction: &mut T) {
    for (partner, second) in [("ee.test", 2), ("sv.test", 1)] {
        let parcel = OutgoingParcel {
            id: hash(partner),
            partner: node(partner),
            sequence: 1,
            bytes: vec![1],
            journal_index: 0,
            queued_at: at(1),
            delivered_at: None,
            brings: false,
        };
        transaction.put_outgoing(&parcel).unwrap();
        for _ in 0..2 {
            transaction.put_notice(&notice(partner, second)).unwrap();
        }
    }
    let all = NoticeQuery::default();
    assert_eq!(transaction.notices(&all).unwrap(), [notice("sv.test", 1), notice("ee.test", 2)]);
    transaction.mark_delivered(hash("sv.test"), at(9)).unwrap();
    let acknowledged = NoticeRow { acknowledged_at: Some(at(9)), ..notice("sv.test", 1) };
    assert_eq!(transaction.notices(&NoticeQuery { limit: 1, ..all.clone() }).unwrap(), [acknowledged]);
    assert_eq!(transaction.notices(&NoticeQuery { offset: 1, ..all.clone() }).unwrap(), [notice("ee.test", 2)]);
    assert_eq!(transaction.notices(&NoticeQuery { unacknowledged: true, ..all.clone() }).unwrap(), [notice("ee.test", 2)]);
    let partner = node("sv.test");
    assert_eq!(transaction.notices(&NoticeQuery { partner: Some(&partner), unacknowledged: true, ..all }).unwrap(), []);
}

/// What was wrong stays known, by any revision.
pub fn corrections_are_kept<T: Transaction + ?Sized>(transaction: &mut T) {
    let thing = finding("Meri");
    let row = |sequence| RectificationRow {
        what: as_source(&thing),
        partner: node("ee.test"),
        sequence,
        replaced_by: None,
        replaced: true,
        reason: "another ship".to_owned(),
        at: at(3),
    };
    for sequence in [4, 2, 2] {
        transaction.put_rectification(&row(sequence)).unwrap();
    }
    assert_eq!(transaction.rectifications_of(&as_source(&revised(&thing))).unwrap(), [row(2), row(4)]);
    assert_eq!(transaction.rectifications_of(&as_source(&finding("Aava"))).unwrap(), []);
}

/// Chunks follow each other, are bounded by the whole, and go when nothing comes any more.
pub fn chunks_follow_each_other<T: Transaction + ?Sized>(transaction: &mut T) {
    let (partner, parcel) = (node("ee.test"), hash("parcel"));
    assert_eq!(transaction.chunk_progress(&partner, parcel).unwrap(), None);
    transaction.put_chunk(&partner, parcel, 0, 5, &[1, 2, 3], at(1)).unwrap();
    for (start, whole, bytes) in [(0, 5, vec![9]), (2, 5, vec![9]), (4, 5, vec![9]), (3, 6, vec![9]), (3, 5, vec![9; 3])] {
        let wrong = transaction.put_chunk(&partner, parcel, start, whole, &bytes, at(2));
        assert!(matches!(wrong, Err(StoreError::Conflict(_))), "{start} {whole}");
    }
    let progress = transaction.put_chunk(&partner, parcel, 3, 5, &[4, 5], at(3)).unwrap();
    assert_eq!(progress, ChunkProgress { arrived: 5, whole_length: 5 });
    assert_eq!(transaction.joined_chunks(&partner, parcel).unwrap(), [1, 2, 3, 4, 5]);
    transaction.put_chunk(&partner, hash("other"), 0, 2, &[1], at(1)).unwrap();
    assert_eq!((transaction.chunk_bytes(&partner).unwrap(), transaction.chunk_bytes(&node("sv.test")).unwrap()), (6, 0));
    assert_eq!(transaction.erase_chunks(at(3)).unwrap(), 1);
    assert_eq!(transaction.chunk_bytes(&partner).unwrap(), 5);
    transaction.remove_chunks(&partner, parcel).unwrap();
    assert_eq!(transaction.chunk_bytes(&partner).unwrap(), 0);
}

/// A link remembers when it was last well and what was wrong last.
pub fn links_remember<T: Transaction + ?Sized>(transaction: &mut T) {
    let partner = node("ee.test");
    assert_eq!(transaction.link(&partner).unwrap(), LinkRow::default());
    transaction.note_link(&partner, at(1), None).unwrap();
    transaction.note_link(&partner, at(2), Some("no route")).unwrap();
    let problem = Some("no route".to_owned());
    let failed = LinkRow { seen_at: Some(at(1)), failed_at: Some(at(2)), problem, clock_ahead_seconds: None };
    assert_eq!(transaction.link(&partner).unwrap(), failed);
    transaction.note_link(&partner, at(3), None).unwrap();
    transaction.note_clock(&partner, -7).unwrap();
    let works = LinkRow { seen_at: Some(at(3)), problem: None, clock_ahead_seconds: Some(-7), ..failed };
    assert_eq!(transaction.link(&partner).unwrap(), works);
    transaction.note_clock(&node("fi.test"), 2).unwrap();
    assert_eq!(transaction.link(&node("fi.test")).unwrap(), LinkRow { clock_ahead_seconds: Some(2), ..LinkRow::default() });
}

/// What came from one node goes; nothing else does.
pub fn what_came_from_one_node_is_erased<T: Transaction + ?Sized>(transaction: &mut T) {
    let label = interned(transaction, "sea");
    let foreign = |title: &str| {
        let mut finding = finding(title);
        finding.origin = node("ee.test");
        finding
    };
    transaction.put_finding(&foreign("Meri"), label, true, at(1)).unwrap();
    transaction.put_finding(&finding("Meri"), label, false, at(1)).unwrap();
    transaction.put_statements(&[named("vessel-1", "Meri", label)]).unwrap();
    assert_eq!(transaction.erase_received_from(&node("ee.test")).unwrap(), ErasedFrom { statements: 0, findings: 1 });
    let left = transaction.findings(&FindingQuery::default()).unwrap();
    assert_eq!(left.len(), 1);
    assert!(!left[0].received);
    assert_eq!(transaction.statements(&StatementQuery::default()).unwrap().len(), 1);
    assert_eq!(transaction.erase_received_from(&node("fi.test")).unwrap(), ErasedFrom { statements: 1, findings: 0 });
}
