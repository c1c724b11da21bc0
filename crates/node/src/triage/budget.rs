//! Alert budgets: how many findings the people of a desk can work on per day. Nothing is cut: the list says where the budget ends.

use std::collections::BTreeMap;

use oikos_model::{Action, LabelId, Timestamp};
use oikos_registry::{BudgetLine, BudgetRow, Transaction};
use serde::{Deserialize, Serialize};

use crate::findings::seconds;
use crate::sessions::own_name;
use crate::{Caller, Node, NodeError, Noted};

/// What a desk can work on per day where nobody said otherwise.
const DEFAULT_PER_DAY: u32 = 25;
const PER_DAY_MAXIMUM: u32 = 1_000;
const SECONDS_OF_DAY: i64 = 86_400;

/// A new budget of a desk.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BudgetRequest {
    /// Findings per day, 1,000 at most.
    pub per_day: u32,
}

/// The budget of a desk.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct BudgetView {
    /// The desk.
    pub desk: String,
    /// Findings its people can work on per day.
    pub per_day: u32,
    /// How many were decided since midnight, UTC.
    pub decided_today: u64,
    /// Who set it; absent: it is the default.
    pub set_by: Option<String>,
    /// When, RFC 3339.
    pub set_at: Option<String>,
}

impl Node {
    /// The budgets of all desks.
    ///
    /// # Errors
    /// When policy refuses.
    pub fn list_budgets(&self, caller: &Caller) -> Result<Vec<BudgetView>, NodeError> {
        self.read(caller, Action::ReadNode, |tx| self.budgets(tx))
    }

    /// Says how many findings a desk's people can work on per day.
    ///
    /// # Errors
    /// When policy refuses, there is no such desk, or the number is too large.
    pub fn set_budget(&self, caller: &Caller, desk: &str, request: &BudgetRequest) -> Result<BudgetView, NodeError> {
        if request.per_day > PER_DAY_MAXIMUM {
            return Err(NodeError::Invalid(format!("a desk works on at most {PER_DAY_MAXIMUM} findings per day")));
        }
        self.write(caller, Action::SetAlertBudget, |tx| {
            let mut budgets = self.budgets(tx)?;
            let known = budgets.iter_mut().find(|budget| budget.desk == desk);
            let before = known.ok_or_else(|| NodeError::NotFound(format!("the desk {desk}")))?;
            let (set_by, set_at) = (own_name(caller)?.clone(), self.clock().now());
            let row = BudgetRow { desk: desk.to_owned(), per_day: request.per_day, set_by: set_by.clone(), set_at };
            tx.put_budget(&row)?;
            let detail = serde_json::json!({ "per_day": row.per_day, "before": before.per_day });
            let view = BudgetView {
                per_day: row.per_day,
                set_by: Some(set_by.to_string()),
                set_at: Some(seconds(set_at)),
                ..before.clone()
            };
            Ok((view, Noted::about(vec![format!("desk:{desk}")]).with_detail(detail)))
        })
    }

    pub(super) fn budgets(&self, tx: &dyn Transaction) -> Result<Vec<BudgetView>, NodeError> {
        let decided: BTreeMap<String, u64> = tx.decided_since(midnight(self.clock().now()))?;
        let mut set = tx.budgets()?;
        let view = |desk: &str| {
            let row = set.remove(desk);
            BudgetView {
                desk: desk.to_owned(),
                per_day: row.as_ref().map_or(DEFAULT_PER_DAY, |row| row.per_day),
                decided_today: decided.get(desk).copied().unwrap_or(0),
                set_by: row.as_ref().map(|row| row.set_by.to_string()),
                set_at: row.map(|row| seconds(row.set_at)),
            }
        };
        Ok(oikos_desks::DESKS.iter().map(|desk| desk.name).map(view).collect())
    }

    /// Where today's budget of each desk ends, for a reader of these labels: what was decided today is worked off.
    pub(super) fn budget_lines(&self, tx: &dyn Transaction, labels: &[LabelId]) -> Result<Vec<BudgetLine>, NodeError> {
        let now = self.clock().now();
        let mut lines = Vec::new();
        for budget in self.budgets(tx)? {
            let left = u64::from(budget.per_day).saturating_sub(budget.decided_today);
            lines.extend(tx.budget_line(&budget.desk, labels, now, left)?);
        }
        Ok(lines)
    }
}

/// The last midnight, UTC.
fn midnight(now: Timestamp) -> Timestamp {
    let second = now.as_second();
    Timestamp::from_second(second - second.rem_euclid(SECONDS_OF_DAY)).unwrap_or(now)
}
