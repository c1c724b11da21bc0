//! Looking up a colleague of a case shortly before or after leaving it.

use std::collections::BTreeMap;

use oikos_model::{Action, CaseId, Timestamp, UserName};
use oikos_registry::UserRow;
use serde_json::Value;

use super::{DAY_SECONDS, History, IndicatorKind, RuleView, Shown, counted};
use crate::oversight::acts::PersonAct;

/// Days before and after leaving.
const WINDOW_DAYS: i64 = 3;
/// Somebody left a case who did nothing in it for so long while others went on.
const QUIET_DAYS: i64 = 7;
/// Shorter names stand in too many texts.
const NAME_CHARACTERS_MINIMUM: usize = 6;

pub(super) fn rule() -> RuleView {
    RuleView {
        kind: IndicatorKind::ColleagueAroundLeaving,
        thresholds: vec![
            counted("window_days", WINDOW_DAYS.unsigned_abs() as usize),
            counted("quiet_days", QUIET_DAYS.unsigned_abs() as usize),
            counted("name_characters_minimum", NAME_CHARACTERS_MINIMUM),
        ],
        text: "An act on data that names a colleague (the account, or the full name in what was searched for), within 3 days of the \
               last act in a case that both worked on. Somebody left a case who did nothing in it for 7 days while others went on.",
    }
}

/// When somebody last acted in a case that they left.
struct Left<'a> {
    case: &'a CaseId,
    at: Timestamp,
    others: Vec<&'a UserName>,
}

pub(super) fn show(history: &History) -> Vec<Shown<'_>> {
    let last_acts = last_acts(history);
    let mut found = Vec::new();
    for (who, acts) in history.by_person() {
        for left in left_cases(history, &last_acts, who) {
            let colleagues: Vec<&UserRow> =
                history.people.iter().filter(|row| row.name != *who && left.others.contains(&&row.name)).collect();
            let names_one = |act: &&PersonAct| {
                let is_near = (act.at.as_second() - left.at.as_second()).abs() <= WINDOW_DAYS * DAY_SECONDS;
                let is_duty = act.action == Action::AnswerSubject;
                is_near && !is_duty && act.at >= history.since && colleagues.iter().any(|colleague| names(act, colleague))
            };
            let near: Vec<&PersonAct> = acts.iter().copied().filter(names_one).collect();
            if !near.is_empty() {
                let named = colleagues.iter().filter(|colleague| near.iter().any(|act| names(act, colleague))).count();
                let after = near.iter().filter(|act| act.at > left.at).count();
                let numbers =
                    vec![counted("acts", near.len()), counted("colleagues", named), counted("acts_after_leaving", after)];
                let about = left.case.to_string();
                found.push(Shown { kind: IndicatorKind::ColleagueAroundLeaving, who, about, acts: near, numbers });
            }
        }
    }
    found
}

/// When each person last acted in each case.
fn last_acts(history: &History) -> BTreeMap<&CaseId, BTreeMap<&UserName, Timestamp>> {
    let mut last: BTreeMap<&CaseId, BTreeMap<&UserName, Timestamp>> = BTreeMap::new();
    for act in &history.acts {
        if let Some(case) = &act.case {
            last.entry(case).or_default().insert(&act.who, act.at);
        }
    }
    last
}

fn left_cases<'a>(
    history: &History,
    last_acts: &BTreeMap<&'a CaseId, BTreeMap<&'a UserName, Timestamp>>,
    who: &UserName,
) -> Vec<Left<'a>> {
    let left = |(case, people): (&&'a CaseId, &BTreeMap<&'a UserName, Timestamp>)| {
        let at = *people.get(who)?;
        let is_quiet = history.now.as_second() - at.as_second() >= QUIET_DAYS * DAY_SECONDS;
        let went_on = people.values().any(|last| *last > at);
        let others = people.keys().copied().filter(|name| *name != who).collect();
        (is_quiet && went_on).then_some(Left { case, at, others })
    };
    last_acts.iter().filter_map(left).collect()
}

/// Whether what was touched or searched for names this colleague.
fn names(act: &PersonAct, colleague: &UserRow) -> bool {
    let account = format!("user:{}", colleague.name);
    if act.subjects.contains(&account) {
        return true;
    }
    let words = plain(&colleague.display_name);
    let reversed = words.rsplit_once(' ').map(|(first, last)| format!("{last} {first}"));
    let is_full_name = words.contains(' ') && words.chars().count() >= NAME_CHARACTERS_MINIMUM;
    let contains = |text: &str| {
        let text = plain(text);
        text.contains(&words) || reversed.as_ref().is_some_and(|reversed| text.contains(reversed))
    };
    is_full_name && (act.subjects.iter().any(|subject| contains(subject)) || any_text(&act.detail, &contains))
}

fn any_text(value: &Value, holds: &impl Fn(&str) -> bool) -> bool {
    match value {
        Value::String(text) => holds(text),
        Value::Array(items) => items.iter().any(|item| any_text(item, holds)),
        Value::Object(members) => members.values().any(|member| any_text(member, holds)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Letters and digits in lower case, whatever stands between them as one space.
fn plain(text: &str) -> String {
    let words = text.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ").to_lowercase()
}
