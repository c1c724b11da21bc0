//! How much a partner may ask in a day. Identifiers are few and can be tried one by one, so this is the defence against
//! enumeration.

use oikos_model::{SelectorClass, SelectorKind};

use super::refusal::AskRefusal;
use crate::agreement::AgreementTerms;

/// The points one partner may ask in a day for one purpose in one class, padding included.
///
/// Agreements give budgets by kind of selector, but an answerer cannot see kinds, only the class. So the class's budget is the
/// sum of the budgets of its kinds. A kind that is not named has none and never enters a set, so what the sum allows in excess
/// finds nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AskBudget(pub u64);

impl AskBudget {
    /// The budget of a class under these terms.
    pub fn of(terms: &AgreementTerms, class: SelectorClass) -> Self {
        let of_class = terms.ask_budgets_per_day.iter().filter(|(kind, _)| kind.class() == class);
        Self(of_class.map(|(_, budget)| u64::from(*budget)).sum())
    }

    /// Whether selectors of this kind may be asked under these terms at all.
    pub fn covers(terms: &AgreementTerms, kind: SelectorKind) -> bool {
        terms.ask_budgets_per_day.get(&kind).is_some_and(|budget| *budget > 0)
    }

    /// Points left after `spent` ones.
    pub fn left(self, spent: u64) -> u64 {
        self.0.saturating_sub(spent)
    }

    /// Checks that `asked` more points fit after `spent` ones. The caller counts all points of the day, also of questions it
    /// refused for their points.
    ///
    /// # Errors
    /// When they do not fit.
    pub fn check(self, spent: u64, asked: usize) -> Result<(), AskRefusal> {
        let asked = asked as u64;
        if asked > self.left(spent) { Err(AskRefusal::Budget { asked, left: self.left(spent), budget: self.0 }) } else { Ok(()) }
    }
}
