//! Outcome rates: of the inspected declarations with the same key (importer, office, goods code …), how many were not in order.
//!
//! A rate of few declarations is drawn towards the rate of all: `(found + m·base) / (inspected + m)` (Micci-Barreca 2001, SIGKDD
//! Explorations 3(1)). A row that is trained on must not see its own outcome, or the model would trust rates more than it may: so
//! rows are parted into folds, and a row's rates come from the other folds.

use std::collections::HashMap;

/// Into how many folds training rows are parted.
pub(crate) const FOLDS: usize = 5;
/// How many inspected declarations the rate of all weighs as much as.
const SMOOTHING: f64 = 10.0;

/// What is known of one key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Outcomes {
    pub(crate) inspected: u32,
    pub(crate) found: u32,
}

impl Outcomes {
    fn less(self, other: Self) -> Self {
        Self { inspected: self.inspected - other.inspected, found: self.found - other.found }
    }

    fn add(&mut self, found: bool) {
        self.inspected += 1;
        self.found += u32::from(found);
    }

    /// The smoothed rate where `base` is the rate of all.
    pub(crate) fn rate(self, base: f64) -> f64 {
        (f64::from(self.found) + SMOOTHING * base) / (f64::from(self.inspected) + SMOOTHING)
    }
}

/// The outcomes of every key, in all and by fold.
#[derive(Default)]
pub(crate) struct OutcomeRates {
    keys: HashMap<String, [Outcomes; FOLDS]>,
}

impl OutcomeRates {
    pub(crate) fn add(&mut self, key: &str, fold: usize, found: bool) {
        match self.keys.get_mut(key) {
            Some(folds) => folds[fold].add(found),
            None => self.keys.entry(key.to_owned()).or_default()[fold].add(found),
        }
    }

    /// What is known of a key, without one fold where one is named.
    pub(crate) fn known(&self, key: &str, without_fold: Option<usize>) -> Outcomes {
        let Some(folds) = self.keys.get(key) else { return Outcomes::default() };
        let all = folds.iter().fold(Outcomes::default(), |sum, fold| Outcomes {
            inspected: sum.inspected + fold.inspected,
            found: sum.found + fold.found,
        });
        without_fold.map_or(all, |fold| all.less(folds[fold]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_never_sees_its_own_fold() {
        let mut rates = OutcomeRates::default();
        for (fold, found) in [(0, true), (0, true), (1, false), (2, true)] {
            rates.add("NL1", fold, found);
        }
        assert_eq!(rates.known("NL1", None), Outcomes { inspected: 4, found: 3 });
        assert_eq!(rates.known("NL1", Some(0)), Outcomes { inspected: 2, found: 1 });
        assert_eq!(rates.known("NL2", None), Outcomes::default());
    }

    #[test]
    fn few_declarations_are_drawn_towards_the_rate_of_all() {
        assert_eq!(Outcomes::default().rate(0.2), 0.2);
        assert_eq!(Outcomes { inspected: 10, found: 10 }.rate(0.2), 0.6);
    }
}
