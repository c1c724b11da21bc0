//! The finance desk: money that moves from account to account, and the few patterns of it that are worth a report.
//!
//! Everything a node needs is in [`FINANCE`]. Readers turn payment messages, ledgers and crypto-asset transfers into one table of
//! transfers; kernels walk it as a temporal multigraph; detectors are files in `detectors/`.

mod datasets;
mod kernels;
mod readers;
mod references;
mod tables;

use oikos_desk::Desk;

/// The finance desk.
pub static FINANCE: Desk = Desk {
    name: "finance",
    question: "A monitoring team or a financial intelligence unit asks: which movements of money follow a pattern worth a report, \
               and what speaks against it?",
    purpose: "anti-money-laundering",
    legal_basis: "Reg. (EU) 2024/1624 Art. 26 and 69; Dir. (EU) 2024/1640 Art. 19",
    datasets: datasets::ALL,
    tables: tables::ALL,
    references: &[references::REPORTING_STEPS],
    readers: &[&readers::Pacs008, &readers::TransfersCsv, &readers::TravelRule],
    kernels: &[
        &kernels::FAN_IN,
        &kernels::FAN_OUT,
        &kernels::GATHER_SCATTER,
        &kernels::PASS_THROUGH,
        &kernels::ROUND_TRIPS,
        &kernels::SCATTER_GATHER,
        &kernels::Structuring,
        &kernels::TEMPORAL_CYCLES,
        &kernels::TransferFeatures,
    ],
    detectors: &[
        ("fan-in.md", include_str!("../detectors/fan-in.md")),
        ("fan-out.md", include_str!("../detectors/fan-out.md")),
        ("gather-scatter.md", include_str!("../detectors/gather-scatter.md")),
        ("pass-through.md", include_str!("../detectors/pass-through.md")),
        ("round-trip.md", include_str!("../detectors/round-trip.md")),
        ("scatter-gather.md", include_str!("../detectors/scatter-gather.md")),
        ("structuring.md", include_str!("../detectors/structuring.md")),
        ("temporal-cycle.md", include_str!("../detectors/temporal-cycle.md")),
        ("wallet-link.md", include_str!("../detectors/wallet-link.md")),
    ],
};

#[cfg(test)]
mod tests {
    use super::FINANCE;

    #[test]
    fn the_desk_is_in_order() {
        oikos_desk::check(&FINANCE).unwrap();
    }
}
