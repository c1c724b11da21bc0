//! Things consulted for a case in which nobody else touched them.

use std::collections::{BTreeMap, BTreeSet};

use oikos_model::{CaseId, UserName};

use super::{History, IndicatorKind, RuleView, Shown, counted, day_text};
use crate::oversight::acts::PersonAct;

/// Fewer things than this are a new trail that somebody follows.
const THINGS_MINIMUM: usize = 3;
/// Others who must work on the case, or there is nobody to compare with.
const OTHERS_MINIMUM: usize = 2;
/// An entry that names more things is a list somebody scrolled.
const LIST_THINGS: usize = 10;

pub(super) fn rule() -> RuleView {
    RuleView {
        kind: IndicatorKind::OutsideOwnCases,
        thresholds: vec![
            counted("things_minimum", THINGS_MINIMUM),
            counted("others_minimum", OTHERS_MINIMUM),
            counted("list_things", LIST_THINGS),
        ],
        text: "At least 3 things that one person only looked at on one day for a case on which at least 2 others work, and that none of \
               them ever touched for this case, nor the person beyond looking. Entries that name more than 10 things are lists and do \
               not count.",
    }
}

/// What is known of a case.
#[derive(Default)]
struct Known<'a> {
    people: BTreeSet<&'a UserName>,
    /// Who touched each thing for the case.
    touched_by: BTreeMap<&'a str, BTreeSet<&'a UserName>>,
    /// Things with which somebody did more than look.
    worked_on: BTreeSet<&'a str>,
}

pub(super) fn show(history: &History) -> Vec<Shown<'_>> {
    let mut cases: BTreeMap<&CaseId, Known<'_>> = BTreeMap::new();
    let done = || history.acts.iter().filter(|act| !act.is_denied && act.subjects.len() <= LIST_THINGS);
    for act in done() {
        let Some(case) = &act.case else { continue };
        let known = cases.entry(case).or_default();
        known.people.insert(&act.who);
        for thing in act.subjects.iter().filter(|subject| is_thing(subject)) {
            known.touched_by.entry(thing).or_default().insert(&act.who);
            if !act.is_consultation() {
                known.worked_on.insert(thing);
            }
        }
    }
    let mut days: BTreeMap<(&UserName, &CaseId, i64), (Vec<&PersonAct>, BTreeSet<&str>)> = BTreeMap::new();
    for act in done().filter(|act| act.is_consultation() && act.at >= history.since) {
        let Some((case, known)) = act.case.as_ref().and_then(|case| Some((case, cases.get(case)?))) else { continue };
        let is_alone = |thing: &&str| {
            let alone = known.touched_by.get(thing).is_some_and(|people| people.len() == 1);
            alone && !known.worked_on.contains(thing)
        };
        let alone: Vec<&str> = act.subjects.iter().map(String::as_str).filter(|it| is_thing(it)).filter(is_alone).collect();
        if !alone.is_empty() && known.people.len() > OTHERS_MINIMUM {
            let (acts, things) = days.entry((&act.who, case, act.day())).or_default();
            acts.push(act);
            things.extend(alone);
        }
    }
    let elsewhere = |who: &UserName, case: &CaseId, thing: &str| {
        let other = |(other, known): (&&CaseId, &Known<'_>)| {
            *other != case && known.touched_by.get(thing).is_some_and(|people| people.iter().any(|person| *person != who))
        };
        cases.iter().any(other)
    };
    let enough = days.into_iter().filter(|(_, (_, things))| things.len() >= THINGS_MINIMUM);
    let shown = enough.map(|((who, case, day), (acts, things))| {
        let numbers = vec![
            counted("things", things.len()),
            counted("things_of_other_cases", things.iter().filter(|thing| elsewhere(who, case, thing)).count()),
            counted("others_in_case", cases.get(case).map_or(0, |known| known.people.len().saturating_sub(1))),
        ];
        Shown { kind: IndicatorKind::OutsideOwnCases, who, about: format!("{} {case}", day_text(day)), acts, numbers }
    });
    shown.collect()
}

fn is_thing(subject: &str) -> bool {
    let kind = subject.split(':').next().unwrap_or_default();
    ["finding", "entity", "statement", "selector"].contains(&kind)
}
