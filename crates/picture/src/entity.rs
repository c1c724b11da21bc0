//! One entity: by which other ids sources know it, why that is thought to be so, and what may be it too.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use oikos_model::{DatasetId, EntityId, Judgement, LabelId, NodeId, Selector, SelectorKind, Statement, Verdict, Vocabulary};
use oikos_registry::{StatementQuery, StoreError, Transaction};
use serde::{Deserialize, Serialize};

use crate::identity::{EntityKey, Identities};
use crate::known::{IDENTITY_KINDS, is_current};
use crate::{PictureError, StatementReference};

/// The most ids that are followed from one entity.
const MOST_ENTITIES: usize = 1_000;
/// The most entities that are shown as possibly the same.
const MOST_RESEMBLING: usize = 50;
/// An identifier that more entities carry names a class of things, and makes nothing resemble.
const MOST_CARRIERS: usize = 25;

/// An entity as one source names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EntityName {
    /// The node that first had it.
    pub origin: NodeId,
    /// The dataset.
    pub dataset: DatasetId,
    /// Its id in the dataset.
    pub entity: EntityId,
}

/// A thing: all ids that mean one.
#[derive(Debug, Clone, PartialEq)]
pub struct Thing {
    /// Its ids, the one that was asked for among them.
    pub members: Vec<EntityName>,
    /// The statements whose shared identifiers made the ids one.
    pub joined_by: Vec<StatementReference>,
    /// Everything that was judged of these ids, oldest first.
    pub judgements: Vec<Judgement>,
    /// What may be the same thing, and is not held to be: those with the most reasons first.
    pub resembling: Vec<Resemblance>,
}

/// Something that may be the same.
#[derive(Debug, Clone, PartialEq)]
pub struct Resemblance {
    /// What.
    pub entity: EntityName,
    /// Its kind.
    pub kind: String,
    /// Its name, where it has one.
    pub name: Option<String>,
    /// Why it may be.
    pub reasons: Vec<ResemblanceKind>,
    /// Whether somebody judged that it is not.
    pub judged_apart: bool,
}

/// Why two entities may be one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ResemblanceKind {
    /// Both carry this identifier.
    Identifier(Selector),
    /// Both have this name, compared without case and the order of its words.
    Name(String),
}

impl EntityName {
    fn key(&self) -> EntityKey {
        EntityKey { origin: self.origin.clone(), dataset: self.dataset.clone(), entity: self.entity.clone() }
    }

    fn of(key: &EntityKey) -> Self {
        Self { origin: key.origin.clone(), dataset: key.dataset.clone(), entity: key.entity.clone() }
    }
}

/// The thing that `start` means, as current statements with these labels, usable for the transaction's act, and the log of judgements say.
/// `supposed` is added to the log: to show what a judgement would do before it is made.
///
/// # Errors
/// When the vocabulary does not load, more ids hang together than the limit allows, or the database fails.
pub fn thing(
    transaction: &dyn Transaction,
    start: &EntityName,
    labels: &[LabelId],
    supposed: Option<Judgement>,
) -> Result<Thing, PictureError> {
    let mut judgements = transaction.judgements()?;
    judgements.extend(supposed);
    let mut search = Neighbours { transaction, labels, vocabulary: Vocabulary::load()?, judgements, entities: BTreeMap::new() };
    search.follow(start)?;
    let identities = search.identities();
    let group: BTreeSet<EntityKey> = match identities.number(&start.key()) {
        Some(number) => identities.group(identities.leader(number)).iter().map(|one| identities.key(*one).clone()).collect(),
        None => BTreeSet::from([start.key()]),
    };
    let statements: Vec<&Statement> = search.entities.values().flatten().collect();
    let joined = identities.number(&start.key()).map(|number| identities.leader(number));
    let joined_by = joined.into_iter().flat_map(|leader| identities.joined_by(leader)).map(|position| statements[position]);
    let joined_by: BTreeSet<StatementReference> = joined_by.map(StatementReference::of).collect();
    let concerns = |judgement: &&Judgement| group.iter().any(|key| key.entity == judgement.left || key.entity == judgement.right);
    Ok(Thing {
        members: group.iter().map(EntityName::of).collect(),
        joined_by: joined_by.into_iter().collect(),
        judgements: search.judgements.iter().filter(concerns).cloned().collect(),
        resembling: search.resembling(&group)?,
    })
}

/// What hangs together with an entity by identifiers and judgements.
struct Neighbours<'work> {
    transaction: &'work dyn Transaction,
    labels: &'work [LabelId],
    vocabulary: Vocabulary,
    judgements: Vec<Judgement>,
    /// Every entity that was reached, with its current statements.
    entities: BTreeMap<EntityKey, Vec<Statement>>,
}

impl Neighbours<'_> {
    fn follow(&mut self, start: &EntityName) -> Result<(), PictureError> {
        let mut waiting = VecDeque::from([start.key()]);
        while let Some(key) = waiting.pop_front() {
            if self.entities.contains_key(&key) {
                continue;
            }
            if self.entities.len() == MOST_ENTITIES {
                return Err(PictureError::TooMany { what: "ids of one thing", limit: MOST_ENTITIES });
            }
            let statements = self.statements(&key)?;
            for selector in statements.iter().filter_map(|statement| self.selector(statement)) {
                if IDENTITY_KINDS.contains(&selector.kind) {
                    waiting.extend(self.carriers(&selector)?);
                }
            }
            waiting.extend(self.judged_same(&key.entity)?);
            self.entities.insert(key, statements);
        }
        Ok(())
    }

    fn statements(&self, key: &EntityKey) -> Result<Vec<Statement>, StoreError> {
        let query = StatementQuery {
            labels: Some(self.labels),
            origin: Some(&key.origin),
            dataset: Some(&key.dataset),
            entity: Some(&key.entity),
            ..StatementQuery::default()
        };
        let mut statements = self.transaction.statements(&query)?;
        statements.retain(|statement| is_current(statement, self.transaction.act().at));
        Ok(statements)
    }

    fn selector(&self, statement: &Statement) -> Option<Selector> {
        let content = &statement.content;
        let kind = self.vocabulary.selector_kind(&content.kind, &content.property)?;
        Some(Selector { kind, value: content.value.clone() })
    }

    /// Entities that a current, permitted statement gives this identifier.
    fn carriers(&self, selector: &Selector) -> Result<BTreeSet<EntityKey>, StoreError> {
        let naming = self.transaction.statements_naming(selector)?;
        let now = self.transaction.act().at;
        let permitted = naming.iter().filter(|one| self.labels.contains(&one.label) && is_current(one, now));
        Ok(permitted.map(|statement| EntityKey::beside(statement, statement.content.entity.clone())).collect())
    }

    /// Entities of every origin whose ids were last judged to be the same as this one.
    fn judged_same(&self, entity: &EntityId) -> Result<BTreeSet<EntityKey>, StoreError> {
        let mut last: BTreeMap<(&EntityId, &EntityId), Verdict> = BTreeMap::new();
        for judgement in self.judgements.iter().filter(|one| one.left == *entity || one.right == *entity) {
            last.insert((&judgement.left, &judgement.right), judgement.verdict);
        }
        let mut same = BTreeSet::new();
        for (left, right) in last.into_iter().filter(|(_, verdict)| *verdict == Verdict::Same).map(|(pair, _)| pair) {
            for id in [left, right] {
                let query = StatementQuery { labels: Some(self.labels), entity: Some(id), ..StatementQuery::default() };
                let statements = self.transaction.statements(&query)?;
                same.extend(statements.iter().map(|statement| EntityKey::beside(statement, id.clone())));
            }
        }
        Ok(same)
    }

    fn identities(&self) -> Identities {
        let statements = self.entities.iter().flat_map(|(key, statements)| statements.iter().map(move |one| (key, one)));
        let identifying = statements.enumerate().filter_map(|(position, (key, statement))| {
            let selector = self.selector(statement).filter(|selector| IDENTITY_KINDS.contains(&selector.kind))?;
            Some((selector, key.clone(), position))
        });
        Identities::compute(self.entities.keys().cloned().collect(), identifying.collect::<Vec<_>>(), &self.judgements)
    }

    fn resembling(&self, group: &BTreeSet<EntityKey>) -> Result<Vec<Resemblance>, PictureError> {
        let mut found: BTreeMap<EntityKey, BTreeSet<ResemblanceKind>> = BTreeMap::new();
        for statement in group.iter().filter_map(|key| self.entities.get(key)).flatten() {
            let reason = match self.selector(statement) {
                // A class of goods names no thing.
                Some(selector) if selector.kind == SelectorKind::CommodityCode => continue,
                Some(selector) => ResemblanceKind::Identifier(selector),
                None if statement.content.property == "name" => ResemblanceKind::Name(statement.content.value.clone()),
                None => continue,
            };
            let like = match &reason {
                ResemblanceKind::Identifier(selector) => self.carriers(selector)?,
                ResemblanceKind::Name(name) => self.namesakes(&statement.content.kind, name)?,
            };
            if like.len() <= MOST_CARRIERS {
                for key in like.into_iter().filter(|key| !group.contains(key)) {
                    found.entry(key).or_default().insert(reason.clone());
                }
            }
        }
        let mut resembling = Vec::with_capacity(found.len());
        for (key, reasons) in found {
            resembling.push(self.resemblance(group, &key, reasons)?);
        }
        resembling.sort_by_key(|one| std::cmp::Reverse(one.reasons.len()));
        resembling.truncate(MOST_RESEMBLING);
        Ok(resembling)
    }

    fn namesakes(&self, kind: &str, name: &str) -> Result<BTreeSet<EntityKey>, StoreError> {
        let wanted = comparable(name);
        let named = self.transaction.entities_named(name, self.labels, MOST_CARRIERS + 1)?;
        let same = named.into_iter().filter(|one| one.kind == kind && one.is_current && comparable(&one.name) == wanted);
        Ok(same.map(|one| EntityKey { origin: one.origin, dataset: one.dataset, entity: one.entity }).collect())
    }

    fn resemblance(
        &self,
        group: &BTreeSet<EntityKey>,
        key: &EntityKey,
        reasons: BTreeSet<ResemblanceKind>,
    ) -> Result<Resemblance, StoreError> {
        let statements = self.statements(key)?;
        let name = statements.iter().find(|statement| statement.content.property == "name");
        let mut last = BTreeMap::new();
        for judgement in &self.judgements {
            last.insert((&judgement.left, &judgement.right), judgement.verdict);
        }
        let apart = |other: &EntityKey| {
            let pair = if key.entity <= other.entity { (&key.entity, &other.entity) } else { (&other.entity, &key.entity) };
            last.get(&pair) == Some(&Verdict::NotSame)
        };
        Ok(Resemblance {
            entity: EntityName::of(key),
            kind: statements.first().map(|statement| statement.content.kind.clone()).unwrap_or_default(),
            name: name.map(|statement| statement.content.value.clone()),
            reasons: reasons.into_iter().collect(),
            judged_apart: group.iter().any(apart),
        })
    }
}

fn comparable(name: &str) -> Vec<String> {
    let words = name.split(|sign: char| !sign.is_alphanumeric()).filter(|word| !word.is_empty());
    let mut words: Vec<String> = words.map(str::to_lowercase).collect();
    words.sort();
    words
}
