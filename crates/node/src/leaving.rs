//! Leaving an agreement: one act ends it on both sides.
//!
//! From then on nothing new goes out and nothing new is taken; what was released before but not yet taken is held back. Retractions,
//! corrections without new content, and receipts still travel, both ways. What was received is erased at its own retention, unless the
//! agreement says `erase_on_leaving`: then each side erases it when it leaves, or hears of it.

use oikos_exchange::ParcelDraft;
use oikos_model::{Action, NodeId};
use oikos_registry::PartnerRow;
use serde::{Deserialize, Serialize};

use crate::{Caller, Node, NodeError, Noted};

/// Why an agreement is left.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LeaveRequest {
    /// Why, for the partner.
    pub reason: String,
}

/// What leaving did.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct LeaveView {
    /// The partner.
    pub partner: String,
    /// When it was left, RFC 3339.
    pub left_at: String,
    /// How many parcels were still on their way. Those that bring anything new are held back.
    pub waiting: u64,
    /// How many received statements were erased at once.
    pub statements_erased: usize,
    /// How many received findings were erased at once.
    pub findings_erased: usize,
    /// The rule for what was received.
    pub rule: String,
}

impl Node {
    /// Leaves the agreement with a partner and tells it so.
    ///
    /// # Errors
    /// When policy refuses, there is no such partner, or the agreement was left before.
    pub fn leave_partner(&self, caller: &Caller, node: &NodeId, request: &LeaveRequest) -> Result<LeaveView, NodeError> {
        let reason = request.reason.trim();
        if reason.is_empty() || reason.len() > 1_000 {
            return Err(NodeError::Invalid("say why in 1 to 1,000 bytes: the partner will read it".into()));
        }
        let now = self.clock().now();
        let view = self.write_then(
            caller,
            Action::ManagePartners,
            |tx| {
                let row = tx.partner(node)?.ok_or_else(|| NodeError::NotFound(format!("an agreement with {node}")))?;
                if let Some(left) = row.left_at {
                    return Err(NodeError::Conflict(format!("the agreement with {node} was left at {left}")));
                }
                let partner = self.partner(tx, node)?;
                let waiting = tx.waiting(node)?.map_or(0, |waiting| waiting.parcels);
                let draft = ParcelDraft { leaves: true, leave_reason: Some(reason.to_owned()), ..ParcelDraft::default() };
                let notice = self.prepared(tx, &partner, draft)?;
                tx.put_partner(&PartnerRow { left_at: Some(now), ..row })?;
                let at_once = partner.agreement().terms.erase_on_leaving;
                let erased = if at_once { tx.erase_received_from(node)? } else { Default::default() };
                let rule = match at_once {
                    true => "what was received is erased at once, as the agreement says",
                    false => "what was received is erased at its own retention",
                };
                let view = LeaveView {
                    partner: node.to_string(),
                    left_at: crate::findings::seconds(now),
                    waiting,
                    statements_erased: erased.statements,
                    findings_erased: erased.findings,
                    rule: rule.to_owned(),
                };
                let detail = serde_json::json!({ "left": view, "reason": reason });
                let noted = Noted::about(vec![format!("partner:{node}")]).with_recipient(node.clone()).with_detail(detail);
                Ok(((view, notice), noted))
            },
            |tx, (view, notice), index| {
                notice.queue(tx, index)?;
                Ok(view)
            },
        )?;
        // A lead must not outlive what it was made of.
        self.recompute_picture(&self.itself())?;
        Ok(view)
    }
}
