//! The customs desk: which declared goods to look at, which routes are new, where one consignment was declared twice, and what
//! was found.
//!
//! Everything a node needs is in [`CUSTOMS`]. Declarations are ranked, never people: parties count only where they are economic
//! operators, and every selection says what of it comes from what.

mod datasets;
mod kernels;
mod readers;
mod tables;

use oikos_desk::Desk;

/// The customs desk.
pub static CUSTOMS: Desk = Desk {
    name: "customs",
    question: "A customs officer asks: which of today's goods should be looked at, why, and was this consignment seen elsewhere?",
    purpose: "customs-control",
    legal_basis: "Reg. (EU) 952/2013 Art. 46 and 47",
    datasets: datasets::ALL,
    tables: tables::ALL,
    references: &[],
    readers: &[&readers::Declarations, &readers::Inspections, &readers::BenchmarkDeclarations],
    kernels: &[&kernels::DeclarationRisk],
    detectors: &[
        ("risk.md", include_str!("../detectors/risk.md")),
        ("novel-route.md", include_str!("../detectors/novel-route.md")),
        ("consignment.md", include_str!("../detectors/consignment.md")),
        ("inspection.md", include_str!("../detectors/inspection.md")),
    ],
};

#[cfg(test)]
mod tests {
    use super::CUSTOMS;

    #[test]
    fn the_desk_is_in_order() {
        oikos_desk::check(&CUSTOMS).unwrap();
    }
}
