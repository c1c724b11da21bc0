//! The cyber desk: what is known of threats, found in the logs of networks.
//!
//! Everything a node needs is in [`CYBER`]. `stix` is the patterning language; the readers take threat intelligence, lists and logs; the kernels
//! correlate values and judge sequences of connections; the detectors are files in `detectors/`. The desk reads what others recorded. It
//! connects to nothing and probes nothing.

mod datasets;
mod kernels;
mod readers;
mod stix;
mod tables;

use oikos_desk::Desk;

/// The cyber desk.
pub static CYBER: Desk = Desk {
    name: "cyber",
    question: "A CSIRT or an operator asks: who of ours talked to what is known to be hostile, who scans us, what calls home, and what speaks against it?",
    purpose: "cybersecurity",
    legal_basis: "Dir. (EU) 2022/2555 Art. 11 and 29; Reg. (EU) 2016/679 Art. 6(1)(e) and recital 49",
    datasets: datasets::ALL,
    tables: tables::ALL,
    references: &[],
    readers: &[
        &readers::StixBundle,
        &readers::MispJson,
        &readers::KnownExploited,
        &readers::WarningList,
        &readers::NetworkAssets,
        &readers::ZeekLog,
        &readers::NetworkJson,
    ],
    kernels: &[&kernels::Correlate, &kernels::StixPatterns, &kernels::ScanWalk, &kernels::BeaconRegularity],
    detectors: &[
        ("indicator-match.md", include_str!("../detectors/indicator-match.md")),
        ("scan.md", include_str!("../detectors/scan.md")),
        ("beacon.md", include_str!("../detectors/beacon.md")),
    ],
};

#[cfg(test)]
mod tests {
    use super::CYBER;

    #[test]
    fn the_desk_is_in_order() {
        oikos_desk::check(&CYBER).unwrap();
    }
}
