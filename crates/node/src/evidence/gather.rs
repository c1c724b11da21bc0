//! What is in a bundle, read and checked against policy label by label.

use std::collections::BTreeSet;

use oikos_model::{Action, Finding, Label, LabelId, Marking, RecordReference, Statement};
use oikos_registry::{ImportRow, Transaction};
use serde_json::Value;

use super::{Bundle, FindingReference};
use crate::{Caller, Node, NodeError};

/// The things themselves.
pub(super) struct Gathered {
    pub(super) findings: Vec<Finding>,
    pub(super) statements: Vec<Statement>,
    pub(super) records: Vec<(RecordReference, Value)>,
    /// The imports that brought the records.
    pub(super) sources: Vec<ImportRow>,
    /// The join of everything's marking.
    pub(super) marking: Marking,
}

impl Node {
    /// Reads everything in the bundle. Every label is asked about: one thing that may not leave keeps the whole bundle here.
    pub(super) fn gather_bundle(
        &self,
        tx: &dyn Transaction,
        caller: &Caller,
        action: Action,
        bundle: &Bundle,
    ) -> Result<Gathered, NodeError> {
        let mut labels = BTreeSet::new();
        let mut findings = Vec::new();
        for FindingReference { origin, key, revision } in &bundle.findings {
            let gone = || NodeError::Conflict(format!("finding {origin}/{key} is not what it was when the bundle was prepared"));
            let stored = tx.finding(origin, *key)?.filter(|stored| stored.finding.revision() == *revision).ok_or_else(gone)?;
            if stored.received {
                return Err(NodeError::Invalid(format!("finding {origin}/{key} came from a partner: ask {origin} for evidence")));
            }
            labels.insert(stored.label);
            findings.push(stored.finding);
        }
        let mut statements = Vec::new();
        for id in &bundle.statements {
            let own = tx.statement(*id)?.filter(|statement| statement.origin == *self.id());
            let statement = own.ok_or_else(|| NodeError::NotFound(format!("statement {id} of this node")))?;
            labels.insert(statement.label);
            statements.push(statement);
        }
        let numbers: BTreeSet<u32> = bundle.records.iter().map(RecordReference::import_number).collect();
        let sources: Vec<ImportRow> = tx.imports()?.into_iter().filter(|import| numbers.contains(&import.number)).collect();
        labels.extend(sources.iter().map(|import| import.label));
        let marking = self.joined(tx, caller, action, &labels)?;
        Ok(Gathered { findings, statements, records: Vec::new(), sources, marking })
    }

    /// Adds the records themselves. All of them must be there and visible.
    pub(super) fn gather_records(
        &self,
        tx: &dyn Transaction,
        caller: &Caller,
        bundle: &Bundle,
        gathered: Gathered,
    ) -> Result<Gathered, NodeError> {
        let references: Vec<RecordReference> = bundle.records.iter().cloned().collect();
        let records = if references.is_empty() { Vec::new() } else { self.records(tx, caller, &references)? };
        if records.len() != references.len() {
            let (found, wanted) = (records.len(), references.len());
            return Err(NodeError::Conflict(format!("{found} of {wanted} records are there and may be seen; prepare it again")));
        }
        Ok(Gathered { records, ..gathered })
    }

    /// The marking of the whole, if every label may leave.
    fn joined(
        &self,
        tx: &dyn Transaction,
        caller: &Caller,
        action: Action,
        labels: &BTreeSet<LabelId>,
    ) -> Result<Marking, NodeError> {
        let mut whole: Option<Marking> = None;
        for id in labels {
            let label: Label = tx.label(*id)?.ok_or_else(|| NodeError::internal(format!("the label {id} is missing")))?;
            let reasons = self.refusals(caller, action, &label);
            if !reasons.is_empty() {
                return Err(NodeError::Denied(reasons));
            }
            whole = Some(whole.map_or_else(|| label.marking.clone(), |whole| whole.join(&label.marking)));
        }
        whole.ok_or_else(|| NodeError::Invalid("name findings, statements or records: a bundle has something in it".into()))
    }
}
