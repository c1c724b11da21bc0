//! What registers say around one company, whether or not there is a lead.

use std::collections::{BTreeMap, BTreeSet};

use oikos_desk::graph::{OwnershipEdge, PathLimits};
use oikos_model::{DatasetId, EntityId, LabelId, Marking, NodeId, Selector, Statement};
use oikos_registry::Transaction;
use serde::{Deserialize, Serialize};

use crate::known::Known;
use crate::link::PathStep;
use crate::register::Register;
use crate::{Parameters, PictureError};

/// A parent with more holdings than this is named, and its other holdings are not listed.
const MOST_HOLDINGS_SHOWN: usize = 25;

/// The holdings around one thing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OwnershipView {
    /// What was asked for.
    pub selector: Selector,
    /// The thing it names, once per source that knows it; empty where none does.
    pub entities: Vec<ViewedEntity>,
    /// Who stands behind it, nearest first, by name.
    pub parents: Vec<String>,
    /// The holdings: those on a shortest path from each parent down to the thing, and the other holdings of these parents.
    pub steps: Vec<PathStep>,
    /// The things at the two ends of each step, by numbers that hold within this answer: whatever a source calls it, one thing is one number.
    pub ends: Vec<[usize; 2]>,
    /// The number of the thing itself.
    pub thing: Option<usize>,
    /// Parents with so many holdings that the others are not listed, by name.
    pub hubs: Vec<String>,
    /// Whether a limit cut the answer short.
    pub is_truncated: bool,
    /// What may be done with the whole: the join of every statement in it. `None` where there is none.
    pub marking: Option<Marking>,
}

/// A thing as one source knows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ViewedEntity {
    /// Its name.
    pub name: String,
    /// Its id in the source.
    pub entity: EntityId,
    /// The dataset.
    pub dataset: DatasetId,
    /// The node that first had it.
    pub origin: NodeId,
}

/// What current statements with these labels, usable for the transaction's act, say around what `selector` names: up to `max_hops` holdings upwards,
/// and the other holdings of whoever is found there.
///
/// # Errors
/// When there are more statements than the limit allows, or the database fails.
pub fn ownership_path_view(
    transaction: &dyn Transaction,
    selector: &Selector,
    labels: &[LabelId],
    max_hops: usize,
) -> Result<OwnershipView, PictureError> {
    let (purpose, now) = (transaction.act().purpose.clone(), transaction.act().at);
    let parameters = Parameters { max_hops, ..Parameters::default() };
    let known = Known::load_register(transaction, labels, &parameters, now)?;
    let admits =
        |statement: &Statement| known.labels.get(&statement.label).is_some_and(|label| label.marking.allows(&purpose, now));
    let register = Register::build(&known, admits)?;
    let mut view = OwnershipView {
        selector: selector.clone(),
        entities: Vec::new(),
        parents: Vec::new(),
        steps: Vec::new(),
        ends: Vec::new(),
        thing: None,
        hubs: Vec::new(),
        is_truncated: false,
        marking: None,
    };
    let Some((thing, carried)) = register.thing(selector) else { return Ok(view) };
    let around = around(&register, thing, &parameters.path_limits());
    let mut cited: Vec<Statement> =
        register.statements_behind(&around.edges).iter().map(|position| register.statement(*position).clone()).collect();
    cited.push(register.statement(carried).clone());
    let mut names = BTreeMap::new();
    let on_edges = around.edges.iter().flat_map(|edge| [&edge.owner, &edge.owned]).map(|node| Register::thing_of(node));
    for named in on_edges.chain([thing]).chain(around.hubs.iter().copied()).collect::<BTreeSet<usize>>() {
        let (name, statement) = register.name(transaction, labels, admits, named)?;
        names.insert(named, name);
        cited.extend(statement);
    }
    let name = |thing: &usize| names.get(thing).cloned().unwrap_or_default();
    view.entities = entities(&register, thing, &name(&thing));
    view.parents = around.parents.iter().map(name).collect();
    view.hubs = around.hubs.iter().map(name).collect();
    let steps = around.edges.iter().filter_map(|edge| register.step(edge, &names).map(|step| (step, ends(edge))));
    (view.steps, view.ends) = steps.unzip();
    view.thing = Some(thing);
    view.is_truncated = around.is_truncated;
    let markings = cited.iter().filter_map(|statement| known.labels.get(&statement.label)).map(|label| label.marking.clone());
    view.marking = markings.reduce(|joined, next| joined.join(&next));
    Ok(view)
}

/// The thing and its surroundings in the graph.
struct Around {
    /// Nearest first.
    parents: Vec<usize>,
    /// Each holding once, upwards from the thing first.
    edges: Vec<OwnershipEdge>,
    hubs: Vec<usize>,
    is_truncated: bool,
}

fn around(register: &Register<'_>, thing: usize, limits: &PathLimits) -> Around {
    let above = register.graph.parents_of(&Register::node(thing), limits);
    let mut around = Around {
        parents: above.found.iter().map(|parent| Register::thing_of(&parent.entity)).collect(),
        edges: Vec::new(),
        hubs: above.hubs.iter().map(|hub| Register::thing_of(hub)).collect(),
        is_truncated: above.is_truncated,
    };
    let mut seen = BTreeSet::new();
    let mut add = |edges: Vec<OwnershipEdge>, to: &mut Vec<OwnershipEdge>| {
        to.extend(edges.into_iter().filter(|edge| seen.insert(edge.reference)));
    };
    for parent in &above.found {
        add(parent.path.clone(), &mut around.edges);
    }
    for parent in &above.found {
        if parent.holding_count > MOST_HOLDINGS_SHOWN {
            around.hubs.push(Register::thing_of(&parent.entity));
        } else {
            add(register.graph.holdings_of(&parent.entity), &mut around.edges);
        }
    }
    around
}

fn ends(edge: &OwnershipEdge) -> [usize; 2] {
    [&edge.owner, &edge.owned].map(|node| Register::thing_of(node))
}

fn entities(register: &Register<'_>, thing: usize, name: &str) -> Vec<ViewedEntity> {
    let keys = register.identities.group(thing).iter().map(|number| register.entity(*number));
    let viewed = keys.map(|key| ViewedEntity {
        name: name.to_owned(),
        entity: key.entity.clone(),
        dataset: key.dataset.clone(),
        origin: key.origin.clone(),
    });
    viewed.collect()
}
