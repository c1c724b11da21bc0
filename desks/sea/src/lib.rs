//! The sea desk: what ships say by radio, judged against what is known of receivers, cables and owners.
//!
//! Everything a node needs is in [`SEA`]. The tables are in `tables`, the readers turn AIS sentences, a vessel register and cable
//! corridors into records and statements, the kernels do what SQL cannot say well, and the detectors are files in `detectors/`.

mod datasets;
mod kernels;
mod readers;
mod sphere;
mod tables;

use oikos_desk::Desk;

/// The sea desk.
pub static SEA: Desk = Desk {
    name: "sea",
    question: "A coast guard or cable owner asks: which ship went silent or lingered where it matters, and what speaks against it?",
    purpose: "infrastructure-protection",
    legal_basis: "Dir. 2002/59/EC Art. 6 and 9; Dir. (EU) 2022/2557",
    datasets: datasets::ALL,
    tables: tables::ALL,
    references: &[],
    readers: &[&readers::AisNmea, &readers::VesselRegister, &readers::Corridors],
    kernels: &[&kernels::AisGaps, &kernels::CorridorDistance, &kernels::Loitering],
    detectors: &[("gap.md", include_str!("../detectors/gap.md")), ("loitering.md", include_str!("../detectors/loitering.md"))],
};

#[cfg(test)]
mod tests {
    use super::SEA;

    #[test]
    fn the_desk_is_in_order() {
        oikos_desk::check(&SEA).unwrap();
    }
}
