//! Evidence bundles: the one way records leave. One person prepares what a case needs, another authorises it, and it is written with both
//! names, its marking, hashes of everything, and proofs that both acts are in the journal.

mod decide;
mod export;
mod gather;
mod manifest;
mod prepare;
mod verify;

use std::collections::BTreeSet;

use oikos_model::{CaseId, ContentHash, FindingKey, Marking, NodeId, RecordReference, StatementId, Timestamp, UserName};
use oikos_registry::{BundleRow, Transaction};
use serde::{Deserialize, Serialize};

use crate::{Caller, Node, NodeError, Noted};

pub use decide::BundleDecision;
pub use prepare::PrepareRequest;
pub use verify::{BundleCheck, verify_bundle};

/// Where a bundle stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Prepared,
    Authorised,
    Declined,
    Exported,
}

impl State {
    const fn code(self) -> &'static str {
        match self {
            Self::Prepared => "prepared",
            Self::Authorised => "authorised",
            Self::Declined => "declined",
            Self::Exported => "exported",
        }
    }
}

/// A finding in a bundle, as it was when it was prepared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct FindingReference {
    origin: NodeId,
    key: FindingKey,
    revision: ContentHash,
}

/// What a person decided on a bundle.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Decided {
    by: UserName,
    at: Timestamp,
    reason: String,
    /// Its entry in the journal.
    entry: i64,
}

/// A bundle: references and names, never what the records say.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Bundle {
    id: String,
    state: State,
    case: CaseId,
    purpose: String,
    legal_basis: String,
    recipient: String,
    prepared_by: UserName,
    prepared_at: Timestamp,
    /// The preparation's entry in the journal.
    entry: i64,
    findings: Vec<FindingReference>,
    statements: BTreeSet<StatementId>,
    records: BTreeSet<RecordReference>,
    marking: Marking,
    decided: Option<Decided>,
}

/// A bundle as people see it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct BundleView {
    /// Its id.
    pub id: String,
    /// `prepared`, `authorised`, `declined` or `exported`.
    pub state: String,
    /// The case it is for.
    pub case: String,
    /// For what.
    pub purpose: String,
    /// On which legal basis.
    pub legal_basis: String,
    /// For whom, in words.
    pub recipient: String,
    /// Who prepared it.
    pub prepared_by: String,
    /// Who authorised or declined it.
    pub decided_by: Option<String>,
    /// Why it was declined, or what was noted.
    pub reason: Option<String>,
    /// How many findings, statements and records.
    pub findings: usize,
    /// Statements.
    pub statements: usize,
    /// Records.
    pub records: usize,
    /// The marking of the whole.
    #[schema(value_type = Object)]
    pub marking: Marking,
}

impl Bundle {
    fn read(tx: &dyn Transaction, id: &str) -> Result<Self, NodeError> {
        let row = tx.bundle(id)?.ok_or_else(|| NodeError::NotFound(format!("bundle {id}")))?;
        serde_json::from_value(row.content).map_err(NodeError::internal)
    }

    fn put(&self, tx: &mut dyn Transaction) -> Result<(), NodeError> {
        let content = serde_json::to_value(self).map_err(NodeError::internal)?;
        let (id, state) = (self.id.clone(), self.state.code().to_owned());
        Ok(tx.put_bundle(&BundleRow { id, state, prepared_at: self.prepared_at, content })?)
    }

    /// What journal entries name: the bundle, and every thing in it by reference.
    fn subjects(&self) -> Vec<String> {
        let findings = self.findings.iter().map(|finding| format!("finding:{}/{}", finding.origin, finding.key));
        let statements = self.statements.iter().map(|id| format!("statement:{id}"));
        let records = self.records.iter().map(|record| format!("record:{}/{}", record.table, record.record_id));
        std::iter::once(format!("bundle:{}", self.id)).chain(findings).chain(statements).chain(records).collect()
    }

    fn view(&self) -> BundleView {
        BundleView {
            id: self.id.clone(),
            state: self.state.code().to_owned(),
            case: self.case.to_string(),
            purpose: self.purpose.clone(),
            legal_basis: self.legal_basis.clone(),
            recipient: self.recipient.clone(),
            prepared_by: self.prepared_by.to_string(),
            decided_by: self.decided.as_ref().map(|decided| decided.by.to_string()),
            reason: self.decided.as_ref().map(|decided| decided.reason.clone()),
            findings: self.findings.len(),
            statements: self.statements.len(),
            records: self.records.len(),
            marking: self.marking.clone(),
        }
    }
}

fn person(caller: &Caller) -> Result<UserName, NodeError> {
    let nobody = || NodeError::Invalid("a bundle needs named people: sign in as one".into());
    caller.person().filter(|name| name.as_str() != crate::OPERATOR).cloned().ok_or_else(nobody)
}

impl Node {
    /// All bundles, newest first.
    ///
    /// # Errors
    /// When policy refuses.
    pub fn list_bundles(&self, caller: &Caller) -> Result<Vec<BundleView>, NodeError> {
        self.write(caller, oikos_model::Action::ReadEvidence, |tx| {
            let bundles: Result<Vec<BundleView>, NodeError> =
                tx.bundles()?.iter().map(|row| Bundle::read(tx, &row.id).map(|bundle| bundle.view())).collect();
            Ok((bundles?, Noted::about(vec!["list:bundles".into()])))
        })
    }
}
