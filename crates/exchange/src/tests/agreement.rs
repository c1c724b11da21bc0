use super::*;

#[test]
fn terms_are_written_by_people() {
    let text = "
format: 1
title: Fictional agreement on cables
parties: [fi.coast-guard, at.fdi]
kinds: [finding_facts, statements]
purposes: [infrastructure-protection]
tlp_ceiling: AMBER
regimes: [GDPR]
pre_authorised: [imo, lei]
retention_days: 90
crypto_floor: hybrid_post_quantum
valid_from: 2026-01-01T00:00:00Z
valid_to: 2028-01-01T00:00:00Z
";
    let terms = AgreementTerms::from_text(text).unwrap();
    assert_eq!(terms.pre_authorised, [SelectorKind::Imo, SelectorKind::Lei].into());
    let json = serde_json::to_string(&terms).unwrap();
    assert_eq!(AgreementTerms::from_text(&json).unwrap().hash(), terms.hash());
    for (from, to, term) in [
        ("[imo, lei]", "[imo, iban]", "pre_authorised"),
        ("parties: [fi.coast-guard, at.fdi]", "parties: [at.fdi, at.fdi]", "parties"),
        ("retention_days: 90", "retention_days: 0", "retention_days"),
        ("valid_from: 2026", "valid_from: 2029", "valid_from, valid_to"),
        ("format: 1", "format: 2", "format"),
        ("purposes: [infrastructure-protection]", "purposes: []", "kinds, purposes, regimes"),
    ] {
        let error = AgreementTerms::from_text(&text.replace(from, to)).unwrap_err();
        assert!(matches!(&error, AgreementError::Term { term: found, .. } if *found == term), "{term}: {error}");
    }
    let unknown = format!("{text}\nsmall_print: all is allowed\n");
    assert!(matches!(AgreementTerms::from_text(&unknown), Err(AgreementError::Syntax(_))));
    assert!(matches!(AgreementTerms::from_text(&"#".repeat(70_000)), Err(AgreementError::TooLarge)));
}

#[test]
fn an_agreement_needs_both_and_nobody_else() {
    let (fi, at, de) = (identity("fi.coast-guard"), identity("at.fdi"), identity("de.csirt"));
    let terms = terms("fi.coast-guard", "at.fdi");
    assert!(matches!(SignedAgreement::propose(terms.clone(), &de), Err(AgreementError::NotAParty(_))));
    let proposal = SignedAgreement::propose(terms.clone(), &fi).unwrap();
    assert!(matches!(proposal.verify(fi.card(), at.card()), Err(AgreementError::NotSigned(party)) if party == *at.node()));
    assert!(matches!(proposal.clone().countersign(&de, fi.card()), Err(AgreementError::NotAParty(_))));
    let agreement = proposal.clone().countersign(&at, fi.card()).unwrap();
    agreement.verify(fi.card(), at.card()).unwrap();
    let text = serde_json::to_string(&agreement).unwrap();
    SignedAgreement::from_text(&text).unwrap().verify(at.card(), fi.card()).unwrap();
    // Another node with the same name has other keys.
    let impostor = identity("at.fdi");
    assert!(matches!(agreement.verify(fi.card(), impostor.card()), Err(AgreementError::Signature { .. })));
    assert!(Partner::accept(fi.card(), impostor.card().clone(), agreement.clone()).is_err());
    // Terms changed after signing.
    let mut changed = agreement.clone();
    changed.terms.retention_days = 3650;
    assert!(matches!(changed.verify(fi.card(), at.card()), Err(AgreementError::Signature { .. })));
    assert!(matches!(
        SignedAgreement { terms: changed.terms, ..proposal }.countersign(&at, fi.card()),
        Err(AgreementError::Signature { .. })
    ));
}

#[test]
fn an_agreement_has_its_time() {
    let pair = Pair::new();
    let mut partner = pair.at_partner.clone();
    assert_eq!(partner.check_in_force(second(-1)), Err(NotInForce::NotYet(second(0))));
    assert_eq!(partner.check_in_force(second(0)), Ok(()));
    assert_eq!(partner.check_in_force(second(1_000_000)), Err(NotInForce::Expired(second(1_000_000))));
    partner.leave(second(50));
    partner.leave(second(70));
    assert_eq!(partner.check_in_force(second(49)), Ok(()));
    assert_eq!(partner.check_in_force(second(50)), Err(NotInForce::Left(second(50))));
}

#[test]
fn a_partner_survives_the_registry_but_not_tampering() {
    let pair = Pair::new();
    let row = pair.at_partner.to_row(second(5)).unwrap();
    assert_eq!(Partner::from_row(&row, pair.fi.card()).unwrap(), pair.at_partner);
    let mut tampered = row.clone();
    tampered.agreement["terms"]["tlp_ceiling"] = "RED".into();
    assert!(matches!(Partner::from_row(&tampered, pair.fi.card()), Err(PartnerError::Agreement(_))));
    let renamed = oikos_registry::PartnerRow { node: node("de.csirt"), ..row };
    assert!(matches!(Partner::from_row(&renamed, pair.fi.card()), Err(PartnerError::Damaged { .. })));
}

#[test]
fn what_is_outside_is_named() {
    use oikos_model::{HandlingCode, PermittedAction};
    let terms = terms("fi.coast-guard", "at.fdi");
    let cables = purpose("infrastructure-protection");
    let check = |change: &dyn Fn(&mut Marking)| {
        let mut marking = marking();
        change(&mut marking);
        terms.check_admits(ParcelKind::FindingFacts, &marking, &cables, second(1))
    };
    assert_eq!(check(&|_| ()), Ok(()));
    assert_eq!(check(&|m| m.tlp = Tlp::Red), Err(OutsideAgreement::Ceiling { marked: Tlp::Red, ceiling: Tlp::Amber }));
    assert_eq!(
        check(&|m| {
            m.regimes.insert(Regime::Led);
        }),
        Err(OutsideAgreement::Regime(Regime::Led))
    );
    assert_eq!(
        check(&|m| m.purposes = [purpose("fdi-screening")].into()),
        Err(OutsideAgreement::NotMarkedForPurpose(cables.clone()))
    );
    assert_eq!(check(&|m| m.purposes = [purpose("crime-prevention")].into()), Err(OutsideAgreement::NoCommonPurpose));
    assert_eq!(
        check(&|m| {
            m.permitted.remove(&PermittedAction::Share);
        }),
        Err(OutsideAgreement::NotShareable)
    );
    assert_eq!(
        check(&|m| {
            m.handling.insert(HandlingCode::H3);
        }),
        Err(OutsideAgreement::Handling(HandlingCode::H3))
    );
    assert_eq!(check(&|m| m.expires = Some(second(1))), Err(OutsideAgreement::Expired(second(1))));
    let crime = purpose("crime-prevention");
    let other = terms.check_admits(ParcelKind::FindingFacts, &marking(), &crime, second(1));
    assert_eq!(other, Err(OutsideAgreement::Purpose(crime)));
    let mut narrow = terms.clone();
    narrow.kinds = [ParcelKind::Statements].into();
    let kind = narrow.check_admits(ParcelKind::FindingFacts, &marking(), &cables, second(1));
    assert_eq!(kind, Err(OutsideAgreement::Kind(ParcelKind::FindingFacts)));
}

#[test]
fn what_is_received_is_bound() {
    let terms = terms("fi.coast-guard", "at.fdi");
    let bound = terms.bind(&marking(), second(10));
    assert_eq!(bound.purposes, [purpose("infrastructure-protection")].into());
    assert_eq!(bound.expires, Some(second(10 + 90 * 86_400)));
    assert!(!bound.permitted.contains(&oikos_model::PermittedAction::Share));
    assert_eq!((bound.regimes, bound.tlp), (marking().regimes, marking().tlp));
    let mut sooner = marking();
    sooner.expires = Some(second(20));
    assert_eq!(terms.bind(&sooner, second(10)).expires, Some(second(20)));
}

#[test]
fn what_came_later_is_signed_only_where_it_says_something() {
    let old = terms("fi.coast-guard", "at.fdi");
    let written = serde_json::to_value(&old).unwrap();
    for field in ["ask_purposes", "neither_confirm_nor_deny", "onward", "safeguards", "reuse_law"] {
        assert!(written.get(field).is_none(), "{field}");
    }
    assert_eq!(old.answered_purposes(), &old.purposes);
    let new = AgreementTerms {
        ask_purposes: [purpose("fdi-screening")].into(),
        onward: true,
        safeguards: Some("Administrative arrangement of 1 March 2026 (fictional)".to_owned()),
        ..old.clone()
    };
    assert_ne!(new.hash(), old.hash());
    assert_eq!(AgreementTerms::from_text(&serde_json::to_string(&new).unwrap()).unwrap(), new);
    assert_eq!(new.answered_purposes(), &[purpose("fdi-screening")].into());
    let fi = identity("fi.coast-guard");
    for (wrong, term) in [
        (AgreementTerms { ask_purposes: [purpose("crime-prevention")].into(), ..old.clone() }, "ask_purposes"),
        (AgreementTerms { safeguards: Some(" ".to_owned()), ..old.clone() }, "safeguards"),
        (AgreementTerms { reuse_law: Some("x".repeat(256)), ..old }, "reuse_law"),
    ] {
        let error = SignedAgreement::propose(wrong, &fi).unwrap_err();
        assert!(matches!(&error, AgreementError::Term { term: found, .. } if *found == term), "{term}: {error}");
    }
}
