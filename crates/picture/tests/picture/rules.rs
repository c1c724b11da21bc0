//! The rules of the picture, on small worlds and on random ones.

use std::collections::BTreeSet;

use crate::world::{World, finding, source, titles, wallet};
use oikos_model::{DerivedFrom, Finding, Scope};
use oikos_picture::recall_walk;
use proptest::prelude::*;

const CRIME: &[&str] = &["crime-prevention"];

/// A finding in the `crime-prevention` purpose at a node of its desk.
fn event(desk: &str, name: &str, on: i64, wallets: &[&str]) -> Finding {
    let selectors: Vec<_> = wallets.iter().map(|value| wallet(value)).collect();
    finding(&format!("node.{desk}"), desk, name, on, &selectors, CRIME)
}

fn world_with(findings: &[Finding]) -> World {
    let world = World::of("node.finance");
    for finding in findings {
        world.put(finding);
    }
    world.recompute();
    world
}

#[test]
fn three_desks_over_the_threshold_are_a_campaign_and_two_are_a_lead() {
    let three = [
        event("finance", "payments", -41, &["W1"]),
        event("online", "advert", -14, &["W1", "W2"]),
        event("air", "drone", -9, &["W2"]),
    ];
    let mut lead = world_with(&three).leads().remove(0);
    assert!(!lead.is_campaign && lead.lacks.len() == 1, "two links are not enough: {:?}", lead.lacks);
    let world = world_with(&three);
    world.put(&event("customs", "parcel", -8, &["W2"]));
    world.recompute();
    lead = world.leads().remove(0);
    assert!(lead.is_campaign, "{:?}", lead.lacks);
    let two = [
        event("finance", "a", -9, &["W1"]),
        event("finance", "b", -8, &["W1", "W2"]),
        event("online", "c", -7, &["W2", "W3"]),
        event("online", "d", -6, &["W3"]),
    ];
    lead = world_with(&two).leads().remove(0);
    assert!(lead.score_bits > 25.0 && !lead.is_campaign, "{:?}", lead.lacks);
}

#[test]
fn an_echo_corroborates_nothing() {
    let original = event("finance", "payments", -41, &["W1"]);
    let mut echo = event("online", "report on payments", -40, &["W1"]);
    echo.derived_from = vec![source(&original)];
    assert!(world_with(&[original.clone(), echo.clone()]).leads().is_empty());
    let advert = event("air", "drone", -14, &["W1"]);
    let without = world_with(&[original.clone(), advert.clone()]).leads().remove(0);
    let with = world_with(&[original.clone(), advert.clone(), echo]).leads().remove(0);
    assert_eq!(
        (with.score_bits, &with.id, &with.links, &with.desks),
        (without.score_bits, &without.id, &without.links, &without.desks)
    );
    assert_eq!(with.echoes.len(), 1, "it is shown as what it is");
}

#[test]
fn what_an_echo_adds_joins_further_and_its_source_not_twice() {
    let first = event("finance", "first", -41, &["W1"]);
    let mut second = event("online", "second", -40, &["W1", "W2"]);
    second.derived_from = vec![source(&first)];
    let third = event("air", "third", -39, &["W1", "W2"]);
    let lead = world_with(&[first.clone(), second, third.clone()]).leads().remove(0);
    let alone = world_with(&[first, third]).leads().remove(0);
    assert_eq!((titles(&lead), lead.echoes.len(), lead.links.len()), (titles(&alone), 1, 2));
    assert!((lead.score_bits - alone.score_bits).abs() < 1e-9, "{} and {}", lead.score_bits, alone.score_bits);
    assert_eq!(lead.desks, alone.desks);
}

#[test]
fn two_findings_with_one_unseen_source_are_one_voice() {
    let unseen = event("finance", "not released to us", -41, &["W1"]);
    let mut one = event("online", "one", -40, &["W1"]);
    let mut other = event("air", "other", -39, &["W1"]);
    one.derived_from = vec![source(&unseen)];
    other.derived_from = vec![source(&unseen)];
    assert!(world_with(&[one, other]).leads().is_empty());
}

#[test]
fn a_circle_of_derivations_neither_hangs_nor_corroborates() {
    let mut one = event("finance", "one", -41, &["W1"]);
    let mut other = event("online", "other", -40, &["W1"]);
    one.derived_from = vec![source(&other)];
    other.derived_from = vec![source(&one)];
    let world = world_with(&[one.clone(), other.clone()]);
    assert!(world.leads().is_empty());
    let walked = world.look("crime-prevention", |transaction| recall_walk(transaction, &source(&one)).unwrap());
    assert_eq!(walked, [format!("finding:{}/{}", other.origin, other.key)]);
}

#[test]
fn recall_walks_over_any_number_of_steps() {
    let first = event("finance", "first", -41, &["W1"]);
    let mut second = event("online", "second", -40, &["W2"]);
    second.derived_from = vec![source(&first)];
    let third = event("air", "third", -39, &["W2"]);
    let world = world_with(&[first.clone(), second.clone(), third]);
    let lead = world.leads().remove(0);
    let walked = world.look("crime-prevention", |transaction| recall_walk(transaction, &source(&first)).unwrap());
    assert_eq!(walked, [format!("finding:{}/{}", second.origin, second.key), format!("lead:{}", lead.id)]);
    let nothing =
        DerivedFrom::Statement { origin: world.node.clone(), id: oikos_model::StatementId(oikos_model::ContentHash([9; 32])) };
    assert!(world.look("crime-prevention", |transaction| recall_walk(transaction, &nothing).unwrap()).is_empty());
}

#[test]
fn purposes_are_not_bridged_by_a_finding_that_has_both() {
    let mut one = event("finance", "one", -3, &["W1"]);
    let mut both = event("online", "both", -2, &["W1"]);
    let mut other = event("air", "other", -1, &["W1"]);
    one.marking = crate::world::marking(&["customs-control"]);
    both.marking = crate::world::marking(&["customs-control", "cybersecurity"]);
    other.marking = crate::world::marking(&["cybersecurity"]);
    assert_eq!(world_with(&[one, both, other]).joined(), [["both", "one"], ["both", "other"]]);
}

#[test]
fn one_case_s_finding_joins_the_node_s_and_the_lead_stays_in_the_case() {
    let world = World::of("node.finance");
    let case = Scope::Case("case-1".parse().unwrap());
    world.put(&event("finance", "one", -3, &["W1"]));
    world.put_in(&event("online", "two", -2, &["W1"]), case.clone());
    world.put_in(&event("air", "three", -1, &["W1"]), Scope::Case("case-2".parse().unwrap()));
    world.recompute();
    assert_eq!(world.joined(), [["one", "three"], ["one", "two"]]);
    let rows = world.look("crime-prevention", |transaction| transaction.leads(None).unwrap());
    let scopes: Vec<Scope> =
        rows.iter().map(|row| world.look("crime-prevention", |t| t.label(row.label).unwrap().unwrap().scope)).collect();
    assert!(scopes.contains(&case) && !scopes.contains(&Scope::Node), "{scopes:?}");
}

#[test]
fn leads_keep_their_id_and_first_sight_when_computed_again() {
    let world = world_with(&[event("finance", "one", -3, &["W1"]), event("online", "two", -2, &["W1"])]);
    let rows = |world: &World| world.look("crime-prevention", |transaction| transaction.leads(None).unwrap());
    let before = rows(&world);
    world.recompute();
    assert_eq!(rows(&world), before);
    assert_eq!(before.len(), 1);
}

/// Desk, day, wallets, purposes.
type Drawn = (usize, i64, BTreeSet<usize>, BTreeSet<usize>);

fn any_event() -> impl Strategy<Value = Drawn> {
    (0usize..4, -100i64..0, prop::collection::btree_set(0usize..8, 1..=2), prop::collection::btree_set(0usize..3, 1..=2))
}

fn events(drawn: &[Drawn]) -> Vec<Finding> {
    let purposes = ["crime-prevention", "cybersecurity", "customs-control"];
    let made = drawn.iter().enumerate().map(|(number, (desk, on, wallets, wanted))| {
        let wallets: Vec<String> = wallets.iter().map(|wallet| format!("W{wallet}")).collect();
        let wallets: Vec<&str> = wallets.iter().map(String::as_str).collect();
        let mut made = event(["finance", "online", "air", "customs"][*desk], &format!("event {number}"), *on, &wallets);
        made.marking = crate::world::marking(&wanted.iter().map(|purpose| purposes[*purpose]).collect::<Vec<_>>());
        made
    });
    made.collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn the_order_of_arrival_does_not_matter(drawn in prop::collection::vec(any_event(), 2..12)) {
        let mut found = events(&drawn);
        let one = world_with(&found).leads();
        found.reverse();
        prop_assert_eq!(one, world_with(&found).leads());
    }

    #[test]
    fn an_unrelated_finding_changes_no_lead(drawn in prop::collection::vec(any_event(), 2..12), on in -100i64..0) {
        let found = events(&drawn);
        let world = world_with(&found);
        let before = world.leads();
        let mut unrelated = event("sea", "unrelated", on, &["W-unrelated"]);
        unrelated.marking = crate::world::marking(&["crime-prevention", "cybersecurity", "customs-control"]);
        world.put(&unrelated);
        world.recompute();
        prop_assert_eq!(before, world.leads());
    }

    #[test]
    fn an_echo_of_any_finding_raises_no_score(drawn in prop::collection::vec(any_event(), 2..12), of in any::<prop::sample::Index>()) {
        let found = events(&drawn);
        let world = world_with(&found);
        let before: Vec<_> = world.leads().iter().map(|lead| (lead.id.clone(), lead.score_bits.to_bits(), titles(lead))).collect();
        let original = of.get(&found);
        let mut echo = event("sea", "echo", 0, &[]);
        echo.selectors = original.selectors.clone();
        echo.marking = original.marking.clone();
        echo.derived_from = vec![source(original)];
        world.put(&echo);
        world.recompute();
        let after: Vec<_> = world.leads().iter().map(|lead| (lead.id.clone(), lead.score_bits.to_bits(), titles(lead))).collect();
        prop_assert_eq!(before, after);
    }
}
