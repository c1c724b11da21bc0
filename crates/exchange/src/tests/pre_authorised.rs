use proptest::prelude::*;

use super::*;
use crate::parcel::check_terms;

fn any_fact() -> impl Strategy<Value = FactValue> {
    let selector = (0..SelectorKind::ALL.len(), "[a-z0-9]{1,8}")
        .prop_map(|(kind, value)| FactValue::Selector(Selector { kind: SelectorKind::ALL[kind], value }));
    prop_oneof![8 => selector, 1 => ".{0,12}".prop_map(FactValue::Text)]
}

fn is_impersonal(kind: SelectorKind) -> bool {
    kind.class() == oikos_model::SelectorClass::Impersonal
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn without_a_person_only_impersonal_identifiers_of_the_named_kinds_leave(
        facts in prop::collection::vec(any_fact(), 0..5),
        named in prop::collection::btree_set(0..SelectorKind::ALL.len(), 0..8),
        with_title in prop::bool::weighted(0.2),
    ) {
        let named: BTreeSet<SelectorKind> = named.into_iter().map(|kind| SelectorKind::ALL[kind]).collect();
        let wished = AgreementTerms { pre_authorised: named.clone(), ..terms("fi.coast-guard", "at.fdi") };
        // An agreement that names another kind cannot be made, so nobody can point to one.
        let made = SignedAgreement::propose(wished, &identity("fi.coast-guard")).is_ok();
        prop_assert_eq!(made, named.iter().all(|kind| is_impersonal(*kind)));

        let agreed: BTreeSet<SelectorKind> = named.into_iter().filter(|kind| is_impersonal(*kind)).collect();
        let pair = Pair::with(AgreementTerms { pre_authorised: agreed.clone(), ..terms("fi.coast-guard", "at.fdi") });
        let mut content = content(&pair);
        content.released_by = None;
        content.statements.clear();
        let finding = &mut content.findings[0];
        (finding.when, finding.place, finding.reasoning) = (None, None, None);
        finding.title = with_title.then(|| "a title".to_owned());
        finding.facts = facts.iter().enumerate().map(|(number, value)| fact(&number.to_string(), value.clone())).collect();
        let passes = content.check().is_ok() && check_terms(&content, &pair.fi_partner, second(20)).is_ok();
        let allowed = |value: &FactValue| match value {
            FactValue::Selector(selector) => is_impersonal(selector.kind) && agreed.contains(&selector.kind),
            _ => false,
        };
        prop_assert_eq!(passes, !with_title && facts.iter().all(allowed));
    }
}

#[test]
fn statements_and_requests_need_a_person() {
    let pair = Pair::new();
    let mut said = content(&pair);
    said.findings.clear();
    said.released_by = None;
    assert!(said.check().is_err());
}
