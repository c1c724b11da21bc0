//! The hybrid desk: coded open-source events, judged together. One domain's bad week is ordinary; several domains' in one place
//! is a question.
//!
//! Everything a node needs is in [`HYBRID`]. It works on streams of events alone. Findings of other desks are joined by the
//! picture, which knows their links; their place in the CORE model is `crates/node/src/picture/hybrid.yaml`.

mod core_model;
mod datasets;
mod kernels;
mod readers;
mod tables;

use oikos_desk::Desk;

/// The hybrid desk.
pub static HYBRID: Desk = Desk {
    name: "hybrid",
    question: "A crisis coordinator asks: do this week's events in several domains of one place belong together, or is it chance?",
    purpose: "infrastructure-protection",
    legal_basis: "JOIN(2016) 18; Dir. (EU) 2022/2557 Art. 5",
    datasets: datasets::ALL,
    tables: tables::ALL,
    references: &[core_model::CORE_CELLS],
    readers: &[&readers::CodedEvents],
    kernels: &[&kernels::JointSurge],
    detectors: &[("surge.md", include_str!("../detectors/surge.md"))],
};

#[cfg(test)]
mod tests {
    use super::HYBRID;

    #[test]
    fn the_desk_is_in_order() {
        oikos_desk::check(&HYBRID).unwrap();
    }
}
