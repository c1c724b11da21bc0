//! The ownership desk: who stands behind an investment, and does a stake stop just short of where screening begins?
//!
//! It reads BODS 0.4 into two tables and statements, brings the screening steps of some states as dated data, and walks ownership
//! chains with kernels over [`oikos_desk::graph`].

mod datasets;
mod kernels;
mod readers;
mod references;
mod tables;

use oikos_desk::Desk;

pub use datasets::{NOTIFIED_DEALS, PUBLIC_REGISTER};
pub use kernels::{CommonParentKernel, ParentsKernel};
pub use readers::BodsReader;
pub use references::SCREENING_STEPS;
pub use tables::{ENTITIES, INTERESTS};

/// The desk.
pub static OWNERSHIP: Desk = Desk {
    name: "ownership",
    question: "A screening officer asks: who stands behind this stake, and does it stop just short of a screening step?",
    purpose: "fdi-screening",
    legal_basis: "Reg. (EU) 2019/452 Art. 3, 4 and 10",
    datasets: &[PUBLIC_REGISTER, NOTIFIED_DEALS],
    tables: &[ENTITIES, INTERESTS],
    references: &[SCREENING_STEPS],
    readers: &[&BodsReader],
    kernels: &[&CommonParentKernel, &ParentsKernel],
    detectors: &[("just-below-step.md", include_str!("../detectors/just-below-step.md"))],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_detectors_are_in_order() {
        let detectors = oikos_desk::detectors_of(&OWNERSHIP).unwrap();
        assert_eq!(detectors.len(), OWNERSHIP.detectors.len());
    }

    #[test]
    fn a_notified_deal_locks_what_it_is_joined_with() {
        let at = oikos_model::Timestamp::from_second(1_700_000_000).unwrap();
        let joined = PUBLIC_REGISTER.marking(at).join(&NOTIFIED_DEALS.marking(at));
        let purposes: Vec<&str> = joined.purposes.iter().map(oikos_model::Purpose::as_str).collect();
        assert_eq!(purposes, ["fdi-screening"]);
        assert!(!joined.permitted.contains(&oikos_model::PermittedAction::Share));
        assert_eq!(joined.tlp, oikos_model::Tlp::AmberStrict);
    }

    #[test]
    fn the_public_register_serves_every_purpose_about_the_world() {
        let vocabulary = oikos_model::Vocabulary::load().unwrap();
        let expected: Vec<&str> =
            vocabulary.purposes().map(|(code, _)| code).filter(|code| !["oversight", "administration"].contains(code)).collect();
        let mut purposes = PUBLIC_REGISTER.purposes.to_vec();
        purposes.sort_unstable();
        assert_eq!(purposes, expected);
    }
}
