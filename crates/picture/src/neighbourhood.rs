//! By which identifiers a partner may know the same thing: those of everything within a few holdings of what a finding is about.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use oikos_model::{Evaluation, LabelId, Selector, Statement};
use oikos_registry::Transaction;

use crate::known::Known;
use crate::register::Register;
use crate::{Parameters, PictureError};

/// An owner of more things than this is named, and what else it owns is not: a fund or a nominee stands near everyone.
const MOST_HOLDINGS_FOLLOWED: usize = 25;
/// The most things of one neighbourhood.
const MOST_THINGS: usize = 50_000;

/// An identifier of something near a finding's subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbour {
    /// The identifier.
    pub selector: Selector,
    /// Holdings between the subject and the thing; 0 is the subject itself.
    pub hops: usize,
    /// How good the statement is that gives the thing this identifier.
    pub evaluation: Evaluation,
}

/// The identifiers of what `seeds` name and of everything within `max_hops` holdings of it, up and down. Only current statements with these labels,
/// usable for the transaction's act, count: a thing that is near only by a holding that is not permitted is not near.
///
/// # Errors
/// When there are more statements than the limit allows, or the database fails.
pub fn neighbourhood(
    transaction: &dyn Transaction,
    seeds: &BTreeSet<Selector>,
    labels: &[LabelId],
    max_hops: usize,
) -> Result<Vec<Neighbour>, PictureError> {
    if seeds.is_empty() || labels.is_empty() {
        return Ok(Vec::new());
    }
    let (purpose, now) = (transaction.act().purpose.clone(), transaction.act().at);
    let known = Known::load_register(transaction, labels, &Parameters::default(), now)?;
    let admits =
        |statement: &Statement| known.labels.get(&statement.label).is_some_and(|label| label.marking.allows(&purpose, now));
    let register = Register::build(&known, admits)?;
    let near = things_near(&register, seeds, max_hops);
    let carried = register.identities.identifiers();
    let neighbours = carried.filter_map(|(selector, thing, statement)| {
        let hops = *near.get(&thing)?;
        let evaluation = register.statement(statement).content.evaluation;
        Some(Neighbour { selector: selector.clone(), hops, evaluation })
    });
    Ok(neighbours.collect())
}

/// How many holdings away each thing near the seeds is.
fn things_near(register: &Register<'_>, seeds: &BTreeSet<Selector>, max_hops: usize) -> BTreeMap<usize, usize> {
    let mut near: BTreeMap<usize, usize> =
        seeds.iter().filter_map(|seed| register.thing(seed)).map(|(thing, _)| (thing, 0)).collect();
    let mut waiting: VecDeque<usize> = near.keys().copied().collect();
    while let Some(thing) = waiting.pop_front() {
        let hops = near[&thing];
        if hops == max_hops {
            continue;
        }
        let node = Register::node(thing);
        let mut next: Vec<String> = register.graph.owners_of(&node).into_iter().map(|edge| edge.owner).collect();
        if register.graph.holding_count(&node) <= MOST_HOLDINGS_FOLLOWED {
            next.extend(register.graph.holdings_of(&node).into_iter().map(|edge| edge.owned));
        }
        for thing in next.iter().map(|node| Register::thing_of(node)) {
            if near.len() < MOST_THINGS && !near.contains_key(&thing) {
                near.insert(thing, hops + 1);
                waiting.push_back(thing);
            }
        }
    }
    near
}
