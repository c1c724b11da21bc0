//! What each list is: the node takes it from the desks' reference tables and hands it in.

use serde::{Deserialize, Serialize};

/// A list with its legal force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListLabel {
    /// The dataset its statements are in.
    pub dataset: String,
    /// Within an aggregated dataset, the name of the list there; empty where the dataset is the list.
    pub source_list: String,
    /// Its name as people see it.
    pub list: String,
    /// Who publishes it.
    pub publisher: String,
    /// What a hit means in law where the node is: `eu-law`, `through-eu-law`, `not-eu-law` or `no-list`.
    pub legal_force: String,
    /// The legal basis of that.
    pub legal_basis: String,
    /// What whoever handles a hit should know.
    pub note: String,
}

/// All lists that are screened against.
#[derive(Debug, Clone, Default)]
pub struct ListLabels(Vec<ListLabel>);

impl ListLabels {
    /// Takes the lists.
    pub fn new(lists: impl IntoIterator<Item = ListLabel>) -> Self {
        Self(lists.into_iter().collect())
    }

    /// Whether entities of this dataset are screened against.
    pub fn has(&self, dataset: &str) -> bool {
        self.0.iter().any(|label| label.dataset == dataset)
    }

    /// The lists an entry is on: those that its source lists name, else what the dataset itself is.
    pub fn of<'l>(&'l self, dataset: &str, source_lists: &[String]) -> Vec<&'l ListLabel> {
        let in_dataset = || self.0.iter().filter(|label| label.dataset == dataset);
        let named: Vec<&ListLabel> =
            in_dataset().filter(|label| !label.source_list.is_empty() && source_lists.contains(&label.source_list)).collect();
        if named.is_empty() { in_dataset().filter(|label| label.source_list.is_empty()).collect() } else { named }
    }
}
