//! Taking back and correcting what was released: who is told, who has acknowledged, and what is decided anew because of it.

use oikos_exchange::{KnownToPartner, NOBODY, ParcelDraft, Partner, PreparedParcel, ReleaseDesk, Wanted};
use oikos_model::{Action, DerivedFrom, FindingKey, FindingState, NodeId, Statement, StatementId};
use oikos_registry::{NoticeKind, NoticeQuery, NoticeRow, ReleaseQuery, Transaction};
use serde::{Deserialize, Serialize};

use crate::passage::Grounds;
use crate::release::{FindingName, PolicyRules, subject_of};
use crate::{Caller, Node, NodeError, Noted};

/// What is taken back.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecallRequest {
    /// A released finding of this node.
    pub finding: Option<FindingName>,
    /// A released statement of this node.
    #[schema(value_type = Option<String>)]
    pub statement: Option<StatementId>,
    /// Why, for those who received it.
    pub reason: String,
}

/// What a recall or a correction set in motion.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct RecallView {
    /// Partners who are told, each by a parcel whose receipt is their acknowledgement.
    pub partners: Vec<String>,
    /// Own findings and leads that were derived from it.
    pub derived: Vec<String>,
}

/// What is corrected. A finding is corrected by its present revision; a statement by another one.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RectifyRequest {
    /// A released finding of this node that says something else by now.
    pub finding: Option<FindingName>,
    /// A released statement of this node that was wrong,
    #[schema(value_type = Option<String>)]
    pub statement: Option<StatementId>,
    /// and the one that says it right.
    #[schema(value_type = Option<String>)]
    pub replaced_by: Option<StatementId>,
    /// What was wrong, for those who received it.
    pub reason: String,
}

/// Which notices to list.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub struct NoticePage {
    /// Only those that were not acknowledged yet.
    #[serde(default)]
    pub unacknowledged: bool,
    /// Skips so many.
    #[serde(default)]
    pub offset: usize,
    /// At most so many; absent: 1,000, which is also the most.
    pub limit: Option<usize>,
}

/// One partner told of one recall or correction.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct NoticeLine {
    /// `recall` or `rectification`.
    pub kind: String,
    /// About what.
    pub what: String,
    /// Who is told.
    pub partner: String,
    /// Since when, RFC 3339.
    pub since: String,
    /// Why.
    pub reason: String,
    /// When the partner's receipt came, RFC 3339. Absent: the partner has not acknowledged it.
    pub acknowledged_at: Option<String>,
}

impl Node {
    /// Takes back what was released: notes it, and queues a retraction to everyone who has it.
    ///
    /// # Errors
    /// When policy refuses, or there is no such thing of this node.
    pub fn recall(&self, caller: &Caller, request: &RecallRequest) -> Result<RecallView, NodeError> {
        let reason = checked_reason(&request.reason)?;
        let view = self.write_then(
            caller,
            Action::Recall,
            |tx| {
                let what = self.own_thing(tx, request.finding.as_ref(), request.statement)?;
                if let DerivedFrom::Finding { origin, key, .. } = &what {
                    tx.set_finding_state(origin, *key, FindingState::Recalled)?;
                }
                let mut prepared = Vec::new();
                for (node, retraction) in oikos_exchange::recall(tx, self.identity(), &what, reason)? {
                    let partner = self.partner(tx, &node)?;
                    let draft = ParcelDraft { retractions: vec![retraction], ..ParcelDraft::default() };
                    prepared.push(self.prepared(tx, &partner, draft)?);
                }
                self.noted_correction(tx, &what, reason, prepared)
            },
            queue_all,
        )?;
        // A lead must not outlive what it was made of.
        self.recompute_picture(&self.itself())?;
        Ok(view)
    }

    /// Corrects what was released: everyone who has it hears what was wrong, with what is right wherever it may still be released to them.
    ///
    /// # Errors
    /// When policy refuses, there is no such thing of this node, or nothing about it changed.
    pub fn rectify(&self, caller: &Caller, request: &RectifyRequest) -> Result<RecallView, NodeError> {
        let reason = checked_reason(&request.reason)?;
        let view = self.write_then(
            caller,
            Action::Rectify,
            |tx| {
                let what = self.own_thing(tx, request.finding.as_ref(), request.statement)?;
                let mut prepared = Vec::new();
                for (node, fields) in oikos_exchange::holders(tx, &what)? {
                    let partner = self.partner(tx, &node)?;
                    let draft = match (&what, request.replaced_by) {
                        (DerivedFrom::Finding { .. }, None) => {
                            let Some(wrong) = wrong_revision(tx, &node, &what)? else { continue };
                            let right = self.right_finding(tx, caller, &partner, &what, Wanted::Names(fields))?;
                            let wrong = oikos_exchange::rectification(self.identity(), &wrong, None, reason, tx.act().at);
                            ParcelDraft { rectifications: vec![wrong], ..right }
                        }
                        (DerivedFrom::Statement { id, .. }, Some(by)) if by != *id => {
                            let right = self.right_statement(tx, caller, &partner, by)?;
                            let wrong = oikos_exchange::rectification(self.identity(), &what, Some(by), reason, tx.act().at);
                            ParcelDraft { rectifications: vec![wrong], ..right }
                        }
                        _ => return Err(NodeError::Invalid("a statement, and only one, names another that replaces it".into())),
                    };
                    prepared.push(self.prepared(tx, &partner, draft)?);
                }
                if prepared.is_empty() {
                    return Err(NodeError::Conflict("nobody has it, or everybody has it as it is now".into()));
                }
                self.noted_correction(tx, &what, reason, prepared)
            },
            queue_all,
        )?;
        self.recompute_picture(&self.itself())?;
        Ok(view)
    }

    /// Who was told of recalls and corrections, oldest first, and who has not acknowledged.
    ///
    /// # Errors
    /// When policy refuses.
    pub fn list_notices(&self, caller: &Caller, page: &NoticePage) -> Result<Vec<NoticeLine>, NodeError> {
        const MOST: usize = 1_000;
        self.write(caller, Action::ReadFindings, |tx| {
            let limit = page.limit.unwrap_or(MOST).clamp(1, MOST);
            let query = NoticeQuery { unacknowledged: page.unacknowledged, offset: page.offset, limit, ..NoticeQuery::default() };
            let lines = tx.notices(&query)?.into_iter().map(notice_line).collect();
            Ok((lines, Noted::about(vec!["list:notices".into()])))
        })
    }

    /// Opens again what people decided about findings that rest on `what`. Returns which.
    pub(crate) fn reopen_derived(
        &self,
        tx: &mut dyn Transaction,
        what: &DerivedFrom,
        reason: &str,
    ) -> Result<Vec<String>, NodeError> {
        let mut reopened = Vec::new();
        for derived in oikos_picture::recall_walk(tx, what).map_err(NodeError::internal)? {
            let Some((origin, key)) = derived.strip_prefix("finding:").and_then(|name| name.split_once('/')) else { continue };
            let (origin, key) = (origin.parse::<NodeId>(), key.parse::<FindingKey>());
            let (Ok(origin), Ok(key)) = (origin, key) else { continue };
            if oikos_exchange::reopen(tx, self.identity(), &origin, key, reason)? {
                reopened.push(derived);
            }
        }
        Ok(reopened)
    }

    pub(crate) fn prepared(
        &self,
        tx: &dyn Transaction,
        partner: &Partner,
        draft: ParcelDraft,
    ) -> Result<PreparedParcel, NodeError> {
        oikos_exchange::prepare(tx, self.identity(), partner, draft).map_err(|error| NodeError::Invalid(error.to_string()))
    }

    fn noted_correction(
        &self,
        tx: &mut dyn Transaction,
        what: &DerivedFrom,
        reason: &str,
        prepared: Vec<PreparedParcel>,
    ) -> Result<((RecallView, Vec<PreparedParcel>), Noted), NodeError> {
        let reopened = self.reopen_derived(tx, what, reason)?;
        let derived = oikos_picture::recall_walk(tx, what).map_err(NodeError::internal)?;
        let partners = prepared.iter().map(|parcel| parcel.content.to.to_string()).collect();
        let view = RecallView { partners, derived };
        let detail = serde_json::json!({ "partners": view.partners, "derived": view.derived, "reopened": reopened });
        Ok(((view, prepared), Noted::about(vec![subject_of(what)]).with_detail(detail)))
    }

    /// The present revision, as far as it may be released to this partner; nothing where nothing of it may.
    fn right_finding(
        &self,
        tx: &dyn Transaction,
        caller: &Caller,
        partner: &Partner,
        what: &DerivedFrom,
        wanted: Wanted,
    ) -> Result<ParcelDraft, NodeError> {
        let DerivedFrom::Finding { origin, key, .. } = what else { return Ok(ParcelDraft::default()) };
        let Some(stored) = tx.finding(origin, *key)? else { return Ok(ParcelDraft::default()) };
        let label = self.label(tx, stored.label)?;
        let known = KnownToPartner::among(tx, partner.node(), &stored.finding.derived_from)?;
        let (act, rules) =
            (caller.act(Action::Release, self.clock().now()), PolicyRules { node: self, caller, grounds: Grounds::default() });
        let desk =
            ReleaseDesk { identity: self.identity(), partner, known: &known, act: &act, rules: &rules, onward_from: &NOBODY };
        let preview = desk.preview_finding(&stored.finding, &label, &wanted);
        Ok(ParcelDraft { findings: preview.release.into_iter().collect(), ..ParcelDraft::default() })
    }

    fn right_statement(
        &self,
        tx: &dyn Transaction,
        caller: &Caller,
        partner: &Partner,
        id: StatementId,
    ) -> Result<ParcelDraft, NodeError> {
        let statement = self.own_statement(tx, id)?;
        let label = self.label(tx, statement.label)?;
        let known = KnownToPartner::default();
        let (act, rules) =
            (caller.act(Action::Release, self.clock().now()), PolicyRules { node: self, caller, grounds: Grounds::default() });
        let desk =
            ReleaseDesk { identity: self.identity(), partner, known: &known, act: &act, rules: &rules, onward_from: &NOBODY };
        let released = desk.preview_statement(&statement, &label).map_err(|removed| {
            let reasons = removed.into_iter().map(|removed| removed.reason);
            NodeError::Denied(reasons.chain(["recall the wrong statement instead".to_owned()]).collect())
        })?;
        Ok(ParcelDraft { statements: vec![released], ..ParcelDraft::default() })
    }

    fn own_thing(
        &self,
        tx: &dyn Transaction,
        finding: Option<&FindingName>,
        statement: Option<StatementId>,
    ) -> Result<DerivedFrom, NodeError> {
        match (finding, statement) {
            (Some(name), None) => {
                let origin = name.origin.clone().unwrap_or_else(|| self.id().clone());
                if origin != *self.id() {
                    return Err(NodeError::Invalid(format!("only {origin} can take back or correct its finding")));
                }
                let stored = tx.finding(&origin, name.key)?;
                let stored = stored.ok_or_else(|| NodeError::NotFound(format!("a released finding {origin}/{}", name.key)))?;
                Ok(DerivedFrom::Finding { origin, key: name.key, revision: stored.finding.revision() })
            }
            (None, Some(id)) => Ok(DerivedFrom::Statement { origin: self.own_statement(tx, id)?.origin, id }),
            _ => Err(NodeError::Invalid("name one finding or one statement".into())),
        }
    }

    fn own_statement(&self, tx: &dyn Transaction, id: StatementId) -> Result<Statement, NodeError> {
        let statement = tx.statement(id)?.filter(|statement| statement.origin == *self.id());
        statement.ok_or_else(|| NodeError::NotFound(format!("statement {id} of this node")))
    }
}

/// The revision that the partner has, where it is not the present one.
fn wrong_revision(tx: &dyn Transaction, partner: &NodeId, present: &DerivedFrom) -> Result<Option<DerivedFrom>, NodeError> {
    let query = ReleaseQuery { partner: Some(partner), what: Some(present), ..ReleaseQuery::default() };
    Ok(tx.releases(&query)?.pop().map(|release| release.what).filter(|released| released != present))
}

fn queue_all<T>(tx: &mut dyn Transaction, (view, prepared): (T, Vec<PreparedParcel>), index: i64) -> Result<T, NodeError> {
    for parcel in prepared {
        parcel.queue(tx, index)?;
    }
    Ok(view)
}

fn checked_reason(reason: &str) -> Result<&str, NodeError> {
    let reason = reason.trim();
    if reason.is_empty() || reason.len() > 1_000 {
        return Err(NodeError::Invalid("say why in 1 to 1,000 bytes: those who received it will read it".into()));
    }
    Ok(reason)
}

fn notice_line(row: NoticeRow) -> NoticeLine {
    let kind = match row.kind {
        NoticeKind::Recall => "recall",
        NoticeKind::Rectification => "rectification",
    };
    NoticeLine {
        kind: kind.to_owned(),
        what: subject_of(&row.what),
        partner: row.partner.to_string(),
        since: crate::findings::seconds(row.at),
        reason: row.reason,
        acknowledged_at: row.acknowledged_at.map(crate::findings::seconds),
    }
}
