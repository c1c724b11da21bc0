//! A lead looked at again: without a link, and day by day.

use std::collections::BTreeSet;

use crate::world::{World, day, finding, titles, wallet};
use oikos_model::{Finding, Scope};
use oikos_picture::{Lead, Parameters, day_by_day, what_if};
use proptest::prelude::*;

const CRIME: &[&str] = &["crime-prevention"];

fn event(desk: &str, name: &str, on: i64, wallets: &[&str]) -> Finding {
    let selectors: Vec<_> = wallets.iter().map(|value| wallet(value)).collect();
    finding(&format!("node.{desk}"), desk, name, on, &selectors, CRIME)
}

/// A campaign of four desks, each finding known on its own day.
fn campaign() -> (World, Lead) {
    let world = World::of("node.finance");
    let events = [
        event("finance", "payments", -41, &["W1"]),
        event("online", "advert", -14, &["W1", "W2"]),
        event("air", "drone", -9, &["W2"]),
        event("customs", "parcel", -8, &["W2"]),
    ];
    for (event, on) in events.iter().zip([-40, -13, -9, -9]) {
        world.put_on(event, Scope::Node, day(on));
    }
    world.recompute();
    let lead = world.leads().remove(0);
    (world, lead)
}

fn without(world: &World, lead: &Lead, false_links: &[&oikos_picture::Link]) -> Vec<Lead> {
    let ids: BTreeSet<String> = false_links.iter().map(|link| link.id()).collect();
    world.look("crime-prevention", |tx| what_if(tx, &world.input(Parameters::default()), lead, &ids).unwrap())
}

#[test]
fn without_a_false_link_the_lead_is_what_it_was() {
    let (world, lead) = campaign();
    assert!(lead.is_campaign);
    assert_eq!(without(&world, &lead, &[]), std::slice::from_ref(&lead));
}

#[test]
fn a_false_link_takes_its_bits_its_members_and_the_campaign_with_it() {
    let (world, lead) = campaign();
    let only = lead.links.iter().find(|link| link.from.key == lead.members[0].finding.key).unwrap();
    let left = without(&world, &lead, &[only]);
    assert_eq!(left.len(), 1);
    assert_eq!(titles(&left[0]), ["advert", "drone", "parcel"], "the payments fall away");
    assert!((lead.score_bits - left[0].score_bits - only.bits()).abs() < 1e-9);
    assert!(!left[0].is_campaign);
    let all: Vec<_> = lead.links.iter().collect();
    assert!(without(&world, &lead, &all).is_empty());
}

#[test]
fn day_by_day_a_lead_grows_to_what_it_is() {
    let (world, lead) = campaign();
    let days = world.look("crime-prevention", |tx| day_by_day(tx, &world.input(Parameters::default()), &lead).unwrap());
    assert_eq!(days.iter().map(|day| day.known.len()).collect::<Vec<_>>(), [1, 2, 4]);
    assert!(days[0].leads.is_empty());
    assert!(days[1].leads.len() == 1 && !days[1].leads[0].is_campaign);
    assert_eq!(days[2].leads, [lead]);
    assert!(days.windows(2).all(|pair| pair[0].end < pair[1].end));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn a_false_link_never_strengthens_anything(chosen in prop::collection::vec(any::<bool>(), 8)) {
        let (world, lead) = campaign();
        let picked: Vec<_> = lead.links.iter().zip(&chosen).filter(|(_, is_false)| **is_false).map(|(link, _)| link).collect();
        let left = without(&world, &lead, &picked);
        let sum: f64 = left.iter().map(|lead| lead.score_bits).sum();
        prop_assert!(sum <= lead.score_bits + 1e-9);
        let lost: BTreeSet<_> = picked.iter().map(|link| link.id()).collect();
        prop_assert!(left.iter().flat_map(|lead| &lead.links).all(|link| !lost.contains(&link.id())));
    }
}
