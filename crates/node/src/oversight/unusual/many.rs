//! Many things opened on one day without a case, compared with others of the role.

use std::collections::{BTreeMap, BTreeSet};

use oikos_model::UserName;

use super::{History, IndicatorKind, RuleView, Shown, counted, day_text, number};
use crate::oversight::acts::PersonAct;

/// Fewer things than this are nobody's business.
const THINGS_MINIMUM: usize = 20;
/// How far above the role's median, in robust standard deviations.
const Z_MINIMUM: f64 = 3.5;
/// Days of people there must be to compare with.
const PERSON_DAYS_MINIMUM: usize = 10;
/// An entry that names more things is a list somebody scrolled, not things somebody opened.
const LIST_THINGS: usize = 10;
/// Makes the median absolute deviation comparable with a standard deviation (Iglewicz and Hoaglin 1993).
const MAD_SCALE: f64 = 0.6745;

pub(super) fn rule() -> RuleView {
    RuleView {
        kind: IndicatorKind::ManyWithoutCase,
        thresholds: vec![
            counted("things_minimum", THINGS_MINIMUM),
            number("z_minimum", Z_MINIMUM),
            counted("person_days_minimum", PERSON_DAYS_MINIMUM),
            counted("list_things", LIST_THINGS),
        ],
        text: "At least 20 different things opened on one day without a case, and a robust z of at least 3.5 against the days of \
               everyone with the role: 0.6745 times the distance to the median, by the median absolute deviation (at least 1). Entries \
               that name more than 10 things are lists and do not count. Of several roles the mildest decides.",
    }
}

/// What somebody opened on one day without a case.
#[derive(Default)]
struct Opened<'a> {
    things: BTreeSet<&'a str>,
    acts: Vec<&'a PersonAct>,
}

/// What is usual on a day.
struct Usual {
    median: f64,
    mad: f64,
    person_days: usize,
}

impl Usual {
    fn of(mut counts: Vec<f64>) -> Option<Self> {
        let person_days = counts.len();
        let median = median(&mut counts)?;
        let mut distances: Vec<f64> = counts.iter().map(|count| (count - median).abs()).collect();
        Some(Self { median, mad: self::median(&mut distances)?, person_days })
    }

    fn z(&self, count: f64) -> f64 {
        MAD_SCALE * (count - self.median) / self.mad.max(1.0)
    }
}

fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() % 2 {
        1 => values.get(middle).copied(),
        _ => Some((values.get(middle.checked_sub(1)?)? + values.get(middle)?) / 2.0),
    }
}

pub(super) fn show(history: &History) -> Vec<Shown<'_>> {
    let mut days: BTreeMap<(&UserName, i64), Opened<'_>> = BTreeMap::new();
    for act in history.acts.iter().filter(|act| !act.is_denied) {
        let opened = days.entry((&act.who, act.day())).or_default();
        if act.case.is_none() && act.subjects.len() <= LIST_THINGS {
            let things = act.subjects.iter().map(String::as_str).filter(|thing| is_thing(thing));
            let before = opened.things.len();
            opened.things.extend(things);
            if opened.things.len() > before {
                opened.acts.push(act);
            }
        }
    }
    let usual = usual_by_role(history, &days);
    let mut found = Vec::new();
    for ((who, day), opened) in days {
        let count = opened.things.len();
        let is_judged = opened.acts.last().is_some_and(|act| act.at >= history.since) && count >= THINGS_MINIMUM;
        let Some(mildest) = is_judged.then(|| mildest(history, &usual, who, count)).flatten() else { continue };
        let z = mildest.z(count as f64);
        if z >= Z_MINIMUM {
            let numbers = vec![
                counted("things", count),
                number("role_median", mildest.median),
                number("role_mad", mildest.mad),
                counted("person_days", mildest.person_days),
                number("z", (z * 10.0).round() / 10.0),
            ];
            let about = day_text(day);
            found.push(Shown { kind: IndicatorKind::ManyWithoutCase, who, about, acts: opened.acts, numbers });
        }
    }
    found
}

/// Lists, sessions and the like are no things somebody looks up.
fn is_thing(subject: &str) -> bool {
    let kind = subject.split(':').next().unwrap_or_default();
    ["finding", "entity", "statement", "selector", "request", "hit", "lead", "campaign", "record"].contains(&kind)
}

fn roles_of<'a>(history: &'a History, who: &UserName) -> impl Iterator<Item = &'a str> {
    let row = history.people.iter().find(|row| row.name == *who);
    row.into_iter().flat_map(|row| &row.roles).map(String::as_str).filter(|role| !role.starts_with("desk:"))
}

fn usual_by_role<'a>(history: &'a History, days: &BTreeMap<(&UserName, i64), Opened<'_>>) -> BTreeMap<&'a str, Usual> {
    let mut counts: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for ((who, _), opened) in days {
        for role in roles_of(history, who) {
            counts.entry(role).or_default().push(opened.things.len() as f64);
        }
    }
    let usual = counts.into_iter().filter_map(|(role, counts)| Some((role, Usual::of(counts)?)));
    usual.filter(|(_, usual)| usual.person_days >= PERSON_DAYS_MINIMUM).collect()
}

/// What is usual in the role against whose days this day is least unusual.
fn mildest<'a>(history: &'a History, usual: &'a BTreeMap<&'a str, Usual>, who: &UserName, count: usize) -> Option<&'a Usual> {
    let of_roles = roles_of(history, who).filter_map(|role| usual.get(role));
    of_roles.min_by(|one, other| one.z(count as f64).total_cmp(&other.z(count as f64)))
}
