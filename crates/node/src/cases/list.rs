//! Cases as a list.

use std::collections::BTreeSet;

use oikos_model::{Action, LabelId, Timestamp};
use oikos_registry::{CaseItemKind, CaseQuery, StoredFinding, Transaction};
use serde::{Deserialize, Serialize};

use super::Case;
use crate::findings::seconds;
use crate::{Caller, Node, NodeError, Noted, sessions::own_name};

/// Most cases one list shows.
const LIST_MAXIMUM: usize = 500;

/// Which cases a person wants to see.
#[derive(Debug, Clone, Default, Serialize, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default, deny_unknown_fields)]
pub struct CaseFilter {
    /// `open`, `closed` or `all`. Absent: open.
    pub state: Option<String>,
    /// Only the caller's own (`true`).
    pub mine: Option<bool>,
    /// Only those with a late task (`true`).
    pub late: Option<bool>,
    /// Only with this text in the title.
    pub text: Option<String>,
}

/// A case in a list.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct CaseSummary {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// For what.
    pub purpose: String,
    /// On which legal basis.
    pub legal_basis: String,
    /// `open` or `closed`.
    pub state: String,
    /// What came of it, once it is closed.
    pub outcome: Option<String>,
    /// Who answers for it.
    pub owner: String,
    /// When it was opened, RFC 3339.
    pub opened_at: String,
    /// When something happened in it last, RFC 3339.
    pub changed_at: String,
    /// Traffic light of the whole.
    pub tlp: String,
    /// How many tasks are not done.
    pub open_tasks: usize,
    /// How many of them are late.
    pub late_tasks: usize,
    /// When the next one is due, or was, RFC 3339.
    pub next_due_at: Option<String>,
    /// How many findings are in it.
    pub findings: usize,
    /// How many leads.
    pub leads: usize,
}

impl Node {
    /// Cases the caller may see, those in which something happened last first.
    ///
    /// # Errors
    /// When policy refuses or the filter is not in order.
    pub fn list_cases(&self, caller: &Caller, filter: &CaseFilter) -> Result<Vec<CaseSummary>, NodeError> {
        let open = match filter.state.as_deref() {
            None | Some("open") => Some(true),
            Some("closed") => Some(false),
            Some("all") => None,
            Some(other) => return Err(NodeError::Invalid(format!("there is no state {other:?}; known are open, closed, all"))),
        };
        let owner = if filter.mine == Some(true) { Some(own_name(caller)?) } else { None };
        let text = filter.text.as_deref().map(str::to_lowercase);
        let now = self.clock().now();
        self.write(caller, Action::ReadCases, |tx| {
            let labels = self.permitted_labels(tx, caller, Action::ReadCases)?;
            let mut lines = Vec::new();
            for row in tx.cases(&CaseQuery { labels: Some(&labels), open, owner, ..CaseQuery::default() })? {
                let line = Case::of_row(tx, row)?.summary(tx, now)?;
                let fits = text.as_ref().is_none_or(|text| line.title.to_lowercase().contains(text));
                if fits && (filter.late != Some(true) || line.late_tasks > 0) {
                    lines.push(line);
                }
                if lines.len() == LIST_MAXIMUM {
                    break;
                }
            }
            let subjects = lines.iter().map(|line: &CaseSummary| format!("case:{}", line.id)).collect();
            let detail = serde_json::json!({ "filter": filter });
            Ok((lines, Noted::about(subjects).with_detail(detail)))
        })
    }
}

impl Node {
    /// Cases that one of these findings is in, as far as the caller may see them, those in which something happened last first.
    ///
    /// # Errors
    /// When policy cannot be asked or the registry fails.
    pub(crate) fn cases_with_findings(
        &self,
        tx: &dyn Transaction,
        caller: &Caller,
        findings: &[StoredFinding],
    ) -> Result<Vec<CaseSummary>, NodeError> {
        let labels: BTreeSet<LabelId> = self.permitted_labels(tx, caller, Action::ReadCases)?.into_iter().collect();
        let mut ids = BTreeSet::new();
        for stored in findings {
            let reference = format!("{}/{}", stored.finding.origin, stored.finding.key);
            ids.extend(tx.cases_with(CaseItemKind::Finding, &reference)?);
        }
        let mut lines = Vec::new();
        for id in ids {
            if let Some(row) = tx.case(&id)?.filter(|row| labels.contains(&row.label)) {
                lines.push(Case::of_row(tx, row)?.summary(tx, self.clock().now())?);
            }
        }
        lines.sort_by(|one, other| other.changed_at.cmp(&one.changed_at));
        lines.truncate(LIST_MAXIMUM);
        Ok(lines)
    }
}

impl Case {
    pub(super) fn summary(&self, tx: &dyn Transaction, now: Timestamp) -> Result<CaseSummary, NodeError> {
        let items = tx.case_items(&self.id)?;
        let open: Vec<_> = self.tasks(tx)?.into_iter().filter(|task| task.done_at.is_none()).collect();
        Ok(CaseSummary {
            id: self.id.to_string(),
            title: self.content.title.clone(),
            purpose: self.content.purpose.to_string(),
            legal_basis: self.content.legal_basis.to_string(),
            state: if self.open { "open" } else { "closed" }.to_owned(),
            outcome: self.content.outcome.clone(),
            owner: self.owner.to_string(),
            opened_at: seconds(self.opened_at),
            changed_at: seconds(self.changed_at),
            tlp: self.label.marking.tlp.code().to_owned(),
            open_tasks: open.len(),
            late_tasks: open.iter().filter(|task| task.is_late(now)).count(),
            next_due_at: open.iter().filter_map(|task| task.due_at).min().map(seconds),
            findings: items.iter().filter(|item| item.kind == CaseItemKind::Finding).count(),
            leads: items.iter().filter(|item| item.kind == CaseItemKind::Lead).count(),
        })
    }
}
