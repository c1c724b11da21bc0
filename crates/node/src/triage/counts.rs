//! Counts beside the filters: for each value, how many lines there would be if it were chosen and all else stayed.

use std::collections::BTreeMap;

use oikos_model::Action;
use oikos_registry::InboxGroup;
use serde::Serialize;

use super::list::{CheckedFilter, InboxFilter};
use crate::findings::state_code;
use crate::sessions::own_name;
use crate::{Caller, Node, NodeError, Noted};

/// One value of a filter with how many lines it would show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ValueCount {
    /// The value, as the filter takes it.
    pub value: String,
    /// How many lines.
    pub count: u64,
}

/// The counts of each group of filters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct InboxCounts {
    /// By desk.
    pub desk: Vec<ValueCount>,
    /// By detector.
    pub detector: Vec<ValueCount>,
    /// By state.
    pub state: Vec<ValueCount>,
    /// Own (`false`) and received (`true`).
    pub received: Vec<ValueCount>,
    /// `me`, `nobody`, and everybody else by account name.
    pub assignee: Vec<ValueCount>,
    /// Awake (`false`) and asleep (`true`).
    pub snoozed: Vec<ValueCount>,
    /// By traffic light.
    pub tlp: Vec<ValueCount>,
}

/// The values of one group of findings, in the order of [`chosen`].
type Values = [String; 7];

impl Node {
    /// How many lines each value of each filter would show.
    ///
    /// # Errors
    /// When policy refuses or the filter is not in order.
    pub fn inbox_counts(&self, caller: &Caller, filter: &InboxFilter) -> Result<InboxCounts, NodeError> {
        let checked = CheckedFilter::new(filter, caller)?;
        let now = self.clock().now();
        let me = own_name(caller)?.to_string();
        self.write(caller, Action::ReadFindings, |tx| {
            let labels = self.permitted_labels(tx, caller, Action::ReadFindings)?;
            let groups = tx.inbox_groups(&checked.open_query(&labels, now))?;
            let groups: Vec<(Values, u64)> = groups.iter().map(|group| (values_of(group, &me), group.count)).collect();
            let chosen = chosen(filter);
            let [desk, detector, state, received, assignee, snoozed, tlp] =
                std::array::from_fn(|one| facet(&groups, &chosen, one));
            let counts = InboxCounts { desk, detector, state, received, assignee, snoozed, tlp };
            Ok((counts, Noted::about(vec!["list:inbox-counts".into()])))
        })
    }
}

fn values_of(group: &InboxGroup, me: &str) -> Values {
    let assignee = match &group.assignee {
        None => "nobody".to_owned(),
        Some(name) if name.as_str() == me => "me".to_owned(),
        Some(name) => name.to_string(),
    };
    [
        group.desk.clone(),
        group.detector.clone(),
        state_code(group.state).to_owned(),
        group.received.to_string(),
        assignee,
        group.snoozed.to_string(),
        group.tlp.code().to_owned(),
    ]
}

/// What the filter chose in each group; `None` where it chose nothing.
fn chosen(filter: &InboxFilter) -> [Option<String>; 7] {
    let state = filter.state.clone().unwrap_or_else(|| "open".to_owned());
    [
        filter.desk.clone(),
        filter.detector.clone(),
        Some(state).filter(|state| state != "all"),
        filter.received.map(|received| received.to_string()),
        filter.assignee.clone(),
        Some(filter.snoozed.unwrap_or(false).to_string()),
        filter.tlp.clone(),
    ]
}

/// Counts the values of one group of filters, under what is chosen in all the others.
fn facet(groups: &[(Values, u64)], chosen: &[Option<String>; 7], one: usize) -> Vec<ValueCount> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for (values, count) in groups {
        let fits =
            (0..values.len()).all(|other| other == one || chosen[other].as_ref().is_none_or(|wanted| *wanted == values[other]));
        if fits {
            *counts.entry(values[one].as_str()).or_default() += count;
        }
    }
    counts.into_iter().map(|(value, count)| ValueCount { value: value.to_owned(), count }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(desk: &str, state: &str) -> Values {
        [desk, "sea.gap", state, "false", "nobody", "false", "TLP:AMBER"].map(str::to_owned)
    }

    #[test]
    fn a_group_is_counted_under_what_is_chosen_elsewhere() {
        let groups = [(values("sea", "open"), 3), (values("sea", "dismissed"), 4), (values("online", "open"), 5)];
        let filter = InboxFilter { desk: Some("sea".into()), ..InboxFilter::default() };
        let of = |one| -> Vec<(String, u64)> {
            facet(&groups, &chosen(&filter), one).into_iter().map(|count| (count.value, count.count)).collect()
        };
        assert_eq!(of(0), [("online".to_owned(), 5), ("sea".to_owned(), 3)], "another desk, but open ones only");
        assert_eq!(of(2), [("dismissed".to_owned(), 4), ("open".to_owned(), 3)], "another state, but this desk only");
    }
}
