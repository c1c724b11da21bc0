//! What is screened against: the current statements that the caller may read, as an index of names. It is built once for a set of
//! permitted labels and built again only when statements changed.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use oikos_matching::{Entity, EntityKind, Identifier, Index, MAXIMUM_FACTS, MAXIMUM_NAMES, MAXIMUM_TEXT, PartialDate};
use oikos_model::{DatasetId, LabelId, PropertyType, Statement, Vocabulary};
use oikos_picture::EntityName;
use oikos_registry::{StatementQuery, Transaction};

use crate::entities::EntityPath;
use crate::{Node, NodeError};

/// Statements read at once while an index is built.
const PAGE: usize = 50_000;
/// Indexes kept: one for each set of labels and datasets that is in use. Those unused longest go first.
const KEPT_MAXIMUM: usize = 4;

/// An entity that can be matched.
#[derive(Debug, Clone)]
pub(super) struct Listed {
    pub(super) name: EntityName,
    pub(super) kind: String,
    pub(super) title: String,
    /// Names its source marks as too common or too vague to find it by alone.
    pub(super) weak: BTreeSet<String>,
    /// Within an aggregated dataset the lists that say so.
    pub(super) source_lists: BTreeSet<String>,
}

/// The index with what is shown of each of its entities.
#[derive(Debug)]
pub(super) struct Lists {
    pub(super) index: Index,
    pub(super) listed: HashMap<String, Listed>,
    /// Every entity as it is in the index, to see later what changed.
    pub(super) entities: HashMap<String, Entity>,
    key: Key,
    version: u64,
}

/// What an index is of.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Key {
    labels: BTreeSet<LabelId>,
    datasets: BTreeSet<DatasetId>,
}

/// The indexes in use, that used last at the end.
#[derive(Debug, Default)]
pub(crate) struct ListIndexes(Mutex<Vec<Arc<Lists>>>);

impl Node {
    /// The index of these datasets as far as these labels let it be read.
    pub(super) fn lists(
        &self,
        tx: &dyn Transaction,
        labels: &[LabelId],
        datasets: BTreeSet<DatasetId>,
    ) -> Result<Arc<Lists>, NodeError> {
        let key = Key { labels: labels.iter().copied().collect(), datasets };
        let version = tx.statements_version()?;
        // Held while it is built: a second caller waits for the index instead of building it too.
        let mut kept = self.list_indexes().0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = kept.iter().position(|lists| lists.key == key) {
            let lists = kept.remove(place);
            if lists.version == version {
                kept.push(Arc::clone(&lists));
                return Ok(lists);
            }
        }
        let lists = Arc::new(Lists::read(tx, labels, key, version)?);
        if kept.len() == KEPT_MAXIMUM {
            kept.remove(0);
        }
        kept.push(Arc::clone(&lists));
        Ok(lists)
    }
}

/// The id by which the index knows an entity.
fn indexed_id(name: &EntityName) -> String {
    format!("{}/{}/{}", name.origin, name.dataset, name.entity)
}

impl Lists {
    /// The datasets it is of.
    pub(super) fn datasets(&self) -> impl Iterator<Item = &DatasetId> {
        self.key.datasets.iter()
    }

    /// Whether this entity is in it.
    pub(super) fn has(&self, path: &EntityPath) -> bool {
        self.listed.contains_key(&indexed_id(&path.name()))
    }

    /// The entity as it is compared.
    pub(super) fn entity(&self, path: &EntityPath) -> Option<&Entity> {
        self.entities.get(&indexed_id(&path.name()))
    }

    fn read(tx: &dyn Transaction, labels: &[LabelId], key: Key, version: u64) -> Result<Self, NodeError> {
        let vocabulary = Vocabulary::load().map_err(NodeError::internal)?;
        let mut gathered: BTreeMap<String, Gathered> = BTreeMap::new();
        for dataset in &key.datasets {
            let mut after = None;
            loop {
                let query = StatementQuery {
                    labels: Some(labels),
                    dataset: Some(dataset),
                    after,
                    limit: PAGE,
                    ..StatementQuery::default()
                };
                let page = tx.statements(&query)?;
                for statement in &page {
                    take(&mut gathered, statement, &vocabulary);
                }
                match page.last() {
                    Some(last) if page.len() == PAGE => after = Some(last.id),
                    _ => break,
                }
            }
        }
        let mut listed = HashMap::with_capacity(gathered.len());
        let mut entities = HashMap::with_capacity(gathered.len());
        for (id, one) in gathered {
            if let Some((entity, shown)) = one.finish(&id) {
                listed.insert(id.clone(), shown);
                entities.insert(id, entity);
            }
        }
        let mut in_order: Vec<&Entity> = entities.values().collect();
        in_order.sort_by(|one, other| one.id.cmp(&other.id));
        // What is beyond the index's limits is left out of it, and stays findable by its identifiers in the registry.
        let fitting = in_order.into_iter().filter(|entity| fits(entity)).cloned();
        let index = Index::build(fitting).map_err(NodeError::internal)?;
        Ok(Self { index, listed, entities, key, version })
    }
}

/// Whether the entity is within the index's limits.
fn fits(entity: &Entity) -> bool {
    let facts = entity.birth_dates.len()
        + entity.registered_in.len()
        + entity.nationalities.len()
        + entity.birth_countries.len()
        + entity.identifiers.len();
    let texts = entity.names.iter().chain([&entity.id]);
    entity.names.len() <= MAXIMUM_NAMES && facts <= MAXIMUM_FACTS && texts.into_iter().all(|text| text.len() <= MAXIMUM_TEXT)
}

/// What the statements read so far say of one entity.
struct Gathered {
    name: EntityName,
    kind: String,
    entity: Entity,
    title: Option<String>,
    weak: BTreeSet<String>,
    source_lists: BTreeSet<String>,
}

fn take(gathered: &mut BTreeMap<String, Gathered>, statement: &Statement, vocabulary: &Vocabulary) {
    let content = &statement.content;
    let Some(matching) = matching_kind(&content.kind, vocabulary) else { return };
    let name =
        EntityName { origin: statement.origin.clone(), dataset: statement.dataset.clone(), entity: content.entity.clone() };
    let id = indexed_id(&name);
    let one = gathered.entry(id.clone()).or_insert_with(|| Gathered {
        name,
        kind: content.kind.clone(),
        entity: Entity::new(id, matching, Vec::<String>::new()),
        title: None,
        weak: BTreeSet::new(),
        source_lists: BTreeSet::new(),
    });
    let value = content.value.clone();
    match content.property.as_str() {
        "birth_date" => one.entity.birth_dates.extend(value.get(..10).unwrap_or(&value).parse::<PartialDate>().ok()),
        "nationality" => one.entity.nationalities.push(value),
        "birth_country" => one.entity.birth_countries.push(value),
        "country" | "flag" if matching != EntityKind::Person => one.entity.registered_in.push(value),
        "source_list" => drop(one.source_lists.insert(value)),
        property => match vocabulary.property(&content.kind, property).map(|property| &property.property_type) {
            Some(PropertyType::Name) => {
                if property == "name" {
                    one.title.get_or_insert_with(|| value.clone());
                }
                if property == "weak_alias" {
                    one.weak.insert(value.clone());
                }
                one.entity.names.push(value);
            }
            Some(PropertyType::Selector(kind)) => {
                one.entity.identifiers.push(Identifier { scheme: kind.code().to_owned(), value });
            }
            _ => {}
        },
    }
}

/// What a kind of the vocabulary is to the index; relationships and things without names are not matched.
fn matching_kind(kind: &str, vocabulary: &Vocabulary) -> Option<EntityKind> {
    let definition = vocabulary.kind(kind)?;
    if definition.relationship.is_some() {
        return None;
    }
    Some(match kind {
        "vessel" | "aircraft" => EntityKind::Vessel,
        _ if definition.is_person => EntityKind::Person,
        "asset" => return None,
        _ => EntityKind::Organisation,
    })
}

impl Gathered {
    /// The entity and what is shown of it; nothing where neither a name nor an identifier is known.
    fn finish(mut self, id: &str) -> Option<(Entity, Listed)> {
        let entity = &mut self.entity;
        for list in [&mut entity.names, &mut entity.registered_in, &mut entity.nationalities, &mut entity.birth_countries] {
            list.sort_unstable();
            list.dedup();
        }
        entity.birth_dates.sort_unstable();
        entity.birth_dates.dedup();
        entity.identifiers.sort_unstable();
        entity.identifiers.dedup();
        if entity.names.is_empty() && entity.identifiers.is_empty() {
            return None;
        }
        let title = self.title.or_else(|| entity.names.first().cloned()).unwrap_or_else(|| id.to_owned());
        let listed = Listed { name: self.name, kind: self.kind, title, weak: self.weak, source_lists: self.source_lists };
        Some((self.entity, listed))
    }
}
