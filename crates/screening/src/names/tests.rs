use oikos_matching::{Index, ScreenSettings, Screener};
use oikos_model::{Assessment, ContentHash, DatasetId, EntityId, Evaluation, LabelId, NodeId, PersonCategory, StatementDraft};
use proptest::prelude::*;

use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_780_000_000 + second).unwrap()
}

fn said(dataset: &str, entity: &str, kind: &str, property: &str, value: &str) -> Statement {
    let content = StatementDraft {
        entity: EntityId::new(entity).unwrap(),
        kind: kind.into(),
        property: property.into(),
        value: value.into(),
        valid_from: None,
        valid_to: None,
        stated_at: None,
        record: None,
        person_category: PersonCategory::Other,
        assessment: Assessment::Fact,
        evaluation: Evaluation::default(),
    };
    let label = LabelId(ContentHash::of_bytes(b"label"));
    Statement::record(content, NodeId::new("fi.customs").unwrap(), DatasetId::new(dataset).unwrap(), label, at(0))
}

fn label(dataset: &str, source_list: &str, force: &str) -> ListLabel {
    ListLabel {
        dataset: dataset.into(),
        source_list: source_list.into(),
        list: format!("{dataset}{source_list}"),
        publisher: "p".into(),
        legal_force: force.into(),
        legal_basis: "b".into(),
        note: String::new(),
    }
}

fn labels() -> ListLabels {
    ListLabels::new([
        label("entities.eu", "", "eu-law"),
        label("entities.us", "", "not-eu-law"),
        label("entities.many", "", "no-list"),
        label("entities.many", "eu_fsf", "eu-law"),
        label("entities.many", "us_ofac_sdn", "not-eu-law"),
    ])
}

fn snapshot(statements: &[Statement]) -> Names {
    let mut names = Names::new(labels(), NamesSettings::default()).unwrap();
    names.take(statements, at(10));
    names
}

fn statements() -> Vec<Statement> {
    vec![
        said("entities.eu", "eu-1", "person", "name", "Pavel Examplov"),
        said("entities.eu", "eu-1", "person", "alias", "Павел Экземплов"),
        said("entities.eu", "eu-1", "person", "weak_alias", "Pasha"),
        said("entities.eu", "eu-1", "person", "birth_date", "1961~"),
        said("entities.eu", "eu-1/listing/1", "listing", "party", "eu-1"),
        said("entities.eu", "eu-1/listing/1", "listing", "programme", "XYZ"),
        said("entities.us", "us-1", "party", "alias", "Grey Example Shipping"),
        said("entities.us", "us-1", "organisation", "name", "Tarn Works"),
        said("entities.us", "us-2", "party", "alias", "Calder Reach"),
        said("entities.many", "NK-1", "company", "name", "Danuva Port Data"),
        said("entities.many", "NK-1", "company", "source_list", "us_ofac_sdn"),
        said("entities.many", "NK-1", "company", "source_list", "eu_fsf"),
        said("entities.elsewhere", "x", "person", "name", "Not Screened"),
    ]
}

fn hits(names: &Names, kind: oikos_matching::EntityKind, name: &str) -> Vec<(String, Hit)> {
    let screener =
        Screener::new(Index::build(names.entities()).unwrap(), ScreenSettings { least_bits: -5.0, ..Default::default() });
    let screening = screener.screen(vec![Entity::new("q", kind, [name])]);
    screening
        .hits()
        .flat_map(|(_, hits)| hits.to_vec())
        .map(|hit| (names.describe(&hit).unwrap().key.entity.to_string(), hit))
        .collect()
}

#[test]
fn a_hit_says_which_list_which_alias_and_what_force() {
    use oikos_matching::EntityKind::{Organisation, Person};
    let names = snapshot(&statements());
    assert_eq!(names.len(), 4);
    let found = hits(&names, Person, "Павел Экземплов");
    let described = names.describe(&found[0].1).unwrap();
    assert_eq!((found[0].0.as_str(), described.strength, described.script), ("eu-1", AliasStrength::Strong, Script::Cyrillic));
    assert_eq!((described.name, described.lists[0].legal_force.as_str()), ("Pavel Examplov", "eu-law"));
    assert_eq!(described.listings[0].programmes, BTreeSet::from(["XYZ".to_owned()]));
    let found = hits(&names, Person, "Pasha");
    assert_eq!(names.describe(&found[0].1).unwrap().strength, AliasStrength::Weak);
    // What another file says of the entity decides what it is; where none does, it is found as both.
    assert_eq!(hits(&names, Organisation, "Grey Example Shipping")[0].0, "us-1");
    assert!(hits(&names, Person, "Grey Example Shipping").iter().all(|(entity, _)| entity != "us-1"));
    for kind in [Person, Organisation] {
        assert_eq!(hits(&names, kind, "Calder Reach")[0].0, "us-2");
    }
    let found = hits(&names, Organisation, "Danuva Port Data");
    let mut forces: Vec<&str> = names.describe(&found[0].1).unwrap().lists.iter().map(|list| list.legal_force.as_str()).collect();
    forces.sort_unstable();
    assert_eq!(forces, ["eu-law", "not-eu-law"]);
    assert!(hits(&names, Person, "Not Screened").iter().all(|(entity, _)| entity != "x"));
}

#[test]
fn weak_aliases_can_be_left_out() {
    let mut names = Names::new(labels(), NamesSettings { with_weak_aliases: false }).unwrap();
    names.take(&statements(), at(10));
    assert!(names.entities().all(|entity| !entity.names.contains(&"Pasha".to_owned())));
}

#[test]
fn what_ended_or_is_over_is_not_screened_against() {
    let mut all = statements();
    all[0].ended_at = Some(at(5));
    all[1].content.valid_to = Some(at(9));
    all[2].content.valid_to = Some(at(11));
    let names = snapshot(&all);
    let found: Vec<Entity> = names.entities().filter(|entity| entity.id.contains("eu-1")).collect();
    assert_eq!(found[0].names, ["Pasha"]);
}

#[test]
fn an_update_is_what_a_new_snapshot_would_be() {
    let before = statements();
    let mut after = before.clone();
    after.remove(1); // an alias is gone
    after.retain(|one| one.content.entity.as_str() != "us-2"); // an entity is gone
    after.push(said("entities.us", "us-3", "vessel", "name", "Grey Petrel")); // one is new
    let keys = |entities: &[&str]| -> BTreeSet<Key> {
        let all = before.iter().chain(&after).map(Key::of);
        all.filter(|key| entities.contains(&key.entity.as_str())).collect()
    };
    let mut names = snapshot(&before);
    let mut screener = Screener::new(Index::build(names.entities()).unwrap(), ScreenSettings::default());
    // The company is touched, but described as before.
    let change = names.update(&keys(&["eu-1", "us-2", "us-3", "NK-1"]), &after, at(10));
    let put: Vec<&str> = change.put.iter().map(|entity| entity.names[0].as_str()).collect();
    assert_eq!(put, ["Pavel Examplov", "Grey Petrel"]);
    assert_eq!(change.removed.len(), 2, "a party is in the index as a person and as an organisation");
    screener.change(&change).unwrap();
    let fresh = snapshot(&after);
    assert_eq!(names.entities().collect::<Vec<_>>(), fresh.entities().collect::<Vec<_>>());
    assert!(fresh.entities().all(|entity| screener.index().contains(&entity.id)));
    assert_eq!(screener.index().len(), fresh.entities().count());
}

#[test]
fn a_listing_that_is_gone_is_not_described() {
    let before = statements();
    let mut names = snapshot(&before);
    let listing = Key::of(&before[4]);
    let change = names.update(&BTreeSet::from([listing]), [], at(10));
    assert_eq!(change, ListChange::default(), "programmes are not what is searched for");
    let found = hits(&names, oikos_matching::EntityKind::Person, "Pavel Examplov");
    assert!(names.describe(&found[0].1).unwrap().listings.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is said of a few entities, before and after: the update leads where a new snapshot would.
    #[test]
    fn updates_lead_where_snapshots_do(
        before in prop::collection::vec((0..4usize, 0..5usize, 0..6usize, "[a-zа-я ]{1,8}"), 0..20),
        after in prop::collection::vec((0..4usize, 0..5usize, 0..6usize, "[a-zа-я ]{1,8}"), 0..20),
    ) {
        const KINDS: [&str; 5] = ["person", "party", "company", "vessel", "ownership"];
        const PROPERTIES: [&str; 6] = ["name", "alias", "weak_alias", "country", "birth_date", "flag"];
        let make = |all: &[(usize, usize, usize, String)]| -> Vec<Statement> {
            all.iter().map(|(entity, kind, property, value)| said("entities.eu", &format!("e{entity}"), KINDS[*kind], PROPERTIES[*property], value)).collect()
        };
        let (before, after) = (make(&before), make(&after));
        let changed: BTreeSet<Key> = before.iter().chain(&after).map(Key::of).collect();
        let mut names = snapshot(&before);
        let mut index = Index::build(names.entities()).unwrap();
        let change = names.update(&changed, &after, at(10));
        for id in &change.removed {
            prop_assert!(index.remove(id));
        }
        for entity in &change.put {
            index.replace(entity).unwrap();
        }
        let fresh = snapshot(&after);
        prop_assert_eq!(index.len(), fresh.entities().count());
        prop_assert!(fresh.entities().all(|entity| index.contains(&entity.id)));
        prop_assert_eq!(names.entities().collect::<Vec<_>>(), fresh.entities().collect::<Vec<_>>());
    }
}
