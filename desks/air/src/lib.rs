//! The air desk: what drones say by radio and what sensors see of them, judged against zones, assets and authorisations.
//!
//! Everything a node needs is in [`AIR`]. The tables are in `tables`, the readers decode Remote ID, tracks, zones and lists, the kernel
//! says which zone a position lies in, and the detectors are files in `detectors/`.

mod datasets;
mod kernels;
mod readers;
mod sphere;
mod tables;

use oikos_desk::Desk;

/// The air desk.
pub static AIR: Desk = Desk {
    name: "air",
    question: "A site guard or aviation authority asks: which drone is over what must be protected, is it allowed to, and what speaks against it?",
    purpose: "infrastructure-protection",
    legal_basis: "Reg. (EU) 2019/947 Art. 15 (UAS geographical zones); Dir. (EU) 2022/2557 Art. 13",
    datasets: datasets::ALL,
    tables: tables::ALL,
    references: &[],
    readers: &[
        &readers::RemoteId,
        &readers::Tracks,
        &readers::Ed269Zones,
        &readers::Ed318Zones,
        &readers::Assets,
        &readers::AuthorisedFlights,
    ],
    kernels: &[&kernels::ZonePresence],
    detectors: &[
        ("zone-entry.md", include_str!("../detectors/zone-entry.md")),
        ("operator.md", include_str!("../detectors/operator.md")),
    ],
};

#[cfg(test)]
mod tests {
    use super::AIR;

    #[test]
    fn the_desk_is_in_order() {
        oikos_desk::check(&AIR).unwrap();
    }
}
