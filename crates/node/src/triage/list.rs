//! The inbox as a list: what is within today's budget first, then what is beyond it, each strongest first.

use std::str::FromStr;

use oikos_model::{Action, DetectorId, FindingState, LabelId, Timestamp, Tlp, UserName};
use oikos_registry::{AssignedTo, BudgetLine, CaseItemKind, InboxQuery, InboxRow, Side, Transaction};
use serde::{Deserialize, Serialize};

use super::{CaseName, reference_of};
use crate::findings::{FindingSummary, PAGE_MAXIMUM, seconds, state_code, summary};
use crate::sessions::own_name;
use crate::{Caller, Node, NodeError, Noted};

const TEXT_BYTES_MAXIMUM: usize = 200;
const STATES: [FindingState; 5] =
    [FindingState::Open, FindingState::Confirmed, FindingState::Dismissed, FindingState::Superseded, FindingState::Recalled];

/// Which findings a person wants in the inbox.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::IntoParams, utoipa::ToSchema)]
#[into_params(parameter_in = Query)]
#[serde(default, deny_unknown_fields)]
pub struct InboxFilter {
    /// Only this desk's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub desk: Option<String>,
    /// Only this detector's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detector: Option<String>,
    /// `open`, `confirmed`, `dismissed`, `superseded`, `recalled` or `all`. Absent: open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Only received (`true`) or own (`false`) ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received: Option<bool>,
    /// `me`, `nobody`, or an account's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assignee: Option<String>,
    /// Only what sleeps (`true`). Absent or `false`: only what is awake.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snoozed: Option<bool>,
    /// Only with this text in the title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Only with this traffic light, for example `TLP:AMBER`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tlp: Option<String>,
    /// Only what this node first had at or after this moment, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    #[schema(value_type = Option<String>)]
    pub since: Option<Timestamp>,
    /// Skips so many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<usize>,
    /// Shows at most so many; 100 where absent, 500 at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
}

/// One line of the inbox.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct InboxLine {
    /// The finding.
    pub finding: FindingSummary,
    /// Who works on it.
    pub assignee: Option<String>,
    /// Until when it sleeps, RFC 3339; absent where it is awake.
    pub snoozed_until: Option<String>,
    /// The cases it is in that the reader may see.
    pub cases: Vec<CaseName>,
    /// Whether it is below the line of its desk's budget for today.
    pub beyond_budget: bool,
    /// When this node first had it, RFC 3339.
    pub first_recorded_at: String,
    /// When this node got its newest revision, RFC 3339.
    pub revised_at: String,
}

/// A page of the inbox.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct InboxPage {
    /// How many there are in all that the reader may see.
    pub total: u64,
    /// How many of them are within today's budgets: they come first.
    pub within_budget: u64,
    /// The node's present moment, RFC 3339: ask for what is new since then.
    pub as_of: String,
    /// This page.
    pub lines: Vec<InboxLine>,
}

/// A filter whose parts were checked.
pub(super) struct CheckedFilter<'a> {
    filter: &'a InboxFilter,
    detector: Option<DetectorId>,
    states: Vec<FindingState>,
    assignee: Option<Assignee>,
    tlp: Option<Tlp>,
}

enum Assignee {
    Person(UserName),
    Nobody,
}

impl<'a> CheckedFilter<'a> {
    pub(super) fn new(filter: &'a InboxFilter, caller: &Caller) -> Result<Self, NodeError> {
        if filter.text.as_ref().is_some_and(|text| text.len() > TEXT_BYTES_MAXIMUM) {
            return Err(NodeError::Invalid(format!("a searched text has at most {TEXT_BYTES_MAXIMUM} bytes")));
        }
        let invalid = |error: oikos_model::IdentifierError| NodeError::Invalid(error.to_string());
        let assignee = match filter.assignee.as_deref() {
            None => None,
            Some("nobody") => Some(Assignee::Nobody),
            Some("me") => Some(Assignee::Person(own_name(caller)?.clone())),
            Some(name) => Some(Assignee::Person(UserName::new(name).map_err(invalid)?)),
        };
        Ok(Self {
            filter,
            detector: filter.detector.as_deref().map(DetectorId::from_str).transpose().map_err(invalid)?,
            states: states_of(filter.state.as_deref())?,
            assignee,
            tlp: filter.tlp.as_deref().map(tlp_of).transpose()?,
        })
    }

    pub(super) fn query<'q>(&'q self, labels: &'q [LabelId], now: Timestamp) -> InboxQuery<'q> {
        InboxQuery {
            desk: self.filter.desk.as_deref(),
            detector: self.detector.as_ref(),
            states: Some(&self.states),
            received: self.filter.received,
            assigned: self.assignee.as_ref().map(|assignee| match assignee {
                Assignee::Person(name) => AssignedTo::Person(name),
                Assignee::Nobody => AssignedTo::Nobody,
            }),
            snoozed: Some(self.filter.snoozed.unwrap_or(false)),
            tlp: self.tlp,
            ..self.open_query(labels, now)
        }
    }

    /// With only what counts are not made of: the moment and the text.
    pub(super) fn open_query<'q>(&'q self, labels: &'q [LabelId], now: Timestamp) -> InboxQuery<'q> {
        let text = self.filter.text.as_deref().map(str::trim).filter(|text| !text.is_empty());
        InboxQuery { since: self.filter.since, text, ..InboxQuery::new(labels, now) }
    }
}

impl Node {
    /// The inbox: what is within today's budget of each desk, then the rest; each strongest first.
    ///
    /// # Errors
    /// When policy refuses or the filter is not in order.
    pub fn inbox(&self, caller: &Caller, filter: &InboxFilter) -> Result<InboxPage, NodeError> {
        let checked = CheckedFilter::new(filter, caller)?;
        let now = self.clock().now();
        self.write(caller, Action::ReadFindings, |tx| {
            let labels = self.permitted_labels(tx, caller, Action::ReadFindings)?;
            let budget = self.budget_lines(tx, &labels)?;
            let all = checked.query(&labels, now);
            let within = InboxQuery { side: Some(Side::Within(&budget)), ..all.clone() };
            let within_budget = tx.count_inbox(&within)?;
            let (offset, limit) = (filter.offset.unwrap_or(0), filter.limit.unwrap_or(100).clamp(1, PAGE_MAXIMUM));
            let mut lines = self.lines(tx, caller, &InboxQuery { offset, limit, ..within }, false)?;
            if lines.len() < limit {
                let before = usize::try_from(within_budget).map_err(NodeError::internal)?;
                let (offset, limit) = (offset.saturating_sub(before), limit - lines.len());
                let beyond = InboxQuery { side: Some(Side::Beyond(&budget)), offset, limit, ..all.clone() };
                lines.extend(self.lines(tx, caller, &beyond, true)?);
            }
            let page = InboxPage { total: tx.count_inbox(&all)?, within_budget, as_of: now.to_string(), lines };
            let subjects = page.lines.iter().map(|line| format!("finding:{}/{}", line.finding.origin, line.finding.key));
            let detail = serde_json::json!({ "filter": filter, "total": page.total });
            let noted = Noted::about(subjects.collect()).with_detail(detail);
            Ok((page, noted))
        })
    }

    fn lines(
        &self,
        tx: &dyn Transaction,
        caller: &Caller,
        query: &InboxQuery<'_>,
        beyond: bool,
    ) -> Result<Vec<InboxLine>, NodeError> {
        tx.inbox(query)?.iter().map(|row| self.line(tx, caller, row, beyond)).collect()
    }

    /// The line of one finding as it stands now.
    pub(super) fn line(
        &self,
        tx: &dyn Transaction,
        caller: &Caller,
        row: &InboxRow,
        beyond_budget: bool,
    ) -> Result<InboxLine, NodeError> {
        let InboxRow { stored, work } = row;
        let reference = reference_of(&stored.finding.origin, stored.finding.key);
        let now = self.clock().now();
        Ok(InboxLine {
            finding: summary(stored),
            assignee: work.assignee.as_ref().map(ToString::to_string),
            snoozed_until: work.snoozed_until.filter(|until| *until > now).map(seconds),
            cases: self.visible_cases_with(tx, caller, CaseItemKind::Finding, &reference)?,
            // What is decided or sleeps has no place in a budget, so it is not beyond one either.
            beyond_budget: beyond_budget
                && stored.state == FindingState::Open
                && work.snoozed_until.is_none_or(|until| until <= now),
            first_recorded_at: seconds(stored.first_recorded_at),
            revised_at: seconds(stored.revised_at),
        })
    }

    /// Whether a finding is below the line of its desk's budget.
    pub(super) fn is_beyond(budget: &[BudgetLine], row: &InboxRow) -> bool {
        let finding = &row.stored.finding;
        let Some(line) = budget.iter().find(|line| line.desk == finding.desk) else { return true };
        let place = (-finding.score_bits(), std::cmp::Reverse(finding.occurred_to), finding.key, &finding.origin);
        place > (-line.score_bits, std::cmp::Reverse(line.occurred_to), line.key, &line.origin)
    }
}

fn states_of(code: Option<&str>) -> Result<Vec<FindingState>, NodeError> {
    match code {
        None => Ok(vec![FindingState::Open]),
        Some("all") => Ok(STATES.to_vec()),
        Some(code) => match STATES.into_iter().find(|state| state_code(*state) == code) {
            Some(state) => Ok(vec![state]),
            None => {
                let known = STATES.map(state_code).join(", ");
                Err(NodeError::Invalid(format!("there is no state {code:?}; known are all, {known}")))
            }
        },
    }
}

fn tlp_of(code: &str) -> Result<Tlp, NodeError> {
    Tlp::ALL.into_iter().find(|tlp| tlp.code() == code).ok_or_else(|| {
        let known = Tlp::ALL.map(Tlp::code).join(", ");
        NodeError::Invalid(format!("there is no traffic light {code:?}; known are {known}"))
    })
}
