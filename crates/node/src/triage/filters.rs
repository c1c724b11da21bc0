//! Saved filters: each person's own, named and in the order the person gave them.

use oikos_model::Action;
use serde::{Deserialize, Serialize};

use super::list::{CheckedFilter, InboxFilter};
use crate::sessions::own_name;
use crate::{Caller, Node, NodeError, Noted};

const FILTERS_MAXIMUM: usize = 50;
const NAME_BYTES_MAXIMUM: usize = 100;

/// A filter under a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SavedFilter {
    /// What the person calls it.
    pub name: String,
    /// The filter.
    pub filter: InboxFilter,
}

/// All saved filters of a person, in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SavedFilters {
    /// 50 at most.
    pub filters: Vec<SavedFilter>,
}

impl Node {
    /// The caller's saved filters.
    ///
    /// # Errors
    /// When policy refuses.
    pub fn saved_filters(&self, caller: &Caller) -> Result<SavedFilters, NodeError> {
        self.read(caller, Action::KeepFilters, |tx| match tx.saved_filters(own_name(caller)?)? {
            Some(saved) => serde_json::from_value(saved).map_err(NodeError::internal),
            None => Ok(SavedFilters::default()),
        })
    }

    /// Keeps these filters instead of those before.
    ///
    /// # Errors
    /// When policy refuses, there are too many, a name is taken twice or a filter is not in order.
    pub fn keep_filters(&self, caller: &Caller, request: SavedFilters) -> Result<SavedFilters, NodeError> {
        if request.filters.len() > FILTERS_MAXIMUM {
            return Err(NodeError::Invalid(format!("a person keeps at most {FILTERS_MAXIMUM} filters")));
        }
        let mut kept = SavedFilters::default();
        for SavedFilter { name, filter } in request.filters {
            let name = name.trim().to_owned();
            if name.is_empty() || name.len() > NAME_BYTES_MAXIMUM || kept.filters.iter().any(|one| one.name == name) {
                return Err(NodeError::Invalid(format!(
                    "give each filter a name of its own, of 1 to {NAME_BYTES_MAXIMUM} bytes"
                )));
            }
            CheckedFilter::new(&filter, caller)?;
            kept.filters.push(SavedFilter { name, filter: InboxFilter { offset: None, limit: None, ..filter } });
        }
        self.write(caller, Action::KeepFilters, |tx| {
            tx.put_saved_filters(own_name(caller)?, &serde_json::to_value(&kept).map_err(NodeError::internal)?)?;
            let detail = serde_json::json!({ "filters": kept.filters.len() });
            Ok((kept, Noted::about(vec!["filters:own".into()]).with_detail(detail)))
        })
    }
}
