//! Which spellings of a person meet, and which must not.

use proptest::prelude::*;

use super::*;

fn tokens(name: &str, birth_date: &str) -> Vec<String> {
    let selectors = person_selectors(name, birth_date.parse().unwrap()).unwrap();
    assert!(selectors.iter().all(|selector| selector.kind == SelectorKind::PersonName));
    selectors.into_iter().map(|selector| selector.value).collect()
}

#[test]
fn spellings_of_one_name_give_one_token() {
    let expected = ["jose+muller+1970-01-02"];
    for name in ["José Müller", "MULLER, Jose", "Jose\u{0301}  Mu\u{0308}ller", "ＪＯＳＥ Ｍuller", "jose-muller"] {
        assert_eq!(tokens(name, "1970-01-02"), expected, "{name}");
    }
    assert_eq!(tokens("Seán O’Neill", "1970-01-02"), tokens("O'NEILL Sean", "1970-01-02"));
    assert_eq!(tokens("İlkay Şahin", "1970-01-02"), ["ilkay+sahin+1970-01-02"]);
}

#[test]
fn a_name_of_n_parts_gives_a_token_per_pair() {
    assert_eq!(
        tokens("Anna Maria Virtanen", "1970-01-02"),
        ["anna+maria+1970-01-02", "anna+virtanen+1970-01-02", "maria+virtanen+1970-01-02"]
    );
    assert_eq!(tokens("a b c d e f g h", "1970-01-02").len(), 28);
    let refused = person_selectors("a b c d e f g h i", "1970-01-02".parse().unwrap());
    assert_eq!(refused, Err(PersonError::Parts(9)));
}

#[test]
fn particles_go_only_where_two_parts_stay() {
    assert_eq!(tokens("Ludwig van Beethoven", "1970-12-17"), ["beethoven+ludwig+1970-12-17"]);
    assert_eq!(tokens("Van Le", "1970-12-17"), ["le+van+1970-12-17"]);
    assert_eq!(tokens("Thi Van Le", "1970-12-17").len(), 3, "with its particles gone, one part would stay: they stay");
}

#[test]
fn never_a_name_alone_nor_without_a_full_birth_date() {
    for name in ["", "Anna", "Anna ANNA", "42 17", "..."] {
        assert!(matches!(person_selectors(name, "1970-01-02".parse().unwrap()), Err(PersonError::Parts(_))), "{name}");
    }
    assert_eq!(person_selectors(&"a ".repeat(200), "1970-01-02".parse().unwrap()), Err(PersonError::TooLong));
    for date in
        ["", "1970", "1970-01", "1970-00-01", "1970-01-00", "1970-13-01", "1971-02-29", "1970-1-02", "+970-01-02", "1970-01-02 "]
    {
        assert_eq!(date.parse::<BirthDate>(), Err(PersonError::BirthDate), "{date}");
    }
    assert!("1972-02-29".parse::<BirthDate>().is_ok() && "2000-02-29".parse::<BirthDate>().is_ok());
    assert!("1900-02-29".parse::<BirthDate>().is_err());
}

#[test]
fn one_shared_token_is_a_hit_and_another_birth_date_is_none() {
    let pair = pair();
    let key = AskKey::derive(&pair.at, context(&pair, SelectorClass::Personal, AskMode::Verifiable)).unwrap();
    let of = |name: &str, date: &str| person_selectors(name, date.parse().unwrap()).unwrap();
    let held: Vec<AskEntry> = of("Anna Maria Virtanen", "1970-01-02").into_iter().map(|selector| entry(selector, 9)).collect();
    let set = take(&pair, &publish(&pair, &key, AnswerRule::Hits, &held));
    let hit = |name, date| {
        let results = ask(&pair, &key, &set, of(name, date));
        results.iter().any(|result| matches!(result.outcome, AskOutcome::Hit { .. }))
    };
    assert!(hit("VIRTANEN Anna", "1970-01-02"));
    assert!(hit("Virtanen, Anna Liisa", "1970-01-02"));
    assert!(!hit("Anna Virtanen", "1970-02-01"));
    assert!(!hit("Anna Liisa Korhonen", "1970-01-02"));
}

proptest! {
    #[test]
    fn order_never_matters_and_every_token_has_the_date(
        parts in prop::collection::btree_set("[a-zäöüéß]{2,8}", 2..6), swap in any::<prop::sample::Index>(),
    ) {
        let mut parts: Vec<String> = parts.into_iter().collect();
        let date = "1984-02-29".parse().unwrap();
        let one = person_selectors(&parts.join(" "), date);
        let place = swap.index(parts.len());
        parts.rotate_left(place);
        prop_assert_eq!(&one, &person_selectors(&parts.join(" "), date));
        if let Ok(selectors) = one {
            prop_assert!(selectors.iter().all(|selector| selector.value.ends_with("+1984-02-29")));
            prop_assert!(selectors.iter().all(|selector| selector.value.matches('+').count() == 2));
        }
    }
}
