//! Judging that two entities are the same or are not, and taking that back. Ids are never rewritten: a judgement is an entry of a log, and what
//! is the same is computed from it each time.

use oikos_model::{Action, Judgement};
use serde::{Deserialize, Serialize};

use super::EntityPath;
use super::view::SourceEntity;
use crate::findings::seconds;
use crate::{Caller, Node, NodeError, Noted};

const REASON_BYTES_MAXIMUM: usize = 1_000;

/// What a person says of two entities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EntityVerdict {
    /// They mean the same thing.
    Same,
    /// They do not.
    NotSame,
    /// What was judged of them before is taken back.
    Withdrawn,
}

/// A judgement to be made, or to be looked at before.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JudgeRequest {
    /// One.
    pub one: EntityPath,
    /// The other.
    pub other: EntityPath,
    /// What is said.
    pub verdict: EntityVerdict,
    /// Why, in words; a preview needs none.
    #[serde(default)]
    pub reason: String,
}

/// An entry of the log of judgements.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct JudgementView {
    /// The smaller id. A judgement speaks of every source's entity of that id.
    pub left: String,
    /// The larger id.
    pub right: String,
    /// What was said.
    pub verdict: EntityVerdict,
    /// Who said so.
    pub by: String,
    /// Why.
    pub reason: String,
    /// When, RFC 3339.
    pub at: String,
    /// Whether it is the last word on the two.
    pub in_force: bool,
}

/// What a judgement would do.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct MergePreview {
    /// Ids that mean the first one's thing now.
    pub before: Vec<SourceEntity>,
    /// Ids that would mean it.
    pub after: Vec<SourceEntity>,
    /// Whether identifiers still hold apart or together what the judgement says otherwise.
    pub has_effect: bool,
}

impl EntityVerdict {
    const fn model(self) -> oikos_model::Verdict {
        match self {
            Self::Same => oikos_model::Verdict::Same,
            Self::NotSame => oikos_model::Verdict::NotSame,
            Self::Withdrawn => oikos_model::Verdict::Withdrawn,
        }
    }

    const fn of(verdict: oikos_model::Verdict) -> Self {
        match verdict {
            oikos_model::Verdict::Same => Self::Same,
            oikos_model::Verdict::NotSame => Self::NotSame,
            oikos_model::Verdict::Withdrawn => Self::Withdrawn,
        }
    }
}

impl Node {
    /// What a judgement would do. Nothing is changed.
    ///
    /// # Errors
    /// When policy refuses, or one of the two is not there for the caller.
    pub fn preview_judgement(&self, caller: &Caller, request: &JudgeRequest) -> Result<MergePreview, NodeError> {
        self.write(caller, Action::ReadStatements, |tx| {
            self.check_judgeable(tx, caller, request)?;
            let labels = self.permitted_labels(tx, caller, Action::ReadStatements)?;
            let supposed = self.judgement(caller, request);
            let name = request.one.name();
            let before = oikos_picture::thing(tx, &name, &labels, None).map_err(NodeError::internal)?.members;
            let after = oikos_picture::thing(tx, &name, &labels, Some(supposed)).map_err(NodeError::internal)?.members;
            let named = |members: &[oikos_picture::EntityName]| -> Result<Vec<SourceEntity>, NodeError> {
                let named = members
                    .iter()
                    .map(|member| Ok(SourceEntity { path: EntityPath::of(member), name: super::name_of(tx, member, &labels)? }));
                named.collect()
            };
            let preview = MergePreview { has_effect: before != after, before: named(&before)?, after: named(&after)? };
            let subjects = vec![request.one.subject(), request.other.subject()];
            Ok((preview, Noted::about(subjects).with_detail(serde_json::json!({ "preview": request.verdict }))))
        })
    }

    /// Judges two entities. What it says holds until the next judgement on the same two.
    ///
    /// # Errors
    /// When policy refuses, a reason is missing or too long, one of the two is not there for the caller, or there is nothing to withdraw.
    pub fn judge_entities(&self, caller: &Caller, request: &JudgeRequest) -> Result<JudgementView, NodeError> {
        let reason = request.reason.trim();
        if reason.is_empty() || reason.len() > REASON_BYTES_MAXIMUM {
            return Err(NodeError::Invalid(format!(
                "say why in 1 to {REASON_BYTES_MAXIMUM} bytes: whoever undoes it later will want to know"
            )));
        }
        let judged = self.write(caller, Action::JudgeEntity, |tx| {
            self.check_judgeable(tx, caller, request)?;
            let judgement = self.judgement(caller, request);
            let last = tx.judgements()?.into_iter().rfind(|one| (&one.left, &one.right) == (&judgement.left, &judgement.right));
            let standing = last.map_or(oikos_model::Verdict::Withdrawn, |last| last.verdict);
            if standing == judgement.verdict {
                return Err(NodeError::Conflict("this is what holds already".into()));
            }
            tx.put_judgement(&judgement)?;
            let subjects = vec![request.one.subject(), request.other.subject()];
            let detail = serde_json::json!({ "verdict": request.verdict });
            Ok((judgement_view(&judgement, true), Noted::about(subjects).with_detail(detail)))
        })?;
        // What is one thing decides what joins findings.
        self.recompute_picture(&self.itself())?;
        Ok(judged)
    }

    fn judgement(&self, caller: &Caller, request: &JudgeRequest) -> Judgement {
        let (one, other) = (request.one.entity.clone(), request.other.entity.clone());
        let reason = request.reason.trim().to_owned();
        Judgement::new(one, other, request.verdict.model(), caller.actor(), reason, self.clock().now())
    }

    fn check_judgeable(
        &self,
        tx: &dyn oikos_registry::Transaction,
        caller: &Caller,
        request: &JudgeRequest,
    ) -> Result<(), NodeError> {
        if request.one.entity == request.other.entity {
            return Err(NodeError::Invalid("these are one id; only two different ids can be judged".into()));
        }
        let labels = self.permitted_labels(tx, caller, Action::ReadStatements)?;
        for path in [&request.one, &request.other] {
            if super::statements_of(tx, &path.name(), &labels)?.is_empty() {
                return Err(NodeError::NotFound(format!("entity {} of {} at {}", path.entity, path.dataset, path.origin)));
            }
        }
        Ok(())
    }
}

/// The log as people see it, newest first.
pub(super) fn judgements(log: &[Judgement]) -> Vec<JudgementView> {
    let is_last = |position: usize, judgement: &Judgement| {
        let pair = (&judgement.left, &judgement.right);
        !log[position + 1..].iter().any(|later| (&later.left, &later.right) == pair)
    };
    let views = log.iter().enumerate().map(|(position, one)| judgement_view(one, is_last(position, one)));
    let mut views: Vec<JudgementView> = views.collect();
    views.reverse();
    views
}

fn judgement_view(judgement: &Judgement, is_last: bool) -> JudgementView {
    JudgementView {
        left: judgement.left.to_string(),
        right: judgement.right.to_string(),
        verdict: EntityVerdict::of(judgement.verdict),
        by: judgement.actor.to_string(),
        reason: judgement.reason.clone(),
        at: seconds(judgement.at),
        in_force: is_last && judgement.verdict != oikos_model::Verdict::Withdrawn,
    }
}
