use super::*;

fn ask() -> ReleaseAsk {
    ReleaseAsk {
        id: RequestId([7; 16]),
        reference: Some(HitReference([9; 16])),
        selector: imo(),
        purpose: purpose("infrastructure-protection"),
        legal_basis: LegalBasis::new("Dir. (EU) 2022/2557 Art. 14").unwrap(),
        case_reference: None,
        regime: ClockRegime::Directive2023977,
        urgency: Urgency::Normal,
        directly_available: Some(true),
        asked_at: second(9),
        message: "Was she near the cable?".to_owned(),
    }
}

fn answer(outcome: AnswerOutcome) -> ReleaseAnswer {
    ReleaseAnswer { request: RequestId([7; 16]), outcome, reason: None, answered_at: second(9) }
}

/// A parcel with nothing but a request and an answer.
fn asking(pair: &Pair) -> ParcelContent {
    let mut content = content(pair);
    content.findings.clear();
    content.statements.clear();
    content.requests = vec![ask()];
    content.answers = vec![answer(AnswerOutcome::Released)];
    content
}

#[test]
fn requests_and_answers_travel() {
    let pair = Pair::new();
    let content = asking(&pair);
    let sealed = seal(&pair.fi, pair.at.card(), &content).unwrap();
    assert_eq!(open(&pair.at, &pair.fi_partner, &sealed.bytes, second(20)).unwrap(), content);
    let text = serde_json::to_value(&content.requests[0]).unwrap();
    assert_eq!((&text["id"], &text["regime"]), (&"07".repeat(16).into(), &"directive_2023_977".into()));
}

#[test]
fn a_parcel_without_them_is_written_as_before() {
    let written = serde_json::to_value(content(&Pair::new())).unwrap();
    assert!(written.get("requests").is_none() && written.get("answers").is_none());
}

#[test]
fn what_leads_to_a_person_names_its_case() {
    let pair = Pair::new();
    let check = |change: &dyn Fn(&mut ParcelContent)| {
        let mut content = asking(&pair);
        change(&mut content);
        content.check().map_err(|problem| problem.to_string())
    };
    let phone = Selector { kind: SelectorKind::Phone, value: "+3585550100".to_owned() };
    assert!(check(&|c| c.requests[0].selector = phone.clone()).unwrap_err().contains("must name a case"));
    let with_case = |c: &mut ParcelContent| {
        c.requests[0].selector = phone.clone();
        c.requests[0].case_reference = Some("K-17".to_owned());
    };
    assert_eq!(check(&with_case), Ok(()));
    assert!(check(&|c| c.requests[0].case_reference = Some("\n".to_owned())).unwrap_err().contains("printable"));
    assert!(check(&|c| c.requests[0].message = "x".repeat(MAXIMUM_TEXT_LENGTH + 1)).is_err());
    assert!(check(&|c| c.requests = vec![ask(), ask()]).unwrap_err().contains("twice"));
    assert!(check(&|c| c.requests = vec![ask(); MAXIMUM_REQUESTS + 1]).is_err());
    assert!(check(&|c| c.answers = vec![answer(AnswerOutcome::Refused)]).unwrap_err().contains("without a reason"));
}

#[test]
fn a_person_stands_for_a_request_and_for_an_answer() {
    let pair = Pair::new();
    let without_person = |outcome, requests| {
        let content = ParcelContent { released_by: None, requests, answers: vec![answer(outcome)], ..asking(&pair) };
        content.check().is_ok()
    };
    assert!(without_person(AnswerOutcome::NeitherConfirmedNorDenied, Vec::new()));
    assert!(!without_person(AnswerOutcome::PartReleased, Vec::new()));
    assert!(!without_person(AnswerOutcome::NeitherConfirmedNorDenied, vec![ask()]));
}

#[test]
fn a_request_stays_inside_the_agreement() {
    let answered = AgreementTerms { ask_purposes: [purpose("fdi-screening")].into(), ..terms("fi.coast-guard", "at.fdi") };
    let pair = Pair::with(answered);
    let sealed = seal(&pair.fi, pair.at.card(), &asking(&pair)).unwrap();
    let refusal = open(&pair.at, &pair.fi_partner, &sealed.bytes, second(20)).unwrap_err();
    assert!(matches!(refusal, ParcelRefusal::OutsideAgreement { .. }), "{refusal}");
    let pair = Pair::new();
    let sealed = seal(&pair.fi, pair.at.card(), &asking(&pair)).unwrap();
    let mut left = pair.fi_partner.clone();
    left.leave(second(15));
    assert!(matches!(open(&pair.at, &left, &sealed.bytes, second(20)), Err(ParcelRefusal::NotInForce(_))));
}
