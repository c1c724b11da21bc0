//! What is screened against: the current statements that the caller may read, as an index of names. It is built once for a set of
//! permitted labels and built again only when statements changed.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use oikos_matching::{Entity, Index};
use oikos_model::{DatasetId, LabelId};
use oikos_registry::{StatementQuery, Transaction};
use oikos_screening::{Key as EntityKey, ListLabels, Names, NamesSettings};

use super::lists::labels_of;
use crate::entities::EntityPath;
use crate::{Node, NodeError};

/// Statements read at once while an index is built.
const PAGE: usize = 50_000;
/// Indexes kept: one for each set of labels and datasets that is in use. Those unused longest go first.
const KEPT_MAXIMUM: usize = 4;

/// The index with what is known of each of its entities.
#[derive(Debug)]
pub(super) struct Lists {
    pub(super) index: Index,
    pub(super) names: Names,
    /// Every entity as it is in the index. What may be a person or an organisation is there as both.
    pub(super) entities: HashMap<EntityPath, Vec<Entity>>,
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

impl Lists {
    fn read(tx: &dyn Transaction, labels: &[LabelId], key: Key, version: u64) -> Result<Self, NodeError> {
        let at = tx.act().at;
        let known = ListLabels::new(key.datasets.iter().flat_map(labels_of));
        let mut names = Names::new(known, NamesSettings::default()).map_err(NodeError::internal)?;
        for dataset in &key.datasets {
            pages(tx, labels, dataset, false, |page| names.take(page, at))?;
        }
        let mut entities: HashMap<EntityPath, Vec<Entity>> = HashMap::new();
        for entity in names.entities() {
            if let Some(key) = EntityKey::from_index_id(&entity.id) {
                entities.entry(path_of(&key)).or_default().push(entity);
            }
        }
        let index = Index::build(names.entities()).map_err(NodeError::internal)?;
        Ok(Self { index, names, entities, key, version })
    }

    /// The datasets it is of.
    pub(super) fn datasets(&self) -> impl Iterator<Item = &DatasetId> {
        self.key.datasets.iter()
    }

    /// Whether this entity is in it.
    pub(super) fn has(&self, path: &EntityPath) -> bool {
        self.entities.contains_key(path)
    }
}

/// An entity's path, from its key in the index.
pub(super) fn path_of(key: &EntityKey) -> EntityPath {
    EntityPath { origin: key.origin.clone(), dataset: key.dataset.clone(), entity: key.entity.clone() }
}

/// Hands all statements of a dataset to `take`, page by page.
pub(super) fn pages(
    tx: &dyn Transaction,
    labels: &[LabelId],
    dataset: &DatasetId,
    include_ended: bool,
    mut take: impl FnMut(&[oikos_model::Statement]),
) -> Result<(), NodeError> {
    let mut after = None;
    loop {
        let query = StatementQuery {
            labels: Some(labels),
            dataset: Some(dataset),
            include_ended,
            after,
            limit: PAGE,
            ..StatementQuery::default()
        };
        let page = tx.statements(&query)?;
        take(&page);
        match page.last() {
            Some(last) if page.len() == PAGE => after = Some(last.id),
            _ => return Ok(()),
        }
    }
}
