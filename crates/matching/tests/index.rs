//! The index: what is found, what a change does, what bytes are refused.
#![expect(clippy::unwrap_used, reason = "tests")]

use oikos_matching::{Entity, EntityKind, Identifier, Index, PartialDate, SearchSettings, Weights};
use proptest::prelude::*;

fn persons() -> Vec<Entity> {
    let names: &[(&str, &[&str])] = &[
        ("putin", &["PUTIN, Vladimir Vladimirovich", "Владимир Путин"]),
        ("lavrov", &["Sergey Viktorovich LAVROV"]),
        ("salman", &["Mohammed bin Salman"]),
        ("maduro", &["MADURO MOROS, Nicolas"]),
        ("nooristani", &["Abdul Aziz Nooristani"]),
        ("bilt", &["Cornelius Vanderbilt"]),
        ("ivanov", &["Ivan Ivanov"]),
        ("petrov", &["Ivan Petrov"]),
        ("kim", &["Kim Jong Un", "김정은"]),
        ("hussein", &["Saddam Hussein al-Tikriti", "صدام حسين التكريتي"]),
        ("lone", &["Hannibal"]),
    ];
    names.iter().map(|(id, names)| Entity::new(*id, EntityKind::Person, names.iter().copied())).collect()
}

fn first(index: &Index, name: &str) -> Option<String> {
    let weights = Weights::default();
    let query = Entity::new("", EntityKind::Person, [name]);
    index.searcher().search(&query, &SearchSettings::new(&weights)).into_iter().next().map(|hit| hit.entity)
}

#[test]
fn dirty_names_are_found() {
    let index = Index::build(persons()).unwrap();
    for (query, expected) in [
        ("Vladimir Putin", "putin"),
        ("Wladimir Putin", "putin"),
        ("Vladmir Putn", "putin"),
        ("VladimirPutin", "putin"),
        ("Владимир Владимирович Путин", "putin"),
        ("Sergei Lavrow", "lavrov"),
        ("Muhammad ibn Salmaan", "salman"),
        ("Nicolás Maduro", "maduro"),
        ("'Abd al-Aziz al-Nuristani", "nooristani"),
        ("Cornelius van der Bilt", "bilt"),
        ("Saddam Husayn", "hussein"),
        ("صدام حسين", "hussein"),
        ("Hanniball", "lone"),
    ] {
        assert_eq!(first(&index, query).as_deref(), Some(expected), "{query}");
    }
    for query in ["Angela Merkel", "Boris Johnson", "", "—"] {
        assert_eq!(first(&index, query), None, "{query}");
    }
}

#[test]
fn reasons_add_up_and_name_the_alias() {
    let index = Index::build(persons()).unwrap();
    let weights = Weights::default();
    let mut query = Entity::new("", EntityKind::Person, ["Vladimir Putin"]);
    query.birth_dates.push("1952-10-07".parse().unwrap());
    let hits = index.searcher().search(&query, &SearchSettings { least_bits: -100.0, ..SearchSettings::new(&weights) });
    assert!(!hits.is_empty());
    for hit in &hits {
        let sum: f32 = hit.score.reasons.iter().map(|reason| reason.bits).sum();
        assert!((hit.score.bits - sum).abs() < 1e-4, "{hit:?}");
        assert!(hit.score.value() < 1.0);
    }
    assert_eq!(hits[0].alias, "Владимир Путин");
    assert!(hits[0].score.words.iter().any(|word| word.first == "putin" && word.second == "putin"));
}

#[test]
fn protected_attributes_never_raise_a_score() {
    let mut listed = Entity::new("a", EntityKind::Person, ["Ivan Ivanov"]);
    (listed.nationalities, listed.birth_countries) = (vec!["ru".into()], vec!["ru".into()]);
    let index = Index::build([listed]).unwrap();
    let mut weights = Weights::default();
    // Not even where a call asks for it.
    weights.evidence.nationality_conflicts = 5.0;
    let bits = |nationality: Option<&str>, weights: &Weights| {
        let mut query = Entity::new("", EntityKind::Person, ["Ivan Ivanov"]);
        query.nationalities = nationality.into_iter().map(str::to_owned).collect();
        query.birth_countries = query.nationalities.clone();
        index.searcher().search(&query, &SearchSettings::new(weights))[0].score.bits
    };
    let plain = bits(None, &weights);
    assert_eq!(bits(Some("ru"), &weights), plain);
    assert!(bits(Some("fr"), &weights) < plain);
    assert!(bits(Some("fr"), &Weights::default()) < bits(Some("fr"), &weights));
}

#[test]
fn dates_and_identifiers_count() {
    let mut listed = Entity::new("a", EntityKind::Organisation, ["Danuva Port Data GmbH"]);
    listed.identifiers.push(Identifier { scheme: "lei".into(), value: "506700GE1G29325QX363".into() });
    listed.registered_in.push("at".into());
    let index = Index::build([listed.clone()]).unwrap();
    let weights = Weights::default();
    let bits = |change: fn(&mut Entity)| {
        let mut query = Entity::new("", EntityKind::Organisation, ["Danuva Ports"]);
        change(&mut query);
        let settings = SearchSettings { least_bits: -100.0, ..SearchSettings::new(&weights) };
        index.searcher().search(&query, &settings).first().map(|hit| hit.score.bits)
    };
    let plain = bits(|_| {}).unwrap();
    assert!(bits(|query| query.registered_in.push("AT".into())).unwrap() > plain);
    assert!(bits(|query| query.registered_in.push("de".into())).unwrap() < plain);
    let other = Identifier { scheme: "lei".into(), value: "5493001KJTIIGC8Y1R12".into() };
    let mut query = Entity::new("", EntityKind::Organisation, ["Danuva Ports"]);
    query.identifiers.push(other);
    assert!(
        index.searcher().search(&query, &SearchSettings { least_bits: -100.0, ..SearchSettings::new(&weights) })[0].score.bits
            < plain
    );
    // By its identifier alone, whatever it is called.
    let mut query = Entity::new("", EntityKind::Organisation, ["Something Else"]);
    query.identifiers = listed.identifiers;
    assert_eq!(index.searcher().search(&query, &SearchSettings::new(&weights))[0].entity, "a");
}

#[test]
fn dates_of_birth_grade_the_score() {
    let mut listed = Entity::new("a", EntityKind::Person, ["Ivan Ivanov"]);
    listed.birth_dates.push("1965-03-09".parse().unwrap());
    let index = Index::build([listed]).unwrap();
    let weights = Weights::default();
    let bits = |date: &str| {
        let mut query = Entity::new("", EntityKind::Person, ["Ivan Ivanov"]);
        query.birth_dates.extend(date.parse::<PartialDate>());
        let settings = SearchSettings { least_bits: -100.0, ..SearchSettings::new(&weights) };
        index.searcher().search(&query, &settings)[0].score.bits
    };
    let falling: Vec<f32> = ["1965-03-09", "1965-03", "1965", "1965-09-03", "", "1966", "1990-01-01"].map(bits).to_vec();
    assert!(falling.windows(2).all(|pair| pair[0] > pair[1]), "{falling:?}");
}

#[test]
fn kinds_stay_apart_and_ids_are_unique() {
    let mut index = Index::build(persons()).unwrap();
    let weights = Weights::default();
    let company = Entity::new("", EntityKind::Organisation, ["Vladimir Putin"]);
    assert!(index.searcher().search(&company, &SearchSettings::new(&weights)).is_empty());
    assert!(index.add(&persons()[0]).unwrap_err().to_string().contains("remove it first"));
    assert!(Index::build(persons().into_iter().chain(persons())).is_err());
    assert!(index.remove("putin") && !index.remove("putin") && !index.contains("putin"));
    assert_eq!((index.len(), index.removed()), (10, 1));
}

#[test]
fn bytes_come_back_and_damage_is_refused() {
    let mut index = Index::build(persons()).unwrap();
    index.remove("lone");
    let bytes = index.to_bytes();
    let mut again = Index::from_bytes(&bytes).unwrap();
    assert_eq!(again.to_bytes(), bytes);
    assert_eq!((first(&again, "Wladimir Putin").as_deref(), first(&again, "Hannibal")), (Some("putin"), None));
    for cut in [0, 8, 20, bytes.len() / 2, bytes.len() - 1] {
        assert!(Index::from_bytes(&bytes[..cut]).is_err());
    }
    let mut damaged = bytes.clone();
    damaged[bytes.len() / 3] ^= 1;
    assert!(Index::from_bytes(&damaged).unwrap_err().to_string().contains("checksum"));
}

const WORDS: [&str; 16] = [
    "ivan", "ivanov", "petrov", "mohammed", "muhammad", "salman", "kim", "jong", "li", "wei", "anna", "hanna", "van", "der",
    "smith", "smyth",
];

fn entities() -> impl Strategy<Value = Vec<Vec<Vec<usize>>>> {
    let name = prop::collection::vec(0..WORDS.len(), 1..5);
    prop::collection::vec(prop::collection::vec(name, 1..3), 1..20)
}

fn entity(number: usize, names: &[Vec<usize>]) -> Entity {
    let names = names.iter().map(|words| words.iter().map(|word| WORDS[*word]).collect::<Vec<_>>().join(" "));
    Entity::new(format!("e{number:03}"), EntityKind::Person, names)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Adding and removing one by one gives what building from what is left gives.
    #[test]
    fn changing_equals_building(all in entities(), removed in prop::collection::vec(any::<prop::sample::Index>(), 0..10)) {
        let made: Vec<Entity> = all.iter().enumerate().map(|(number, names)| entity(number, names)).collect();
        let mut changed = Index::new();
        for entity in &made {
            changed.add(entity).unwrap();
        }
        let gone: Vec<String> = removed.iter().map(|at| made[at.index(made.len())].id.clone()).collect();
        for id in &gone {
            changed.remove(id);
        }
        changed.settle();
        let built = Index::build(made.iter().filter(|entity| !gone.contains(&entity.id)).cloned()).unwrap();
        let again = Index::from_bytes(&changed.to_bytes()).unwrap();
        let weights = Weights::default();
        let settings = SearchSettings { least_bits: -50.0, candidates: 5, ..SearchSettings::new(&weights) };
        for query in &made {
            let expected = built.searcher().search(query, &settings);
            prop_assert_eq!(&changed.searcher().search(query, &settings), &expected);
            prop_assert_eq!(&again.searcher().search(query, &settings), &expected);
        }
    }

    /// Whatever bytes come, reading them ends with an index or a reason.
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = Index::from_bytes(&bytes);
    }
}
