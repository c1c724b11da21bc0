//! One case with everything in it that the reader may see.

use oikos_model::{Action, CaseId, HandlingCode, Marking, PermittedAction};
use oikos_registry::{CaseItemKind, CaseItemRow, Transaction};
use serde::Serialize;

use super::{Case, CaseEvent, CaseSummary, TaskView};
use crate::findings::{FindingSummary, seconds, summary};
use crate::{Caller, Node, NodeError, Noted};

/// A marking as people see it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct MarkingView {
    /// Regimes, all of which bind.
    pub regimes: Vec<String>,
    /// Traffic light.
    pub tlp: String,
    /// `read`, `process`, `share`, `act`: what may be done with it.
    #[schema(value_type = Vec<String>)]
    pub permitted: Vec<PermittedAction>,
    /// Handling codes, all of which bind.
    #[schema(value_type = Vec<String>)]
    pub handling: Vec<HandlingCode>,
    /// For what it may be used.
    pub purposes: Vec<String>,
    /// When it is erased, RFC 3339.
    pub expires: Option<String>,
}

impl From<&Marking> for MarkingView {
    fn from(marking: &Marking) -> Self {
        Self {
            regimes: marking.regimes.iter().map(|regime| regime.code().to_owned()).collect(),
            tlp: marking.tlp.code().to_owned(),
            permitted: marking.permitted.iter().copied().collect(),
            handling: marking.handling.iter().copied().collect(),
            purposes: marking.purposes.iter().map(ToString::to_string).collect(),
            expires: marking.expires.map(seconds),
        }
    }
}

/// A finding in a case.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct CaseFinding {
    /// The node whose finding it is.
    pub origin: String,
    /// Its key.
    pub key: String,
    /// Its line; absent where it was erased, or the reader may not see it.
    pub finding: Option<FindingSummary>,
    /// Who put it in.
    pub added_by: String,
    /// When, RFC 3339.
    pub added_at: String,
}

/// A lead in a case.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct CaseLead {
    /// Its id.
    pub id: String,
    /// Whether it is still computed, and the reader may see it: a lead becomes another one when what it joins changes.
    pub is_here: bool,
    /// Whether it is over the campaign threshold.
    pub is_campaign: bool,
    /// Strength in bits, where it is here.
    pub score_bits: Option<f64>,
    /// Traffic light of the whole, where it is here.
    pub tlp: Option<String>,
    /// Who put it in.
    pub added_by: String,
    /// When, RFC 3339.
    pub added_at: String,
}

/// A case as people see it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct CaseView {
    /// Its line in the list.
    pub summary: CaseSummary,
    /// The marking of everything that is or was in it.
    pub marking: MarkingView,
    /// Whether the caller may hand it over, close and reopen it.
    pub may_steer: bool,
    /// Tasks: those due first first, those without a date last.
    pub tasks: Vec<TaskView>,
    /// Findings, in the order in which they were put in.
    pub findings: Vec<CaseFinding>,
    /// Leads, in the order in which they were put in.
    pub leads: Vec<CaseLead>,
    /// What happened, oldest first.
    pub history: Vec<CaseEvent>,
}

impl Node {
    /// One case.
    ///
    /// # Errors
    /// When policy refuses, or there is none that the caller may know of.
    pub fn show_case(&self, caller: &Caller, id: &CaseId) -> Result<CaseView, NodeError> {
        self.write(caller, Action::ReadCases, |tx| {
            let case = self.visible_case(tx, caller, Action::ReadCases, id)?;
            let view = self.case_view(tx, caller, &case)?;
            let seen = view.findings.iter().filter(|one| one.finding.is_some());
            let findings = seen.map(|one| format!("finding:{}/{}", one.origin, one.key));
            // An entry holds a thousand subjects; a case may hold more findings than that.
            let subjects = std::iter::once(case.subject()).chain(findings).take(1_000).collect();
            Ok((view, Noted::about(subjects)))
        })
    }

    pub(super) fn case_view(&self, tx: &dyn Transaction, caller: &Caller, case: &Case) -> Result<CaseView, NodeError> {
        let now = self.clock().now();
        let items = tx.case_items(&case.id)?;
        let (findings, leads): (Vec<_>, Vec<_>) = items.into_iter().partition(|item| item.kind == CaseItemKind::Finding);
        Ok(CaseView {
            summary: case.summary(tx, now)?,
            marking: MarkingView::from(&case.label.marking),
            may_steer: self.may_ever(caller, self.steering(caller, case)),
            tasks: case.tasks(tx)?.iter().map(|task| task.view(now)).collect(),
            findings: findings.iter().map(|item| self.case_finding(tx, caller, item)).collect::<Result<_, _>>()?,
            leads: self.case_leads(tx, caller, &leads)?,
            history: case.history(tx)?,
        })
    }

    fn case_finding(&self, tx: &dyn Transaction, caller: &Caller, item: &CaseItemRow) -> Result<CaseFinding, NodeError> {
        let (origin, key) = item.reference.split_once('/').unwrap_or((&item.reference, ""));
        let name = (origin.parse::<oikos_model::NodeId>(), key.parse::<oikos_model::FindingKey>());
        let finding = match name {
            (Ok(origin), Ok(key)) => match self.visible_finding(tx, caller, Action::ReadFindings, &origin, key) {
                Ok(stored) => Some(summary(&stored)),
                Err(NodeError::NotFound(_)) => None,
                Err(error) => return Err(error),
            },
            _ => None,
        };
        let (added_by, added_at) = (item.added_by.to_string(), seconds(item.added_at));
        Ok(CaseFinding { origin: origin.to_owned(), key: key.to_owned(), finding, added_by, added_at })
    }

    fn case_leads(&self, tx: &dyn Transaction, caller: &Caller, items: &[CaseItemRow]) -> Result<Vec<CaseLead>, NodeError> {
        if items.is_empty() {
            return Ok(Vec::new());
        }
        let labels = self.permitted_labels(tx, caller, Action::ReadLeads)?;
        let rows = tx.leads(Some(&labels))?;
        let lead = |item: &CaseItemRow| -> Result<CaseLead, NodeError> {
            let row = rows.iter().find(|row| row.id == item.reference);
            let tlp = row.map(|row| self.label(tx, row.label)).transpose()?;
            Ok(CaseLead {
                id: item.reference.clone(),
                is_here: row.is_some(),
                is_campaign: row.is_some_and(|row| row.is_campaign),
                score_bits: row.map(|row| row.score_bits),
                tlp: tlp.map(|label| label.marking.tlp.code().to_owned()),
                added_by: item.added_by.to_string(),
                added_at: seconds(item.added_at),
            })
        };
        items.iter().map(lead).collect()
    }
}
