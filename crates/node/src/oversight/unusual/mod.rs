//! Unusual access: rules over the journal that show acts a person of oversight should look at. Each says its numbers, its thresholds and
//! the entries behind it. They are about acts, never a score of a person: nothing is added up over people, and nothing follows by itself.
//! A named person looks and writes down what came of it; newer entries open it again.

mod cases;
mod colleagues;
mod denials;
mod hours;
mod many;

use std::collections::{BTreeMap, BTreeSet};

use oikos_model::{Action, ContentHasher, Timestamp, UserName};
use oikos_registry::{ReviewRow, UserRow};
use serde::{Deserialize, Serialize};

use super::acts::{Acts, PersonAct};
use crate::findings::seconds;
use crate::{Caller, Node, NodeError, Noted};

const DAY_SECONDS: i64 = 86_400;
/// What is usual is learnt from so many days before the span that is looked at.
const HISTORY_DAYS: i64 = 180;
const SPAN_DAYS: i64 = 30;
const LONGEST_SPAN_DAYS: i64 = 180;
/// As many entries and things are named with an indicator; their counts are whole.
const NAMED_MAXIMUM: usize = 100;
const REASON_BYTES_MAXIMUM: usize = 1_000;

/// Which acts a rule looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum IndicatorKind {
    /// Acts at an hour at which the account did not act on its earlier days.
    OutsideUsualHours,
    /// Many things opened on one day without a case, compared with others of the role.
    ManyWithoutCase,
    /// Things consulted for a case in which nobody else touched them.
    OutsideOwnCases,
    /// Acts refused again and again.
    RepeatedDenials,
    /// Looking up a colleague of a case shortly before or after leaving it.
    ColleagueAroundLeaving,
}

impl IndicatorKind {
    const fn code(self) -> &'static str {
        match self {
            Self::OutsideUsualHours => "outside_usual_hours",
            Self::ManyWithoutCase => "many_without_case",
            Self::OutsideOwnCases => "outside_own_cases",
            Self::RepeatedDenials => "repeated_denials",
            Self::ColleagueAroundLeaving => "colleague_around_leaving",
        }
    }
}

/// A number with its name.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct NamedNumber {
    /// Its name, unit last.
    pub name: &'static str,
    /// Its value.
    pub value: f64,
}

/// A rule and when it shows something.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct RuleView {
    /// The rule.
    pub kind: IndicatorKind,
    /// What must be reached.
    pub thresholds: Vec<NamedNumber>,
    /// The rule in words.
    pub text: &'static str,
}

/// What a rule showed.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct IndicatorView {
    /// Its id: the same acts have the same.
    pub id: String,
    /// The rule.
    pub kind: IndicatorKind,
    /// Whose acts.
    pub who: String,
    /// The day (UTC) or the case it is about.
    pub about: String,
    /// Its numbers.
    pub numbers: Vec<NamedNumber>,
    /// The first act, RFC 3339.
    pub first_at: String,
    /// The last act, RFC 3339.
    pub last_at: String,
    /// The journal entries behind it, at most a hundred.
    pub entries: Vec<i64>,
    /// How many there are.
    pub entry_count: usize,
    /// What was touched, at most a hundred things.
    pub subjects: Vec<String>,
    /// What somebody wrote who looked at it.
    pub review: Option<AccessReview>,
    /// Whether nobody looked at it since its last entry.
    pub open: bool,
}

/// A review of what a rule showed.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct AccessReview {
    /// Who looked.
    pub by: String,
    /// When, RFC 3339.
    pub at: String,
    /// What came of it.
    pub reason: String,
}

/// Which days to look at.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct UnusualPeriod {
    /// So many days back; 30 where absent, 180 at most.
    pub days: Option<i64>,
}

/// What the rules showed.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct UnusualAccess {
    /// Since when, RFC 3339.
    pub since: String,
    /// What is usual is learnt from entries since then, RFC 3339.
    pub learnt_since: String,
    /// Entries that were read.
    pub entries_read: usize,
    /// Whether older entries were left out because there are too many.
    pub is_cut: bool,
    /// The rules.
    pub rules: Vec<RuleView>,
    /// What they showed: open ones first, then newest first.
    pub indicators: Vec<IndicatorView>,
}

/// What came of looking.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewRequest {
    /// What came of it, in words.
    pub reason: String,
    /// The newest entry that was looked at. With a newer one it is open again.
    pub newest_entry: i64,
}

/// What the rules are handed.
pub(crate) struct History {
    /// Acts of people on data, oldest first.
    pub(crate) acts: Vec<PersonAct>,
    /// Acts from here on are judged; those before only say what is usual.
    pub(crate) since: Timestamp,
    /// Now.
    pub(crate) now: Timestamp,
    /// Everyone with an account.
    pub(crate) people: Vec<UserRow>,
}

/// What a rule shows: acts of one person, about one day or case.
pub(crate) struct Shown<'a> {
    kind: IndicatorKind,
    who: &'a UserName,
    about: String,
    acts: Vec<&'a PersonAct>,
    numbers: Vec<NamedNumber>,
}

impl History {
    /// Each person's acts, oldest first.
    fn by_person(&self) -> BTreeMap<&UserName, Vec<&PersonAct>> {
        let mut by_person: BTreeMap<&UserName, Vec<&PersonAct>> = BTreeMap::new();
        for act in &self.acts {
            by_person.entry(&act.who).or_default().push(act);
        }
        by_person
    }
}

const fn number(name: &'static str, value: f64) -> NamedNumber {
    NamedNumber { name, value }
}

fn counted(name: &'static str, value: usize) -> NamedNumber {
    number(name, value as f64)
}

fn day_text(day: i64) -> String {
    let at = Timestamp::from_second(day * DAY_SECONDS).unwrap_or(Timestamp::UNIX_EPOCH);
    seconds(at).chars().take(10).collect()
}

fn rules() -> Vec<RuleView> {
    vec![hours::rule(), many::rule(), cases::rule(), denials::rule(), colleagues::rule()]
}

fn shown(history: &History) -> Vec<Shown<'_>> {
    let mut shown = hours::show(history);
    shown.extend(many::show(history));
    shown.extend(cases::show(history));
    shown.extend(denials::show(history));
    shown.extend(colleagues::show(history));
    shown
}

impl Shown<'_> {
    fn id(&self) -> String {
        let hasher = ContentHasher::new("unusual-access").field(self.kind.code().as_bytes());
        hasher.field(self.who.as_str().as_bytes()).field(self.about.as_bytes()).finish().to_string()
    }

    fn newest(&self) -> i64 {
        self.acts.iter().map(|act| act.index).max().unwrap_or(-1)
    }

    fn view(self, reviews: &BTreeMap<String, ReviewRow>) -> IndicatorView {
        let (id, newest) = (self.id(), self.newest());
        let times = || self.acts.iter().map(|act| act.at);
        let subjects: BTreeSet<&String> = self.acts.iter().flat_map(|act| &act.subjects).collect();
        let review = reviews.get(&id);
        IndicatorView {
            open: review.is_none_or(|review| review.newest_entry < newest),
            review: review.map(|row| AccessReview {
                by: row.reviewed_by.to_string(),
                at: seconds(row.reviewed_at),
                reason: row.reason.clone(),
            }),
            kind: self.kind,
            who: self.who.to_string(),
            first_at: times().min().map(seconds).unwrap_or_default(),
            last_at: times().max().map(seconds).unwrap_or_default(),
            entries: self.acts.iter().rev().take(NAMED_MAXIMUM).map(|act| act.index).collect(),
            entry_count: self.acts.len(),
            subjects: subjects.into_iter().take(NAMED_MAXIMUM).cloned().collect(),
            about: self.about,
            numbers: self.numbers,
            id,
        }
    }
}

impl Node {
    /// What the rules show in the journal's last days.
    ///
    /// # Errors
    /// When policy refuses, or the journal cannot be read.
    pub fn unusual_access(&self, caller: &Caller, period: &UnusualPeriod) -> Result<UnusualAccess, NodeError> {
        let days = period.days.unwrap_or(SPAN_DAYS).clamp(1, LONGEST_SPAN_DAYS);
        self.write(caller, Action::ReadJournal, |_| {
            let noted = Noted::about(vec!["journal:unusual".into()]);
            Ok(((), noted.with_detail(serde_json::json!({ "unusual_days": days }))))
        })?;
        let act = caller.act(Action::ReadJournal, self.clock().now());
        let tx = self.store().snapshot(&act)?;
        let (history, read) = self.history(tx.as_ref(), days)?;
        let reviews = tx.reviews()?.into_iter().map(|row| (row.indicator.clone(), row)).collect();
        let mut indicators: Vec<IndicatorView> = shown(&history).into_iter().map(|shown| shown.view(&reviews)).collect();
        indicators.sort_by(|one, other| {
            other.open.cmp(&one.open).then_with(|| other.last_at.cmp(&one.last_at)).then_with(|| one.id.cmp(&other.id))
        });
        Ok(UnusualAccess {
            since: seconds(history.since),
            learnt_since: seconds(days_before(history.since, HISTORY_DAYS)),
            entries_read: read.entries,
            is_cut: read.is_cut,
            rules: rules(),
            indicators,
        })
    }

    fn history(&self, tx: &dyn oikos_registry::Transaction, days: i64) -> Result<(History, Acts), NodeError> {
        let now = self.clock().now();
        let since = days_before(now, days);
        let mut read = Acts::since(tx, days_before(since, HISTORY_DAYS))?;
        let history = History { acts: std::mem::take(&mut read.acts), since, now, people: tx.users()? };
        Ok((history, read))
    }

    /// Writes down what came of looking at what a rule showed.
    ///
    /// # Errors
    /// When policy refuses, the rules show no such thing, it is about the caller's own acts, or nothing is written.
    pub fn review_access(&self, caller: &Caller, id: &str, request: &ReviewRequest) -> Result<IndicatorView, NodeError> {
        let reason = request.reason.trim();
        if reason.is_empty() || reason.len() > REASON_BYTES_MAXIMUM {
            return Err(NodeError::Invalid(format!("say in 1 to {REASON_BYTES_MAXIMUM} bytes what came of it")));
        }
        let by = caller.person().cloned().ok_or_else(|| NodeError::Invalid("a named person reviews".into()))?;
        let act = self.authorise(caller, Action::ReviewAccess)?;
        let snapshot = self.store().snapshot(&act)?;
        let (history, _) = self.history(snapshot.as_ref(), LONGEST_SPAN_DAYS)?;
        drop(snapshot);
        let found = shown(&history).into_iter().find(|shown| shown.id() == id);
        let shown = found.ok_or_else(|| NodeError::NotFound(format!("the indicator {id:?}")))?;
        if *shown.who == by {
            let reasons = vec!["Nobody reviews their own acts [own-acts]".to_owned()];
            self.journal_denial(&act, &reasons, vec![format!("user:{by}")])?;
            return Err(NodeError::Denied(reasons));
        }
        let row = ReviewRow {
            indicator: id.to_owned(),
            newest_entry: request.newest_entry.min(shown.newest()),
            reviewed_by: by,
            reviewed_at: act.at,
            reason: reason.to_owned(),
        };
        self.write(caller, Action::ReviewAccess, |tx| {
            tx.put_review(&row)?;
            let subjects = vec![format!("indicator:{id}"), format!("user:{}", shown.who)];
            let detail = serde_json::json!({ "kind": shown.kind, "about": shown.about, "entries": shown.acts.len(),
                "newest_entry": row.newest_entry, "reason": reason });
            let view = shown.view(&[(id.to_owned(), row.clone())].into());
            Ok((view, Noted::about(subjects).with_detail(detail)))
        })
    }
}

fn days_before(at: Timestamp, days: i64) -> Timestamp {
    Timestamp::from_second(at.as_second() - days * DAY_SECONDS).unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
mod tests;
