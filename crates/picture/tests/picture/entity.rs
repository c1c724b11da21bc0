//! Which ids mean one entity, and that every merge can be undone.

use crate::world::{FDI, Register, World, day};
use oikos_model::{Actor, DatasetId, EntityId, Judgement, NodeId, Timestamp, UserName, Verdict};
use oikos_picture::{EntityName, ResemblanceKind, Thing, thing};

const PURPOSE: &str = "fdi-screening";

fn name(origin: &str, entity: &str) -> EntityName {
    EntityName {
        origin: NodeId::new(origin).unwrap(),
        dataset: DatasetId::new("ownership.public-register").unwrap(),
        entity: EntityId::new(entity).unwrap(),
    }
}

/// One register heard from two nodes: Tarn by the same LEI, and two Danuvas of one name without a common identifier.
fn two_registers() -> World {
    let world = World::of("at.fdi");
    let mut own = Register::at("at.fdi", FDI);
    own.company("Tarn");
    own.company("Danuva");
    let mut received = Register::at("fi.sea", FDI);
    received.company("Tarn");
    received.named("Danuva again", "danuva");
    world.put_register(&own);
    world.put_register(&received);
    world
}

fn look(world: &World, start: &EntityName) -> Thing {
    world.look(PURPOSE, |tx| thing(tx, start, &world.labels(), None).unwrap())
}

fn judge(world: &World, one: &str, other: &str, verdict: Verdict, at: Timestamp) {
    let (one, other) = (EntityId::new(one).unwrap(), EntityId::new(other).unwrap());
    let actor = Actor::Person(UserName::new("anna").unwrap());
    world.change(|tx| tx.put_judgement(&Judgement::new(one, other, verdict, actor, "I looked", at)).unwrap());
}

#[test]
fn a_shared_identifier_makes_ids_of_two_nodes_one() {
    let world = two_registers();
    let tarn = look(&world, &name("at.fdi", "Tarn"));
    assert_eq!(tarn.members, [name("at.fdi", "Tarn"), name("fi.sea", "Tarn")]);
    assert_eq!(tarn.joined_by.len(), 2);
    assert!(tarn.resembling.is_empty());
}

#[test]
fn a_namesake_resembles_a_judgement_merges_and_withdrawing_it_undoes_everything() {
    let world = two_registers();
    let start = name("at.fdi", "Danuva");
    let before = look(&world, &start);
    assert_eq!(before.members, std::slice::from_ref(&start));
    assert_eq!(before.resembling[0].entity, name("fi.sea", "Danuva again"));
    assert_eq!(before.resembling[0].reasons, [ResemblanceKind::Name("Danuva".into())]);
    let supposed = Judgement::new(
        start.entity.clone(),
        EntityId::new("Danuva again").unwrap(),
        Verdict::Same,
        Actor::Person(UserName::new("anna").unwrap()),
        "",
        day(0),
    );
    let preview = world.look(PURPOSE, |tx| thing(tx, &start, &world.labels(), Some(supposed)).unwrap());
    assert_eq!(preview.members.len(), 2);
    assert_eq!(look(&world, &start), before, "a preview changes nothing");

    judge(&world, "Danuva again", "Danuva", Verdict::Same, day(0));
    assert_eq!(look(&world, &start).members.len(), 2);
    assert!(look(&world, &start).resembling.is_empty());
    judge(&world, "Danuva", "Danuva again", Verdict::Withdrawn, day(1));
    let after = look(&world, &start);
    assert_eq!((after.members, after.resembling), (before.members, before.resembling));
    assert_eq!(after.judgements.len(), 2, "the log keeps both");
    judge(&world, "Danuva", "Danuva again", Verdict::NotSame, day(2));
    assert!(look(&world, &start).resembling[0].judged_apart);
}

#[test]
fn what_may_not_be_seen_joins_and_resembles_nothing() {
    let world = two_registers();
    let own = world.look(PURPOSE, |tx| tx.labels().unwrap());
    let own: Vec<_> = own.into_iter().filter(|(_, label)| label.origin.as_str() == "at.fdi").map(|(id, _)| id).collect();
    let tarn = world.look(PURPOSE, |tx| thing(tx, &name("at.fdi", "Tarn"), &own, None).unwrap());
    assert_eq!((tarn.members.len(), tarn.resembling.len()), (1, 0));
}
