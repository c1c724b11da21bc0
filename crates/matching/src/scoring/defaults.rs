//! The weights used where a call states none.
//!
//! Fitted by [`crate::calibrate::fit`] to the 826 labelled pairs of nomenklatura's name_bench (MIT), all of them; what the fit is worth on pairs
//! it has not seen is what `cargo xtask bench names` reports, out of fold. Features that are not listed got no weight. Vessels have too
//! few pairs of their own and use the weights of organisations.

use super::features::NameFeature;
use super::weights::{EvidenceWeights, NameWeights, Weights};

const PERSON_BASE: f32 = -0.97;
const ORGANISATION_BASE: f32 = 0.57;

/// Persons.
const PERSON: &[(NameFeature, f32)] = &[
    (NameFeature::Agreement, 3.56),
    (NameFeature::ShorterMissing, -7.16),
    (NameFeature::LongerExtra, -0.05),
    (NameFeature::Misspelt, -1.50),
    (NameFeature::Weakest, -0.35),
    (NameFeature::Order, -2.05),
    (NameFeature::FirstDiffers, -1.48),
    (NameFeature::LastDiffers, -1.69),
    (NameFeature::OneWord, -0.42),
    (NameFeature::Identical, 0.31),
];

/// Organisations.
const ORGANISATION: &[(NameFeature, f32)] = &[
    (NameFeature::Agreement, 2.38),
    (NameFeature::ShorterMissing, -0.32),
    (NameFeature::LongerExtra, -3.33),
    (NameFeature::Misspelt, -1.29),
    (NameFeature::Weakest, -1.24),
    (NameFeature::LastDiffers, -2.32),
    (NameFeature::OneWord, -0.89),
    (NameFeature::Amount, 1.16),
    (NameFeature::FormDiffers, -2.65),
    (NameFeature::Identical, 1.48),
    (NameFeature::Common, -0.94),
];

impl Default for Weights {
    fn default() -> Self {
        let organisation = weights(ORGANISATION_BASE, ORGANISATION);
        Self {
            person: weights(PERSON_BASE, PERSON),
            vessel: organisation.clone(),
            organisation,
            evidence: EvidenceWeights::default(),
        }
    }
}

fn weights(base: f32, given: &[(NameFeature, f32)]) -> NameWeights {
    let mut weights = NameWeights { base, bits: [0.0; NameFeature::COUNT] };
    given.iter().for_each(|(feature, bits)| weights.set(*feature, *bits));
    weights
}
