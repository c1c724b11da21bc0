//! The weights used where a call states none.
//!
//! Fitted by [`crate::calibrate::fit`] to the 826 labelled pairs of nomenklatura's name_bench (MIT), all of them; what the fit is worth on pairs
//! it has not seen is what `cargo xtask bench names` reports, out of fold. Features that are not listed got no weight. Vessels have too
//! few pairs of their own and use the weights of organisations.

use super::features::NameFeature;
use super::weights::{EvidenceWeights, NameWeights, Weights};

const PERSON_BASE: f32 = -1.13;
const ORGANISATION_BASE: f32 = -0.08;

/// Persons.
const PERSON: &[(NameFeature, f32)] = &[
    (NameFeature::Agreement, 3.33),
    (NameFeature::ShorterMissing, -7.15),
    (NameFeature::LongerExtra, -0.10),
    (NameFeature::Misspelt, -1.61),
    (NameFeature::Weakest, -0.72),
    (NameFeature::Sound, 3.35),
    (NameFeature::Variant, 2.59),
    (NameFeature::Order, -1.76),
    (NameFeature::FirstDiffers, -2.07),
    (NameFeature::LastDiffers, -1.54),
    (NameFeature::OneWord, -0.40),
    (NameFeature::Joined, 1.31),
    (NameFeature::Identical, 0.62),
];

/// Organisations.
const ORGANISATION: &[(NameFeature, f32)] = &[
    (NameFeature::Agreement, 2.30),
    (NameFeature::ShorterMissing, -0.31),
    (NameFeature::LongerExtra, -2.62),
    (NameFeature::Misspelt, -1.22),
    (NameFeature::Weakest, -0.83),
    (NameFeature::Sound, 2.24),
    (NameFeature::FirstDiffers, -0.39),
    (NameFeature::LastDiffers, -2.13),
    (NameFeature::OneWord, -1.13),
    (NameFeature::Amount, 1.59),
    (NameFeature::FormDiffers, -2.52),
    (NameFeature::Joined, 1.74),
    (NameFeature::Identical, 1.94),
    (NameFeature::Common, -0.81),
];

impl Default for Weights {
    fn default() -> Self {
        let organisation = weights(ORGANISATION_BASE, ORGANISATION);
        Self { person: weights(PERSON_BASE, PERSON), vessel: organisation.clone(), organisation, evidence: EvidenceWeights::default() }
    }
}

fn weights(base: f32, given: &[(NameFeature, f32)]) -> NameWeights {
    let mut weights = NameWeights { base, bits: [0.0; NameFeature::COUNT] };
    given.iter().for_each(|(feature, bits)| weights.set(*feature, *bits));
    weights
}
