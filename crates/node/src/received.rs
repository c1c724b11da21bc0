//! What partners released to this node: the receiving side's answer to "what did they give us".

use oikos_model::{Action, Finding};
use oikos_registry::{FindingQuery, StatementQuery};
use serde::Serialize;

use crate::{Caller, Node, NodeError, Noted};

/// One received thing and which of its fields are here.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ReceivedLine {
    /// Who released it.
    pub origin: String,
    /// What: `finding:<origin>/<key>` or `statement:<id>`.
    pub what: String,
    /// Of a finding: the fields that are here. A statement is whole.
    pub fields: Vec<String>,
}

impl Node {
    /// What partners released to this node, as far as the caller may see it.
    ///
    /// # Errors
    /// When policy refuses.
    pub fn list_received(&self, caller: &Caller) -> Result<Vec<ReceivedLine>, NodeError> {
        self.write(caller, Action::ReadFindings, |tx| {
            let labels = self.permitted_labels(tx, caller, Action::ReadFindings)?;
            let findings =
                tx.findings(&FindingQuery { labels: Some(&labels), received: Some(true), ..FindingQuery::default() })?;
            let mut lines: Vec<ReceivedLine> = findings.iter().map(|stored| finding_line(&stored.finding)).collect();
            for partner in tx.partners()? {
                let query = StatementQuery { labels: Some(&labels), origin: Some(&partner.node), ..StatementQuery::default() };
                lines.extend(tx.statements(&query)?.into_iter().map(|statement| ReceivedLine {
                    origin: statement.origin.to_string(),
                    what: format!("statement:{}", statement.id),
                    fields: Vec::new(),
                }));
            }
            let detail = serde_json::json!({ "received": lines.len() });
            Ok((lines, Noted::about(vec!["list:received".into()]).with_detail(detail)))
        })
    }
}

/// The fields of a received finding. What was not released was filled with the least that is true, and does not count.
fn finding_line(finding: &Finding) -> ReceivedLine {
    let built_in = [
        (oikos_exchange::TITLE, finding.title != finding.detector.as_str()),
        (oikos_exchange::WHERE, finding.place.is_some()),
        (oikos_exchange::REASONS, !finding.reasons.is_empty()),
    ];
    let present = built_in.into_iter().filter(|(_, here)| *here).map(|(name, _)| name.to_owned());
    ReceivedLine {
        origin: finding.origin.to_string(),
        what: format!("finding:{}/{}", finding.origin, finding.key),
        fields: present.chain(finding.facts.iter().map(|fact| fact.name.clone())).collect(),
    }
}
