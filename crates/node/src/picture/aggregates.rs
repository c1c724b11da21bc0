//! Counts for policymakers: by state, desk, hybrid domain and week, with small cells hidden.
//!
//! Spans are whole weeks, so that two tables do not differ by a day. Two tables of different spans can still be subtracted from each other: the
//! suppression is within one table.

use std::collections::{BTreeMap, BTreeSet};

use oikos_model::{Action, FindingState, NodeId, Timestamp};
use oikos_registry::{FindingPoint, FindingQuery};
use serde::{Deserialize, Serialize};

use super::suppression::{SMALLEST_SHOWN, Table};
use super::{POINTS_MAXIMUM, day, domains};
use crate::cases::MarkingView;
use crate::whole::{markings_of, whole};
use crate::{Caller, Node, NodeError, Noted};

const DAY_SECONDS: i64 = 86_400;
const WEEK_SECONDS: i64 = 7 * DAY_SECONDS;
/// 1970 began on a Thursday: the first Monday is this many days later.
const FIRST_MONDAY_DAYS: i64 = 4;

/// By what findings are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    /// The state of the origin.
    State,
    /// The desk.
    Desk,
    /// The hybrid domain in which the desk's findings are counted.
    Domain,
    /// The week in which it began, by its Monday.
    Week,
}

/// What to count.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AggregateQuery {
    /// Rows: `state`, `desk`, `domain` or `week`; `state` where absent.
    pub rows: Option<Dimension>,
    /// Columns; `desk` where absent.
    pub columns: Option<Dimension>,
    /// From the week of this moment on, RFC 3339.
    #[param(value_type = Option<String>)]
    pub from: Option<Timestamp>,
    /// Up to the week of this moment, RFC 3339.
    #[param(value_type = Option<String>)]
    pub to: Option<Timestamp>,
}

/// Counts of open and confirmed findings. What is absent is hidden, not zero.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct AggregateView {
    /// By what the rows are.
    pub rows_by: Dimension,
    /// By what the columns are.
    pub columns_by: Dimension,
    /// Names of the rows; `unknown` for what cannot be assigned.
    pub rows: Vec<String>,
    /// Names of the columns.
    pub columns: Vec<String>,
    /// Counts, row by row.
    pub cells: Vec<Vec<Option<u64>>>,
    /// Of each row.
    pub row_totals: Vec<Option<u64>>,
    /// Of each column.
    pub column_totals: Vec<Option<u64>>,
    /// Of all.
    pub total: Option<u64>,
    /// Counts below this are hidden, and others with them so that totals do not give them away.
    pub smallest_shown: u64,
    /// First day of the span, a Monday.
    pub from: Option<String>,
    /// First day behind the span, a Monday.
    pub to: Option<String>,
    /// Whether there were more findings than are counted: then the strongest are.
    pub is_truncated: bool,
    /// What may be done with the whole.
    pub marking: Option<MarkingView>,
}

impl Node {
    /// Counts of findings for policymakers.
    ///
    /// # Errors
    /// When policy refuses, or rows and columns are the same.
    pub fn aggregates(&self, caller: &Caller, query: &AggregateQuery) -> Result<AggregateView, NodeError> {
        let (rows_by, columns_by) = (query.rows.unwrap_or(Dimension::State), query.columns.unwrap_or(Dimension::Desk));
        if rows_by == columns_by {
            return Err(NodeError::Invalid("rows and columns are two different ones of state, desk, domain and week".into()));
        }
        let from = query.from.map(monday).transpose()?;
        let to = query.to.map(next_monday).transpose()?;
        self.write(caller, Action::ReadAggregates, |tx| {
            let labels = self.permitted_labels(tx, caller, Action::ReadAggregates)?;
            let finding_query = FindingQuery {
                labels: Some(&labels),
                states: Some(&[FindingState::Open, FindingState::Confirmed]),
                occurred_from: from,
                occurred_before: to,
                limit: POINTS_MAXIMUM,
                ..FindingQuery::default()
            };
            let points = tx.finding_points(&finding_query)?;
            let is_truncated = tx.count_findings(&finding_query)? > points.len() as u64;
            let countries = self.countries(tx)?;
            let marking = whole(markings_of(tx, points.iter().map(|point| point.label))?);
            let counted = count(&points, &countries, rows_by, columns_by)?;
            let mut view = view(counted, rows_by, columns_by);
            (view.from, view.to, view.is_truncated) = (from.map(day), to.map(day), is_truncated);
            view.marking = marking.as_ref().map(MarkingView::from);
            let detail = serde_json::json!({ "rows": rows_by, "columns": columns_by, "from": view.from, "to": view.to });
            Ok((view, Noted::about(vec!["list:aggregates".into()]).with_detail(detail)))
        })
    }
}

/// The Monday at or before a moment.
fn monday(at: Timestamp) -> Result<Timestamp, NodeError> {
    let first = FIRST_MONDAY_DAYS * DAY_SECONDS;
    let weeks = (at.as_second() - first).div_euclid(WEEK_SECONDS);
    Timestamp::from_second(first + weeks * WEEK_SECONDS).map_err(NodeError::internal)
}

/// The Monday at or behind a moment.
fn next_monday(at: Timestamp) -> Result<Timestamp, NodeError> {
    let before = monday(at)?;
    if before == at { Ok(before) } else { Timestamp::from_second(before.as_second() + WEEK_SECONDS).map_err(NodeError::internal) }
}

type Counted = BTreeMap<(String, String), u64>;

fn count(
    points: &[FindingPoint],
    countries: &BTreeMap<NodeId, String>,
    rows_by: Dimension,
    columns_by: Dimension,
) -> Result<Counted, NodeError> {
    let unknown = || "unknown".to_owned();
    let value = |point: &FindingPoint, dimension: Dimension| -> Result<String, NodeError> {
        Ok(match dimension {
            Dimension::State => countries.get(&point.origin).cloned().unwrap_or_else(unknown),
            Dimension::Desk => point.desk.clone(),
            Dimension::Domain => domains::domain_of(&point.desk).map_or_else(unknown, str::to_owned),
            Dimension::Week => day(monday(point.occurred_from)?),
        })
    };
    let mut counted = Counted::new();
    for point in points {
        *counted.entry((value(point, rows_by)?, value(point, columns_by)?)).or_default() += 1;
    }
    Ok(counted)
}

fn view(counted: Counted, rows_by: Dimension, columns_by: Dimension) -> AggregateView {
    let rows: BTreeSet<String> = counted.keys().map(|(row, _)| row.clone()).collect();
    let columns: BTreeSet<String> = counted.keys().map(|(_, column)| column.clone()).collect();
    let (rows, columns): (Vec<String>, Vec<String>) = (rows.into_iter().collect(), columns.into_iter().collect());
    let cell = |row: &String, column: &String| counted.get(&(row.clone(), column.clone())).copied().unwrap_or(0);
    let counts = rows.iter().map(|row| columns.iter().map(|column| cell(row, column)).collect()).collect();
    let table = Table::suppressed(counts);
    let (row_count, column_count) = (rows.len(), columns.len());
    AggregateView {
        cells: (0..row_count).map(|row| (0..column_count).map(|column| table.shown(row, column)).collect()).collect(),
        row_totals: (0..row_count).map(|row| table.shown(row, column_count)).collect(),
        column_totals: (0..column_count).map(|column| table.shown(row_count, column)).collect(),
        total: table.shown(row_count, column_count),
        rows_by,
        columns_by,
        rows,
        columns,
        smallest_shown: SMALLEST_SHOWN,
        from: None,
        to: None,
        is_truncated: false,
        marking: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_begin_on_monday() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        assert_eq!(monday(at("2026-03-15T23:59:59Z")).unwrap(), at("2026-03-09T00:00:00Z"));
        assert_eq!(monday(at("2026-03-16T00:00:00Z")).unwrap(), at("2026-03-16T00:00:00Z"));
        assert_eq!(next_monday(at("2026-03-16T00:00:01Z")).unwrap(), at("2026-03-23T00:00:00Z"));
        assert_eq!(monday(at("1969-12-31T00:00:00Z")).unwrap(), at("1969-12-29T00:00:00Z"));
    }

    #[test]
    fn an_empty_node_has_an_empty_table() {
        let view = view(Counted::new(), Dimension::State, Dimension::Desk);
        assert_eq!((view.rows.len(), view.total), (0, Some(0)));
    }
}
