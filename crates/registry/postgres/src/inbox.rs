//! The inbox: one index ranks, filters and counts; findings are read only where they are shown, or a text is searched in their
//! titles.

use std::collections::BTreeMap;

use oikos_model::{FindingKey, FindingState, LabelId, Timestamp, UserName};
use oikos_registry::{AssignedTo, BudgetLine, BudgetRow, Inbox, InboxGroup, InboxQuery, InboxRow, Side, StoreError};

use crate::columns::{code, json, microseconds};
use crate::filter::{Filter, page};
use crate::findings::{COLUMNS, TABLE, read_finding};
use crate::transaction::PostgresTransaction;
use crate::values::params;
use crate::work::read_work;

const ORDER: &str = "ORDER BY score_bits DESC, occurred_to DESC, finding_key, origin";
const AWAKE: &str = "(snoozed_until IS NULL OR snoozed_until <= ?)";

impl Inbox for PostgresTransaction<'_> {
    fn inbox(&self, query: &InboxQuery<'_>) -> Result<Vec<InboxRow>, StoreError> {
        let filter = filter_of(query)?;
        let sql = format!(
            "SELECT {COLUMNS}, assignee, snoozed_until FROM finding {} {ORDER} {}",
            filter.clause(),
            page(query.limit, query.offset)
        );
        self.read_all(TABLE, &sql, filter.values(), |columns| {
            Ok(InboxRow { stored: read_finding(columns)?, work: read_work(columns, 6)? })
        })
    }

    fn count_inbox(&self, query: &InboxQuery<'_>) -> Result<u64, StoreError> {
        let filter = filter_of(query)?;
        let sql = format!("SELECT COUNT(*) FROM finding {}", filter.clause());
        Ok(self.read_number(TABLE, &sql, filter.values())?.unsigned_abs())
    }

    fn inbox_groups(&self, query: &InboxQuery<'_>) -> Result<Vec<InboxGroup>, StoreError> {
        let filter = filter_of(query)?;
        let asleep = format!("COALESCE(snoozed_until, 0) > {}", microseconds(query.now));
        let sql = format!(
            "SELECT desk, detector, state, received, tlp, assignee, {asleep}, COUNT(*) FROM finding {} \
             GROUP BY 1, 2, 3, 4, 5, 6, 7",
            filter.clause()
        );
        self.read_all(TABLE, &sql, filter.values(), |columns| {
            Ok(InboxGroup {
                desk: columns.value(0)?,
                detector: columns.value(1)?,
                state: columns.code(2)?,
                received: columns.flag(3)?,
                tlp: columns.code(4)?,
                assignee: columns.optional::<String>(5)?.map(|_| columns.identifier(5)).transpose()?,
                snoozed: columns.value(6)?,
                count: columns.number(7)?,
            })
        })
    }

    fn budget_line(
        &self,
        desk: &str,
        labels: &[LabelId],
        now: Timestamp,
        findings: u64,
    ) -> Result<Option<BudgetLine>, StoreError> {
        if findings == 0 {
            return Ok(None);
        }
        let mut filter = Filter::default();
        filter.with("desk = ?", desk.to_owned());
        filter.with("state = ?", code(&FindingState::Open)?);
        filter.with(AWAKE, microseconds(now));
        filter.labels("label", labels);
        let limit = usize::try_from(findings).unwrap_or(usize::MAX);
        let sql = format!(
            "SELECT score_bits, occurred_to, finding_key, origin FROM finding {} {ORDER} {}",
            filter.clause(),
            page(limit, 0)
        );
        let mut lines = self.read_all(TABLE, &sql, filter.values(), |columns| {
            Ok(BudgetLine {
                desk: desk.to_owned(),
                score_bits: columns.value(0)?,
                occurred_to: columns.timestamp(1)?,
                key: FindingKey(columns.hash(2)?),
                origin: columns.identifier(3)?,
            })
        })?;
        Ok(lines.pop())
    }

    fn put_budget(&mut self, budget: &BudgetRow) -> Result<(), StoreError> {
        let sql = "INSERT INTO desk_budget (desk, per_day, set_by, set_at) VALUES ($1, $2, $3, $4) ON CONFLICT (desk) DO UPDATE SET \
                   per_day = excluded.per_day, set_by = excluded.set_by, set_at = excluded.set_at";
        let row = params![budget.desk, budget.per_day, budget.set_by.as_str(), microseconds(budget.set_at)];
        self.execute("setting a desk's budget", sql, row).map(drop)
    }

    fn budgets(&self) -> Result<BTreeMap<String, BudgetRow>, StoreError> {
        let sql = "SELECT desk, per_day, set_by, set_at FROM desk_budget";
        let rows = self.read_all("desk_budget", sql, params![], |columns| {
            Ok(BudgetRow {
                desk: columns.value(0)?,
                per_day: columns.number(1)?,
                set_by: columns.identifier(2)?,
                set_at: columns.timestamp(3)?,
            })
        })?;
        Ok(rows.into_iter().map(|row| (row.desk.clone(), row)).collect())
    }

    fn put_saved_filters(&mut self, user: &UserName, filters: &serde_json::Value) -> Result<(), StoreError> {
        let sql = "INSERT INTO saved_filters (account, content) VALUES ($1, $2) \
                   ON CONFLICT (account) DO UPDATE SET content = excluded.content";
        self.execute("saving filters", sql, params![user.as_str(), json(filters)?]).map(drop)
    }

    fn saved_filters(&self, user: &UserName) -> Result<Option<serde_json::Value>, StoreError> {
        let sql = "SELECT content FROM saved_filters WHERE account = $1";
        self.read_one("saved_filters", sql, params![user.as_str()], |columns| columns.json(0))
    }
}

fn filter_of(query: &InboxQuery<'_>) -> Result<Filter, StoreError> {
    let mut filter = Filter::default();
    filter.labels("label", query.labels);
    filter.with_some("desk = ?", query.desk.map(str::to_owned));
    filter.with_some("detector = ?", query.detector.map(ToString::to_string));
    filter.with_some("received = ?", query.received);
    filter.with_some("tlp = ?", query.tlp.map(|tlp| code(&tlp)).transpose()?);
    filter.with_some("first_recorded_at >= ?", query.since.map(microseconds));
    filter.with_some("strpos(lower(title), ?) > 0", query.text.map(str::to_ascii_lowercase));
    if let Some(states) = query.states {
        filter.one_of("state", states.iter().map(code).collect::<Result<Vec<_>, _>>()?);
    }
    match query.assigned {
        Some(AssignedTo::Person(user)) => filter.with("assignee = ?", user.to_string()),
        Some(AssignedTo::Nobody) => filter.holds("assignee IS NULL"),
        None => {}
    }
    match query.snoozed {
        Some(true) => filter.with("snoozed_until > ?", microseconds(query.now)),
        Some(false) => filter.with(AWAKE, microseconds(query.now)),
        None => {}
    }
    match query.side {
        Some(Side::Within(lines)) => {
            // Below the lowest line nothing is within: the walk of the index ends there.
            let lowest = lines.iter().map(|line| line.score_bits).reduce(f64::min);
            filter.with_some("score_bits >= ?", lowest);
            within(&mut filter, "", lines, query.now)?;
        }
        Some(Side::Beyond(lines)) => within(&mut filter, "NOT ", lines, query.now)?,
        None => {}
    }
    Ok(filter)
}

/// Adds that a finding is open, awake and at or above its desk's line.
fn within(filter: &mut Filter, not: &str, lines: &[BudgetLine], now: Timestamp) -> Result<(), StoreError> {
    let above = "(desk = ? AND (score_bits > ? OR (score_bits = ? AND (occurred_to > ? OR (occurred_to = ? AND \
                 (finding_key, origin) <= (?, ?))))))";
    let any = if lines.is_empty() { "1 = 0".to_owned() } else { vec![above; lines.len()].join(" OR ") };
    let mut values = params![code(&FindingState::Open)?, microseconds(now)].to_vec();
    for line in lines {
        let (score, ended) = (line.score_bits, microseconds(line.occurred_to));
        values.extend_from_slice(params![line.desk, score, score, ended, ended, line.key.0.0, line.origin.as_str()]);
    }
    filter.with_all(&format!("{not}(state = ? AND {AWAKE} AND ({any}))"), values);
    Ok(())
}
