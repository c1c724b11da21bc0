//! What partners released to this node: the receiving side's answer to "what did they give us".

use oikos_model::{Action, Finding, NodeId, StatementId};
use oikos_registry::{FindingQuery, StatementQuery};
use serde::{Deserialize, Serialize};

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

/// Which page of what was received. Findings come first, then statements by origin and id.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub struct ReceivedPage {
    /// Skips so many findings.
    #[serde(default)]
    pub offset: usize,
    /// Statements of this origin
    #[param(value_type = Option<String>)]
    pub statements_of: Option<NodeId>,
    /// behind this id: then no findings are listed.
    #[param(value_type = Option<String>)]
    pub after: Option<StatementId>,
    /// At most so many of each; absent: 1,000, which is also the most.
    pub limit: Option<usize>,
}

impl ReceivedPage {
    fn limit(&self) -> usize {
        const MOST: usize = 1_000;
        self.limit.unwrap_or(MOST).clamp(1, MOST)
    }
}

impl Node {
    /// What partners released to this node, as far as the caller may see it, page by page. Without an origin the first findings and the
    /// first statements of every partner are given.
    ///
    /// # Errors
    /// When policy refuses.
    pub fn list_received(&self, caller: &Caller, page: &ReceivedPage) -> Result<Vec<ReceivedLine>, NodeError> {
        self.write(caller, Action::ReadFindings, |tx| {
            let labels = self.permitted_labels(tx, caller, Action::ReadFindings)?;
            let mut lines = Vec::new();
            if page.statements_of.is_none() {
                let query = FindingQuery {
                    labels: Some(&labels),
                    received: Some(true),
                    offset: page.offset,
                    limit: page.limit(),
                    ..FindingQuery::default()
                };
                lines.extend(tx.findings(&query)?.iter().map(|stored| finding_line(&stored.finding)));
            }
            let named = |node: &NodeId| page.statements_of.as_ref().is_none_or(|origin| origin == node);
            for partner in tx.partners()?.into_iter().filter(|partner| named(&partner.node)) {
                let query = StatementQuery {
                    labels: Some(&labels),
                    origin: Some(&partner.node),
                    after: page.after,
                    limit: page.limit(),
                    ..StatementQuery::default()
                };
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
