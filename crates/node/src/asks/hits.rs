//! Hits at the node that asked: kept under a label of their own, so that who may see them is policy's to say, and erased by the clock.

use jiff::SignedDuration;
use oikos_exchange::{AskOutcome, AskResult, Epoch, Partner};
use oikos_model::{Action, Label, Marking, PermittedAction, Scope, Timestamp, Tlp};
use oikos_registry::{AskHitRow, Transaction};
use serde::Serialize;

use crate::{Caller, Node, NodeError, Noted};

/// The most hits of one answer.
const HITS_MAXIMUM: usize = 1_000;
/// Counts are kept so long for oversight.
const COUNTS_KEPT_DAYS: u32 = 366;
const DAY_SECONDS: i64 = 86_400;

/// A hit as people see it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct HitLine {
    /// Who has it.
    pub partner: String,
    /// What was asked about, `kind:value`.
    pub selector: String,
    /// The partner's opaque reference.
    pub reference: String,
    /// How good the partner's information is.
    pub quality: String,
    /// The purpose it was asked for.
    pub purpose: String,
    /// The case it was asked for.
    pub case: Option<String>,
    /// When it hit first, RFC 3339.
    pub first_seen_at: String,
    /// When it hit last, RFC 3339.
    pub last_seen_at: String,
}

impl Node {
    pub(super) fn keep_hits(&self, caller: &Caller, partner: &Partner, results: &[AskResult]) -> Result<(), NodeError> {
        let hits: Vec<_> = results
            .iter()
            .filter_map(|result| match result.outcome {
                AskOutcome::Hit { reference, quality } => Some((&result.selector, reference, quality)),
                AskOutcome::NoHit | AskOutcome::NeitherConfirmedNorDenied => None,
            })
            .collect();
        if hits.is_empty() {
            return Ok(());
        }
        let now = self.clock().now();
        self.write(caller, Action::Ask, |tx| {
            let expires_at = self.exchange_expiry(partner, now);
            let label = tx.intern_label(&self.exchange_label(caller, expires_at))?;
            let mut subjects = Vec::new();
            for (selector, reference, quality) in hits {
                subjects.push(format!("hit:{}", hex::encode(reference.0)));
                tx.put_ask_hit(&AskHitRow {
                    partner: partner.node().clone(),
                    reference: reference.0,
                    purpose: caller.purpose.clone(),
                    label,
                    selector: selector.clone(),
                    case: caller.case.clone(),
                    quality: quality.to_string(),
                    first_seen_at: now,
                    last_seen_at: now,
                    expires_at,
                })?;
            }
            let detail = serde_json::json!({ "hits": subjects.len() });
            Ok(((), Noted::about(subjects).with_recipient(partner.node().clone()).with_detail(detail)))
        })
    }

    /// The hits that the caller may see, newest first.
    ///
    /// # Errors
    /// When policy refuses.
    pub fn list_hits(&self, caller: &Caller, offset: usize, limit: Option<usize>) -> Result<Vec<HitLine>, NodeError> {
        self.write(caller, Action::ReadRequests, |tx| {
            let labels = self.permitted_labels(tx, caller, Action::ReadRequests)?;
            let hits = tx.ask_hits(Some(&labels), offset, limit.unwrap_or(200).clamp(1, HITS_MAXIMUM))?;
            let subjects = hits.iter().map(|hit| format!("hit:{}", hex::encode(hit.reference))).collect();
            Ok((hits.into_iter().map(hit_line).collect(), Noted::about(subjects)))
        })
    }

    /// Erases hits and requests that expired, references that no agreement can still need, and counts of days long gone.
    pub(crate) fn erase_expired_asks(&self, tx: &mut dyn Transaction, now: Timestamp) -> Result<usize, NodeError> {
        let days = tx.partners()?.iter().map(|row| self.partner(tx, &row.node)).collect::<Result<Vec<_>, _>>()?;
        let longest = days.iter().map(|partner| partner.agreement().terms.retention_days).max().unwrap_or(0);
        let kept = SignedDuration::from_hours(24 * i64::from(longest));
        let references_before = now.checked_sub(kept).unwrap_or(Timestamp::MIN);
        Ok(tx.erase_expired_asks(now, references_before, Epoch::of(now).0.saturating_sub(COUNTS_KEPT_DAYS))?)
    }

    /// The marking of what came of an ask or a request: for the purpose and case it was asked for, not to be passed on.
    pub(crate) fn exchange_label(&self, caller: &Caller, expires_at: Timestamp) -> Label {
        let marking = Marking {
            permitted: [PermittedAction::Read, PermittedAction::Process].into(),
            expires: Some(expires_at),
            ..Marking::new(self.config().regime, Tlp::Amber, [caller.purpose.clone()])
        };
        let scope = caller.case.clone().map_or(Scope::Node, Scope::Case);
        Label { marking, origin: self.id().clone(), scope }
    }

    /// When what came of an exchange with the partner is erased: its agreement's days from now, to a midnight, so that labels stay few.
    pub(crate) fn exchange_expiry(&self, partner: &Partner, now: Timestamp) -> Timestamp {
        let days = i64::from(partner.agreement().terms.retention_days);
        let kept = now.checked_add(SignedDuration::from_hours(24 * days)).unwrap_or(Timestamp::MAX);
        let midnight = kept.as_second() - kept.as_second().rem_euclid(DAY_SECONDS);
        Timestamp::from_second(midnight).unwrap_or(Timestamp::MAX)
    }
}

fn hit_line(hit: AskHitRow) -> HitLine {
    HitLine {
        partner: hit.partner.to_string(),
        selector: hit.selector.to_string(),
        reference: hex::encode(hit.reference),
        quality: hit.quality,
        purpose: hit.purpose.to_string(),
        case: hit.case.map(|case| case.to_string()),
        first_seen_at: crate::findings::seconds(hit.first_seen_at),
        last_seen_at: crate::findings::seconds(hit.last_seen_at),
    }
}
