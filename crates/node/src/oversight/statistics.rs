//! Public statistics of the exchange: by month and class of partner, counted from the journal, so that what was erased since still counts.
//! Whole months only: a month that grows from day to day would show single events. Cells from one to four are suppressed, and so is a
//! cell from which, with its neighbour, such a cell could be computed. There are no totals, for the same reason.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use oikos_exchange::PartnerClass as CardClass;
use oikos_journal::Entry;
use oikos_model::{Action, NodeId, Timestamp};
use oikos_registry::{JournalQuery, Transaction};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::months::Month;
use crate::findings::seconds;
use crate::journal::{FolderView, text_file};
use crate::{Caller, NOTICE, Node, NodeError, Noted};

/// Cells below this say too much about somebody.
const SMALLEST_CELL: u64 = 5;
const MONTHS: u16 = 12;
const MONTHS_MAXIMUM: u16 = 60;
/// More entries of one kind than this in a period are a reason to ask for a shorter one.
const ENTRIES_MAXIMUM: usize = 500_000;

/// What is counted. Those about partners first.
const OF_PARTNERS: [&str; 11] = [
    "asks_sent",
    "hits_received",
    "asks_answered",
    "requests_sent",
    "requests_received",
    "requests_answered",
    "requests_answered_in_time",
    "releases",
    "recalls",
    "corrections",
    "parcels_received",
];
const OF_PEOPLE: [&str; 4] =
    ["subject_requests_received", "subject_requests_answered", "subject_requests_answered_in_time", "subject_requests_refused"];
/// A part, and the whole it is a part of: from both, the rest could be computed.
const PARTS: [(&str, &str); 2] =
    [("requests_answered_in_time", "requests_answered"), ("subject_requests_answered_in_time", "subject_requests_answered")];

/// How far back.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct StatisticsPeriod {
    /// So many whole months; 12 where absent, 60 at most.
    pub months: Option<u16>,
}

/// For whom a file of statistics is made.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StatisticsExport {
    /// So many whole months; 12 where absent, 60 at most.
    pub months: Option<u16>,
    /// For whom, in words: a supervisor, or the public.
    pub recipient: String,
}

/// Statistics that may be published.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct StatisticsView {
    /// The node.
    pub node: String,
    /// The authority.
    pub authority: String,
    /// Its state.
    pub country: String,
    /// The first month, `YYYY-MM`.
    pub from: String,
    /// The last month, `YYYY-MM`.
    pub to: String,
    /// When it was counted, RFC 3339.
    pub made_at: String,
    /// Cells from one up to, but not with, this number are suppressed.
    pub smallest_cell: u64,
    /// What must be said with it.
    pub notice: &'static str,
    /// The cells by month, class and measure.
    pub cells: Vec<StatisticsCell>,
}

/// One number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct StatisticsCell {
    /// `YYYY-MM`.
    pub month: String,
    /// The class of the partners; absent for what has none.
    pub partner_class: Option<String>,
    /// What was counted.
    pub measure: &'static str,
    /// How often; absent where suppressed.
    pub count: Option<u64>,
    /// Whether the number is too small to be shown, or would show such a one.
    pub suppressed: bool,
}

/// Counts by month, class and measure.
#[derive(Debug, Default)]
struct Counts(BTreeMap<(Month, Option<&'static str>, &'static str), u64>);

impl Counts {
    fn add(&mut self, month: Month, class: Option<&'static str>, measure: &'static str, count: u64) {
        *self.0.entry((month, class, measure)).or_default() += count;
    }

    fn get(&self, month: Month, class: Option<&'static str>, measure: &'static str) -> u64 {
        self.0.get(&(month, class, measure)).copied().unwrap_or(0)
    }

    /// Whether the cell may not be shown.
    fn is_suppressed(&self, month: Month, class: Option<&'static str>, measure: &'static str) -> bool {
        let small = |count: u64| (1..SMALLEST_CELL).contains(&count);
        let count = self.get(month, class, measure);
        let shows_rest = PARTS.iter().filter(|(part, _)| *part == measure);
        let mut rests = shows_rest.map(|(_, whole)| self.get(month, class, whole).saturating_sub(count));
        small(count) || rests.any(small)
    }

    fn cells(&self, months: &[Month], classes: &BTreeSet<&'static str>) -> Vec<StatisticsCell> {
        let mut cells = Vec::new();
        for month in months {
            let of_partners = classes.iter().flat_map(|class| OF_PARTNERS.map(|measure| (Some(*class), measure)));
            for (class, measure) in of_partners.chain(OF_PEOPLE.map(|measure| (None, measure))) {
                let suppressed = self.is_suppressed(*month, class, measure);
                cells.push(StatisticsCell {
                    month: month.to_string(),
                    partner_class: class.map(str::to_owned),
                    measure,
                    count: (!suppressed).then(|| self.get(*month, class, measure)),
                    suppressed,
                });
            }
        }
        cells
    }
}

impl Node {
    /// Statistics of whole months, small cells suppressed.
    ///
    /// # Errors
    /// When policy refuses, or the period is too long.
    pub fn statistics(&self, caller: &Caller, period: &StatisticsPeriod) -> Result<StatisticsView, NodeError> {
        let detail = json!({ "months": months_of(period.months)? });
        self.write(caller, Action::ReadStatistics, |_| {
            Ok(((), Noted::about(vec!["list:statistics".into()]).with_detail(detail)))
        })?;
        self.counted(caller, period.months)
    }

    /// The same as files to hand out: JSON, CSV, and what they mean.
    ///
    /// # Errors
    /// When policy refuses, nobody is named for whom, or the period is too long.
    pub fn export_statistics(&self, caller: &Caller, export: &StatisticsExport) -> Result<FolderView, NodeError> {
        let recipient = export.recipient.trim();
        if recipient.is_empty() || recipient.len() > 300 || recipient.chars().any(char::is_control) {
            return Err(NodeError::Invalid("say for whom in 1 to 300 printable bytes".into()));
        }
        let detail = json!({ "months": months_of(export.months)?, "recipient": recipient });
        self.write(caller, Action::ReadStatistics, |_| {
            Ok(((), Noted::about(vec!["statistics:export".into()]).with_detail(detail)))
        })?;
        let statistics = self.counted(caller, export.months)?;
        let json = serde_json::to_string_pretty(&statistics).map_err(NodeError::internal)?;
        let files = [
            text_file("statistics.json", json + "\n"),
            text_file("statistics.csv", csv(&statistics)),
            text_file("README.md", readme(&statistics)),
        ];
        Ok(FolderView::of(files))
    }

    fn counted(&self, caller: &Caller, months: Option<u16>) -> Result<StatisticsView, NodeError> {
        let now = self.clock().now();
        let this = Month::of(now);
        let count = months_of(months)?;
        let list: Vec<Month> = (1..=count).rev().map(|back| this.before(back)).collect();
        let act = caller.act(Action::ReadStatistics, now);
        let tx = self.store().snapshot(&act)?;
        let classes = self.partner_classes(tx.as_ref())?;
        let (from, before) = (this.before(count).start()?, this.start()?);
        let counts = counts(tx.as_ref(), &classes, from, before)?;
        let shown: BTreeSet<&'static str> =
            classes.values().copied().chain(counts.0.keys().filter_map(|(_, class, _)| *class)).collect();
        Ok(StatisticsView {
            node: self.id().to_string(),
            authority: self.config().display_name.clone(),
            country: self.config().country.clone(),
            from: this.before(count).to_string(),
            to: this.before(1).to_string(),
            made_at: seconds(now),
            smallest_cell: SMALLEST_CELL,
            notice: NOTICE,
            cells: counts.cells(&list, &shown),
        })
    }

    fn partner_classes(&self, tx: &dyn Transaction) -> Result<BTreeMap<String, &'static str>, NodeError> {
        let mut classes = BTreeMap::new();
        for row in tx.partners()? {
            let class = match self.partner(tx, &row.node)?.card().content.description.partner_class {
                CardClass::MemberState => "member_state",
                CardClass::UnionBody => "union_body",
                CardClass::ThirdCountry => "third_country",
                CardClass::InternationalOrganisation => "international_organisation",
            };
            classes.insert(row.node.to_string(), class);
        }
        Ok(classes)
    }
}

fn months_of(months: Option<u16>) -> Result<u16, NodeError> {
    match months.unwrap_or(MONTHS) {
        months @ 1..=MONTHS_MAXIMUM => Ok(months),
        _ => Err(NodeError::Invalid(format!("ask for 1 to {MONTHS_MAXIMUM} months"))),
    }
}

/// What the journal's index says of the span.
fn counts(
    tx: &dyn Transaction,
    classes: &BTreeMap<String, &'static str>,
    from: Timestamp,
    before: Timestamp,
) -> Result<Counts, NodeError> {
    let mut counts = Counts::default();
    let actions = [
        Action::Ask,
        Action::AnswerAsk,
        Action::RequestRelease,
        Action::ReceiveParcel,
        Action::DecideRequest,
        Action::Release,
        Action::Recall,
        Action::Rectify,
        Action::AnswerSubject,
    ];
    for action in actions {
        let terms = vec![format!("action:{action}"), "outcome:allowed".to_owned()];
        let query = JournalQuery { terms, from: Some(from), before: Some(before), below: None, limit: ENTRIES_MAXIMUM + 1 };
        let positions = tx.search_journal(&query)?;
        if positions.len() > ENTRIES_MAXIMUM {
            return Err(NodeError::Invalid(format!("there are more than {ENTRIES_MAXIMUM} entries of {action}: ask for less")));
        }
        for position in positions {
            let Some(row) = tx.journal_rows(position, 1)?.pop() else { continue };
            let Some(content) = row.content else { continue };
            let entry: Entry = serde_json::from_str(&content).map_err(NodeError::internal)?;
            let month = Month::of(row.at);
            for (partner, measure, count) in counted_of(&entry) {
                let class = partner.map(|node| classes.get(&node).copied().unwrap_or("no_longer_known"));
                counts.add(month, class, measure, count);
            }
        }
    }
    Ok(counts)
}

/// What one entry counts for: with which partner, as what, how often.
fn counted_of(entry: &Entry) -> Vec<(Option<String>, &'static str, u64)> {
    let detail = &entry.detail;
    let of = |kind: &str| entry.subjects.iter().any(|subject| subject.starts_with(kind));
    let number = |name: &str| detail[name].as_u64().unwrap_or(0);
    let with = |node: Option<&NodeId>, measure, count| (node.map(ToString::to_string), measure, count);
    let actor = match &entry.act.actor {
        oikos_model::Actor::Partner(node) => Some(node),
        oikos_model::Actor::Person(_) | oikos_model::Actor::Node(_) => None,
    };
    let recipient = entry.recipient.as_ref();
    let named = |measure: &'static str| -> Vec<_> {
        let partners = detail["partners"].as_array().map(Vec::as_slice).unwrap_or_default();
        partners.iter().filter_map(Value::as_str).map(|node| (Some(node.to_owned()), measure, 1)).collect()
    };
    match entry.act.action {
        Action::Ask if of("ask:") => vec![with(recipient, "asks_sent", 1)],
        Action::Ask => vec![with(recipient, "hits_received", number("hits"))],
        Action::AnswerAsk if of("ask:") => vec![with(recipient, "asks_answered", 1)],
        Action::RequestRelease if recipient.is_some() => vec![with(recipient, "requests_sent", 1)],
        Action::ReceiveParcel if actor.is_some() && detail["duplicate"] != true => {
            vec![with(actor, "parcels_received", 1), with(actor, "requests_received", number("requests"))]
        }
        Action::DecideRequest if recipient.is_some() => {
            let in_time = u64::from(detail["in_time"] == true);
            vec![with(recipient, "requests_answered", 1), with(recipient, "requests_answered_in_time", in_time)]
        }
        Action::Release if recipient.is_some() => vec![with(recipient, "releases", 1)],
        Action::Recall => named("recalls"),
        Action::Rectify => named("corrections"),
        Action::AnswerSubject => match detail["step"].as_str() {
            Some("open") => vec![(None, "subject_requests_received", 1)],
            Some(step @ ("close" | "refuse")) => {
                let mut counted = vec![
                    (None, "subject_requests_answered", 1),
                    (None, "subject_requests_answered_in_time", u64::from(detail["in_time"] == true)),
                ];
                counted.extend((step == "refuse").then_some((None, "subject_requests_refused", 1)));
                counted
            }
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// The cells as CSV. Nothing in it needs quotes: months, codes and numbers.
fn csv(statistics: &StatisticsView) -> String {
    let mut text = String::from("month,partner_class,measure,count\n");
    for cell in &statistics.cells {
        let class = cell.partner_class.as_deref().unwrap_or("");
        let count = cell.count.map_or_else(|| "suppressed".to_owned(), |count| count.to_string());
        // Writing to a string does not fail.
        _ = writeln!(text, "{},{class},{},{count}", cell.month, cell.measure);
    }
    text
}

fn readme(statistics: &StatisticsView) -> String {
    let StatisticsView { node, authority, country, from, to, made_at, smallest_cell, notice, .. } = statistics;
    let most = smallest_cell - 1;
    format!(
        "# Statistics of {node}\n\n{authority} ({country}). {notice}\n\nMonths {from} to {to} (UTC), counted {made_at} from the node's \
         journal.\n\n- `statistics.json` and `statistics.csv` hold the same cells: month, class of partner, measure, count.\n- A cell \
         from 1 to {most} is suppressed, and so is one from which such a cell could be computed. There are no totals.\n- `asks_sent` and \
         `asks_answered` count questions, each about one or more identifiers; `hits_received` counts identifiers.\n- `releases` counts \
         parcels released by persons or by an agreement's pre-authorisation; `recalls` and `corrections` count partners told.\n- \
         `…_in_time`: before the end of the time that the law or the agreement gives.\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month() -> Month {
        Month::of("2026-10-05T00:00:00Z".parse().unwrap())
    }

    fn cell(counts: &Counts, measure: &'static str) -> StatisticsCell {
        let cells = counts.cells(&[month()], &["member_state"].into());
        cells.into_iter().find(|cell| cell.measure == measure && cell.partner_class.is_some()).unwrap()
    }

    #[test]
    fn small_cells_are_suppressed_and_none_is_a_number() {
        let mut counts = Counts::default();
        counts.add(month(), Some("member_state"), "releases", 4);
        counts.add(month(), Some("member_state"), "recalls", 5);
        assert_eq!((cell(&counts, "releases").count, cell(&counts, "releases").suppressed), (None, true));
        assert_eq!((cell(&counts, "recalls").count, cell(&counts, "recalls").suppressed), (Some(5), false));
        assert_eq!(cell(&counts, "corrections").count, Some(0));
    }

    #[test]
    fn what_would_show_a_small_rest_is_suppressed_too() {
        let mut counts = Counts::default();
        counts.add(month(), Some("member_state"), "requests_answered", 9);
        counts.add(month(), Some("member_state"), "requests_answered_in_time", 7);
        assert_eq!(cell(&counts, "requests_answered").count, Some(9));
        assert!(cell(&counts, "requests_answered_in_time").suppressed, "two were late, and could be told");
        counts.add(month(), Some("member_state"), "requests_answered_in_time", 2);
        assert_eq!(cell(&counts, "requests_answered_in_time").count, Some(9));
    }
}
