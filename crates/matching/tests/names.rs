//! Names: what holds for all of them, and golden cases.
#![expect(clippy::unwrap_used, reason = "tests")]

use oikos_matching::{EntityKind, Name, Weights, compare_names, fold, value_of};
use proptest::prelude::*;

/// Text of many scripts, with the signs that names hold.
fn text() -> impl Strategy<Value = String> {
    let letter = prop_oneof![
        6 => "[a-zA-Z]",
        2 => "[äöüßéøłñçİı]",
        2 => "[а-яА-ЯёЁїЄ]",
        1 => "[α-ωΑ-Ω]",
        1 => "[ا-ي]",
        1 => "[א-ת]",
        1 => "[一-龥]",
        1 => "[가-힣]",
        1 => "[ァ-ヶ]",
        1 => "[ऀ-ॿก-๛]",
        3 => "[ .,'’&·-]",
        1 => "[0-9]",
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(letter, 0..30).prop_map(|letters| letters.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn normalising_again_changes_nothing(text in text()) {
        let once = fold(&text);
        prop_assert!(once.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b' '), "{once}");
        prop_assert_eq!(fold(&once), once);
        for kind in [EntityKind::Person, EntityKind::Vessel] {
            let once = Name::new(kind, &text).normalised();
            prop_assert_eq!(Name::new(kind, &once).normalised(), once.clone(), "{:?}", kind);
        }
    }

    #[test]
    fn a_score_has_no_direction_and_is_the_sum_of_its_reasons(first in text(), second in text()) {
        let weights = Weights::default();
        for kind in EntityKind::ALL {
            let score = compare_names(kind, &first, &second, &weights);
            prop_assert_eq!(score.bits, compare_names(kind, &second, &first, &weights).bits, "{:?}", kind);
            let sum = score.reasons.iter().fold(0.0, |sum, reason| sum + reason.bits);
            prop_assert_eq!(score.bits, sum);
            prop_assert!(score.value() > 0.0 && score.value() < 1.0);
            prop_assert!(score.reasons.iter().all(|reason| (0.0..=1.0).contains(&reason.value)), "{:?}", score.reasons);
        }
    }
}

fn value(kind: EntityKind, first: &str, second: &str) -> f64 {
    compare_names(kind, first, second, &Weights::default()).value()
}

/// Names that are one bearer's, from ordinary knowledge of how names are written; none is from the labelled pairs.
#[test]
fn golden_same() {
    for (kind, first, second) in [
        (EntityKind::Person, "Юрий Гагарин", "Yuri Gagarin"),
        (EntityKind::Person, "Γιώργος Παπανδρέου", "Giorgos Papandreou"),
        (EntityKind::Person, "جمال عبد الناصر", "Gamal Abdel Nasser"),
        (EntityKind::Person, "דוד בן גוריון", "David Ben Gurion"),
        (EntityKind::Person, "毛泽东", "Mao Zedong"),
        (EntityKind::Person, "박근혜", "Park Geun-hye"),
        (EntityKind::Person, "შოთა რუსთაველი", "Shota Rustaveli"),
        (EntityKind::Person, "Արամ Խաչատրյան", "Aram Khachatryan"),
        (EntityKind::Person, "MÜLLER, Jürgen", "Jurgen Muller"),
        (EntityKind::Person, "Dr. Ursula von der Leyen", "Ursula von der Leyen"),
        (EntityKind::Organisation, "Volkswagen Aktiengesellschaft", "Volkswagen AG"),
        (EntityKind::Organisation, "ООО «Ромашка»", "Romashka LLC"),
        (EntityKind::Organisation, "Bank of the Orient", "Bank of Orient"),
        (EntityKind::Vessel, "MV Grey Petrel", "GREY PETREL"),
    ] {
        assert!(
            value(kind, first, second) > 0.5,
            "{first} {second} {:#?}",
            compare_names(kind, first, second, &Weights::default())
        );
    }
}

#[test]
fn golden_other() {
    for (kind, first, second) in [
        (EntityKind::Person, "Anna Schmidt", "Peter Schmidt"),
        (EntityKind::Person, "Ivan Petrov", "Ivan Sidorov"),
        (EntityKind::Person, "Юрий Гагарин", "Yuri Andropov"),
        (EntityKind::Person, "George Bush", "George Habbash"),
        (EntityKind::Person, "محمد علي", "Ahmad Hassan"),
        (EntityKind::Organisation, "CORP", "Danuva Port Corp"),
        (EntityKind::Organisation, "Danuva Trading GmbH", "Calder Trading GmbH"),
        (EntityKind::Vessel, "Grey Petrel", "Grey Pelican"),
    ] {
        assert!(
            value(kind, first, second) < 0.5,
            "{first} {second} {:#?}",
            compare_names(kind, first, second, &Weights::default())
        );
    }
}

#[test]
fn scores_are_graded() {
    let person = |first, second| value(EntityKind::Person, first, second);
    let falling = [
        person("Anna Maria Schmidt", "Anna Maria Schmidt"),
        person("Anna Maria Schmidt", "Anna Maria Schmitt"),
        person("Anna Maria Schmidt", "Anna Klara Schmidt"),
        person("Anna Maria Schmidt", "Peter Schmidt"),
        person("Anna Maria Schmidt", "Ludwig Berg"),
    ];
    assert!(falling.windows(2).all(|pair| pair[0] > pair[1]), "{falling:?}");
    assert!(falling[0] < 1.0);
    assert_eq!(value_of(0.0), 0.5);
}

#[test]
fn weights_are_set_per_call() {
    let mut weights = Weights::default();
    let before = compare_names(EntityKind::Person, "Anna Schmidt", "Schmidt Anna", &weights);
    weights.person.set(oikos_matching::NameFeature::Order, -9.0);
    let after = compare_names(EntityKind::Person, "Anna Schmidt", "Schmidt Anna", &weights);
    assert!(after.bits < before.bits);
    let reason = after.reasons.iter().find(|reason| reason.feature == "order").unwrap();
    assert_eq!((reason.value, reason.bits), (0.5, -4.5));
}
