//! What the fuzzers share: two nodes with an agreement, with the keys that the seeds were made with.
#![expect(clippy::unwrap_used, reason = "a fuzzer without its seeds stops")]

pub mod lists;

use std::path::Path;

use oikos_exchange::{NodeIdentity, Partner, SignedAgreement};
use oikos_model::Timestamp;

/// Two nodes, each as itself and as the other sees it.
pub struct Scene {
    /// FI sends and asks.
    pub fi: NodeIdentity,
    /// AT receives and is asked.
    pub at: NodeIdentity,
    /// FI as AT sees it.
    pub fi_partner: Partner,
    /// AT as FI sees it.
    pub at_partner: Partner,
}

impl Scene {
    /// Reads what the test `every_seed_of_the_fuzzers_is_taken_by_its_decoder` wrote; `cargo xtask fuzz` runs it first.
    pub fn load() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scene");
        let (fi, at) = (NodeIdentity::load(&folder.join("fi")).unwrap(), NodeIdentity::load(&folder.join("at")).unwrap());
        let text = std::fs::read_to_string(folder.join("agreement.json")).unwrap();
        let agreement = SignedAgreement::from_text(&text).unwrap();
        let fi_partner = Partner::accept(at.card(), fi.card().clone(), agreement.clone()).unwrap();
        let at_partner = Partner::accept(fi.card(), at.card().clone(), agreement).unwrap();
        Self { fi, at, fi_partner, at_partner }
    }
}

/// A moment in the seeds' day, in which the agreement is in force.
pub fn now() -> Timestamp {
    Timestamp::from_second(1_790_000_010).unwrap()
}
