//! Weights: how many bits of log-odds each feature gives. Data, set per call.

use serde::{Deserialize, Serialize};

use super::features::{NameFeature, Values};
use crate::names::EntityKind;

/// The weights of the comparison of names of one kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NameWeights {
    /// Bits before anything is compared.
    pub base: f32,
    /// Bits for each feature at its greatest, in the order of [`NameFeature::ALL`].
    pub bits: [f32; NameFeature::COUNT],
}

impl NameWeights {
    /// The weight of one feature.
    pub fn get(&self, feature: NameFeature) -> f32 {
        self.bits[feature as usize]
    }

    /// Sets the weight of one feature.
    pub fn set(&mut self, feature: NameFeature, bits: f32) {
        self.bits[feature as usize] = bits;
    }

    pub(crate) fn sum(&self, values: &Values) -> f32 {
        self.bits.iter().zip(values).fold(self.base, |sum, (weight, value)| sum + weight * value)
    }
}

/// The weights of what is known beside the name. All are bits; those of a conflict are below zero.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EvidenceWeights {
    /// The same day of birth.
    pub birth_day_agrees: f32,
    /// The same month of birth, where one side knows no day.
    pub birth_month_agrees: f32,
    /// The same year of birth, where one side knows no more.
    pub birth_year_agrees: f32,
    /// Day and month stand exchanged, or one part of the date differs: an error in writing.
    pub birth_date_near: f32,
    /// The years are one or two apart.
    pub birth_year_near: f32,
    /// Different dates of birth.
    pub birth_date_conflicts: f32,
    /// The same identifier.
    pub identifier_agrees: f32,
    /// Different identifiers of a kind of which each has only one.
    pub identifier_conflicts: f32,
    /// Registered in the same country. Not of persons.
    pub registration_agrees: f32,
    /// Registered in different countries. Not of persons.
    pub registration_conflicts: f32,
    /// Different nationalities. There is no weight for the same one: it may only exclude a false match.
    pub nationality_conflicts: f32,
    /// Different places of birth. There is no weight for the same one either.
    pub birth_place_conflicts: f32,
}

impl Default for EvidenceWeights {
    /// Set by judgement, not fitted: no public set of labelled pairs has dates and identifiers. An agreeing day of birth is worth log2 of
    /// about 60 years' days less what clerks copy from one another; identifiers outweigh any name.
    fn default() -> Self {
        Self {
            birth_day_agrees: 4.0,
            birth_month_agrees: 2.5,
            birth_year_agrees: 1.5,
            birth_date_near: 1.0,
            birth_year_near: -0.5,
            birth_date_conflicts: -4.0,
            identifier_agrees: 14.0,
            identifier_conflicts: -6.0,
            registration_agrees: 1.0,
            registration_conflicts: -1.5,
            nationality_conflicts: -1.0,
            birth_place_conflicts: -0.5,
        }
    }
}

/// Every weight of a comparison.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Weights {
    /// Names of persons.
    pub person: NameWeights,
    /// Names of organisations.
    pub organisation: NameWeights,
    /// Names of vessels.
    pub vessel: NameWeights,
    /// What is known beside the name.
    pub evidence: EvidenceWeights,
}

impl Weights {
    /// The weights for names of this kind.
    pub fn names(&self, kind: EntityKind) -> &NameWeights {
        match kind {
            EntityKind::Person => &self.person,
            EntityKind::Organisation => &self.organisation,
            EntityKind::Vessel => &self.vessel,
        }
    }
}
