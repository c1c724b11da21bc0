//! The situation of Quiet Tide's events 1 and 5: a notified deal at AT, a loitering ship seen by FI, and a register's path between them.

use crate::world::{FDI, REGISTER, Register, World, finding, lei, selector, source};
use oikos_model::{DerivedFrom, Finding, FindingState, Place, Reason, SelectorKind, Tlp};
use oikos_picture::{Lead, LinkEvidence, Parameters, RivalKind, ownership_path_view, recall_walk};
use oikos_registry::Transaction;

const AT: &str = "at.fdi";
const FI: &str = "fi.coast-guard";

fn path_of_the_register(register: &mut Register) {
    for company in ["Calder Reach", "Meridian Holding", "Tarn Shipping"] {
        register.company(company);
    }
    register.holds("Meridian Holding", "Calder Reach", 60.0);
    register.holds("Meridian Holding", "Tarn Shipping", 100.0);
}

fn register() -> Register {
    let mut register = Register::at(AT, REGISTER);
    path_of_the_register(&mut register);
    for company in ["Ferry Lines", "Honest Capital", "Honest Parent", "Danuva Port Data", "Rail Freight"] {
        register.company(company);
    }
    register.holds("Honest Parent", "Honest Capital", 80.0);
    register.holds("Town", "Ferry Lines", 51.0);
    register.background(1_000, 400);
    // The notified deals are locked to the purpose they were asked for (Reg. (EU) 2019/452 Art. 10(1)).
    register.only_for(FDI);
    register.holds("Calder Reach", "Danuva Port Data", 24.9);
    register.holds("Honest Capital", "Rail Freight", 24.9);
    register
}

fn deal() -> Finding {
    let mut deal =
        finding(AT, "ownership", "Calder buys 24.9 % of Danuva", -120, &[lei("Calder Reach"), lei("Danuva Port Data")], FDI);
    deal.marking.tlp = Tlp::Amber;
    deal
}

fn honest_deal() -> Finding {
    finding(AT, "ownership", "Honest buys 24.9 % of Rail", -118, &[lei("Honest Capital"), lei("Rail Freight")], FDI)
}

fn loitering(name: &str, imo: &str, owner: &str, purposes: &[&str]) -> Finding {
    let selectors = [selector(SelectorKind::Imo, imo), lei(owner), selector(SelectorKind::Asset, "sable-2")];
    let mut loitering = finding(FI, "sea", name, -21, &selectors, purposes);
    loitering.place = Some(Place { latitude: 59.9, longitude: 24.5 });
    loitering.reasons.push(Reason { name: "repair".into(), bits: -1.5, text: "below 3 kn for 4 h, as in a repair".into() });
    loitering
}

fn at_node() -> World {
    let world = World::of(AT);
    world.put_register(&register());
    world.put(&deal());
    world.put(&honest_deal());
    world.put(&loitering("Grey Petrel loiters", "9074729", "Tarn Shipping", REGISTER));
    world.put(&loitering("Ferry stops", "9134270", "Ferry Lines", REGISTER));
    world
}

fn countries() -> Parameters {
    let countries = [(AT, "AT"), (FI, "FI")].map(|(node, state)| (node.parse().unwrap(), state.to_owned()));
    Parameters { countries: countries.into(), ..Parameters::default() }
}

fn the_lead(world: &World) -> Lead {
    let mut leads = world.leads();
    assert_eq!(leads.len(), 1, "{:?}", world.joined());
    leads.remove(0)
}

#[test]
fn the_deal_and_the_ship_are_one_lead_and_the_decoys_are_in_none() {
    let world = at_node();
    let summary = world.recompute_with(countries());
    assert_eq!((summary.findings, summary.leads, summary.campaigns, summary.links), (4, 1, 0, 1));
    let lead = the_lead(&world);
    assert_eq!(crate::world::titles(&lead), ["Calder buys 24.9 % of Danuva", "Grey Petrel loiters"]);
    assert_eq!(
        (lead.desks.as_slice(), lead.states.as_slice()),
        (&["ownership".to_owned(), "sea".to_owned()][..], &["AT".to_owned(), "FI".to_owned()][..])
    );
    assert!(!lead.is_campaign && lead.lacks.iter().any(|lack| lack.contains("guilt by association")));
    assert!(summary.subjects.contains(&format!("lead:{}", lead.id)) && summary.subjects.len() == 3);
}

#[test]
fn the_lead_shows_its_proof_and_what_else_could_explain_it() {
    let world = at_node();
    world.recompute();
    let lead = the_lead(&world);
    let [link] = lead.links.as_slice() else { panic!("one link, not {}", lead.links.len()) };
    let LinkEvidence::OwnershipPath { parent, steps, selector, selector_to, reach, entities, parent_out_degree, .. } =
        &link.evidence
    else {
        panic!("a path, not {:?}", link.evidence)
    };
    assert_eq!((parent.as_str(), selector, selector_to), ("Meridian Holding", &lei("Calder Reach"), &lei("Tarn Shipping")));
    let chain: Vec<_> = steps.iter().map(|step| (step.owner.as_str(), step.owned.as_str(), step.share_percent)).collect();
    assert_eq!(chain, [("Meridian Holding", "Calder Reach", Some(60.0)), ("Meridian Holding", "Tarn Shipping", Some(100.0))]);
    assert!(steps.iter().all(|step| step.statements.len() == 3 && step.origin.as_str() == AT));
    assert_eq!((*reach, *parent_out_degree), (2, 2));
    assert!(*entities > 2_000 && link.surprise_bits > 10.0 && link.counts);
    assert!(
        link.reason.contains("Meridian Holding holds 60 % of Calder Reach; Meridian Holding holds 100 % of Tarn Shipping"),
        "{}",
        link.reason
    );
    let kinds: Vec<RivalKind> = lead.rivals.iter().map(|rival| rival.kind).collect();
    assert_eq!(kinds, [RivalKind::Coincidence, RivalKind::CommonHub, RivalKind::CounterEvidence]);
    assert_eq!(lead.rivals[2].bits, Some(-1.5));
    assert!(lead.rivals[2].text.contains("repair"));
}

#[test]
fn the_whole_wears_the_marking_of_its_strictest_part() {
    let world = at_node();
    world.recompute();
    let marking = the_lead(&world).marking;
    assert_eq!(marking.tlp, Tlp::Amber);
    assert_eq!(marking.purposes.iter().map(|purpose| purpose.as_str()).collect::<Vec<_>>(), FDI);
}

#[test]
fn a_finding_released_for_another_purpose_joins_nothing_here() {
    let world = World::of(AT);
    world.put_register(&register());
    world.put(&deal());
    world.put(&loitering("Grey Petrel loiters", "9074729", "Tarn Shipping", &["maritime-safety"]));
    assert_eq!(world.recompute().leads, 0);
}

#[test]
fn a_path_that_may_not_be_used_for_the_common_purpose_joins_nothing() {
    let world = World::of(AT);
    let mut register = Register::at(AT, REGISTER);
    register.background(1_000, 0);
    for company in ["Calder Reach", "Meridian Holding", "Tarn Shipping"] {
        register.company(company);
    }
    register.holds("Meridian Holding", "Calder Reach", 60.0);
    register.only_for(&["maritime-safety"]);
    register.holds("Meridian Holding", "Tarn Shipping", 100.0);
    world.put_register(&register);
    world.put(&deal());
    world.put(&loitering("Grey Petrel loiters", "9074729", "Tarn Shipping", REGISTER));
    assert_eq!(world.recompute().leads, 0);
}

#[test]
fn a_nominee_that_holds_hundreds_joins_nothing() {
    let world = at_node();
    let nominated = |number: usize| lei(&format!("Nominated {number}"));
    world.put(&finding(AT, "ownership", "Nominee deal", -100, &[nominated(1)], FDI));
    world.put(&finding(FI, "sea", "Nominee ship", -99, &[nominated(2)], REGISTER));
    // Two findings that name the nominee itself share no more than everyone does.
    world.put(&finding(AT, "ownership", "Nominee by name", -100, &[lei("Nominee Service")], FDI));
    world.put(&finding(FI, "sea", "Nominee by name too", -99, &[lei("Nominee Service")], REGISTER));
    world.recompute();
    assert_eq!(world.joined(), [["Calder buys 24.9 % of Danuva", "Grey Petrel loiters"]]);
}

#[test]
fn a_long_way_through_a_hub_is_as_cheap_as_the_hub() {
    let world = World::of(AT);
    let mut register = Register::at(AT, REGISTER);
    register.background(1_000, 400);
    register.company("Tarn Shipping");
    register.holds("Rare Parent", "Nominee Service", 100.0);
    register.holds("Rare Parent", "Rare Middle", 100.0);
    register.holds("Rare Middle", "Tarn Shipping", 100.0);
    world.put_register(&register);
    world.put(&finding(AT, "ownership", "deal", -100, &[lei("Nominated 1")], FDI));
    world.put(&finding(FI, "sea", "ship", -99, &[lei("Tarn Shipping")], REGISTER));
    assert_eq!(world.recompute().leads, 0, "the parent has two holdings, and hundreds below them");
}

#[test]
fn what_was_dismissed_or_recalled_is_not_joined() {
    for (state, leads) in [(FindingState::Confirmed, 1), (FindingState::Dismissed, 0), (FindingState::Recalled, 0)] {
        let world = at_node();
        world.set_state(&loitering("Grey Petrel loiters", "9074729", "Tarn Shipping", REGISTER), state);
        assert_eq!(world.recompute().leads, leads, "{state:?}");
    }
    let world = at_node();
    let petrel = source(&loitering("Grey Petrel loiters", "9074729", "Tarn Shipping", REGISTER));
    world.change(|transaction| transaction.put_recall_notice(&petrel, crate::world::day(0)).unwrap());
    assert_eq!(world.recompute().leads, 0);
}

#[test]
fn recall_finds_the_lead_from_its_finding_and_from_its_statements() {
    let world = at_node();
    world.recompute();
    let lead = the_lead(&world);
    let expected = vec![format!("lead:{}", lead.id)];
    let petrel = source(&loitering("Grey Petrel loiters", "9074729", "Tarn Shipping", REGISTER));
    let walk = |source: &DerivedFrom| {
        world.look("fdi-screening", |transaction: &dyn Transaction| recall_walk(transaction, source).unwrap())
    };
    assert_eq!(walk(&petrel), expected);
    for statement in lead.links.iter().flat_map(|link| &link.statements) {
        assert_eq!(walk(&DerivedFrom::Statement { origin: statement.origin.clone(), id: statement.id }), expected);
    }
}

#[test]
fn an_ended_holding_no_longer_joins() {
    let world = at_node();
    world.recompute();
    let cited: Vec<_> = the_lead(&world).links[0].statements.iter().map(|statement| statement.id).collect();
    world.change(|transaction| transaction.end_statements(&cited, crate::world::day(0)).unwrap());
    assert_eq!(world.recompute().leads, 0);
}

#[test]
fn fi_sees_the_register_s_path_and_no_deal() {
    let world = World::of(FI);
    let mut released = Register::at(AT, REGISTER);
    path_of_the_register(&mut released);
    world.put_register(&released);
    world.put(&loitering("Grey Petrel loiters", "9074729", "Tarn Shipping", REGISTER));
    assert_eq!(world.recompute().leads, 0);
    let labels = world.labels();
    let view =
        world.look("maritime-safety", |transaction| ownership_path_view(transaction, &lei("Tarn Shipping"), &labels, 3).unwrap());
    assert_eq!(
        (view.entities[0].name.as_str(), view.parents.as_slice()),
        ("Tarn Shipping", &["Meridian Holding".to_owned()][..])
    );
    let chain: Vec<_> = view.steps.iter().map(|step| (step.owner.as_str(), step.owned.as_str())).collect();
    assert_eq!(chain, [("Meridian Holding", "Tarn Shipping"), ("Meridian Holding", "Calder Reach")]);
    assert!(!serde_json::to_string(&view).unwrap().contains("Danuva"));
    let unknown =
        world.look("maritime-safety", |transaction| ownership_path_view(transaction, &lei("Nobody"), &labels, 3).unwrap());
    assert!(unknown.entities.is_empty() && unknown.steps.is_empty());
    let elsewhere =
        world.look("customs-control", |transaction| ownership_path_view(transaction, &lei("Tarn Shipping"), &labels, 3).unwrap());
    assert!(elsewhere.steps.is_empty(), "the register was not released for that");
}

#[test]
fn the_same_register_imported_by_two_nodes_is_one_path() {
    let world = at_node();
    let mut same = Register::at(FI, REGISTER);
    path_of_the_register(&mut same);
    world.recompute();
    let before = the_lead(&world);
    world.put_register(&same);
    world.recompute();
    let after = the_lead(&world);
    assert_eq!((before.id, before.links.len()), (after.id, after.links.len()));
    assert!(after.score_bits <= before.score_bits + 1e-9, "said twice is not known twice");
}
