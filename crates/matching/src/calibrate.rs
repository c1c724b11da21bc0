//! Calibration: weights of names from pairs that people labelled, by logistic regression.
//!
//! What a feature may say is fixed beforehand: a weight that the labels would give the wrong sign (more in common, less likely the same) is
//! held at zero, so that an odd sample cannot teach the score nonsense.

use crate::scoring::features::NameFeature;
use crate::scoring::weights::NameWeights;

/// A labelled pair: its features, and whether both names are one bearer's.
#[derive(Debug, Clone, PartialEq)]
pub struct Labelled {
    /// The features, from [`crate::name_features`].
    pub features: [f32; NameFeature::COUNT],
    /// Whether both are the same.
    pub same: bool,
}

/// What a feature may say.
const fn sign(feature: NameFeature) -> f64 {
    match feature {
        NameFeature::Agreement | NameFeature::Amount | NameFeature::FormAgrees | NameFeature::Identical => 1.0,
        NameFeature::ShorterMissing
        | NameFeature::LongerExtra
        | NameFeature::Misspelt
        | NameFeature::Weakest
        | NameFeature::Sound
        | NameFeature::Variant
        | NameFeature::Joined
        | NameFeature::Initials
        | NameFeature::Order
        | NameFeature::FirstDiffers
        | NameFeature::LastDiffers
        | NameFeature::OneWord
        | NameFeature::BothOneWord
        | NameFeature::Numbers
        | NameFeature::FormDiffers
        | NameFeature::Common => -1.0,
    }
}

const STEPS: usize = 1500;
/// The strength of the pull towards zero, in the manner of one pair each.
const RIDGE: f64 = 0.5;

/// Fits weights to labelled pairs: the same pairs give the same weights.
pub fn fit(pairs: &[Labelled]) -> NameWeights {
    const N: usize = NameFeature::COUNT;
    let mut weights = [0.0f64; N + 1];
    let mut ahead = weights;
    // The steepest the loss can bend: a quarter of the greatest squared length of a pair.
    let squares = |pair: &Labelled| 1.0 + pair.features.iter().map(|value| f64::from(value * value)).sum::<f64>();
    let bend: f64 = RIDGE + pairs.iter().map(squares).sum::<f64>() / 4.0;
    let mut momentum = 1.0f64;
    for _ in 0..STEPS {
        let mut gradient = [0.0f64; N + 1];
        for pair in pairs {
            let sum = pair.features.iter().zip(&ahead).fold(ahead[N], |sum, (value, weight)| sum + f64::from(*value) * weight);
            let error = 1.0 / (1.0 + (-sum).exp()) - f64::from(u8::from(pair.same));
            for (slope, value) in gradient.iter_mut().zip(&pair.features) {
                *slope += error * f64::from(*value);
            }
            gradient[N] += error;
        }
        let before = weights;
        for at in 0..=N {
            let ridge = if at < N { RIDGE * ahead[at] } else { 0.0 };
            weights[at] = ahead[at] - (gradient[at] + ridge) / bend;
            if at < N {
                let sign = sign(NameFeature::ALL[at]);
                weights[at] = sign * (sign * weights[at]).max(0.0);
            }
        }
        // Nesterov's momentum.
        let next = (1.0 + (1.0 + 4.0 * momentum * momentum).sqrt()) / 2.0;
        for at in 0..=N {
            ahead[at] = weights[at] + (momentum - 1.0) / next * (weights[at] - before[at]);
        }
        momentum = next;
    }
    let bits = |weight: f64| (weight / std::f64::consts::LN_2) as f32;
    NameWeights { base: bits(weights[N]), bits: std::array::from_fn(|at| bits(weights[at])) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(feature: NameFeature, value: f32, same: bool) -> Labelled {
        let mut features = [0.0; NameFeature::COUNT];
        features[feature as usize] = value;
        Labelled { features, same }
    }

    #[test]
    fn what_tells_same_from_other_gets_weight_and_nonsense_none() {
        let pairs: Vec<Labelled> = (0..200)
            .map(|n| pair(NameFeature::Agreement, if n % 2 == 0 { 0.9 } else { 0.2 }, n % 2 == 0))
            .chain((0..200).map(|n| pair(NameFeature::LastDiffers, f32::from(u8::from(n % 2 == 0)), n % 2 == 0)))
            .collect();
        let weights = fit(&pairs);
        assert!(weights.get(NameFeature::Agreement) > 2.0, "{weights:?}");
        // The labels say that other last words make names the same: it is not believed.
        assert_eq!(weights.get(NameFeature::LastDiffers), 0.0);
    }
}
