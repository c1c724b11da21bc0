//! The finance desk: money that moves from account to account, and the few patterns of it that are worth a report.
//!
//! Everything a node needs is in [`FINANCE`]. Readers turn payment messages, ledgers and crypto-asset transfers into one table of
//! transfers; kernels walk it as a temporal multigraph; detectors are files in `detectors/`.

mod datasets;
mod readers;
mod tables;

use oikos_desk::Desk;

/// The finance desk.
pub static FINANCE: Desk = Desk {
    name: "finance",
    question: "A monitoring team or a financial intelligence unit asks: which movements of money follow a pattern that is worth a report, and what speaks against it?",
    purpose: "anti-money-laundering",
    legal_basis: "Reg. (EU) 2024/1624 Art. 26 and 69; Dir. (EU) 2024/1640 Art. 19",
    datasets: datasets::ALL,
    tables: tables::ALL,
    references: &[],
    readers: &[&readers::Pacs008, &readers::TransfersCsv, &readers::TravelRule],
    kernels: &[],
    detectors: &[],
};

#[cfg(test)]
mod tests {
    use super::FINANCE;

    #[test]
    fn the_desk_is_in_order() {
        oikos_desk::check(&FINANCE).unwrap();
    }
}
