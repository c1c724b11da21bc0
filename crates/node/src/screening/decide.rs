//! What people say of matches. A match is that data agree; a hit is that a person confirmed it and said what is requested of whom. A match
//! that was cleared stays in the ranking, marked, until the clearance ends.

use oikos_model::{Action, LabelId, Timestamp};
use oikos_registry::{ScreeningDecisionRow, ScreeningVerdict, Transaction};
use serde::{Deserialize, Serialize};

use super::screen::ScreeningMatch;
use super::subject::{ScreeningSubject, fingerprint};
use crate::entities::EntityPath;
use crate::findings::seconds;
use crate::sessions::own_name;
use crate::{Caller, Node, NodeError, Noted};

const REASON_BYTES_MAXIMUM: usize = 1_000;
/// Most decisions one list shows.
const LIST_MAXIMUM: usize = 500;

/// What is said of a match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MatchVerdict {
    /// It is somebody else.
    Cleared,
    /// It is they.
    Hit,
    /// What was said before is taken back.
    Withdrawn,
}

/// A decision to be made.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MatchDecisionRequest {
    /// The subject, described as it was screened.
    pub subject: ScreeningSubject,
    /// Whom it matched.
    pub entity: EntityPath,
    /// What is said.
    pub verdict: MatchVerdict,
    /// Why.
    pub reason: String,
    /// For a hit: what is requested of whom, for example that the issuing authority be told.
    #[serde(default)]
    pub action: Option<String>,
    /// Until when a clearance holds, RFC 3339; absent: as long as the listed data may be kept.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub expires_at: Option<Timestamp>,
}

/// A decision as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct MatchDecision {
    /// Fingerprint of the subject's description.
    pub subject: String,
    /// Its first name, as it was written.
    pub name: String,
    /// Whom it matched.
    pub entity: EntityPath,
    /// `cleared` or `hit`.
    pub verdict: MatchVerdict,
    /// Who said so.
    pub by: String,
    /// When, RFC 3339.
    pub at: String,
    /// Why.
    pub reason: String,
    /// For a hit: what is requested of whom.
    pub action: Option<String>,
    /// Until when it holds.
    pub expires_at: Option<String>,
}

/// What a decision's row keeps beside its columns.
#[derive(Debug, Serialize, Deserialize)]
struct Content {
    name: String,
    reason: String,
    action: Option<String>,
}

impl Node {
    /// Says of a match what it is, or takes back what was said.
    ///
    /// # Errors
    /// When policy refuses, the subject cannot be read, the entity is not there for the caller, a reason is missing, a hit names no
    /// action, a clearance would end before it begins, or there is nothing to withdraw.
    pub fn decide_match(&self, caller: &Caller, request: &MatchDecisionRequest) -> Result<Option<MatchDecision>, NodeError> {
        let content = request.content()?;
        let now = self.clock().now();
        if request.expires_at.is_some_and(|end| end <= now) {
            return Err(NodeError::Invalid("expires_at: a clearance ends after it begins".into()));
        }
        let subject = fingerprint(&request.subject.entity(0)?);
        let by = own_name(caller)?.clone();
        self.write(caller, Action::DecideMatch, |tx| {
            let labels = self.permitted_labels(tx, caller, Action::ReadStatements)?;
            let name = request.entity.name();
            let statements = crate::entities::statements_of(tx, &name, &labels)?;
            let label = statements.first().map(|statement| statement.label);
            let label = label.ok_or_else(|| NodeError::NotFound(request.entity.subject()))?;
            let subjects = vec![request.entity.subject(), format!("screened:{subject}")];
            let detail = serde_json::json!({ "verdict": request.verdict, "action": content.action });
            let noted = Noted::about(subjects).with_detail(detail);
            let verdict = match request.verdict {
                MatchVerdict::Cleared => ScreeningVerdict::Cleared,
                MatchVerdict::Hit => ScreeningVerdict::Hit,
                MatchVerdict::Withdrawn => {
                    let was_there = tx.remove_screening_decision(&subject, &name.origin, &name.dataset, &name.entity)?;
                    let nothing = || NodeError::Conflict("nothing was said of these two that could be withdrawn".into());
                    return was_there.then_some((None, noted)).ok_or_else(nothing);
                }
            };
            let row = ScreeningDecisionRow {
                subject,
                origin: name.origin,
                dataset: name.dataset,
                entity: name.entity,
                label,
                verdict,
                decided_by: by,
                decided_at: now,
                expires_at: request.expires_at,
                content: serde_json::to_value(&content).map_err(NodeError::internal)?,
            };
            tx.put_screening_decision(&row)?;
            Ok((Some(view(row)?), noted))
        })
    }

    /// What was said of matches, newest first, as far as the caller may see whom they matched.
    ///
    /// # Errors
    /// When policy refuses.
    pub fn list_match_decisions(&self, caller: &Caller) -> Result<Vec<MatchDecision>, NodeError> {
        self.write(caller, Action::Screen, |tx| {
            let labels = self.permitted_labels(tx, caller, Action::ReadStatements)?;
            let now = self.clock().now();
            let rows = tx.screening_decisions(None, &labels, LIST_MAXIMUM)?;
            let views = rows.into_iter().filter(|row| holds(row, now)).map(view).collect::<Result<Vec<_>, _>>()?;
            let subjects = views.iter().map(|one| format!("screened:{}", one.subject)).collect();
            Ok((views, Noted::about(subjects)))
        })
    }

    /// What was said of the two of a match, as far as it holds now.
    pub(super) fn decision_on(
        &self,
        tx: &dyn Transaction,
        found: &ScreeningMatch,
        labels: &[LabelId],
    ) -> Result<Option<MatchDecision>, NodeError> {
        let said = self.decisions_on(tx, &found.fingerprint, labels)?;
        Ok(said.into_iter().find(|decision| decision.entity == found.entity))
    }

    /// What was said of one subject and whom it matched, as far as it holds now.
    pub(super) fn decisions_on(
        &self,
        tx: &dyn Transaction,
        subject: &str,
        labels: &[LabelId],
    ) -> Result<Vec<MatchDecision>, NodeError> {
        let now = self.clock().now();
        let rows = tx.screening_decisions(Some(subject), labels, LIST_MAXIMUM)?;
        rows.into_iter().filter(|row| holds(row, now)).map(view).collect()
    }
}

impl MatchDecisionRequest {
    fn content(&self) -> Result<Content, NodeError> {
        let said = |text: &str, what: &str| {
            let text = text.trim();
            if text.is_empty() || text.len() > REASON_BYTES_MAXIMUM {
                return Err(NodeError::Invalid(format!("say {what} in 1 to {REASON_BYTES_MAXIMUM} bytes")));
            }
            Ok(text.to_owned())
        };
        let action = self.action.as_deref().map(|action| said(action, "what is requested")).transpose()?;
        if self.verdict == MatchVerdict::Hit && action.is_none() {
            return Err(NodeError::Invalid("action: a hit says what is requested of whom".into()));
        }
        let name = self.subject.names.first().cloned().unwrap_or_default();
        Ok(Content { name, reason: said(&self.reason, "why")?, action })
    }
}

/// The scheduler erases what ended; until then it counts no more.
fn holds(row: &ScreeningDecisionRow, now: Timestamp) -> bool {
    row.expires_at.is_none_or(|end| end > now)
}

fn view(row: ScreeningDecisionRow) -> Result<MatchDecision, NodeError> {
    let content: Content = serde_json::from_value(row.content).map_err(NodeError::internal)?;
    let verdict = match row.verdict {
        ScreeningVerdict::Cleared => MatchVerdict::Cleared,
        ScreeningVerdict::Hit => MatchVerdict::Hit,
    };
    Ok(MatchDecision {
        subject: row.subject,
        name: content.name,
        entity: EntityPath { origin: row.origin, dataset: row.dataset, entity: row.entity },
        verdict,
        by: row.decided_by.to_string(),
        at: seconds(row.decided_at),
        reason: content.reason,
        action: content.action,
        expires_at: row.expires_at.map(seconds),
    })
}
