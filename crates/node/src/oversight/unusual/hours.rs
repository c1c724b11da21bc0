//! Acts at an hour at which the account did not act before.

use std::collections::BTreeSet;

use super::{History, IndicatorKind, RuleView, Shown, counted, day_text, number};
use crate::oversight::acts::PersonAct;

/// Acts there must have been before.
const HISTORY_ACTS_MINIMUM: usize = 20;
/// Days there must have been before: a single long day says nothing about habits.
const HISTORY_DAYS_MINIMUM: usize = 5;
/// On at most this share of the earlier days the account acted within an hour of this time.
const SHARE_MAXIMUM_PERCENT: f64 = 2.0;
const HOURS: usize = 24;

pub(super) fn rule() -> RuleView {
    RuleView {
        kind: IndicatorKind::OutsideUsualHours,
        thresholds: vec![
            counted("history_acts_minimum", HISTORY_ACTS_MINIMUM),
            counted("history_days_minimum", HISTORY_DAYS_MINIMUM),
            number("share_maximum_percent", SHARE_MAXIMUM_PERCENT),
            counted("neighbouring_hours", 1),
        ],
        text: "Acts within an hour of which the account acted on at most 2 % of its earlier days, with at least 20 acts on 5 days \
               before. Hours are UTC; the hour beside absorbs summer time.",
    }
}

pub(super) fn show(history: &History) -> Vec<Shown<'_>> {
    history.by_person().into_values().flat_map(|acts| of_person(history, &acts)).collect()
}

/// What is known of an account's earlier days.
#[derive(Default)]
struct Habits {
    acts: usize,
    days: usize,
    /// On how many days the account acted in each hour.
    days_by_hour: [usize; HOURS],
}

impl Habits {
    fn share_percent(&self, hour: usize) -> f64 {
        let near = [(hour + HOURS - 1) % HOURS, hour, (hour + 1) % HOURS];
        let days = near.iter().map(|hour| self.days_by_hour[*hour]).max().unwrap_or(0);
        100.0 * days as f64 / self.days.max(1) as f64
    }

    fn learn(&mut self, of_day: &[&PersonAct]) {
        self.acts += of_day.len();
        self.days += 1;
        for hour in of_day.iter().map(|act| act.hour()).collect::<BTreeSet<_>>() {
            self.days_by_hour[hour] += 1;
        }
    }
}

fn of_person<'a>(history: &'a History, acts: &[&'a PersonAct]) -> Vec<Shown<'a>> {
    let (mut habits, mut found) = (Habits::default(), Vec::new());
    for of_day in acts.chunk_by(|one, next| one.day() == next.day()) {
        let is_known = habits.acts >= HISTORY_ACTS_MINIMUM && habits.days >= HISTORY_DAYS_MINIMUM;
        let is_unusual =
            |act: &&PersonAct| act.at >= history.since && is_known && habits.share_percent(act.hour()) <= SHARE_MAXIMUM_PERCENT;
        let unusual: Vec<&PersonAct> = of_day.iter().copied().filter(is_unusual).collect();
        if let Some(first) = unusual.first() {
            let hours = || unusual.iter().map(|act| act.hour());
            let share = hours().map(|hour| habits.share_percent(hour)).fold(0.0, f64::max);
            let numbers = vec![
                counted("acts", unusual.len()),
                counted("from_hour_utc", hours().min().unwrap_or(0)),
                counted("to_hour_utc", hours().max().unwrap_or(0)),
                counted("history_acts", habits.acts),
                counted("history_days", habits.days),
                number("share_percent", share),
            ];
            let (who, about) = (&first.who, day_text(first.day()));
            found.push(Shown { kind: IndicatorKind::OutsideUsualHours, who, about, acts: unusual.clone(), numbers });
        }
        habits.learn(of_day);
    }
    found
}
