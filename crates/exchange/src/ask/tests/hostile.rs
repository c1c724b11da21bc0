//! What a partner could send, and how it is refused.

use proptest::prelude::*;

use super::*;
use crate::limits::CborProblem;

struct Scene {
    pair: Pair,
    key: AskKey,
    published: AskSet,
    set: PartnerSet,
}

fn scene() -> Scene {
    let pair = pair();
    let key = AskKey::derive(&pair.at, context(&pair, SelectorClass::Impersonal, AskMode::Verifiable)).unwrap();
    let published = publish(&pair, &key, AnswerRule::Hits, &[entry(imo(1), 1), entry(imo(2), 2)]);
    let set = take(&pair, &published);
    Scene { pair, key, published, set }
}

/// What happens to an answer that was changed on its way or made so.
fn refused(change: impl Fn(&mut AskAnswer)) -> AskRefusal {
    let Scene { pair, key, set, .. } = scene();
    let asking = start(&pair, &set, vec![imo(1), imo(3)]);
    let mut answer = key.answer(asking.question()).unwrap();
    change(&mut answer);
    asking.finish(&set, &answer).unwrap_err()
}

#[test]
fn a_changed_answer_is_refused() {
    assert_eq!(refused(|answer| answer.points.0.rotate_left(32)), AskRefusal::Proof, "swapped points");
    assert_eq!(refused(|answer| answer.points.0.copy_within(0..32, 32)), AskRefusal::Proof, "one point for another");
    // Padding's points are proven too: otherwise an answerer could learn where it begins.
    assert_eq!(refused(|answer| answer.points.0.copy_within(0..32, 63 * 32)), AskRefusal::Proof);
    assert_eq!(refused(|answer| answer.points.0[..32].fill(0)), AskRefusal::Point(0));
    assert_eq!(refused(|answer| answer.points.0[63 * 32..].fill(0xff)), AskRefusal::Point(63));
    assert!(matches!(refused(|answer| answer.points.0.truncate(63 * 32)), AskRefusal::Form(_)));
    assert_eq!(refused(|answer| answer.proof = None), AskRefusal::Proof);
    assert_eq!(refused(|answer| answer.proof.as_mut().unwrap().0[0] ^= 1), AskRefusal::Proof);
    assert_eq!(refused(|answer| answer.proof.as_mut().unwrap().0.push(0)), AskRefusal::Proof);
    assert_eq!(refused(|answer| answer.question.0[0] ^= 1), AskRefusal::OtherQuestion);
}

#[test]
fn a_changed_question_is_refused() {
    let Scene { pair, key, set, .. } = scene();
    let asking = start(&pair, &set, vec![imo(1)]);
    let refused = |change: &dyn Fn(&mut Question)| {
        let mut question = asking.question().clone();
        change(&mut question);
        Question::read(&question.to_bytes())
            .and_then(|question| question.check_allowed(pair.at.node(), &pair.fi_partner, 0, now()).map(|()| question))
            .and_then(|question| key.answer(&question))
            .unwrap_err()
    };
    assert_eq!(refused(&|question| question.points.0[..32].fill(0)), AskRefusal::Point(0));
    assert!(matches!(refused(&|question| question.points.0.truncate(63 * 32)), AskRefusal::Form(_)));
    assert!(matches!(refused(&|question| question.points.0.clear()), AskRefusal::Form(_)));
    assert!(matches!(refused(&|question| question.points.0.push(0)), AskRefusal::Form(_)));
    assert_eq!(refused(&|question| question.format = 2), AskRefusal::UnknownFormat(2));
    assert_eq!(refused(&|question| question.context.owner = pair.fi.node().clone()), AskRefusal::OtherContext);
    assert_eq!(refused(&|question| question.context.asker = pair.at.node().clone()), AskRefusal::OtherContext);
    assert_eq!(refused(&|question| question.context.mode = AskMode::Unproven), AskRefusal::OtherContext);
    assert!(matches!(refused(&|question| question.context.epoch.0 -= 1), AskRefusal::OtherEpoch { .. }));
    let crime = Purpose::new("crime-prevention").unwrap();
    assert_eq!(refused(&|question| question.context.purpose = crime.clone()), AskRefusal::Purpose(crime.clone()));
    let late = asking.question().check_allowed(pair.at.node(), &pair.fi_partner, 0, second(2_000_000));
    assert!(matches!(late, Err(AskRefusal::NotInForce(_))));
    let mut left = pair.fi_partner.clone();
    left.leave(second(500));
    assert!(matches!(asking.question().check_allowed(pair.at.node(), &left, 0, now()), Err(AskRefusal::NotInForce(_))));
}

#[test]
fn a_day_is_answered_an_hour_after_its_end_and_no_longer() {
    let epoch = Epoch(20_000);
    let at = |seconds: i64| Timestamp::from_second(20_000 * 86_400 + seconds).unwrap();
    assert_eq!(Epoch::of(at(0)), epoch);
    assert_eq!(Epoch::of(at(86_399)), epoch);
    assert_eq!(epoch.end(), Some(at(86_400)));
    for (seconds, current) in [(-3601, false), (-3600, true), (0, true), (86_400 + 3599, true), (86_400 + 3600, false)] {
        assert_eq!(epoch.check_current(at(seconds)).is_ok(), current, "{seconds}");
    }
}

/// What happens to a header that was changed, with and without its owner's signatures renewed.
fn header_refused(resigned: bool, change: impl Fn(&mut AskSetHeader)) -> AskRefusal {
    let Scene { pair, published, .. } = scene();
    let mut signed = published.signed().clone();
    change(&mut signed.header);
    if resigned {
        signed.signatures = pair.at.sign(&SignedAskSet::signed_bytes(&signed.header));
    }
    SignedAskSet::read(&signed.to_bytes())
        .and_then(|signed| PartnerSet::accept(signed, pair.fi.node(), &pair.at_partner, now()))
        .map(drop)
        .unwrap_err()
}

#[test]
fn a_changed_header_is_refused() {
    let rule = |header: &mut AskSetHeader| header.rule = AnswerRule::NeitherConfirmNorDeny;
    assert!(matches!(header_refused(false, rule), AskRefusal::Signature(_)));
    assert!(matches!(header_refused(false, |header| header.expires = second(999_999)), AskRefusal::Signature(_)));
    assert_eq!(header_refused(true, |header| header.expires = now()), AskRefusal::Expired(now()));
    let other_key = |header: &mut AskSetHeader| header.public_key.0[0] ^= 1;
    assert!(matches!(header_refused(true, other_key), AskRefusal::Form(_)), "the commitment is over the key too");
    let identity = |header: &mut AskSetHeader| {
        header.public_key.0.fill(0);
        header.commitment = header.expected_commitment();
    };
    assert_eq!(header_refused(true, identity), AskRefusal::PublicKey);
    let short = |header: &mut AskSetHeader| {
        header.public_key.0.pop();
        header.commitment = header.expected_commitment();
    };
    assert_eq!(header_refused(true, short), AskRefusal::PublicKey);
    assert!(matches!(header_refused(true, |header| header.pages[0].0[0] ^= 1), AskRefusal::Form(_)));
    assert!(matches!(header_refused(true, |header| header.pages.clear()), AskRefusal::Form(_)));
    assert!(matches!(header_refused(true, |header| header.count = 1023), AskRefusal::Form(_)));
    assert!(matches!(header_refused(true, |header| header.count = u32::MAX), AskRefusal::Form(_)));
    assert!(matches!(header_refused(true, |header| header.salt.0.clear()), AskRefusal::Form(_)));
    assert_eq!(header_refused(true, |header| header.format = 9), AskRefusal::UnknownFormat(9));
    assert_eq!(header_refused(true, |header| header.pages = vec![header.pages[0]; 120]).code(), "encoding");
    let bind = |change: fn(&mut AskContext)| {
        move |header: &mut AskSetHeader| {
            change(&mut header.context);
            header.commitment = header.expected_commitment();
        }
    };
    assert!(matches!(header_refused(true, bind(|context| context.epoch.0 += 2)), AskRefusal::OtherEpoch { .. }));
    let stranger = bind(|context| context.asker = NodeId::new("de.csirt").unwrap());
    assert_eq!(header_refused(true, stranger), AskRefusal::OtherContext);
    let purpose = bind(|context| context.purpose = Purpose::new("crime-prevention").unwrap());
    assert!(matches!(header_refused(true, purpose), AskRefusal::Purpose(_)));
}

#[test]
fn a_page_that_was_not_committed_to_is_refused() {
    let Scene { pair, key, published, .. } = scene();
    let fresh = || {
        let signed = SignedAskSet::read(&published.signed().to_bytes()).unwrap();
        PartnerSet::accept(signed, pair.fi.node(), &pair.at_partner, now()).unwrap()
    };
    let page = published.page(0).unwrap();
    assert!(published.page(1).is_none());
    let mut changed = page.clone();
    let last = changed.len() - 1;
    changed[last] ^= 1;
    assert_eq!(fresh().take_page(&changed), Err(AskRefusal::Page(0)));
    assert_eq!(fresh().take_page(&page[..last]), Err(AskRefusal::Truncated));
    let other = publish(&pair, &key, AnswerRule::Hits, &[entry(imo(1), 1)]);
    assert_eq!(fresh().take_page(&other.page(0).unwrap()), Err(AskRefusal::Page(0)));
    for number in [1, 7, u32::MAX] {
        let page = set::AskSetPage { number, entries: Bytes(Vec::new()) };
        let mut bytes = Vec::new();
        ciborium::into_writer(&page, &mut bytes).unwrap();
        assert_eq!(fresh().take_page(&bytes), Err(AskRefusal::Page(number as usize)));
    }
    // Nothing is looked up in a set with a page missing: no hit would be a lie.
    let mut set = fresh();
    let asking = start(&pair, &set, vec![imo(1)]);
    let answer = key.answer(asking.question()).unwrap();
    assert_eq!(asking.finish(&set, &answer).unwrap_err(), AskRefusal::Incomplete { missing: 1 });
    set.take_page(&page).unwrap();
    set.take_page(&page).unwrap();
    assert_eq!(set.missing().count(), 0);
}

#[test]
fn an_owner_that_commits_to_a_broken_set_is_found_out() {
    let Scene { pair, key, published, set } = scene();
    let page = set::AskSetPage::read(&published.page(0).unwrap()).unwrap();
    let commit = |entries: Vec<u8>| {
        let mut signed = published.signed().clone();
        signed.header.pages = vec![set::page_hash(0, &entries)];
        signed.header.commitment = signed.header.expected_commitment();
        signed.signatures = pair.at.sign(&SignedAskSet::signed_bytes(&signed.header));
        let mut bytes = Vec::new();
        ciborium::into_writer(&set::AskSetPage { number: 0, entries: Bytes(entries) }, &mut bytes).unwrap();
        (PartnerSet::accept(signed, pair.fi.node(), &pair.at_partner, now()).unwrap(), bytes)
    };
    let mut unsorted = page.entries.0.clone();
    unsorted.rotate_left(50);
    let (mut accepted, bytes) = commit(unsorted);
    assert!(matches!(accepted.take_page(&bytes), Err(AskRefusal::Form(_))));
    // The sealed answer of the selector is not one.
    let mut garbled = page.entries.0.clone();
    key.secret.outputs(&key.suite, &[imo(1).to_string()], |_, output| {
        let tag = set.keys.derive(output).tag;
        let place = garbled.as_chunks::<50>().0.iter().position(|entry| entry[..16] == tag).unwrap();
        garbled[place * 50 + 20] ^= 1;
    });
    let (mut accepted, bytes) = commit(garbled);
    accepted.take_page(&bytes).unwrap();
    let asking = start(&pair, &accepted, vec![imo(1)]);
    let answer = key.answer(asking.question()).unwrap();
    assert_eq!(asking.finish(&accepted, &answer).unwrap_err(), AskRefusal::Entry);
}

#[test]
fn what_is_too_large_is_refused_before_it_is_read() {
    let zeros = vec![0; MAXIMUM_PAGE_BYTES.max(MAXIMUM_QUESTION_BYTES) + 1];
    assert_eq!(Question::read(&zeros).unwrap_err().code(), "oversized");
    assert_eq!(AskAnswer::read(&zeros).unwrap_err().code(), "oversized");
    assert_eq!(SignedAskSet::read(&zeros).unwrap_err().code(), "oversized");
    assert_eq!(scene().set.take_page(&zeros).unwrap_err().code(), "oversized");
    assert_eq!(Question::read(&[0x81; 100]).unwrap_err(), AskRefusal::Encoding(CborProblem::TooDeep(3)));
    assert_eq!(Question::read(&[]).unwrap_err(), AskRefusal::Truncated);
}

#[test]
fn the_largest_question_and_page_fit_their_limits() {
    let Scene { pair, set, .. } = scene();
    let mut question = start(&pair, &set, vec![imo(1)]).question().clone();
    question.points.0 = vec![0; MAXIMUM_SELECTORS_PER_QUESTION * 32];
    question.legal_basis = LegalBasis::new("§".repeat(127)).unwrap();
    question.context.purpose = Purpose::new("p".repeat(63)).unwrap();
    assert_eq!(Question::read(&question.to_bytes()).unwrap(), question);
    let page = set::AskSetPage { number: 31, entries: Bytes(vec![0; PAGE_ENTRIES * 50]) };
    let mut bytes = Vec::new();
    ciborium::into_writer(&page, &mut bytes).unwrap();
    assert!(bytes.len() <= MAXIMUM_PAGE_BYTES && MAXIMUM_PAGE_BYTES <= 8 << 20, "{}", bytes.len());
}

proptest! {
    #[test]
    fn no_bytes_make_a_decoder_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(Question::read(&bytes).is_err());
        prop_assert!(AskAnswer::read(&bytes).is_err());
        prop_assert!(SignedAskSet::read(&bytes).is_err());
        prop_assert!(set::AskSetPage::read(&bytes).is_err());
    }
}
