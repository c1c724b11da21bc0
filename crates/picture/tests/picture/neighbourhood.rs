//! What is near a finding's subject: as far as permitted holdings go, and not through those who stand near everyone.

use std::collections::{BTreeMap, BTreeSet};

use crate::world::{FDI, REGISTER, Register, World, lei};
use oikos_model::Selector;
use oikos_picture::neighbourhood;

fn world() -> World {
    let mut register = Register::at("at.fdi", REGISTER);
    for company in ["Calder Reach", "Meridian Holding", "Tarn Shipping", "Danuva Port Data", "Far Away"] {
        register.company(company);
    }
    register.holds("Meridian Holding", "Calder Reach", 60.0);
    register.holds("Meridian Holding", "Tarn Shipping", 100.0);
    register.holds("Tarn Shipping", "Far Away", 30.0);
    register.background(50, 30);
    register.holds("Nominee Service", "Far Away", 1.0);
    register.only_for(FDI);
    register.holds("Calder Reach", "Danuva Port Data", 24.9);
    let world = World::of("at.fdi");
    world.put_register(&register);
    world
}

fn near(world: &World, purpose: &str, seeds: &[&str], hops: usize) -> BTreeMap<Selector, usize> {
    let seeds: BTreeSet<Selector> = seeds.iter().map(|company| lei(company)).collect();
    let labels = world.labels();
    let found = world.look(purpose, |transaction| neighbourhood(transaction, &seeds, &labels, hops).unwrap());
    found.into_iter().map(|neighbour| (neighbour.selector, neighbour.hops)).collect()
}

#[test]
fn what_is_near_goes_as_far_as_permitted_holdings_go() {
    let world = world();
    let expected = |companies: &[(&str, usize)]| companies.iter().map(|(company, hops)| (lei(company), *hops)).collect();
    let all: BTreeMap<Selector, usize> =
        expected(&[("Calder Reach", 0), ("Danuva Port Data", 1), ("Meridian Holding", 1), ("Tarn Shipping", 2)]);
    assert_eq!(near(&world, "fdi-screening", &["Calder Reach"], 2), all);
    let without_the_deal: BTreeMap<Selector, usize> =
        expected(&[("Calder Reach", 0), ("Meridian Holding", 1), ("Tarn Shipping", 2)]);
    assert_eq!(near(&world, "maritime-safety", &["Calder Reach"], 2), without_the_deal, "the deal is locked to its purpose");
    assert_eq!(near(&world, "maritime-safety", &["Calder Reach"], 0), expected(&[("Calder Reach", 0)]));
    assert!(near(&world, "maritime-safety", &["Danuva Port Data"], 3).len() == 1, "its only holding is locked");
    assert!(near(&world, "maritime-safety", &["Nobody"], 3).is_empty());
    assert!(near(&world, "maritime-safety", &[], 3).is_empty());
}

#[test]
fn what_else_a_nominee_holds_is_not_near() {
    let world = world();
    let found = near(&world, "maritime-safety", &["Far Away"], 3);
    assert_eq!(found.get(&lei("Nominee Service")), Some(&1));
    assert!(!found.contains_key(&lei("Nominated 3")), "{found:?}");
    assert_eq!(found.get(&lei("Calder Reach")), Some(&3));
}
