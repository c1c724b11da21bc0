//! The trade desk: on whom does the Union depend, and do goods go where they are said to go?
//!
//! It reads Comext, mirror statistics, BACI and export declarations, and finds dependencies that last, gaps between what was sold and what
//! arrived, and surges of a product to a partner. It knows goods, countries and companies; it knows no person.

mod countries;
mod datasets;
mod kernels;
mod readers;
mod references;
mod tables;

use oikos_desk::Desk;

/// The trade desk.
pub static TRADE: Desk = Desk {
    name: "trade",
    question: "A trade or sanctions analyst asks: on whom do we depend, which goods did not arrive where they were sold, and what surged?",
    purpose: "sanctions-enforcement",
    legal_basis: "TFEU Art. 207 and 215; Reg. (EU) 833/2014 Art. 12g and 12gb",
    datasets: datasets::ALL,
    tables: tables::ALL,
    references: &[references::COMMON_HIGH_PRIORITY, references::COUNTRY_CODES],
    readers: &[
        &readers::ComextBulk,
        &readers::ComextLegacy,
        &readers::RelationalView,
        &readers::Baci,
        &readers::ExportDeclarations,
    ],
    kernels: &[&kernels::ExportSurge, &kernels::MirrorGaps],
    detectors: &[
        ("dependency.md", include_str!("../detectors/dependency.md")),
        ("incomplete-series.md", include_str!("../detectors/incomplete-series.md")),
        ("mirror-gap.md", include_str!("../detectors/mirror-gap.md")),
        ("surge.md", include_str!("../detectors/surge.md")),
    ],
};

#[cfg(test)]
mod tests {
    use super::TRADE;

    #[test]
    fn the_desk_is_in_order() {
        oikos_desk::check(&TRADE).unwrap();
    }
}
