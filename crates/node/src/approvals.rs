//! The rule of two persons. Where policy lets a thing leave only by two releasers, what the first one signed waits for a second one, who
//! sees exactly that, and approves or declines.

use jiff::SignedDuration;
use oikos_model::{Action, Actor, ContentHash, ContentHasher, Timestamp, UserName};
use oikos_policy::{Principal, Role};
use oikos_registry::{ApprovalRow, ApprovalState, Transaction};
use serde::{Deserialize, Serialize};

use crate::init::OPERATOR;
use crate::release::{Gathered, ReleaseRequest, ReleaseView};
use crate::sessions::own_name;
use crate::{Caller, Grounds, Node, NodeError, Noted};

/// How long a release waits for its second person.
const WAITS: SignedDuration = SignedDuration::from_hours(72);
/// How many wait at once.
const PENDING_MAXIMUM: usize = 1_000;
const REASON_BYTES_MAXIMUM: usize = 1_000;

/// A release that needs two persons.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ApprovalView {
    /// Its id.
    pub id: String,
    /// `pending`, `released`, `declined`, `changed` or `expired`.
    #[schema(value_type = String)]
    pub state: ApprovalState,
    /// The first person.
    pub requested_by: String,
    /// To whom it would go.
    pub partner: String,
    /// What it is about.
    pub about: Vec<String>,
    /// For which purpose.
    pub purpose: String,
    /// On which legal basis.
    pub legal_basis: String,
    /// For which case.
    pub case: Option<String>,
    /// When the first person signed, RFC 3339.
    pub requested_at: String,
    /// Until when the second one can, RFC 3339.
    pub expires_at: String,
    /// The second person.
    pub decided_by: Option<String>,
    /// When, RFC 3339.
    pub decided_at: Option<String>,
    /// Why the second person declined.
    pub reason: Option<String>,
    /// Exactly what would leave now, for whoever could approve it; what the first person saw, for the first person. Only where one is
    /// asked for by its id, while it waits.
    #[schema(value_type = Option<ReleaseView>)]
    pub preview: Option<serde_json::Value>,
    /// Whether that is still what the first person signed. If not, it cannot be approved.
    pub is_unchanged: Option<bool>,
}

/// What the second person decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Release it, in both names.
    Approve,
    /// Do not.
    Decline,
}

/// The second person's decision.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApprovalDecision {
    /// `approve` or `decline`.
    pub decision: Verdict,
    /// Why; needed to decline.
    pub reason: Option<String>,
}

impl Node {
    /// What may leave, and whether it takes two persons. Then it is what both could release together.
    pub(crate) fn gather_for_all(
        &self,
        tx: &dyn Transaction,
        caller: &Caller,
        request: &ReleaseRequest,
    ) -> Result<(Gathered, bool), NodeError> {
        let partner = self.partner(tx, &request.partner)?;
        let alone = self.gather(tx, caller, None, &partner, request)?;
        let together = self.gather(tx, caller, Some(&any_second_releaser()?), &partner, request)?;
        let needs_second = alone.draft != together.draft;
        Ok(if needs_second { (together, true) } else { (alone, false) })
    }

    /// Keeps what the first person signed until a second one decides. Signing the same again changes nothing.
    pub(crate) fn await_second(&self, caller: &Caller, request: &ReleaseRequest) -> Result<ReleaseView, NodeError> {
        let now = self.clock().now();
        self.write(caller, Action::ApproveRelease, |tx| {
            let (gathered, _) = self.gather_for_all(tx, caller, request)?;
            let content_hash = content_hash(caller, request, &gathered)?;
            let act = caller.act(Action::Release, now);
            let pending = tx.approvals(Some(ApprovalState::Pending))?;
            let is_this =
                |row: &ApprovalRow| row.content_hash == content_hash && row.act.actor == act.actor && row.expires_at > now;
            let mut view = gathered.view;
            let mut subjects = gathered.subjects;
            let row = match pending.iter().find(|row| is_this(row)) {
                Some(row) => row.clone(),
                None if pending.len() >= PENDING_MAXIMUM => {
                    return Err(NodeError::Conflict(format!("{PENDING_MAXIMUM} releases wait for a second person already")));
                }
                None => {
                    let waits_until = now.checked_add(WAITS).map_err(NodeError::internal)?;
                    let row = ApprovalRow {
                        id: new_id()?,
                        subject: self.subject_name(tx, own_name(caller)?)?,
                        partner: request.partner.clone(),
                        subjects: subjects.clone(),
                        request: serde_json::to_value(request).map_err(NodeError::internal)?,
                        preview: serde_json::to_value(&view).map_err(NodeError::internal)?,
                        content_hash,
                        expires_at: gathered.expires.map_or(waits_until, |expires| expires.min(waits_until)),
                        state: ApprovalState::Pending,
                        decided_by: None,
                        decided_at: None,
                        reason: None,
                        parcel: None,
                        act,
                    };
                    tx.put_approval(&row)?;
                    row
                }
            };
            subjects.push(format!("approval:{}", row.id));
            let detail = serde_json::json!({ "awaiting_second": row.id, "partner": request.partner, "content": row.content_hash,
                "expires_at": crate::findings::seconds(row.expires_at) });
            view.needs_second = true;
            view.awaiting_second = Some(row.id);
            Ok((view, Noted::about(subjects).with_detail(detail)))
        })
    }

    /// Releases that needed or need two persons, newest first, as far as the caller may know of what they are about.
    ///
    /// # Errors
    /// When policy refuses.
    pub fn list_approvals(&self, caller: &Caller, state: Option<ApprovalState>) -> Result<Vec<ApprovalView>, NodeError> {
        let now = self.clock().now();
        self.write(caller, Action::ApproveRelease, |tx| {
            let mut views = Vec::new();
            for row in tx.approvals(state)? {
                if self.may_know(tx, caller, &row)? {
                    views.push(view(row, now));
                }
            }
            views.retain(|view| state.is_none_or(|state| view.state == state));
            Ok((views, Noted::about(vec!["list:approvals".into()])))
        })
    }

    /// One of them, with what would leave.
    ///
    /// # Errors
    /// When policy refuses, or there is none of this id that the caller may know of.
    pub fn show_approval(&self, caller: &Caller, id: &str) -> Result<ApprovalView, NodeError> {
        let now = self.clock().now();
        self.write(caller, Action::ApproveRelease, |tx| {
            let row = self.approval(tx, caller, id)?;
            let is_first = row.act.actor == caller.actor();
            let (mut preview, mut is_unchanged) = (None, None);
            if row.state == ApprovalState::Pending && row.expires_at > now {
                if is_first {
                    preview = Some(row.preview.clone());
                } else {
                    let first = self.first_person(tx, &row)?;
                    let (gathered, unchanged) = self.gather_by_both(tx, &first, &as_second(caller, &row), &row)?;
                    preview = Some(serde_json::to_value(&gathered.view).map_err(NodeError::internal)?);
                    is_unchanged = Some(unchanged);
                }
            }
            let noted = Noted::about(subjects_of(&row));
            Ok((ApprovalView { preview, is_unchanged, ..view(row, now) }, noted))
        })
    }

    /// The second person's decision. Approved, it is released in both names if it is still exactly what the first one signed.
    ///
    /// # Errors
    /// When policy refuses, the caller is the first person, it is no longer pending, or it has changed; all of that is journaled.
    pub fn decide_approval(&self, caller: &Caller, id: &str, decision: &ApprovalDecision) -> Result<ApprovalView, NodeError> {
        let now = self.clock().now();
        let row = self.read(caller, Action::ApproveRelease, |tx| {
            let row = self.approval(tx, caller, id)?;
            let own_subject = self.subject_name(tx, own_name(caller)?)?;
            Ok((is_one_human(caller, own_subject.as_ref(), &row), row))
        });
        let (is_one_human, row) = row?;
        if is_one_human {
            let reasons = vec!["The second person must be another one than the first [second-person-is-first]".to_owned()];
            self.journal_denial(&caller.act(Action::ApproveRelease, now), &reasons, subjects_of(&row))?;
            return Err(NodeError::Denied(reasons));
        }
        match decision.decision {
            Verdict::Decline => self.decline(caller, id, decision.reason.as_deref().unwrap_or_default()),
            Verdict::Approve => match self.approve(caller, id) {
                Err(Refused::Changed) => self.give_up_changed(caller, id),
                Err(Refused::Other(error)) => Err(error),
                Ok(view) => Ok(view),
            },
        }
    }

    fn decline(&self, caller: &Caller, id: &str, reason: &str) -> Result<ApprovalView, NodeError> {
        let reason = reason.trim();
        if reason.is_empty() || reason.len() > REASON_BYTES_MAXIMUM {
            return Err(NodeError::Invalid(format!(
                "say why in 1 to {REASON_BYTES_MAXIMUM} bytes: the first person will read it"
            )));
        }
        self.close(caller, id, ApprovalState::Declined, Some(reason))
    }

    fn give_up_changed(&self, caller: &Caller, id: &str) -> Result<ApprovalView, NodeError> {
        self.close(caller, id, ApprovalState::Changed, None)?;
        Err(NodeError::Conflict(
            "what would leave is no longer what the first person signed; the first person has to look at it and sign again"
                .into(),
        ))
    }

    /// Ends the waiting without a release.
    fn close(&self, caller: &Caller, id: &str, state: ApprovalState, reason: Option<&str>) -> Result<ApprovalView, NodeError> {
        let now = self.clock().now();
        self.write(caller, Action::ApproveRelease, |tx| {
            let row = pending(self.approval(tx, caller, id)?, now)?;
            let row = decided(row, state, own_name(caller)?, now);
            let row = ApprovalRow { reason: reason.map(str::to_owned), ..row };
            tx.put_approval(&row)?;
            let noted = Noted::about(subjects_of(&row));
            Ok((view(row, now), noted.with_detail(serde_json::json!({ "approval": state, "reason": reason }))))
        })
    }

    fn approve(&self, caller: &Caller, id: &str) -> Result<ApprovalView, Refused> {
        let now = self.clock().now();
        let row = self.read(caller, Action::ApproveRelease, |tx| pending(self.approval(tx, caller, id)?, now))?;
        // It is released for what the first person said it is for.
        let second = as_second(caller, &row);
        let mut has_changed = false;
        let released = self.write_then(
            &second,
            Action::Release,
            |tx| {
                let row = pending(self.approval(tx, caller, id)?, now)?;
                let first = self.first_person(tx, &row)?;
                let (gathered, unchanged) = self.gather_by_both(tx, &first, &second, &row)?;
                if !unchanged {
                    has_changed = true;
                    return Err(NodeError::Conflict("it has changed".into()));
                }
                let prepared = self.prepare_release(tx, &row.partner, gathered.draft)?;
                let parcel = prepared.parcel.id;
                let row = ApprovalRow { parcel: Some(parcel), ..decided(row, ApprovalState::Released, own_name(caller)?, now) };
                tx.put_approval(&row)?;
                let detail = serde_json::json!({ "parcel": parcel, "sequence": prepared.content.sequence,
                    "first": own_name(&first)?, "second": own_name(caller)?, "content": row.content_hash,
                    "derogation": row.request["derogation"] });
                let noted = Noted::about(subjects_of(&row)).with_recipient(row.partner.clone()).with_detail(detail);
                Ok(((view(row, now), prepared), noted))
            },
            |tx, (view, prepared), index| {
                prepared.queue(tx, index)?;
                Ok(view)
            },
        );
        if has_changed { Err(Refused::Changed) } else { released.map_err(Refused::Other) }
    }

    /// What both could release together now, and whether it is what the first one signed. Each must be allowed to release it with the
    /// other: a desk or a case of which one of them is no member keeps it here.
    fn gather_by_both(
        &self,
        tx: &dyn Transaction,
        first: &Caller,
        second: &Caller,
        row: &ApprovalRow,
    ) -> Result<(Gathered, bool), NodeError> {
        let request: ReleaseRequest = serde_json::from_value(row.request.clone()).map_err(NodeError::internal)?;
        let partner = self.partner(tx, &row.partner)?;
        let by_first = self.gather(tx, first, Some(&second.principal), &partner, &request)?;
        let by_second = self.gather(tx, second, Some(&first.principal), &partner, &request)?;
        let is_signed = |gathered: &Gathered| Ok::<_, NodeError>(content_hash(first, &request, gathered)? == row.content_hash);
        let unchanged = is_signed(&by_first)? && is_signed(&by_second)?;
        Ok((by_second, unchanged))
    }

    /// The first person as they are now: somebody who may no longer release cannot have released.
    fn first_person(&self, tx: &dyn Transaction, row: &ApprovalRow) -> Result<Caller, NodeError> {
        let Actor::Person(name) = &row.act.actor else {
            return Err(NodeError::Internal(format!("approval {} was not asked for by a person", row.id)));
        };
        let user = tx.user(name)?.filter(|user| !user.disabled);
        let user = user.ok_or_else(|| NodeError::Conflict(format!("{name}, who signed first, has no account any more")))?;
        let act = &row.act;
        let grounds =
            Grounds { purpose: Some(act.purpose.clone()), legal_basis: Some(act.legal_basis.clone()), case: act.case.clone() };
        self.caller_for(user, grounds)
    }

    /// The approval, if the caller may know of it.
    fn approval(&self, tx: &dyn Transaction, caller: &Caller, id: &str) -> Result<ApprovalRow, NodeError> {
        let not_here = || NodeError::NotFound(format!("approval {}", id.chars().take(80).collect::<String>()));
        let row = tx.approval(id)?.ok_or_else(not_here)?;
        if self.may_know(tx, caller, &row)? { Ok(row) } else { Err(not_here()) }
    }

    fn may_know(&self, tx: &dyn Transaction, caller: &Caller, row: &ApprovalRow) -> Result<bool, NodeError> {
        let request: ReleaseRequest = serde_json::from_value(row.request.clone()).map_err(NodeError::internal)?;
        let Some(name) = &request.finding else { return Ok(true) };
        let origin = name.origin.as_ref().unwrap_or_else(|| self.id());
        match self.visible_finding(tx, &as_second(caller, row), Action::ReadFindings, origin, name.key) {
            Ok(_) => Ok(true),
            Err(NodeError::NotFound(_)) => Ok(row.act.actor == caller.actor()),
            Err(error) => Err(error),
        }
    }

    /// A person's name at the identity provider, where one is bound.
    fn subject_name(&self, tx: &dyn Transaction, user: &UserName) -> Result<Option<String>, NodeError> {
        Ok(tx.subject_of(user)?.map(|row| format!("{} {}", row.issuer, row.subject)))
    }
}

/// Why an approval did not become a release.
enum Refused {
    /// What would leave is not what was signed.
    Changed,
    /// Anything else.
    Other(NodeError),
}

impl From<NodeError> for Refused {
    fn from(error: NodeError) -> Self {
        Self::Other(error)
    }
}

/// Ends the waiting of those for whom nobody decided in time; what they previewed goes.
pub(crate) fn expire(tx: &mut dyn Transaction, now: Timestamp) -> Result<(), NodeError> {
    for row in tx.approvals(Some(ApprovalState::Pending))?.into_iter().filter(|row| row.expires_at <= now) {
        tx.put_approval(&ApprovalRow { state: ApprovalState::Expired, preview: serde_json::Value::Null, ..row })?;
    }
    Ok(())
}

/// Whoever would sign second. It bears the operator's name, which no releaser can have, so it is never the first person.
fn any_second_releaser() -> Result<Principal, NodeError> {
    let name = UserName::new(OPERATOR).map_err(NodeError::internal)?;
    Ok(Principal::Person { name, roles: [Role::Releaser].into(), desks: std::collections::BTreeSet::new() })
}

/// The same account, or another one that the same human had at the identity provider when the first one signed.
fn is_one_human(caller: &Caller, own_subject: Option<&String>, row: &ApprovalRow) -> bool {
    row.act.actor == caller.actor() || (own_subject.is_some() && own_subject == row.subject.as_ref())
}

/// The caller, for what the first person said it is for.
fn as_second(caller: &Caller, row: &ApprovalRow) -> Caller {
    Caller {
        principal: caller.principal.clone(),
        purpose: row.act.purpose.clone(),
        legal_basis: row.act.legal_basis.clone(),
        case: row.act.case.clone(),
        is_stated: true,
    }
}

/// The row, if it still waits.
fn pending(row: ApprovalRow, now: Timestamp) -> Result<ApprovalRow, NodeError> {
    match state_at(&row, now) {
        ApprovalState::Pending => Ok(row),
        ApprovalState::Released => Err(NodeError::Conflict("it was approved and released already".into())),
        ApprovalState::Declined => Err(NodeError::Conflict("it was declined".into())),
        ApprovalState::Changed => Err(NodeError::Conflict("it has changed since it was signed; sign it again".into())),
        ApprovalState::Expired => Err(NodeError::Conflict("nobody decided in time; sign it again".into())),
    }
}

fn state_at(row: &ApprovalRow, now: Timestamp) -> ApprovalState {
    if row.state == ApprovalState::Pending && row.expires_at <= now { ApprovalState::Expired } else { row.state }
}

fn decided(row: ApprovalRow, state: ApprovalState, by: &UserName, now: Timestamp) -> ApprovalRow {
    ApprovalRow { state, decided_by: Some(by.clone()), decided_at: Some(now), preview: serde_json::Value::Null, ..row }
}

fn subjects_of(row: &ApprovalRow) -> Vec<String> {
    row.subjects.iter().cloned().chain([format!("approval:{}", row.id)]).collect()
}

/// Hash of exactly what would leave, to whom, and what for.
fn content_hash(first: &Caller, request: &ReleaseRequest, gathered: &Gathered) -> Result<ContentHash, NodeError> {
    let findings: Vec<_> = gathered.draft.findings.iter().map(|one| (&one.what, &one.fields, &one.finding)).collect();
    let content = serde_json::to_vec(&(findings, &gathered.draft.statements)).map_err(NodeError::internal)?;
    let hasher = ContentHasher::new("release-by-two").field(request.partner.as_str().as_bytes());
    let hasher = hasher.field(first.purpose.as_str().as_bytes()).field(first.legal_basis.as_str().as_bytes());
    Ok(hasher.field(first.case.as_ref().map_or("", |case| case.as_str()).as_bytes()).field(&content).finish())
}

fn new_id() -> Result<String, NodeError> {
    let mut id = [0u8; 8];
    getrandom::fill(&mut id).map_err(NodeError::internal)?;
    Ok(hex::encode(id))
}

fn view(row: ApprovalRow, now: Timestamp) -> ApprovalView {
    let seconds = crate::findings::seconds;
    ApprovalView {
        state: state_at(&row, now),
        id: row.id,
        requested_by: match row.act.actor {
            Actor::Person(name) => name.to_string(),
            other => other.to_string(),
        },
        partner: row.partner.to_string(),
        about: row.subjects,
        purpose: row.act.purpose.to_string(),
        legal_basis: row.act.legal_basis.to_string(),
        case: row.act.case.map(|case| case.to_string()),
        requested_at: seconds(row.act.at),
        expires_at: seconds(row.expires_at),
        decided_by: row.decided_by.map(|name| name.to_string()),
        decided_at: row.decided_at.map(seconds),
        reason: row.reason,
        preview: None,
        is_unchanged: None,
    }
}
