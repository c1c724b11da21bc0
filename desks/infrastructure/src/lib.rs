//! The infrastructure desk: what stands or falls with an asset, when, and by when somebody had to say so.
//!
//! It reads dependency graphs, incident reports and input-output tables, follows cascades with the path that proves them, weighs sectors
//! by the inoperability input-output model of [`diim`], and keeps the clocks of the CER and NIS2 directives.

mod datasets;
pub mod diim;
mod kernels;
mod readers;
mod references;
mod tables;

use oikos_desk::Desk;

/// The infrastructure desk.
pub static INFRASTRUCTURE: Desk = Desk {
    name: "infrastructure",
    question: "An authority for critical entities asks: what fails next after this incident, by which path and when, and were we told in time?",
    purpose: "infrastructure-protection",
    legal_basis: "Dir. (EU) 2022/2557 Art. 5, 12 and 15; Dir. (EU) 2022/2555 Art. 23",
    datasets: datasets::ALL,
    tables: tables::ALL,
    references: &[references::NOTIFICATION_DUTIES],
    readers: &[
        &readers::AssetsCsv,
        &readers::DependenciesCsv,
        &readers::DependencyGraphJson,
        &readers::IncidentsCsv,
        &readers::IncidentsJson,
        &readers::InputOutputCsv,
    ],
    kernels: &[&kernels::Cascade, &kernels::SectorInoperability],
    detectors: &[
        ("cascade.md", include_str!("../detectors/cascade.md")),
        ("clock.md", include_str!("../detectors/clock.md")),
        ("sectors.md", include_str!("../detectors/sectors.md")),
    ],
};

#[cfg(test)]
mod tests {
    use super::INFRASTRUCTURE;

    #[test]
    fn the_desk_is_in_order() {
        oikos_desk::check(&INFRASTRUCTURE).unwrap();
    }
}
