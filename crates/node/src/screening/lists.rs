//! Lists: what each is, who keeps it, and what being on it means in law where the node is.

use std::collections::BTreeSet;

use oikos_desks::entities::{LegalForce, ListReference};
use oikos_model::{Action, DatasetId};
use oikos_screening::ListLabel;
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

impl From<&ListLabel> for ListView {
    fn from(label: &ListLabel) -> Self {
        Self {
            dataset: label.dataset.clone(),
            name: label.list.clone(),
            publisher: label.publisher.clone(),
            legal_force: label.legal_force.clone(),
            legal_basis: label.legal_basis.clone(),
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

/// What a dataset is: the lists the reference table knows in it; a register that is in no table is no list of measures.
pub(super) fn labels_of(dataset: &DatasetId) -> Vec<ListLabel> {
    let known: Vec<ListLabel> = oikos_desks::entities::lists()
        .iter()
        .filter(|list| list.dataset == dataset.as_str())
        .map(|list| ListLabel {
            dataset: list.dataset.to_owned(),
            source_list: list.source_list.to_owned(),
            list: list.list.to_owned(),
            publisher: list.publisher.to_owned(),
            legal_force: list.legal_force.code().to_owned(),
            legal_basis: list.legal_basis.to_owned(),
            note: list.note.to_owned(),
        })
        .collect();
    if !known.is_empty() {
        return known;
    }
    vec![ListLabel {
        dataset: dataset.to_string(),
        source_list: String::new(),
        list: dataset.to_string(),
        publisher: String::new(),
        legal_force: LegalForce::NoList.code().to_owned(),
        legal_basis: String::new(),
        note: String::new(),
    }]
}
