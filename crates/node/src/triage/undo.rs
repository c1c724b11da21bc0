//! Undo: the caller's own last act on findings is reversed by a new one, as long as nothing was built on it. What left the node is not
//! undone but recalled.

use jiff::SignedDuration;
use oikos_model::{Action, DecisionKind, DerivedFrom, FindingKey, FindingState, NodeId};
use oikos_registry::{InboxRow, ReleaseQuery, StoredFinding, Transaction, WorkEvent, WorkKind};
use serde::{Deserialize, Serialize};

use super::InboxLine;
use super::work::{put_decision, set_standing, standing};
use crate::findings::state_code;
use crate::release::FindingName;
use crate::{Caller, Node, NodeError, Noted};

/// How long an act can be undone.
pub(super) const UNDO_WITHIN: SignedDuration = SignedDuration::from_mins(15);

/// Whose last act to undo.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UndoRequest {
    /// The findings, 500 at most.
    pub findings: Vec<FindingName>,
}

/// A finding whose last act was not undone.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct RefusedUndo {
    /// The node whose finding it is.
    pub origin: String,
    /// Its key.
    pub key: String,
    /// Why not, and what to do instead.
    pub reason: String,
}

/// What was undone and what was not.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct UndoReport {
    /// The lines as they stand now.
    pub undone: Vec<InboxLine>,
    /// What was not undone.
    pub refused: Vec<RefusedUndo>,
}

impl Node {
    /// Reverses the caller's last act on each of these findings, where nobody acted since and nothing was released.
    ///
    /// # Errors
    /// When policy refuses, or none of them can be undone; the message says why.
    pub fn undo_work(&self, caller: &Caller, request: &UndoRequest) -> Result<UndoReport, NodeError> {
        let names = self.named(&request.findings)?;
        self.write(caller, Action::UndoWork, |tx| {
            let (mut rows, mut refused) = (Vec::new(), Vec::new());
            for (origin, key) in names {
                let stored = self.visible_finding(tx, caller, Action::UndoWork, &origin, key)?;
                match self.to_undo(tx, caller, &stored)? {
                    Ok(last) => rows.push(self.reverse(tx, caller, stored, last)?),
                    Err(reason) => refused.push(RefusedUndo { origin: origin.to_string(), key: key.to_string(), reason }),
                }
            }
            if let (true, Some(first)) = (rows.is_empty(), refused.first()) {
                return Err(NodeError::Conflict(first.reason.clone()));
            }
            let subjects = rows.iter().map(|row| {
                let finding = &row.stored.finding;
                format!("finding:{}/{}", finding.origin, finding.key)
            });
            let detail = serde_json::json!({ "undone": rows.len(), "refused": refused.len() });
            let noted = Noted::about(subjects.collect()).with_detail(detail);
            Ok((UndoReport { undone: self.lines_now(tx, caller, &rows)?, refused }, noted))
        })
    }

    /// The act to reverse, or why there is none.
    fn to_undo(
        &self,
        tx: &dyn Transaction,
        caller: &Caller,
        stored: &StoredFinding,
    ) -> Result<Result<WorkEvent, String>, NodeError> {
        let (origin, key) = (&stored.finding.origin, stored.finding.key);
        let Some(last) = tx.work_events(origin, key)?.pop() else {
            return Ok(Err("nobody has acted on it yet".to_owned()));
        };
        if last.actor != caller.actor() {
            return Ok(Err(format!("{} has acted on it since; decide anew instead", last.actor)));
        }
        if last.kind == WorkKind::Undo {
            return Ok(Err("your last act on it was undone already".to_owned()));
        }
        if self.clock().now().duration_since(last.at) > UNDO_WITHIN {
            let minutes = UNDO_WITHIN.as_mins();
            return Ok(Err(format!("an act is undone within {minutes} minutes; decide anew instead")));
        }
        if let Some(partner) = released_since(tx, stored, &last)? {
            return Ok(Err(format!("it was released to {partner} since; recall it instead")));
        }
        if standing(tx, stored)? != last.after {
            return Ok(Err(format!("it has changed since: it is {} now; decide anew instead", state_code(stored.state))));
        }
        Ok(Ok(last))
    }

    fn reverse(
        &self,
        tx: &mut dyn Transaction,
        caller: &Caller,
        stored: StoredFinding,
        last: WorkEvent,
    ) -> Result<InboxRow, NodeError> {
        let at = self.clock().now();
        let WorkEvent { origin, key, before, after, .. } = last;
        if last.kind == WorkKind::Decide {
            let kind = match before.state {
                FindingState::Confirmed => DecisionKind::Confirm,
                FindingState::Dismissed => DecisionKind::Dismiss,
                _ => DecisionKind::Reopen,
            };
            put_decision(tx, &stored, kind, "undone", caller, at)?;
        }
        set_standing(tx, &origin, key, &before)?;
        let reversed = WorkEvent {
            origin,
            key,
            kind: WorkKind::Undo,
            decision: None,
            reason: String::new(),
            actor: caller.actor(),
            at,
            before: after,
            after: before.clone(),
        };
        tx.put_work_event(&reversed)?;
        Ok(InboxRow { stored: StoredFinding { state: before.state, ..stored }, work: before.work })
    }
}

/// To whom the finding went since the act.
fn released_since(tx: &dyn Transaction, stored: &StoredFinding, last: &WorkEvent) -> Result<Option<NodeId>, NodeError> {
    let (origin, key): (NodeId, FindingKey) = (stored.finding.origin.clone(), stored.finding.key);
    let what = DerivedFrom::Finding { origin, key, revision: stored.finding.revision() };
    let releases = tx.releases(&ReleaseQuery { what: Some(&what), ..ReleaseQuery::default() })?;
    Ok(releases.into_iter().find(|row| row.at >= last.at && row.recalled_at.is_none()).map(|row| row.partner))
}
