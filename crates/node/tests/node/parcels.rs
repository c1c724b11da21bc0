//! What passes between nodes: refusals and their journal entries, chunks, fetching, files, leaving, recall and correction.

use crate::office::{Office, agree, marking, second, terms};
use oikos_exchange::{AgreementTerms, FORMAT, ParcelContent, ReleasedFinding, seal};
use oikos_exchange_transport::{CHUNK_LENGTH, Chunk, Fetch, Handler};
use oikos_model::{ContentHash, DecisionKind, Fact, FactValue, FindingState, LegalBasis, SelectorKind, Tlp, UserName};
use oikos_node::{Delivery, LeaveRequest, NoticePage, RecallRequest, RectifyRequest};

const IMO: (SelectorKind, &str) = (SelectorKind::Imo, "9074729");
const PHONE: (SelectorKind, &str) = (SelectorKind::Phone, "+3585550100");

fn pair() -> (Office, Office) {
    pair_with(|_| ())
}

fn pair_with(change: impl FnOnce(&mut AgreementTerms)) -> (Office, Office) {
    let (fi, at) = (Office::new("fi.coast-guard"), Office::new("at.fdi"));
    let mut agreed = terms(&fi, &at);
    change(&mut agreed);
    agree(&fi, &at, agreed);
    (fi, at)
}

/// A parcel of `from` that no honest node would send: signed and sealed, with whatever `change` puts in it.
fn forged(from: &Office, to: &Office, agreement: ContentHash, change: impl FnOnce(&mut ParcelContent)) -> Vec<u8> {
    let finding = from.detects_again("forged", "a title", &[IMO]);
    let mut content = ParcelContent {
        format: FORMAT,
        from: from.id().clone(),
        to: to.id().clone(),
        sequence: 1,
        agreement,
        created_at: second(0),
        expires: None,
        released_by: Some(UserName::new("anna.virtanen").unwrap()),
        purpose: from.person().purpose,
        legal_basis: LegalBasis::new("a test").unwrap(),
        findings: vec![ReleasedFinding {
            origin: from.id().clone(),
            key: finding.key,
            detector: finding.detector,
            desk: finding.desk,
            title: Some(finding.title),
            when: None,
            place: None,
            reasoning: None,
            facts: finding.facts,
            derived_from: Vec::new(),
            marking: marking(),
        }],
        statements: Vec::new(),
        retractions: Vec::new(),
        rectifications: Vec::new(),
        requests: Vec::new(),
        answers: Vec::new(),
        leaves: false,
        leave_reason: None,
    };
    change(&mut content);
    seal(&from.identity, to.identity.card(), &content).unwrap().bytes
}

/// One row: what is tried, the bytes that arrive, the code that the sender hears and words of the receiver's journal entry.
type Attempt = (&'static str, Vec<u8>, &'static str, &'static str);

fn refused_with_an_entry(receiver: &Office, sender: &Office, attempts: Vec<Attempt>) {
    for (attempt, bytes, code, reason) in attempts {
        let before = receiver.journal().len();
        let refusal = receiver.node.receive_parcel(sender.id(), &bytes).unwrap_err();
        assert_eq!((refusal.code.as_str(), refusal.try_again), (code, false), "{attempt}: {refusal}");
        let journal = receiver.journal();
        assert_eq!(journal.len(), before + 1, "{attempt}");
        let (entry, text) = (&journal[0], journal[0]["outcome"].to_string());
        assert!(text.contains("parcel refused") && text.contains(reason), "{attempt}: {text}");
        assert_eq!(entry["act"]["action"], "receive_parcel", "{attempt}");
        assert_eq!(entry["act"]["actor"]["id"], sender.id().as_str(), "{attempt}");
        assert!(receiver.received().is_none(), "{attempt} left something behind");
    }
}

#[test]
fn every_refusal_of_a_parcel_is_journaled_with_its_reason() {
    let (fi, at) = pair();
    let other = Office::new("de.csirt");
    agree(&fi, &other, terms(&fi, &other));
    let agreement = terms(&fi, &at).hash();
    let honest = forged(&fi, &at, agreement, |_| ());
    let flipped = |place: usize| {
        let mut bytes = honest.clone();
        bytes[place] ^= 1;
        bytes
    };
    let with = |change: &dyn Fn(&mut ParcelContent)| forged(&fi, &at, agreement, change);
    refused_with_an_entry(
        &at,
        &fi,
        vec![
            ("a flipped bit in the body", flipped(honest.len() - 9), "unopenable", "altered"),
            ("a flipped bit in the head", flipped(0), "form", "form is wrong"),
            ("truncated", honest[..honest.len() - 1].to_vec(), "truncated", "truncated"),
            ("for another", forged(&fi, &other, terms(&fi, &other).hash(), |_| ()), "wrong_recipient", "for de.csirt"),
            ("oversized", vec![0; oikos_exchange::MAXIMUM_PARCEL_LENGTH + 1], "oversized", "more than"),
            ("garbage", vec![0xff; 100], "encoding", "encoding"),
            ("above the ceiling", with(&|c| c.findings[0].marking.tlp = Tlp::Red), "outside_agreement", "TLP:RED"),
            ("another purpose", with(&|c| c.purpose = "crime-prevention".parse().unwrap()), "outside_agreement", "purpose"),
            ("other terms", with(&|c| c.agreement = ContentHash::of_bytes(b"x")), "other_agreement", "other terms"),
            ("past its date", with(&|c| c.expires = Some(second(0))), "expired", "expired"),
            ("from the future", with(&|c| c.created_at = second(90_000)), "from_the_future", "still to come"),
            (
                "nobody released it",
                with(&|c| {
                    c.released_by = None;
                    c.findings[0].title = None;
                }),
                "not_pre_authorised",
                "by no person",
            ),
        ],
    );
    // A replay changes nothing and is written down; another parcel under a used number is refused.
    at.node.receive_parcel(fi.id(), &honest).unwrap();
    let again = at.node.receive_parcel(fi.id(), &honest).unwrap();
    assert_eq!(again.content.parcel, ContentHash::of_bytes(&honest));
    // The picture was computed anew behind it.
    let entry = at.journal().into_iter().find(|entry| entry["act"]["action"] == "receive_parcel").unwrap();
    assert_eq!(entry["detail"]["duplicate"], true);
    let refusal = at.node.receive_parcel(fi.id(), &with(&|_| ())).unwrap_err();
    assert_eq!(refusal.code, "replayed");
    assert!(at.journal()[0]["outcome"].to_string().contains("replay"));
}

#[test]
fn what_comes_after_the_end_is_refused_with_an_entry() {
    let (fi, at) = pair();
    let agreement = terms(&fi, &at).hash();
    at.clock.advance_to(second(1_000_001));
    let late = forged(&fi, &at, agreement, |_| ());
    refused_with_an_entry(&at, &fi, vec![("expired agreement", late, "not_in_force", "expired")]);
    let (fi, at) = pair();
    let reason = LeaveRequest { reason: "the pilot is over".to_owned() };
    at.node.leave_partner(&at.person(), fi.id(), &reason).unwrap();
    let after = forged(&fi, &at, agreement_of(&fi, &at), |_| ());
    refused_with_an_entry(&at, &fi, vec![("left agreement", after, "not_in_force", "left")]);
}

fn agreement_of(one: &Office, other: &Office) -> ContentHash {
    terms(one, other).hash()
}

#[test]
fn files_carry_parcels_and_receipts() {
    let (fi, at) = pair();
    fi.releases(&fi.detects("Grey Petrel was silent", &[IMO, PHONE]), &at);
    let request = serde_json::from_value(serde_json::json!({ "partner": at.id() })).unwrap();
    let first = fi.node.export_parcels(&fi.person(), &request).unwrap();
    let entry = &fi.journal()[0];
    assert_eq!((entry["act"]["action"].as_str(), entry["recipient"].as_str()), (Some("deliver_parcel"), Some("at.fdi")));
    let second_time = fi.node.export_parcels(&fi.person(), &request).unwrap();
    assert_eq!((first.parcels.len(), &first.parcels), (1, &second_time.parcels), "exporting again gives the same");
    assert_eq!(fi.delivers(&at), 1);
    assert_eq!(at.received().unwrap().0.title, "Grey Petrel was silent");
    assert!(fi.node.export_parcels(&fi.person(), &request).unwrap().parcels.is_empty(), "what is acknowledged is not exported");
    // The same file again is harmless, and gives its receipt again.
    let imported = at.node.import_parcels(&at.person(), &first).unwrap();
    assert_eq!((imported.receipts.len(), imported.lines[0].outcome.as_str()), (1, "taken"));
    // A damaged one says so in its line, and the rest is taken.
    let mut damaged = first.clone();
    damaged.parcels[0] = "AAAA".to_owned();
    let imported = at.node.import_parcels(&at.person(), &damaged).unwrap();
    assert_eq!((imported.receipts.len(), imported.lines[0].outcome.as_str()), (0, "refused"));
}

#[test]
fn a_file_holds_only_what_the_journal_published() {
    let (fi, at) = pair();
    fi.releases(&fi.detects("Grey Petrel was silent", &[IMO]), &at);
    let queued: Vec<i64> = fi.registry(|tx| {
        let query = oikos_registry::OutboxQuery { partner: at.id(), sequenced_below: i64::MAX, after: 0, limit: 10 };
        tx.undelivered(&query).unwrap().into_iter().map(|parcel| parcel.journal_index).collect()
    });
    let request = serde_json::from_value(serde_json::json!({ "partner": at.id() })).unwrap();
    assert_eq!(fi.node.export_parcels(&fi.person(), &request).unwrap().parcels.len(), 1);
    let checkpoint = std::fs::read_to_string(fi.folder.journal().join("checkpoint")).unwrap();
    let size: i64 = checkpoint.lines().nth(1).unwrap().parse().unwrap();
    assert!(queued.iter().all(|index| *index < size), "{queued:?} {size}");
}

/// A long parcel: more than a chunk.
fn long_parcel(fi: &Office, at: &Office) -> Vec<u8> {
    let bytes = forged(fi, at, agreement_of(fi, at), |content| {
        let text = |number: usize| Fact {
            name: format!("note {number}"),
            value: FactValue::Text("x".repeat(3_900)),
            marking: marking(),
        };
        let one = content.findings[0].clone();
        content.findings = (0..3)
            .map(|number| {
                let key = oikos_model::FindingKey::new(&one.detector, [format!("long {number}").as_str()]);
                ReleasedFinding { key, facts: (0..150).map(text).collect(), ..one.clone() }
            })
            .collect();
    });
    assert!(bytes.len() > CHUNK_LENGTH);
    bytes
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_parcel_goes_on_where_it_was_and_unfinished_ones_are_given_up() {
    let (fi, at) = pair();
    let bytes = long_parcel(&fi, &at);
    let parcel = ContentHash::of_bytes(&bytes);
    let chunk = |start: usize, end: usize| Chunk {
        parcel,
        start: start as u64,
        whole_length: bytes.len() as u64,
        bytes: bytes[start..end].to_vec().into(),
    };
    let send = |chunk: Chunk| at.linked.chunk(fi.id().clone(), chunk);
    let first = send(chunk(0, CHUNK_LENGTH)).await.unwrap();
    assert_eq!((first.arrived, first.receipt), (CHUNK_LENGTH as u64, None));
    // The link is cut; the sender asks, and goes on. What it sends from a wrong place is not taken.
    assert_eq!(at.linked.progress(fi.id().clone(), parcel).await.unwrap().arrived, CHUNK_LENGTH as u64);
    assert_eq!(send(chunk(5, 10)).await.unwrap().arrived, CHUNK_LENGTH as u64);
    let last = send(chunk(CHUNK_LENGTH, bytes.len())).await.unwrap();
    assert_eq!(last.receipt.unwrap().content.parcel, parcel);
    assert_eq!(at.registry(|tx| tx.chunk_bytes(fi.id()).unwrap()), 0);
    // Chunks that make another parcel than they said.
    let lie = ContentHash::of_bytes(b"another");
    let liar = Chunk { parcel: lie, start: 0, whole_length: 3, bytes: vec![1, 2, 3].into() };
    assert_eq!(send(liar).await.unwrap_err().code, "hash");
    assert!(at.journal()[0]["outcome"].to_string().contains("chunks do not make"));
    // No partner can fill the disk with beginnings.
    let beginning = |number: u8| Chunk {
        parcel: ContentHash::of_bytes(&[number]),
        start: 0,
        whole_length: 16 << 20,
        bytes: vec![number; CHUNK_LENGTH].into(),
    };
    for number in 0..32 {
        send(beginning(number)).await.unwrap();
    }
    assert_eq!(send(beginning(32)).await.unwrap_err().code, "conflict");
    at.clock.advance_to(second(8 * 86_400));
    assert_eq!(at.node.erase_expired(&at.node.itself()).unwrap().chunks, 32);
    send(beginning(33)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partner_fetches_what_waits_and_what_is_missing() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let fi = Office::listening("fi.coast-guard", &format!("127.0.0.1:{port}"));
    let at = Office::new("at.fdi");
    agree(&fi, &at, terms(&fi, &at));
    for number in 0..3 {
        let finding = fi.detects_again(&number.to_string(), "silent", &[IMO]);
        fi.releases(&finding, &at);
    }
    // The last one came by file: AT sees that two are missing.
    let outbox = fi.outbox(&at);
    let receipt = at.node.receive_parcel(fi.id(), &outbox[2]).unwrap();
    assert_eq!(at.journal().iter().find_map(|entry| entry["detail"]["missing"].as_array().cloned()).unwrap(), ["1-2"]);
    let server = fi.linked.listen(([127, 0, 0, 1], port).into()).await.unwrap();
    tokio::spawn(server.run(std::future::pending()));
    let lines = at.linked.clone();
    let lines = Delivery::fetch(&lines).await.unwrap();
    assert_eq!((lines[0].taken, lines[0].lost.len(), lines[0].problem.clone()), (2, 0, None));
    let count = at.registry(|tx| tx.count_findings(&Default::default()).unwrap());
    assert_eq!(count, 3);
    // What was fetched is acknowledged and journaled as a disclosure to the one who fetched it; the third still waits for its receipt.
    assert_eq!(fi.outbox(&at).len(), 1);
    let fetched = fi.journal().into_iter().filter(|entry| entry["detail"]["fetched"] == true).count();
    assert_eq!(fetched, 2);
    fi.linked.receipt(at.id().clone(), receipt).await.unwrap();
    assert!(fi.outbox(&at).is_empty());
    // Nothing is fetched that is another's, nor after the agreement was left.
    assert!(Handler::fetch(&fi.linked, at.id().clone(), Fetch::default()).await.unwrap().is_none());
    let view = fi.node.list_partners(&fi.person()).unwrap();
    assert_eq!((view[0].state.as_str(), view[0].queued), ("in_force", 0));
    assert!(view[0].last_seen_at.is_some());
}

fn notices(office: &Office) -> Vec<(String, bool)> {
    let page = NoticePage::default();
    let lines = office.node.list_notices(&office.person(), &page).unwrap();
    lines.into_iter().map(|line| (line.partner, line.acknowledged_at.is_some())).collect()
}

/// FI releases to AT, AT passes on to DE with FI's general consent.
fn passed_on() -> (Office, Office, Office, oikos_model::Finding) {
    let (fi, at) = pair_with(|terms| terms.onward = true);
    let de = Office::new("de.csirt");
    agree(&at, &de, terms(&at, &de));
    let own = fi.detects("Grey Petrel was silent", &[IMO]);
    fi.releases(&own, &at);
    fi.delivers(&at);
    let (received, _) = at.received().unwrap();
    at.releases(&received, &de);
    at.delivers(&de);
    (fi, at, de, own)
}

#[test]
fn a_recall_follows_what_was_passed_on_and_each_acknowledges() {
    let (fi, at, de, own) = passed_on();
    let (heard, state) = de.received().unwrap();
    assert_eq!((heard.origin.as_str(), state), ("at.fdi", FindingState::Open));
    let first_source = heard.derived_from.iter().any(|source| format!("{source:?}").contains("fi.coast-guard"));
    assert!(first_source, "DE sees where it comes from");
    let request = serde_json::json!({ "finding": { "key": own.key }, "reason": "wrong ship" });
    let request: RecallRequest = serde_json::from_value(request).unwrap();
    fi.node.recall(&fi.person(), &request).unwrap();
    assert_eq!(notices(&fi), [("at.fdi".to_owned(), false)]);
    fi.delivers(&at);
    assert_eq!(notices(&fi), [("at.fdi".to_owned(), true)]);
    assert_eq!(at.received().unwrap().1, FindingState::Recalled);
    assert_eq!(notices(&at), [("de.csirt".to_owned(), false)]);
    at.delivers(&de);
    assert_eq!(notices(&at), [("de.csirt".to_owned(), true)]);
    assert_eq!(de.received().unwrap().1, FindingState::Recalled);
}

#[test]
fn without_consent_nothing_is_passed_on() {
    let (fi, at) = pair();
    let de = Office::new("de.csirt");
    agree(&at, &de, terms(&at, &de));
    fi.releases(&fi.detects("Grey Petrel was silent", &[IMO]), &at);
    fi.delivers(&at);
    let (received, _) = at.received().unwrap();
    let request = serde_json::json!({ "partner": de.id(), "finding": { "origin": received.origin, "key": received.key } });
    let denied = at.node.release(&at.person(), &serde_json::from_value(request).unwrap()).unwrap_err();
    assert!(denied.to_string().contains("not passed on without its consent"), "{denied}");
    // With consent, what can lead to a person is not passed on all the same.
    let (fi, at) = pair_with(|terms| terms.onward = true);
    agree(&at, &de, terms(&at, &de));
    fi.releases(&fi.detects("Grey Petrel was silent", &[IMO, PHONE]), &at);
    fi.delivers(&at);
    let (received, _) = at.received().unwrap();
    let request = serde_json::json!({ "partner": de.id(), "finding": { "origin": received.origin, "key": received.key } });
    let denied = at.node.release(&at.person(), &serde_json::from_value(request).unwrap()).unwrap_err();
    assert!(denied.to_string().contains("can lead to a person"), "{denied}");
}

#[test]
fn a_correction_replaces_keeps_why_and_opens_decisions_again() {
    let (fi, at, de, own) = passed_on();
    let (received, _) = at.received().unwrap();
    at.registry(|tx| tx.set_finding_state(&received.origin, received.key, FindingState::Confirmed).unwrap());
    fi.detects("Grey Petrel was silent for six hours", &[IMO]);
    let request = serde_json::json!({ "finding": { "key": own.key }, "reason": "it was six hours" });
    let request: RectifyRequest = serde_json::from_value(request).unwrap();
    fi.node.rectify(&fi.person(), &request).unwrap();
    fi.delivers(&at);
    let (right, state) = at.received().unwrap();
    assert_eq!((right.title.as_str(), state), ("Grey Petrel was silent for six hours", FindingState::Open));
    let what = oikos_model::DerivedFrom::Finding { origin: right.origin.clone(), key: right.key, revision: right.revision() };
    let (rows, decisions) =
        at.registry(|tx| (tx.rectifications_of(&what).unwrap(), tx.decisions(&right.origin, right.key).unwrap()));
    assert_eq!((rows.len(), rows[0].reason.as_str(), rows[0].replaced), (1, "it was six hours", true));
    assert_eq!(decisions.last().unwrap().kind, DecisionKind::Reopen);
    // DE hears that what it has is wrong; what is right waits for a person of AT.
    at.delivers(&de);
    assert_eq!(de.received().unwrap().1, FindingState::Superseded);
    at.releases(&right, &de);
    at.delivers(&de);
    let (heard, state) = de.received().unwrap();
    assert_eq!((heard.title.as_str(), state), ("Grey Petrel was silent for six hours", FindingState::Open));
    // Correcting again without a change says so.
    assert!(fi.node.rectify(&fi.person(), &request).unwrap_err().to_string().contains("as it is now"));
}

#[test]
fn a_corrected_statement_ends_and_the_right_one_stands() {
    let (fi, at) = pair();
    let [wrong, right] = <[_; 2]>::try_from(fi.states(["Gray Petrel".to_owned(), "Grey Petrel".to_owned()])).unwrap();
    // Statements are released around a company; here one is released past that, as an earlier release.
    let bytes = forged(&fi, &at, agreement_of(&fi, &at), |content| {
        content.findings.clear();
        let released = oikos_exchange::ReleasedStatement { statement: wrong.clone(), label: fi.label() };
        content.statements = vec![released];
    });
    at.node.receive_parcel(fi.id(), &bytes).unwrap();
    let corrected = forged(&fi, &at, agreement_of(&fi, &at), |content| {
        content.sequence = 2;
        content.findings.clear();
        content.statements = vec![oikos_exchange::ReleasedStatement { statement: right.clone(), label: fi.label() }];
        content.rectifications = vec![oikos_exchange::Rectification {
            what: oikos_model::DerivedFrom::Statement { origin: fi.id().clone(), id: wrong.id },
            replaced_by: Some(right.id),
            reason: "misspelt".to_owned(),
            at: second(0),
        }];
    });
    at.node.receive_parcel(fi.id(), &corrected).unwrap();
    let ended = |id| at.registry(|tx| tx.statement(id).unwrap().unwrap().ended_at.is_some());
    assert!(ended(wrong.id) && !ended(right.id));
}

#[test]
fn leaving_ends_it_on_both_sides_and_keeps_the_rule_for_what_was_received() {
    for at_once in [false, true] {
        let (fi, at) = pair_with(|terms| terms.erase_on_leaving = at_once);
        let own = fi.detects("Grey Petrel was silent", &[IMO]);
        fi.releases(&own, &at);
        fi.delivers(&at);
        // One more release waits when FI leaves: it is held back.
        let late = fi.detects_again("late", "too late", &[IMO]);
        fi.releases(&late, &at);
        let reason = LeaveRequest { reason: "the pilot is over".to_owned() };
        let view = fi.node.leave_partner(&fi.person(), at.id(), &reason).unwrap();
        assert_eq!((view.waiting, view.findings_erased), (1, 0));
        assert_eq!(fi.delivers(&at), 1, "the word that FI leaves");
        assert_eq!(at.node.list_partners(&at.person()).unwrap()[0].state, "left");
        let entry = at.journal().into_iter().find(|entry| entry["detail"]["left"] == true).unwrap();
        assert_eq!(entry["detail"]["leave_reason"], "the pilot is over");
        assert_eq!(at.received().is_none(), at_once, "erased at once only where the agreement says so");
        let request = serde_json::json!({ "partner": at.id(), "finding": { "key": own.key } });
        assert!(fi.node.release(&fi.person(), &serde_json::from_value(request).unwrap()).is_err());
        // A recall still travels.
        let request = serde_json::json!({ "finding": { "key": own.key }, "reason": "wrong ship" });
        fi.node.recall(&fi.person(), &serde_json::from_value(request).unwrap()).unwrap();
        assert_eq!(fi.delivers(&at), 1);
        assert!(at.received().is_none_or(|(_, state)| state == FindingState::Recalled));
        assert!(fi.node.leave_partner(&fi.person(), at.id(), &reason).is_err(), "it is left once");
    }
}

#[test]
fn the_node_releases_by_itself_what_is_pre_authorised_and_no_more() {
    let (fi, at) = pair_with(|terms| terms.pre_authorised = [SelectorKind::Imo, SelectorKind::Lei].into());
    let lei = (SelectorKind::Lei, "529900T8BM49AURSDO55");
    let mmsi = (SelectorKind::Mmsi, "230000001");
    let own = fi.detects("Grey Petrel, master +3585550100", &[IMO, lei, mmsi, PHONE]);
    let lines = fi.node.release_pre_authorised().unwrap();
    assert_eq!((lines.len(), lines[0].findings), (1, 1));
    let entry = &fi.journal()[0];
    assert_eq!((entry["act"]["actor"]["kind"].as_str(), entry["act"]["action"].as_str()), (Some("node"), Some("release")));
    assert!(fi.node.release_pre_authorised().unwrap().is_empty(), "once");
    fi.delivers(&at);
    let (received, _) = at.received().unwrap();
    let kinds: Vec<SelectorKind> = received.selectors.iter().map(|selector| selector.kind).collect();
    assert_eq!(kinds, [SelectorKind::Imo, SelectorKind::Lei]);
    assert_eq!(received.title, "sea.gap", "the title stays home");
    // A finding that a person decided on is the person's to release.
    fi.registry(|tx| tx.set_finding_state(fi.id(), own.key, FindingState::Confirmed).unwrap());
    fi.detects("Grey Petrel again", &[IMO]);
    assert!(fi.node.release_pre_authorised().unwrap().is_empty());
    // Without kinds in the agreement nothing goes, and nothing is journaled.
    let (fi, _) = pair();
    fi.detects("Grey Petrel was silent", &[IMO]);
    let before = fi.journal().len();
    assert!(fi.node.release_pre_authorised().unwrap().is_empty());
    assert_eq!(fi.journal().len(), before);
}

#[test]
fn what_was_received_is_erased_by_the_clock() {
    let (fi, at) = pair();
    fi.releases(&fi.detects("Grey Petrel was silent", &[IMO]), &at);
    fi.delivers(&at);
    at.clock.advance_to(second(89 * 86_400));
    at.node.erase_expired(&at.node.itself()).unwrap();
    assert!(at.received().is_some(), "nothing goes before its time");
    at.clock.advance_to(second(90 * 86_400 + 1));
    assert_eq!(at.node.erase_expired(&at.node.itself()).unwrap().findings, 1);
    assert!(at.received().is_none());
}
