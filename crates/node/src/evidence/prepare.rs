//! Preparing a bundle for a case.

use std::collections::BTreeSet;

use oikos_model::{Action, Marking, RecordReference, Regime, StatementId, Tlp};
use serde::Deserialize;

use super::{Bundle, BundleView, FindingReference, State, person};
use crate::{Caller, FindingName, Node, NodeError, Noted};

/// More things than this go in several bundles; a journal entry names each of them.
const MOST_THINGS: usize = 900;

/// What a person prepares. Case, purpose and legal basis are the request's.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PrepareRequest {
    /// Findings, each with the records it rests on.
    #[serde(default)]
    pub findings: Vec<FindingName>,
    /// Statements.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub statements: Vec<StatementId>,
    /// Records by table and id.
    #[serde(default)]
    #[schema(value_type = Vec<Object>)]
    pub records: Vec<RecordReference>,
    /// For whom, in words.
    pub recipient: String,
}

impl Node {
    /// Prepares a bundle: names what is to leave, for whom and why. Nothing leaves.
    ///
    /// # Errors
    /// When policy refuses for any one thing in it, no case is named, or something is not here.
    pub fn prepare_bundle(&self, caller: &Caller, request: &PrepareRequest) -> Result<BundleView, NodeError> {
        let prepared_by = person(caller)?;
        let case = caller.case.clone().ok_or_else(|| NodeError::Invalid("a bundle is prepared for a case: name it".into()))?;
        let recipient = request.recipient.trim();
        if recipient.is_empty() || recipient.len() > 300 || recipient.chars().any(char::is_control) {
            return Err(NodeError::Invalid("say for whom in 1 to 300 printable bytes".into()));
        }
        let now = self.clock().now();
        let mut bundle = Bundle {
            id: crate::ids::new_id(now),
            state: State::Prepared,
            case,
            purpose: caller.purpose.to_string(),
            legal_basis: caller.legal_basis.to_string(),
            recipient: recipient.to_owned(),
            prepared_by,
            prepared_at: now,
            entry: 0,
            findings: Vec::new(),
            statements: request.statements.iter().copied().collect(),
            records: request.records.iter().cloned().collect(),
            marking: Marking::new(Regime::Gdpr, Tlp::Red, BTreeSet::new()),
            decided: None,
        };
        self.write_then(
            caller,
            Action::PrepareBundle,
            |tx| {
                for name in &request.findings {
                    let origin = name.origin.clone().unwrap_or_else(|| self.id().clone());
                    let stored = self.visible_finding(tx, caller, Action::ReadEvidence, &origin, name.key)?;
                    let revision = stored.finding.revision();
                    bundle.findings.push(FindingReference { origin, key: name.key, revision });
                    bundle.records.extend(stored.finding.evidence);
                }
                let things = bundle.findings.len() + bundle.statements.len() + bundle.records.len();
                if things > MOST_THINGS {
                    return Err(NodeError::Invalid(format!("{things} things are more than {MOST_THINGS}; make several bundles")));
                }
                let gathered = self.gather_bundle(tx, caller, Action::PrepareBundle, &bundle)?;
                bundle.marking = self.gather_records(tx, caller, &bundle, gathered)?.marking;
                let detail = serde_json::json!({ "recipient": bundle.recipient });
                let noted = Noted::about(bundle.subjects()).with_detail(detail);
                Ok((bundle, noted))
            },
            |tx, bundle, index| {
                let bundle = Bundle { entry: index, ..bundle };
                bundle.put(tx)?;
                Ok(bundle.view())
            },
        )
    }
}
