//! The desk of entities: who is this, and on which list?
//!
//! It reads sanctions lists and registers into statements: FollowTheMoney, OFAC, the United Nations, the European Union, the
//! Global LEI Index and the United Kingdom's register of people with significant control. What each list is, who keeps it and
//! what legal force it has where the node is stands in the reference table `entity_lists`.

mod datasets;
mod readers;
mod references;
mod tables;

use oikos_desk::Desk;

pub use datasets::{EU_SANCTIONS, GLEIF, OFAC_SDN, OPEN_SANCTIONS, UK_PSC, UN_SANCTIONS};
pub use readers::{
    EuCsvReader, EuXmlReader, FtmReader, GleifEntityCsvReader, GleifEntityXmlReader, GleifRelationshipCsvReader,
    GleifRelationshipXmlReader, OfacAddressReader, OfacAlternateReader, OfacSdnReader, OfacXmlReader, PscReader, UnReader,
};
pub use references::{LISTS, LegalForce, ListReference, lists};
pub use tables::{ADDRESSES, ENTRIES, NAMES, RELATIONS};

/// The desk.
pub static ENTITIES: Desk = Desk {
    name: "entities",
    question: "An officer asks: who is this, and on which list?",
    purpose: "sanctions-enforcement",
    legal_basis: "TFEU Art. 215; Reg. (EU) 2024/1624 Art. 20",
    datasets: &[EU_SANCTIONS, UN_SANCTIONS, OFAC_SDN, OPEN_SANCTIONS, GLEIF, UK_PSC],
    tables: &[ENTRIES, NAMES, ADDRESSES, RELATIONS],
    references: &[LISTS],
    readers: &[
        &EuXmlReader,
        &EuCsvReader,
        &UnReader,
        &OfacSdnReader,
        &OfacAlternateReader,
        &OfacAddressReader,
        &OfacXmlReader,
        &FtmReader,
        &GleifEntityXmlReader,
        &GleifEntityCsvReader,
        &GleifRelationshipXmlReader,
        &GleifRelationshipCsvReader,
        &PscReader,
    ],
    kernels: &[],
    detectors: &[],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_desk_is_whole() {
        oikos_desk::check(&ENTITIES).unwrap();
    }

    #[test]
    fn every_dataset_is_in_the_reference_table() {
        for dataset in ENTITIES.datasets {
            assert!(lists().iter().any(|list| list.dataset == dataset.id), "{}", dataset.id);
        }
        for list in lists() {
            assert!(ENTITIES.datasets.iter().any(|dataset| dataset.id == list.dataset), "{}", list.dataset);
        }
    }
}
