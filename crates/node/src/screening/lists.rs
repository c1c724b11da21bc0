//! Lists: what each is, who keeps it, and what being on it means in law where the node is.

use std::collections::BTreeSet;

use oikos_desks::entities::{LegalForce, ListReference};
use oikos_model::{Action, DatasetId};
use serde::{Deserialize, Serialize};

use crate::{Caller, Node, NodeError};

/// A list with its legal force here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ListView {
    /// The dataset it is imported into.
    pub dataset: String,
    /// Its name.
    pub name: String,
    /// Who publishes it.
    pub publisher: String,
    /// `eu-law`, `through-eu-law`, `not-eu-law` or `no-list`.
    pub legal_force: String,
    /// The legal basis of that.
    pub legal_basis: String,
}

impl From<&ListReference> for ListView {
    fn from(reference: &ListReference) -> Self {
        Self {
            dataset: reference.dataset.to_owned(),
            name: reference.list.to_owned(),
            publisher: reference.publisher.to_owned(),
            legal_force: reference.legal_force.code().to_owned(),
            legal_basis: reference.legal_basis.to_owned(),
        }
    }
}

impl Node {
    /// The lists that screening knows.
    ///
    /// # Errors
    /// When policy refuses.
    pub fn screening_lists(&self, caller: &Caller) -> Result<Vec<ListView>, NodeError> {
        self.read(caller, Action::ReadNode, |_| Ok(oikos_desks::entities::lists().iter().map(ListView::from).collect()))
    }
}

/// What is screened against where nobody says what: every dataset that is a list, whatever its legal force, and no register.
pub(super) fn screened_datasets() -> BTreeSet<DatasetId> {
    let lists = oikos_desks::entities::lists().iter().filter(|list| list.legal_force != LegalForce::NoList);
    lists.filter_map(|list| DatasetId::new(list.dataset).ok()).collect()
}

/// What a dataset is. Within an aggregated one the strongest of the lists that say so counts.
pub(super) fn list_of(dataset: &DatasetId, source_lists: &BTreeSet<String>) -> ListView {
    let of_dataset = || oikos_desks::entities::lists().iter().filter(|list| list.dataset == dataset.as_str());
    let named = of_dataset().filter(|list| source_lists.contains(list.source_list)).min_by_key(|list| list.legal_force);
    let known = named.or_else(|| of_dataset().find(|list| list.source_list.is_empty())).map(ListView::from);
    known.unwrap_or_else(|| ListView {
        dataset: dataset.to_string(),
        name: dataset.to_string(),
        publisher: String::new(),
        legal_force: LegalForce::NoList.code().to_owned(),
        legal_basis: String::new(),
    })
}
