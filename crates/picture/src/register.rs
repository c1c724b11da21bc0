//! Who holds whom, as the statements of one context say, and where each holding is stated.

use std::collections::{BTreeMap, BTreeSet};

use oikos_desk::graph::{OwnershipEdge, OwnershipGraph};
use oikos_model::{EntityId, LabelId, Selector, Statement};
use oikos_registry::{StatementQuery, StoreError, Transaction};

use crate::PictureError;
use crate::identity::{EntityKey, Identities};
use crate::known::Known;
use crate::lead::StatementReference;
use crate::link::PathStep;

/// Of a relationship whose sources contradict themselves, so many owners and so many owned are taken.
const MOST_ENDS: usize = 4;
/// Of one thing with many ids, so many are asked for a name.
const MOST_NAMED: usize = 8;

/// One holding, as one source states it.
#[derive(Debug)]
struct Holding {
    owner: usize,
    owned: usize,
    share_percent: Option<f64>,
    /// Positions in the known statements.
    statements: Vec<usize>,
}

/// The ownership graph over things (groups of entities), with what each edge rests on.
#[derive(Debug)]
pub(crate) struct Register<'known> {
    known: &'known Known,
    pub(crate) identities: Identities,
    holdings: Vec<Holding>,
    pub(crate) graph: OwnershipGraph,
}

impl<'known> Register<'known> {
    /// Builds the graph from the statements that `admits` lets through.
    pub(crate) fn build(known: &'known Known, admits: impl Fn(&Statement) -> bool) -> Result<Self, PictureError> {
        let admitted = || known.statements.iter().enumerate().filter(|(_, statement)| admits(statement));
        let drafts = draft_holdings(&known.statements, admitted());
        let entities: BTreeSet<EntityKey> = drafts.iter().flat_map(|draft| [draft.0.clone(), draft.1.clone()]).collect();
        let identifying = admitted().filter_map(|(position, statement)| {
            let entity = EntityKey::beside(statement, statement.content.entity.clone());
            known.identifier(statement).map(|selector| (selector, entity, position))
        });
        let identities = Identities::compute(entities, identifying, &known.judgements);
        let number = |key: &EntityKey| identities.number(key);
        let holdings: Vec<Holding> = drafts
            .into_iter()
            .filter_map(|(owner, owned, share_percent, statements)| {
                Some(Holding { owner: number(&owner)?, owned: number(&owned)?, share_percent, statements })
            })
            .collect();
        let graph = OwnershipGraph::new(&edges(&holdings, &identities))?;
        Ok(Self { known, identities, holdings, graph })
    }

    /// The thing that carries this identifier, by the number of its group, and where that is stated.
    pub(crate) fn thing(&self, selector: &Selector) -> Option<(usize, usize)> {
        self.identities.carrier(selector)
    }

    /// The thing's name in the graph.
    pub(crate) fn node(thing: usize) -> String {
        // Padded, so that the order of names is the order of numbers.
        format!("{thing:012}")
    }

    /// The thing behind a name in the graph.
    pub(crate) fn thing_of(node: &str) -> usize {
        node.parse().unwrap_or(usize::MAX)
    }

    /// How many things stand at most `hops` holdings below `parent`; it stops counting past `enough`.
    pub(crate) fn reach(&self, parent: &str, hops: usize, enough: usize) -> usize {
        let mut seen: BTreeSet<String> = BTreeSet::new();
        let mut level = vec![parent.to_owned()];
        for _ in 0..hops {
            let mut below = Vec::new();
            for node in &level {
                for holding in self.graph.holdings_of(node) {
                    if holding.owned != parent && seen.insert(holding.owned.clone()) {
                        below.push(holding.owned);
                    }
                    if seen.len() > enough {
                        return seen.len();
                    }
                }
            }
            level = below;
        }
        seen.len()
    }

    /// Every statement behind a chain of edges: those of the holdings, and those by which ids of several sources are one thing.
    pub(crate) fn statements_behind(&self, edges: &[OwnershipEdge]) -> BTreeSet<usize> {
        let mut statements = BTreeSet::new();
        for edge in edges {
            statements.extend(self.holding(edge).into_iter().flat_map(|holding| holding.statements.iter().copied()));
            for node in [&edge.owner, &edge.owned] {
                statements.extend(self.identities.joined_by(Self::thing_of(node)));
            }
        }
        statements
    }

    /// The edge in words and references. `names` knows every thing on it.
    pub(crate) fn step(&self, edge: &OwnershipEdge, names: &BTreeMap<usize, String>) -> Option<PathStep> {
        let holding = self.holding(edge)?;
        let name = |node: &str| names.get(&Self::thing_of(node)).cloned().unwrap_or_default();
        let (owner, owned) = (self.identities.key(holding.owner), self.identities.key(holding.owned));
        Some(PathStep {
            owner: name(&edge.owner),
            owner_entity: owner.entity.clone(),
            owned: name(&edge.owned),
            owned_entity: owned.entity.clone(),
            share_percent: edge.share_percent,
            origin: owner.origin.clone(),
            dataset: owner.dataset.clone(),
            statements: holding.statements.iter().map(|statement| self.reference(*statement)).collect(),
        })
    }

    /// A name of a thing and the statement that gives it; its id where no admitted statement names it.
    pub(crate) fn name(
        &self,
        transaction: &dyn Transaction,
        permitted: &[LabelId],
        admits: impl Fn(&Statement) -> bool,
        thing: usize,
    ) -> Result<(String, Option<Statement>), StoreError> {
        for number in self.identities.group(thing).iter().take(MOST_NAMED) {
            let key = self.identities.key(*number);
            let query = StatementQuery {
                labels: Some(permitted),
                origin: Some(&key.origin),
                dataset: Some(&key.dataset),
                entity: Some(&key.entity),
                property: Some("name"),
                limit: 16,
                ..StatementQuery::default()
            };
            if let Some(named) = transaction.statements(&query)?.into_iter().find(|statement| admits(statement)) {
                return Ok((named.content.value.clone(), Some(named)));
            }
        }
        Ok((self.identities.key(thing).entity.to_string(), None))
    }

    /// The thing's own name in its source: for where it has no name.
    pub(crate) fn entity(&self, thing: usize) -> &EntityKey {
        self.identities.key(thing)
    }

    /// A known statement by position.
    pub(crate) fn statement(&self, position: usize) -> &'known Statement {
        &self.known.statements[position]
    }

    /// A known statement as others cite it.
    pub(crate) fn reference(&self, position: usize) -> StatementReference {
        StatementReference::of(self.statement(position))
    }

    fn holding(&self, edge: &OwnershipEdge) -> Option<&Holding> {
        self.holdings.get(usize::try_from(edge.reference).ok()?)
    }
}

type Draft = (EntityKey, EntityKey, Option<f64>, Vec<usize>);

/// Puts the statements about each relationship together.
fn draft_holdings<'known>(all: &[Statement], admitted: impl Iterator<Item = (usize, &'known Statement)>) -> Vec<Draft> {
    let mut relationships: BTreeMap<EntityKey, BTreeMap<&str, Vec<usize>>> = BTreeMap::new();
    for (position, statement) in admitted.filter(|(_, statement)| statement.content.kind == "ownership") {
        let relationship = EntityKey::beside(statement, statement.content.entity.clone());
        relationships.entry(relationship).or_default().entry(&statement.content.property).or_default().push(position);
    }
    let mut drafts = Vec::new();
    for stated in relationships.values() {
        let positions = |property: &str| stated.get(property).map_or(&[][..], Vec::as_slice);
        let end = |position: &usize| {
            let statement = &all[*position];
            Some((EntityKey::beside(statement, EntityId::new(statement.content.value.as_str()).ok()?), *position))
        };
        let share = ["share", "share_minimum"].iter().find_map(|property| positions(property).first());
        let share_percent = share.and_then(|position| all[*position].content.value.parse::<f64>().ok());
        for (owner, owner_statement) in positions("owner").iter().filter_map(end).take(MOST_ENDS) {
            for (owned, owned_statement) in positions("owned").iter().filter_map(end).take(MOST_ENDS) {
                let statements = [owner_statement, owned_statement].into_iter().chain(share.copied()).collect();
                drafts.push((owner.clone(), owned, share_percent, statements));
            }
        }
    }
    drafts
}

/// Edges between things; a thing that holds itself, one id by another, is no edge.
fn edges(holdings: &[Holding], identities: &Identities) -> Vec<OwnershipEdge> {
    let edge = |(holding, reference): (&Holding, u64)| {
        let (owner, owned) = (identities.leader(holding.owner), identities.leader(holding.owned));
        (owner != owned).then(|| OwnershipEdge {
            owner: Register::node(owner),
            owned: Register::node(owned),
            share_percent: holding.share_percent,
            reference,
        })
    };
    holdings.iter().zip(0..).filter_map(edge).collect()
}
