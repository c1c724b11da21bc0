//! Restricting by label: what is restricted may be read by nobody and worked on by nothing; it stays for the officer and for claims
//! (GDPR Art. 18; Dir. (EU) 2016/680 Art. 16(3)).

use std::collections::BTreeSet;

use oikos_model::{Label, LabelId, Marking};
use oikos_registry::Transaction;

use super::Request;
use super::find::Held;
use crate::NodeError;

impl Held {
    /// Gives everything a label that permits nothing.
    pub(super) fn restrict(&self, tx: &mut dyn Transaction, request: &mut Request) -> Result<(), NodeError> {
        for statement in self.statements.values() {
            let label = restricted(tx, statement.label)?;
            tx.relabel_statement(statement.id, label)?;
            request.restricted_statements.push(statement.id);
        }
        for stored in &self.findings {
            let label = restricted(tx, stored.label)?;
            tx.restrict_finding(&stored.finding.origin, stored.finding.key, label)?;
            request.restricted_findings.push((stored.finding.origin.clone(), stored.finding.key));
        }
        Ok(())
    }
}

fn restricted(tx: &mut dyn Transaction, id: LabelId) -> Result<LabelId, NodeError> {
    let label = tx.label(id)?.ok_or_else(|| NodeError::internal(format!("the label {id} is missing")))?;
    let marking = Marking { permitted: BTreeSet::new(), ..label.marking };
    Ok(tx.intern_label(&Label { marking, ..label })?)
}
