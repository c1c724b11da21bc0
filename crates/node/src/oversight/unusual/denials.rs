//! Acts refused again and again.

use std::collections::BTreeSet;

use super::{History, IndicatorKind, RuleView, Shown, counted, day_text};
use crate::oversight::acts::PersonAct;

/// Fewer refusals on one day are mistakes.
const DENIALS_MINIMUM: usize = 5;

pub(super) fn rule() -> RuleView {
    RuleView {
        kind: IndicatorKind::RepeatedDenials,
        thresholds: vec![counted("denials_minimum", DENIALS_MINIMUM)],
        text: "At least 5 acts on data refused to one person on one day. Failed sign-ins have a brake of their own.",
    }
}

pub(super) fn show(history: &History) -> Vec<Shown<'_>> {
    let mut found = Vec::new();
    for acts in history.by_person().into_values() {
        let denied: Vec<&PersonAct> = acts.into_iter().filter(|act| act.is_denied && act.at >= history.since).collect();
        for of_day in denied.chunk_by(|one, next| one.day() == next.day()).filter(|of_day| of_day.len() >= DENIALS_MINIMUM) {
            let Some(first) = of_day.first() else { continue };
            let actions: BTreeSet<_> = of_day.iter().map(|act| act.action).collect();
            let things: BTreeSet<_> = of_day.iter().flat_map(|act| &act.subjects).collect();
            let numbers =
                vec![counted("denials", of_day.len()), counted("actions", actions.len()), counted("things", things.len())];
            let (who, about) = (&first.who, day_text(first.day()));
            found.push(Shown { kind: IndicatorKind::RepeatedDenials, who, about, acts: of_day.to_vec(), numbers });
        }
    }
    found
}
