//! Beginning anew with a partner's journal, after a person spoke with the partner: it lost its journal's key, or its journal was restored.
//! What was cosigned before is forgotten here; what proved two histories stays in the journal, where it was written down. The new keys
//! come over the link, signed by the keys of the partner's card, as the first ones did.

use oikos_journal::Remembered;
use oikos_model::{Action, NodeId};
use oikos_registry::WitnessedLog;
use serde::Deserialize;

use super::WatchedLogLine;
use crate::{Caller, Node, NodeError, Noted};

const REASON_BYTES_MAXIMUM: usize = 1_000;

/// Why a partner's journal is trusted anew.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JournalTrust {
    /// Why, with whom it was spoken about.
    pub reason: String,
}

impl Node {
    /// Forgets what was cosigned of a partner's journal and what was wrong with it, so that its present key and entries are taken up in
    /// the next round; and forgets what the partner refused of this node's journal, so that it shows again only if it still does.
    ///
    /// # Errors
    /// When policy refuses, no reason is given, or no journal of the partner is known here.
    pub fn trust_journal_anew(
        &self,
        caller: &Caller,
        node: &NodeId,
        request: &JournalTrust,
    ) -> Result<WatchedLogLine, NodeError> {
        let reason = request.reason.trim();
        if reason.is_empty() || reason.len() > REASON_BYTES_MAXIMUM {
            return Err(NodeError::Invalid(format!("say why in 1 to {REASON_BYTES_MAXIMUM} bytes, and with whom you spoke")));
        }
        let line = self.write(caller, Action::ManagePartners, |tx| {
            let log = tx.witnessed_log(node)?.ok_or_else(|| NodeError::NotFound(format!("a journal of {node}")))?;
            let detail = serde_json::json!({ "journal_anew": { "cosigned_size": log.size, "problem": log.problem,
                "evidence": log.evidence, "reason": reason } });
            let root = Remembered::nothing().root.0;
            let anew = WitnessedLog { size: 0, root, cosigned_at: None, problem: None, evidence: None, ..log };
            tx.put_witnessed_log(&anew)?;
            Ok((super::view::watched_log(anew), Noted::about(vec![format!("partner:{node}")]).with_detail(detail)))
        })?;
        self.witness_refusals(|refusals| refusals.remove(node));
        Ok(line)
    }
}
