//! The weights used where a call states none.

use super::features::NameFeature;
use super::weights::{EvidenceWeights, NameWeights, Weights};

impl Default for Weights {
    fn default() -> Self {
        let zero = NameWeights { base: 0.0, bits: [0.0; NameFeature::COUNT] };
        Self { person: zero.clone(), organisation: zero.clone(), vessel: zero, evidence: EvidenceWeights::default() }
    }
}
