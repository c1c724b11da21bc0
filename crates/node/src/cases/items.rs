//! What is in a case: findings and leads. Putting something in joins its marking to the case's.

use oikos_model::{Action, DerivedFrom, LabelId};
use oikos_registry::{CaseItemKind, CaseItemRow, LeadRow, Transaction};

use super::Case;
use crate::release::FindingName;
use crate::triage::reference_of;
use crate::{Caller, Node, NodeError, sessions::own_name};

/// Most things in one case.
const ITEMS_MAXIMUM: usize = 2_000;
/// Most things put in at once.
const ATTACHED_MAXIMUM: usize = 500;

impl Node {
    /// Puts findings and leads into a case. Returns those that were not in it, as the journal names them.
    pub(super) fn attach(
        &self,
        tx: &mut dyn Transaction,
        caller: &Caller,
        case: &mut Case,
        findings: &[FindingName],
        leads: &[String],
    ) -> Result<Vec<String>, NodeError> {
        if findings.len() + leads.len() > ATTACHED_MAXIMUM {
            return Err(NodeError::Invalid(format!("at most {ATTACHED_MAXIMUM} things are put into a case at once")));
        }
        let mut added = Vec::new();
        for name in findings {
            let origin = name.origin.as_ref().unwrap_or(self.id());
            let stored = self.visible_finding(tx, caller, Action::ReadFindings, origin, name.key)?;
            self.join_marking(tx, case, stored.label)?;
            let reference = reference_of(origin, name.key);
            if self.put_item(tx, caller, case, CaseItemKind::Finding, &reference)? {
                added.push(format!("finding:{reference}"));
            }
        }
        for id in leads {
            let lead = self.visible_lead(tx, caller, id)?.ok_or_else(|| NodeError::NotFound(format!("lead {id}")))?;
            self.join_marking(tx, case, lead.label)?;
            if self.put_item(tx, caller, case, CaseItemKind::Lead, id)? {
                added.push(format!("lead:{id}"));
            }
        }
        if tx.case_items(&case.id)?.len() > ITEMS_MAXIMUM {
            return Err(NodeError::Conflict(format!("a case holds at most {ITEMS_MAXIMUM} things; open another one")));
        }
        Ok(added)
    }

    fn put_item(
        &self,
        tx: &mut dyn Transaction,
        caller: &Caller,
        case: &Case,
        kind: CaseItemKind,
        reference: &str,
    ) -> Result<bool, NodeError> {
        let (added_by, added_at) = (own_name(caller)?.clone(), self.clock().now());
        let (case, reference) = (case.id.clone(), reference.to_owned());
        Ok(tx.put_case_item(&CaseItemRow { case, kind, reference, added_by, added_at })?)
    }

    /// Takes on the marking of something, unless the case could then no longer be used for its purpose.
    fn join_marking(&self, tx: &mut dyn Transaction, case: &mut Case, label: LabelId) -> Result<(), NodeError> {
        let label = self.label(tx, label)?;
        let joined = case.label.marking.join(&label.marking);
        if !joined.allows(&case.content.purpose, self.clock().now()) {
            return Err(NodeError::Conflict(format!(
                "it may not be used for {}, which is what {} is for; open a case for a purpose it is marked for",
                case.content.purpose, case.id
            )));
        }
        case.label = self.case_label(joined);
        case.put(tx)
    }

    pub(super) fn visible_lead(&self, tx: &dyn Transaction, caller: &Caller, id: &str) -> Result<Option<LeadRow>, NodeError> {
        let labels = self.permitted_labels(tx, caller, Action::ReadLeads)?;
        Ok(tx.leads(Some(&labels))?.into_iter().find(|lead| lead.id == id))
    }
}

/// The findings a lead joins, as names of findings.
pub(super) fn members_of(lead: &LeadRow) -> Vec<FindingName> {
    let findings = lead.derived_from.iter().filter_map(|source| match source {
        DerivedFrom::Finding { origin, key, .. } => Some(FindingName { origin: Some(origin.clone()), key: *key }),
        DerivedFrom::Statement { .. } => None,
    });
    findings.collect()
}
