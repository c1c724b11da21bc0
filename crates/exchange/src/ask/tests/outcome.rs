//! Who finds what.

use oikos_model::{InformationGrade, SourceGrade};
use proptest::prelude::*;

use super::*;

fn hits(results: &[AskResult]) -> Vec<bool> {
    results.iter().map(|result| matches!(result.outcome, AskOutcome::Hit { .. })).collect()
}

#[test]
fn a_hit_is_its_reference_and_quality_and_nothing_else() {
    let pair = pair();
    for mode in [AskMode::Verifiable, AskMode::Unproven] {
        let key = AskKey::derive(&pair.at, context(&pair, SelectorClass::Impersonal, mode)).unwrap();
        let quality = Evaluation { source: SourceGrade::B, information: InformationGrade::Two };
        let set = publish(&pair, &key, AnswerRule::Hits, &[AskEntry { quality, ..entry(imo(9_074_729), 7) }, entry(imo(1), 8)]);
        let results = ask(&pair, &key, &take(&pair, &set), vec![imo(9_074_729), imo(2)]);
        assert_eq!(results[0].outcome, AskOutcome::Hit { reference: AskReference([7; 16]), quality });
        assert_eq!((&results[0].selector, &results[1].outcome), (&imo(9_074_729), &AskOutcome::NoHit));
    }
}

#[test]
fn of_two_entries_with_one_selector_the_first_counts() {
    let pair = pair();
    let key = AskKey::derive(&pair.at, context(&pair, SelectorClass::Impersonal, AskMode::Verifiable)).unwrap();
    let set = publish(&pair, &key, AnswerRule::Hits, &[entry(imo(5), 1), entry(imo(6), 3), entry(imo(5), 2)]);
    let results = ask(&pair, &key, &take(&pair, &set), vec![imo(5)]);
    assert!(matches!(results[0].outcome, AskOutcome::Hit { reference: AskReference([1, ..]), .. }));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn an_ask_hits_what_is_in_the_set_and_nothing_else(
        held in prop::collection::btree_set(0u32..60, 0..40),
        asked in prop::collection::vec(0u32..60, 1..80),
        proven in any::<bool>(),
    ) {
        let pair = pair();
        let mode = if proven { AskMode::Verifiable } else { AskMode::Unproven };
        let key = AskKey::derive(&pair.at, context(&pair, SelectorClass::Impersonal, mode)).unwrap();
        let entries: Vec<AskEntry> = held.iter().map(|number| entry(imo(*number), *number as u8)).collect();
        let set = take(&pair, &publish(&pair, &key, AnswerRule::Hits, &entries));
        let results = ask(&pair, &key, &set, asked.iter().map(|number| imo(*number)).collect());
        for (result, number) in results.iter().zip(&asked) {
            prop_assert_eq!(&result.selector, &imo(*number));
            match result.outcome {
                AskOutcome::Hit { reference, .. } => prop_assert_eq!(reference.0[0], *number as u8),
                AskOutcome::NoHit => prop_assert!(!held.contains(number)),
                AskOutcome::NeitherConfirmedNorDenied => prop_assert!(false),
            }
            prop_assert_eq!(matches!(result.outcome, AskOutcome::Hit { .. }), held.contains(number));
        }
    }
}

/// Seals under one context and searches with the outputs of another, as an answerer would who mixes them up.
#[test]
fn another_partner_purpose_class_day_or_mode_never_hits() {
    let pair = pair();
    let right = context(&pair, SelectorClass::Impersonal, AskMode::Verifiable);
    let others = [
        AskContext { asker: NodeId::new("de.csirt").unwrap(), ..right.clone() },
        AskContext { purpose: Purpose::new("fdi-screening").unwrap(), ..right.clone() },
        AskContext { class: SelectorClass::Linkable, ..right.clone() },
        AskContext { epoch: Epoch(right.epoch.0 + 1), ..right.clone() },
        AskContext { mode: AskMode::Unproven, ..right.clone() },
    ];
    let key = AskKey::derive(&pair.at, right).unwrap();
    let set = take(&pair, &publish(&pair, &key, AnswerRule::Hits, &[entry(imo(5), 1)]));
    let mut publics = vec![key.public()];
    for other in others {
        let other = AskKey::derive(&pair.at, other).unwrap();
        publics.push(other.public());
        // An honest answerer refuses the question.
        let asking = start(&pair, &set, vec![imo(5)]);
        assert_eq!(other.answer(asking.question()).unwrap_err(), AskRefusal::OtherContext);
        // One who evaluates under the other key all the same is found out by the proof.
        let mut question = asking.question().clone();
        question.context = other.context().clone();
        let answer = AskAnswer { question: asking.question().hash(), ..other.answer(&question).unwrap() };
        assert_eq!(asking.finish(&set, &answer).unwrap_err(), AskRefusal::Proof);
        // And even the right output under the other key has no tag in the set.
        other.secret.outputs(&other.suite, &[imo(5).to_string()], |_, output| {
            assert_eq!(set.find(&set.keys.derive(output).tag), None);
        });
    }
    publics.sort_unstable();
    publics.dedup();
    assert_eq!(publics.len(), 6);
}

#[test]
fn without_proofs_another_key_finds_nothing() {
    let pair = pair();
    let right = context(&pair, SelectorClass::Impersonal, AskMode::Unproven);
    let key = AskKey::derive(&pair.at, right.clone()).unwrap();
    let set = take(&pair, &publish(&pair, &key, AnswerRule::Hits, &[entry(imo(5), 1)]));
    let mut other = AskKey::derive(&pair.at, AskContext { epoch: Epoch(right.epoch.0 + 1), ..right.clone() }).unwrap();
    other.context = right;
    assert_eq!(hits(&ask(&pair, &other, &set, vec![imo(5)])), [false]);
    assert_eq!(hits(&ask(&pair, &key, &set, vec![imo(5)])), [true]);
}

#[test]
fn neither_confirm_nor_deny_looks_the_same_whatever_is_held() {
    let pair = pair();
    let key = AskKey::derive(&pair.at, context(&pair, SelectorClass::Impersonal, AskMode::Verifiable)).unwrap();
    let many: Vec<AskEntry> = (0..3000).map(|number| entry(imo(number), 1)).collect();
    for entries in [&many[..], &many[..1], &[]] {
        let set = publish(&pair, &key, AnswerRule::NeitherConfirmNorDeny, entries);
        assert_eq!(set.signed().header.count as usize, MINIMUM_SET_ENTRIES);
        let set = take(&pair, &set);
        let results = ask(&pair, &key, &set, vec![imo(0), imo(4000)]);
        assert!(results.iter().all(|result| result.outcome == AskOutcome::NeitherConfirmedNorDenied));
        // Not only the word: nothing is in it.
        key.secret.outputs(&key.suite, &[imo(0).to_string()], |_, output| {
            assert_eq!(set.find(&set.keys.derive(output).tag), None);
        });
    }
}

#[test]
fn sizes_depend_on_the_bucket_only() {
    let pair = pair();
    let key = AskKey::derive(&pair.at, context(&pair, SelectorClass::Impersonal, AskMode::Verifiable)).unwrap();
    let sizes = |held: u32, asked: u32| {
        let entries: Vec<AskEntry> = (0..held).map(|number| entry(imo(number), 1)).collect();
        let published = publish(&pair, &key, AnswerRule::Hits, &entries);
        let set = take(&pair, &published);
        let asking = start(&pair, &set, (0..asked).map(imo).collect());
        let answer = key.answer(asking.question()).unwrap();
        (published.page(0).unwrap().len(), asking.question().to_bytes().len(), answer.to_bytes().len())
    };
    assert_eq!(sizes(0, 1), sizes(1000, 64));
    assert_ne!(sizes(0, 1).0, sizes(1025, 1).0);
    assert_ne!(sizes(0, 1).1, sizes(0, 65).1);
}

#[test]
fn two_questions_about_the_same_share_no_point_and_two_sets_no_entry() {
    let pair = pair();
    let key = AskKey::derive(&pair.at, context(&pair, SelectorClass::Impersonal, AskMode::Verifiable)).unwrap();
    let entries: Vec<AskEntry> = (0..50).map(|number| entry(imo(number), 1)).collect();
    let (one, other) = (publish(&pair, &key, AnswerRule::Hits, &entries), publish(&pair, &key, AnswerRule::Hits, &entries));
    let tags = |set: &AskSet| -> std::collections::BTreeSet<Vec<u8>> {
        let page = set::AskSetPage::read(&set.page(0).unwrap()).unwrap();
        page.entries.0.as_chunks::<50>().0.iter().map(|entry| entry[..16].to_vec()).collect()
    };
    assert_eq!(tags(&one).len(), MINIMUM_SET_ENTRIES);
    assert!(tags(&one).is_disjoint(&tags(&other)), "comparing two sets of one day must not tell selectors from padding");
    let set = take(&pair, &one);
    let points = |asking: &Asking| -> std::collections::BTreeSet<[u8; 32]> {
        asking.question().points.0.as_chunks().0.iter().copied().collect()
    };
    let (first, second) = (start(&pair, &set, vec![imo(1), imo(1)]), start(&pair, &set, vec![imo(1), imo(1)]));
    assert_eq!(points(&first).len(), 64, "the same selector twice is not seen either");
    assert!(points(&first).is_disjoint(&points(&second)));
}

#[test]
fn an_answer_opens_for_the_asked_selector_only() {
    let pair = pair();
    let key = AskKey::derive(&pair.at, context(&pair, SelectorClass::Impersonal, AskMode::Verifiable)).unwrap();
    let set = take(&pair, &publish(&pair, &key, AnswerRule::Hits, &[entry(imo(1), 1), entry(imo(2), 2)]));
    let mut keys = Vec::new();
    key.secret.outputs(&key.suite, &[imo(1).to_string(), imo(2).to_string()], |_, output| keys.push(set.keys.derive(output)));
    let entries: Vec<_> = keys.iter().map(|key| *set.find(&key.tag).unwrap()).collect();
    assert!(set.keys.open(&keys[0], &entries[0]).is_some());
    assert!(set.keys.open(&keys[0], &entries[1]).is_none() && set.keys.open(&keys[1], &entries[0]).is_none());
    // Padding opens for neither.
    let page = set::AskSetPage::read(&publish(&pair, &key, AnswerRule::Hits, &[]).page(0).unwrap()).unwrap();
    let mut padding = page.entries.0.as_chunks().0.iter();
    assert!(padding.all(|entry| keys.iter().all(|key| set.keys.open(key, entry).is_none())));
}

#[test]
fn linkable_and_personal_selectors_need_a_case() {
    let pair = pair();
    let terms = &pair.at_partner.agreement().terms;
    for (class, asked) in [
        (SelectorClass::Linkable, selector(SelectorKind::Iban, "FI2112345600000785")),
        (SelectorClass::Personal, person_selectors("Anna Virtanen", "1970-01-02".parse().unwrap()).unwrap().remove(0)),
    ] {
        let key = AskKey::derive(&pair.at, context(&pair, class, AskMode::Verifiable)).unwrap();
        let set = take(&pair, &publish(&pair, &key, AnswerRule::Hits, &[entry(asked.clone(), 1)]));
        let without = Asking::start(&set, terms, legal_basis(), None, vec![asked.clone()]).unwrap_err();
        assert_eq!(without, AskError::NoCase(class));
        // Who builds one all the same is refused.
        let mut question = start(&pair, &set, vec![asked.clone()]).question().clone();
        question.case = None;
        assert_eq!(Question::read(&question.to_bytes()).unwrap_err(), AskRefusal::NoCase(class));
        assert_eq!(hits(&ask(&pair, &key, &set, vec![asked])), [true]);
    }
}

#[test]
fn only_agreed_kinds_of_the_right_class_are_asked_or_published() {
    let pair = pair();
    let terms = &pair.at_partner.agreement().terms;
    let key = AskKey::derive(&pair.at, context(&pair, SelectorClass::Impersonal, AskMode::Verifiable)).unwrap();
    let set = take(&pair, &publish(&pair, &key, AnswerRule::Hits, &[]));
    let iban = selector(SelectorKind::Iban, "FI2112345600000785");
    let file = selector(SelectorKind::FileHash, "00");
    for (asked, expected) in [
        (iban, AskError::Class { kind: SelectorKind::Iban, class: SelectorClass::Impersonal }),
        (file, AskError::NotAgreed(SelectorKind::FileHash)),
        (selector(SelectorKind::Imo, ""), AskError::Value { kind: SelectorKind::Imo, length: 0, limit: 4000 }),
    ] {
        assert_eq!(Asking::start(&set, terms, legal_basis(), None, vec![asked.clone()]).unwrap_err(), expected);
        assert_eq!(SetBuilder::new(&key).unwrap().seal(terms, &[entry(asked, 1)]).unwrap_err(), expected);
    }
    assert_eq!(Asking::start(&set, terms, legal_basis(), None, Vec::new()).unwrap_err(), AskError::Nothing);
    let many = (0..=MAXIMUM_SELECTORS_PER_QUESTION as u32).map(imo).collect();
    let refused = Asking::start(&set, terms, legal_basis(), None, many).unwrap_err();
    assert_eq!(refused, AskError::TooManySelectors(MAXIMUM_SELECTORS_PER_QUESTION + 1));
}

#[test]
fn a_budget_is_the_sum_of_its_class_and_counts_padding() {
    let pair = pair();
    let terms = &pair.at_partner.agreement().terms;
    assert_eq!(AskBudget::of(terms, SelectorClass::Impersonal), AskBudget(500));
    assert_eq!(AskBudget::of(terms, SelectorClass::Linkable), AskBudget(300));
    assert_eq!(AskBudget::of(&crate::tests::terms("fi.coast-guard", "at.fdi"), SelectorClass::Impersonal), AskBudget(0));
    assert!(AskBudget::covers(terms, SelectorKind::Lei) && !AskBudget::covers(terms, SelectorKind::Mmsi));
    let key = AskKey::derive(&pair.at, context(&pair, SelectorClass::Impersonal, AskMode::Verifiable)).unwrap();
    let set = take(&pair, &publish(&pair, &key, AnswerRule::Hits, &[]));
    // One selector costs 64 points: 500 − 436 are left, 500 − 437 are not.
    let asking = start(&pair, &set, vec![imo(1)]);
    let allowed = |spent| asking.question().check_allowed(pair.at.node(), &pair.fi_partner, spent, now());
    assert_eq!(allowed(436), Ok(()));
    assert_eq!(allowed(437), Err(AskRefusal::Budget { asked: 64, left: 63, budget: 500 }));
    assert_eq!(allowed(u64::MAX), Err(AskRefusal::Budget { asked: 64, left: 0, budget: 500 }));
}

#[test]
fn a_case_reference_is_stable_for_one_partner_and_another_for_the_next() {
    let pair = pair();
    let case = |id: &str| CaseId::new(id).unwrap();
    let of = |partner: &Pair, id: &str| pair.fi.case_reference(partner.at.node(), &case(id));
    assert_eq!(of(&pair, "case-2026-17"), of(&pair, "case-2026-17"));
    assert_ne!(of(&pair, "case-2026-17"), of(&pair, "case-2026-18"));
    assert_ne!(of(&pair, "case-2026-17"), pair.fi.case_reference(&NodeId::new("de.csirt").unwrap(), &case("case-2026-17")));
}
