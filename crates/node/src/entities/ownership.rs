//! Who owns what around an entity, as a graph in layers: parents above, holdings below.

use std::collections::{BTreeMap, BTreeSet};

use oikos_model::{Action, Selector, SelectorKind};
use oikos_picture::OwnershipView;
use serde::Serialize;

use super::{EntityPath, selectors_of, statements_of};
use crate::cases::MarkingView;
use crate::leads::PATH_HOPS_MAXIMUM;
use crate::{Caller, Node, NodeError, Noted};

/// Something that owns or is owned.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct OwnershipNode {
    /// Its number, which holds within this answer.
    pub number: usize,
    /// Its name.
    pub name: String,
    /// As a source names it.
    pub entity: EntityPath,
    /// Holdings between it and the entity that was asked for: negative above, positive below or beside it.
    pub layer: i64,
    /// Whether it is a parent of the entity: it stands on a path of holdings down to it.
    pub is_above: bool,
    /// Whether it holds so much that the rest is not listed.
    pub is_hub: bool,
}

/// One holding.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct OwnershipEdge {
    /// Who holds, by number.
    pub owner: usize,
    /// What is held, by number.
    pub owned: usize,
    /// The share in percent; absent where the source does not say.
    pub share_percent: Option<f64>,
    /// The node that first had the statements.
    pub origin: String,
    /// The dataset they are from.
    pub dataset: String,
    /// The statements it rests on: its proof.
    pub statements: Vec<String>,
}

/// Who owns what around one entity.
#[derive(Debug, Clone, Default, Serialize, utoipa::ToSchema)]
pub struct OwnershipGraph {
    /// The number of the entity; absent where no register that the caller may see knows it by an identifier.
    pub center: Option<usize>,
    /// Nodes, uppermost layer first.
    pub nodes: Vec<OwnershipNode>,
    /// Holdings.
    pub edges: Vec<OwnershipEdge>,
    /// Whether a limit cut it short.
    pub is_truncated: bool,
    /// What may be done with the whole.
    pub marking: Option<MarkingView>,
}

impl Node {
    /// Who owns what around an entity, by the identifiers it carries.
    ///
    /// # Errors
    /// When policy refuses, or no statement that the caller may see is about it.
    pub fn entity_ownership(&self, caller: &Caller, path: &EntityPath) -> Result<OwnershipGraph, NodeError> {
        self.write(caller, Action::ReadStatements, |tx| {
            let labels = self.permitted_labels(tx, caller, Action::ReadStatements)?;
            let statements = statements_of(tx, &path.name(), &labels)?;
            if statements.is_empty() {
                return Err(NodeError::NotFound(format!("entity {} of {} at {}", path.entity, path.dataset, path.origin)));
            }
            let kinds = [SelectorKind::Lei, SelectorKind::CompanyNumber, SelectorKind::Imo];
            let carried = selectors_of(&statements)?;
            let known: Vec<&Selector> = carried.iter().filter(|selector| kinds.contains(&selector.kind)).collect();
            let mut graph = OwnershipGraph::default();
            for selector in known {
                let view =
                    oikos_picture::ownership_path_view(tx, selector, &labels, PATH_HOPS_MAXIMUM).map_err(NodeError::internal)?;
                if view.thing.is_some() {
                    graph = layered(&view);
                    break;
                }
            }
            Ok((graph, Noted::about(vec![path.subject()]).with_detail(serde_json::json!({ "ownership": true }))))
        })
    }
}

fn layered(view: &OwnershipView) -> OwnershipGraph {
    let Some(center) = view.thing else { return OwnershipGraph::default() };
    let above = walk(center, &view.ends, |[owner, owned], at| (owned == at).then_some(owner));
    let mut layers: BTreeMap<usize, i64> = above.iter().map(|(thing, hops)| (*thing, -hops)).collect();
    // What a parent holds besides stands one layer below that parent.
    loop {
        let below = view.ends.iter().filter_map(|[owner, owned]| Some((*owned, layers.get(owner)? + 1)));
        let new: BTreeMap<usize, i64> = below.filter(|(owned, _)| !layers.contains_key(owned)).collect();
        if new.is_empty() {
            break;
        }
        layers.extend(new);
    }
    let hubs: BTreeSet<&str> = view.hubs.iter().map(String::as_str).collect();
    let mut nodes: BTreeMap<usize, OwnershipNode> = BTreeMap::new();
    if let Some(entity) = view.entities.first() {
        let path = EntityPath { origin: entity.origin.clone(), dataset: entity.dataset.clone(), entity: entity.entity.clone() };
        nodes.insert(center, node(center, &entity.name, path, &layers, &above, &hubs));
    }
    for (step, [owner, owned]) in view.steps.iter().zip(&view.ends) {
        for (thing, name, id) in [(*owner, &step.owner, &step.owner_entity), (*owned, &step.owned, &step.owned_entity)] {
            let path = EntityPath { origin: step.origin.clone(), dataset: step.dataset.clone(), entity: id.clone() };
            nodes.entry(thing).or_insert_with(|| node(thing, name, path, &layers, &above, &hubs));
        }
    }
    let edges = view.steps.iter().zip(&view.ends).map(|(step, [owner, owned])| OwnershipEdge {
        owner: *owner,
        owned: *owned,
        share_percent: step.share_percent,
        origin: step.origin.to_string(),
        dataset: step.dataset.to_string(),
        statements: step.statements.iter().map(|statement| statement.id.to_string()).collect(),
    });
    let mut nodes: Vec<OwnershipNode> = nodes.into_values().collect();
    nodes.sort_by(|one, other| (one.layer, &one.name).cmp(&(other.layer, &other.name)));
    OwnershipGraph {
        center: Some(center),
        nodes,
        edges: edges.collect(),
        is_truncated: view.is_truncated,
        marking: view.marking.as_ref().map(MarkingView::from),
    }
}

/// Hops from `start` to everything that `step` reaches, itself included.
fn walk(start: usize, ends: &[[usize; 2]], step: impl Fn([usize; 2], usize) -> Option<usize>) -> BTreeMap<usize, i64> {
    let mut hops = BTreeMap::from([(start, 0)]);
    let mut level = vec![start];
    for hop in 1.. {
        let next: BTreeSet<usize> = level
            .iter()
            .flat_map(|at| ends.iter().filter_map(|ends| step(*ends, *at)))
            .filter(|one| !hops.contains_key(one))
            .collect();
        if next.is_empty() {
            break;
        }
        hops.extend(next.iter().map(|one| (*one, hop)));
        level = next.into_iter().collect();
    }
    hops
}

fn node(
    number: usize,
    name: &str,
    entity: EntityPath,
    layers: &BTreeMap<usize, i64>,
    above: &BTreeMap<usize, i64>,
    hubs: &BTreeSet<&str>,
) -> OwnershipNode {
    OwnershipNode {
        number,
        name: name.to_owned(),
        entity,
        layer: layers.get(&number).copied().unwrap_or(0),
        is_above: above.contains_key(&number) && above[&number] > 0,
        is_hub: hubs.contains(name),
    }
}
