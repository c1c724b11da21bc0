//! Sending and receiving through real stores.

use std::collections::BTreeMap;

use oikos_model::{DerivedFrom, FindingState, StatementId};
use oikos_registry::{FindingOutcome, FindingQuery, IncomingParcel, OutboxQuery, PartnerRow, StatementQuery, Store, Transaction};
use oikos_registry_sqlite::SqliteStore;

use super::*;
use crate::inbound::take;

/// A small generator, so that a failing schedule can be named by its seed.
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn next(&mut self) -> u64 {
        // xorshift64* (Vigna 2016).
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub(super) fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }
}

/// FI, who sends, and the rows by which each knows the other.
struct Office {
    pair: Pair,
    store: SqliteStore,
    fi_row: PartnerRow,
}

impl Office {
    fn new() -> Self {
        let pair = Pair::new();
        let fi_row = pair.fi_partner.to_row(second(1)).unwrap();
        Self { pair, store: SqliteStore::in_memory().unwrap(), fi_row }
    }

    fn tx(&self, seconds: i64) -> Box<dyn Transaction + '_> {
        self.store.begin(&act("anna.virtanen", seconds)).unwrap()
    }

    fn release(&self, tx: &dyn Transaction, finding: &Finding) -> FindingRelease {
        let known = KnownToPartner::among(tx, self.pair.at.node(), &finding.derived_from).unwrap();
        let act = tx.act().clone();
        let desk = ReleaseDesk {
            identity: &self.pair.fi,
            partner: &self.pair.at_partner,
            known: &known,
            act: &act,
            rules: &Permissive,
            onward_from: &NOBODY,
        };
        desk.preview_finding(finding, &label("fi.coast-guard"), &Wanted::All).release.unwrap()
    }

    fn release_statement(&self, tx: &dyn Transaction, statement: &Statement) -> ReleasedStatement {
        let known = KnownToPartner::default();
        let act = tx.act().clone();
        let desk = ReleaseDesk {
            identity: &self.pair.fi,
            partner: &self.pair.at_partner,
            known: &known,
            act: &act,
            rules: &Permissive,
            onward_from: &NOBODY,
        };
        desk.preview_statement(statement, &label("fi.coast-guard")).unwrap()
    }

    fn send(&self, seconds: i64, draft: impl FnOnce(&mut dyn Transaction) -> ParcelDraft) -> Result<PreparedParcel, SendError> {
        let mut tx = self.tx(seconds);
        let draft = draft(tx.as_mut());
        let prepared = prepare(tx.as_ref(), &self.pair.fi, &self.pair.at_partner, draft)?;
        prepared.clone().queue(tx.as_mut(), seconds)?;
        tx.commit()?;
        Ok(prepared)
    }

    fn send_finding(&self, seconds: i64, finding: &Finding) -> Result<PreparedParcel, SendError> {
        self.send(seconds, |tx| ParcelDraft { findings: vec![self.release(tx, finding)], ..ParcelDraft::default() })
    }

    fn recall(&self, seconds: i64, what: &DerivedFrom) -> PreparedParcel {
        let recalled = |tx: &mut dyn Transaction| {
            let told = recall(tx, &self.pair.fi, what, "wrong ship").unwrap();
            assert_eq!(told.len(), 1, "one partner has it");
            ParcelDraft { retractions: told.into_iter().map(|(_, retraction)| retraction).collect(), ..ParcelDraft::default() }
        };
        self.send(seconds, recalled).unwrap()
    }

    fn receive(&self, store: &SqliteStore, bytes: &[u8], seconds: i64) -> Result<Received, ReceiveError> {
        let mut tx = store.begin(&act("at.node", seconds)).unwrap();
        let received = receive(tx.as_mut(), &self.pair.at, &self.fi_row, bytes, second(seconds))?;
        tx.commit().unwrap();
        Ok(received)
    }
}

fn name_of(finding: &Finding) -> DerivedFrom {
    DerivedFrom::Finding { origin: finding.origin.clone(), key: finding.key, revision: finding.revision() }
}

/// What a node has, without when it came.
#[derive(Debug, PartialEq)]
struct State {
    findings: BTreeMap<FindingKey, (Finding, FindingState, Label)>,
    statements: BTreeMap<StatementId, (StatementDraft, bool, Label)>,
    sequences: Vec<u64>,
}

fn state(store: &SqliteStore) -> State {
    let tx = store.snapshot(&act("at.node", 0)).unwrap();
    let label = |id| tx.label(id).unwrap().unwrap();
    let findings = tx.findings(&FindingQuery::default()).unwrap();
    let findings = findings.into_iter().map(|stored| (stored.finding.key, (stored.finding, stored.state, label(stored.label))));
    let statements = tx.statements(&StatementQuery { include_ended: true, ..StatementQuery::default() }).unwrap();
    let statements = statements.into_iter().map(|s| (s.id, (s.content, s.ended_at.is_some(), label(s.label))));
    State {
        findings: findings.collect(),
        statements: statements.collect(),
        sequences: tx.received_sequences(&node("fi.coast-guard")).unwrap(),
    }
}

#[test]
fn a_release_arrives_bound_and_is_acknowledged() {
    let office = Office::new();
    let own = finding("a", "Grey Petrel was silent for 14 h");
    let sent = office.send(10, |tx| ParcelDraft {
        findings: vec![office.release(tx, &own)],
        statements: vec![office.release_statement(tx, &statement("Grey Petrel"))],
        ..ParcelDraft::default()
    });
    let sent = sent.unwrap();
    assert_eq!(sent.releases.len(), 2);
    assert_eq!(
        (sent.releases[0].what.clone(), sent.releases[0].released_by.as_ref().unwrap().as_str()),
        (name_of(&own), "anna.virtanen")
    );
    // It leaves only once its journal entry (number 10) is in a checkpoint.
    let tx = office.tx(11);
    let to_at = |sequenced_below| OutboxQuery { partner: office.pair.at.node(), sequenced_below, after: 0, limit: 100 };
    assert_eq!(ready(tx.as_ref(), &to_at(10)).unwrap(), []);
    let parcels = ready(tx.as_ref(), &to_at(11)).unwrap();
    drop(tx);
    let store = SqliteStore::in_memory().unwrap();
    let received = office.receive(&store, &parcels[0].bytes, 20).unwrap();
    let Outcome::Applied(applied) = &received.outcome else { panic!("it is new") };
    let key = office.pair.fi.released_key(own.key);
    assert_eq!((applied.findings.clone(), applied.new_statements), (vec![(key, FindingOutcome::New)], 1));
    assert_eq!(applied.content.released_by.as_ref().unwrap().as_str(), "anna.virtanen");

    let tx = store.snapshot(&act("at.node", 20)).unwrap();
    let stored = tx.finding(&own.origin, key).unwrap().unwrap();
    assert!(stored.received);
    assert_eq!((stored.finding.title.as_str(), stored.finding.run, stored.finding.evidence.len()), (own.title.as_str(), None, 0));
    assert_eq!(stored.finding.score_bits(), own.score_bits());
    let label = tx.label(stored.label).unwrap().unwrap();
    assert_eq!((label.origin, label.scope), (node("fi.coast-guard"), Scope::Node));
    assert_eq!(label.marking.purposes, [purpose("infrastructure-protection")].into());
    assert_eq!(label.marking.expires, Some(second(10 + 90 * 86_400)));
    assert_eq!(tx.entities_with(&imo(), &[]).unwrap(), []);
    drop(tx);

    // The same bytes again change nothing and get a receipt again.
    let before = state(&store);
    let again = office.receive(&store, &parcels[0].bytes, 30).unwrap();
    assert_eq!(again.outcome, Outcome::Duplicate);
    assert_eq!(state(&store), before);
    let mut tx = office.tx(31);
    let (fi, at) = (&office.pair.fi, &office.pair.at_partner);
    let wrong = ContentHash::of_bytes(b"other");
    assert!(acknowledge(tx.as_mut(), fi, at, wrong, &again.receipt, second(31)).is_err());
    let mut forged = again.receipt.clone();
    forged.content.received_at = second(0);
    assert!(acknowledge(tx.as_mut(), fi, at, sent.parcel.id, &forged, second(31)).is_err());
    acknowledge(tx.as_mut(), fi, at, sent.parcel.id, &again.receipt, second(31)).unwrap();
    assert_eq!(ready(tx.as_ref(), &to_at(i64::MAX)).unwrap(), []);
}

#[test]
fn a_refused_parcel_leaves_nothing_behind() {
    let office = Office::new();
    let sent = office.send_finding(10, &finding("a", "t")).unwrap();
    let store = SqliteStore::in_memory().unwrap();
    let before = state(&store);
    let mut bytes = sent.parcel.bytes.clone();
    *bytes.last_mut().unwrap() ^= 1;
    assert!(matches!(office.receive(&store, &bytes, 20), Err(ReceiveError::Refused(ParcelRefusal::Unopenable))));
    assert_eq!(state(&store), before);
    office.receive(&store, &sent.parcel.bytes, 20).unwrap();
    // Another parcel with a number that was used.
    let other = seal(&office.pair.fi, office.pair.at.card(), &sent.content).unwrap();
    let before = state(&store);
    let replayed = office.receive(&store, &other.bytes, 30).unwrap_err();
    assert!(matches!(replayed, ReceiveError::Refused(ParcelRefusal::Replayed(1))), "{replayed}");
    assert_eq!(state(&store), before);
}

#[test]
fn gaps_are_seen_until_they_are_filled() {
    let office = Office::new();
    let sent: Vec<_> = (0..5).map(|n| office.send_finding(10 + n, &finding(&n.to_string(), "t")).unwrap()).collect();
    let store = SqliteStore::in_memory().unwrap();
    let missing = |index: usize| match office.receive(&store, &sent[index].parcel.bytes, 20).unwrap().outcome {
        Outcome::Applied(applied) => applied.missing,
        Outcome::Duplicate => panic!("it is new"),
    };
    assert_eq!(missing(1), [1..=1]);
    assert_eq!(missing(4), [1..=1, 3..=4]);
    assert_eq!(missing(0), [3..=4]);
    assert_eq!(missing(3), [3..=3]);
    let tx = store.snapshot(&act("at.node", 0)).unwrap();
    assert_eq!(missing_from(tx.as_ref(), &node("fi.coast-guard")).unwrap(), [3..=3]);
    drop(tx);
    assert_eq!(missing(2), []);
}

#[test]
fn an_older_revision_that_comes_late_changes_nothing() {
    let office = Office::new();
    let older = office.send_finding(10, &finding("a", "first")).unwrap();
    let newer = office.send_finding(11, &finding("a", "second")).unwrap();
    let store = SqliteStore::in_memory().unwrap();
    office.receive(&store, &newer.parcel.bytes, 20).unwrap();
    office.receive(&store, &older.parcel.bytes, 30).unwrap();
    let state = state(&store);
    let titles: Vec<_> = state.findings.values().map(|(finding, ..)| finding.title.as_str()).collect();
    assert_eq!(titles, ["second"]);
}

#[test]
fn what_was_taken_back_stays_taken_back_in_any_order() {
    let office = Office::new();
    let (own, said) = (finding("a", "t"), statement("Grey Petrel"));
    let sent = office.send(10, |tx| ParcelDraft {
        findings: vec![office.release(tx, &own)],
        statements: vec![office.release_statement(tx, &said)],
        ..ParcelDraft::default()
    });
    let sent = sent.unwrap();
    let recalls = [
        office.recall(11, &name_of(&own)),
        office.recall(12, &DerivedFrom::Statement { origin: said.origin.clone(), id: said.id }),
    ];
    for order in [[0, 1, 2], [1, 2, 0], [2, 0, 1]] {
        let store = SqliteStore::in_memory().unwrap();
        for index in order {
            let parcel = [&sent, &recalls[0], &recalls[1]][index];
            office.receive(&store, &parcel.parcel.bytes, 20).unwrap();
        }
        let state = state(&store);
        assert!(state.findings.values().all(|(_, state, _)| *state == FindingState::Recalled), "{order:?}");
        assert!(state.statements.values().all(|(_, ended, _)| *ended), "{order:?}");
        assert_eq!((state.findings.len(), state.statements.len()), (1, 1));
    }
    // And the sender does not send it again.
    assert!(matches!(office.send_finding(13, &own), Err(SendError::Recalled(_))));
    let again =
        office.send(14, |tx| ParcelDraft { statements: vec![office.release_statement(tx, &said)], ..ParcelDraft::default() });
    assert!(matches!(again, Err(SendError::Recalled(_))));
}

#[test]
fn a_statement_goes_once() {
    let office = Office::new();
    let draft = |tx: &mut dyn Transaction, values: &[&str]| ParcelDraft {
        statements: values.iter().map(|value| office.release_statement(tx, &statement(value))).collect(),
        ..ParcelDraft::default()
    };
    assert_eq!(office.send(10, |tx| draft(tx, &["a", "b"])).unwrap().skipped, []);
    let second = office.send(11, |tx| draft(tx, &["b", "c"])).unwrap();
    assert_eq!((second.skipped, second.content.statements.len()), (vec![statement("b").id], 1));
    assert!(matches!(office.send(12, |tx| draft(tx, &["a", "c"])), Err(SendError::Nothing)));
}

#[test]
fn leaving_is_told_and_ends_what_is_new() {
    let office = Office::new();
    let early = office.send_finding(10, &finding("a", "t")).unwrap();
    let late = office.send_finding(11, &finding("b", "t")).unwrap();
    let left = office.send(12, |_| ParcelDraft { leaves: true, ..ParcelDraft::default() }).unwrap();
    let store = SqliteStore::in_memory().unwrap();
    office.receive(&store, &early.parcel.bytes, 20).unwrap();
    office.receive(&store, &left.parcel.bytes, 21).unwrap();
    let tx = store.snapshot(&act("at.node", 0)).unwrap();
    let row = tx.partner(&node("fi.coast-guard")).unwrap().unwrap();
    drop(tx);
    assert_eq!(row.left_at, Some(second(12)));
    let office = Office { fi_row: row, ..office };
    let refused = office.receive(&store, &late.parcel.bytes, 22).unwrap_err();
    assert!(matches!(refused, ReceiveError::Refused(ParcelRefusal::NotInForce(NotInForce::Left(_)))), "{refused}");
    // A receipt that was lost is still given again.
    assert_eq!(office.receive(&store, &early.parcel.bytes, 23).unwrap().outcome, Outcome::Duplicate);
    let recalled = office.recall(24, &name_of(&finding("a", "t")));
    office.receive(&store, &recalled.parcel.bytes, 25).unwrap();
    assert!(state(&store).findings.values().all(|(_, state, _)| *state == FindingState::Recalled));
}

#[test]
fn a_source_named_back_gets_its_own_name() {
    // AT derives a finding from FI's and releases it to FI: FI must see that it rests on its own.
    let office = Office::new();
    let own = finding("a", "t");
    let sent = office.send_finding(10, &own).unwrap();
    let at_store = SqliteStore::in_memory().unwrap();
    office.receive(&at_store, &sent.parcel.bytes, 20).unwrap();
    let received = state(&at_store).findings.into_values().next().unwrap().0;
    let pair = &office.pair;
    let mut derived = finding("derived", "t");
    derived.origin = pair.at.node().clone();
    derived.derived_from = vec![name_of(&received)];
    let mut tx = at_store.begin(&act("max.huber", 30)).unwrap();
    let known = KnownToPartner::among(tx.as_ref(), pair.fi.node(), &derived.derived_from).unwrap();
    let at_act = tx.act().clone();
    let desk = ReleaseDesk {
        identity: &pair.at,
        partner: &pair.fi_partner,
        known: &known,
        act: &at_act,
        rules: &Permissive,
        onward_from: &NOBODY,
    };
    let release = desk.preview_finding(&derived, &label("at.fdi"), &Wanted::All).release.unwrap();
    let draft = ParcelDraft { findings: vec![release], ..ParcelDraft::default() };
    let parcel = prepare(tx.as_ref(), &pair.at, &pair.fi_partner, draft).unwrap();
    parcel.clone().queue(tx.as_mut(), 1).unwrap();
    let at_row = pair.at_partner.to_row(second(1)).unwrap();
    let mut tx = office.tx(40);
    receive(tx.as_mut(), &pair.fi, &at_row, &parcel.parcel.bytes, second(40)).unwrap();
    let stored = tx.finding(pair.at.node(), pair.at.released_key(derived.key)).unwrap().unwrap();
    assert_eq!(stored.finding.derived_from, [name_of(&own)]);
}

/// A history of FI: so many parcels with findings, revisions, statements and recalls, at random.
fn history(office: &Office, random: &mut Random, parcels: usize) -> Vec<PreparedParcel> {
    let mut recalled = BTreeSet::new();
    let mut released = BTreeSet::new();
    let mut said = 0;
    let mut sent = Vec::new();
    for turn in 0.. {
        if sent.len() == parcels {
            break;
        }
        let at = 10 + turn;
        let key = random.below(4).to_string();
        let parcel = match random.below(6) {
            0 if released.contains(&key) && recalled.insert(key.clone()) => office.recall(at, &name_of(&finding(&key, ""))),
            1 if said > 0 && recalled.insert(format!("statement {}", said - 1)) => {
                let id = statement(&format!("name {}", said - 1)).id;
                office.recall(at, &DerivedFrom::Statement { origin: node("fi.coast-guard"), id })
            }
            2 => {
                let statements = |tx: &dyn Transaction| {
                    (said..said + 2).map(|n| office.release_statement(tx, &statement(&format!("name {n}")))).collect()
                };
                let parcel = office.send(at, |tx| ParcelDraft { statements: statements(tx), ..ParcelDraft::default() }).unwrap();
                said += 2;
                parcel
            }
            _ if !recalled.contains(&key) => {
                released.insert(key.clone());
                office.send_finding(at, &finding(&key, &format!("revision {turn}"))).unwrap()
            }
            _ => continue,
        };
        sent.push(parcel);
    }
    sent
}

/// Takes a parcel that was opened before: everything of receiving but the cryptography, which every schedule would only repeat.
fn take_opened(office: &Office, store: &SqliteStore, parcel: &PreparedParcel, seconds: i64, commits: bool) {
    let mut tx = store.begin(&act("at.node", seconds)).unwrap();
    let sequence = parcel.content.sequence;
    let partner = office.fi_row.node.clone();
    let incoming = IncomingParcel { id: parcel.parcel.id, partner, sequence, received_at: second(seconds) };
    let open = || Ok((office.pair.fi_partner.clone(), parcel.content.clone()));
    take(tx.as_mut(), &office.pair.at, &office.fi_row, &incoming, open).unwrap();
    if commits {
        tx.commit().unwrap();
    }
}

/// Delivers every parcel at least once, in random order, some twice, some dropped after they were applied and sent again.
fn deliver_at_random(office: &Office, random: &mut Random, parcels: &[PreparedParcel]) -> State {
    let store = SqliteStore::in_memory().unwrap();
    let mut waiting: Vec<usize> = (0..parcels.len()).collect();
    waiting.extend((0..parcels.len() / 3).map(|_| random.below(parcels.len())));
    let mut clock = 10_000;
    while !waiting.is_empty() {
        let next = waiting.swap_remove(random.below(waiting.len()));
        clock += 1;
        // Sometimes the node stops before its transaction is committed: nothing happened, and the sender tries again.
        let commits = random.below(8) > 0;
        take_opened(office, &store, &parcels[next], clock, commits);
        if !commits {
            waiting.push(next);
        }
    }
    state(&store)
}

#[test]
fn every_schedule_ends_in_the_same_state() {
    // Each schedule is a new store and about 15 deliveries. OIKOS_SCHEDULES asks for more or fewer.
    let schedules: u64 = std::env::var("OIKOS_SCHEDULES").ok().and_then(|text| text.parse().ok()).unwrap_or(1000);
    const SCHEDULES_PER_HISTORY: u64 = 100;
    for seed in 1..=schedules.div_ceil(SCHEDULES_PER_HISTORY) {
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let office = Office::new();
        let parcels = history(&office, &mut random, 10);
        let in_order = SqliteStore::in_memory().unwrap();
        for parcel in &parcels {
            office.receive(&in_order, &parcel.parcel.bytes, 10_000).unwrap();
        }
        let expected = state(&in_order);
        assert_eq!(expected.sequences, (1..=10).collect::<Vec<_>>());
        for schedule in 0..SCHEDULES_PER_HISTORY {
            assert_eq!(deliver_at_random(&office, &mut random, &parcels), expected, "seed {seed}, schedule {schedule}");
        }
    }
}

#[test]
fn nobody_takes_back_what_is_another_s() {
    let office = Office::new();
    let store = SqliteStore::in_memory().unwrap();
    // AT's own statement, and FI's recall of "its" statement with that id.
    let mut own = statement("Calder Reach");
    own.origin = node("at.fdi");
    own.id = Statement::id_of(&own.origin, &own.dataset, &own.content);
    let mut tx = store.begin(&act("at.node", 1)).unwrap();
    own.label = tx.intern_label(&label("at.fdi")).unwrap();
    assert_eq!(tx.put_statements(std::slice::from_ref(&own)).unwrap(), 1);
    tx.commit().unwrap();
    let what = DerivedFrom::Statement { origin: node("fi.coast-guard"), id: own.id };
    let retraction = Retraction { what, reason: "not ours".to_owned(), at: second(10) };
    let sent = office.send(10, |_| ParcelDraft { retractions: vec![retraction], ..ParcelDraft::default() }).unwrap();
    office.receive(&store, &sent.parcel.bytes, 20).unwrap();
    let tx = store.snapshot(&act("at.node", 0)).unwrap();
    assert_eq!(tx.statement(own.id).unwrap().unwrap().ended_at, None);
}

#[test]
fn a_partner_gets_no_receipt_for_another_s_parcel() {
    let office = Office::new();
    let sent = office.send_finding(10, &finding("a", "t")).unwrap();
    let store = SqliteStore::in_memory().unwrap();
    office.receive(&store, &sent.parcel.bytes, 20).unwrap();
    let thief = Office { fi_row: PartnerRow { node: node("de.csirt"), ..office.fi_row.clone() }, ..office };
    let refused = thief.receive(&store, &sent.parcel.bytes, 30).unwrap_err();
    assert!(matches!(refused, ReceiveError::Refused(ParcelRefusal::UnknownSender(_))), "{refused}");
}
