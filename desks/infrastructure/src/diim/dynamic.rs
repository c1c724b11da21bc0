//! The dynamic model: how inoperability spreads and recovers over time (Lian and Haimes 2006).

use super::{InoperabilityModel, ModelError};

/// The inoperability that is left after a sector's recovery time: λ of Lian and Haimes, q(τ) / q(0).
const RECOVERED: f64 = 0.01;

/// Most terms of the series for recovery in one piece of time; a mean of 100 needs some 300.
const MOST_TERMS: usize = 10_000;

/// A model with resilience coefficients K: how quickly each sector moves to where its suppliers and the event drive it, in a step.
#[derive(Debug, Clone, PartialEq)]
pub struct DynamicModel {
    model: InoperabilityModel,
    resilience: Vec<f64>,
}

impl DynamicModel {
    /// With these coefficients, each held within 0 and 1.
    ///
    /// # Errors
    /// When they are not one for each sector.
    pub fn with_resilience(model: InoperabilityModel, resilience: &[f64]) -> Result<Self, ModelError> {
        model.check(resilience)?;
        let resilience = resilience.iter().map(|k| k.clamp(0.0, 1.0)).collect();
        Ok(Self { model, resilience })
    }

    /// From the steps in which each sector alone comes back to a hundredth of its loss: kᵢ = −ln λ / (τᵢ (1 − a*ᵢᵢ)).
    ///
    /// # Errors
    /// When they are not one for each sector.
    pub fn with_recovery_steps(model: InoperabilityModel, recovery_steps: &[f64]) -> Result<Self, ModelError> {
        model.check(recovery_steps)?;
        let own = |sector: usize| 1.0 - model.interdependencies().at(sector, sector);
        let k = |(sector, steps): (usize, &f64)| -RECOVERED.ln() / (steps.max(f64::MIN_POSITIVE) * own(sector));
        let resilience: Vec<f64> = recovery_steps.iter().enumerate().map(k).collect();
        Self::with_resilience(model, &resilience)
    }

    /// K.
    pub fn resilience(&self) -> &[f64] {
        &self.resilience
    }

    /// q(0), q(1), … q(steps − 1) under perturbations that `perturbation` gives for each step, beginning at rest:
    /// q(t) = q(t−1) + K [A* q(t−1) + c*(t) − q(t−1)].
    ///
    /// # Errors
    /// When a perturbation is not one value for each sector.
    pub fn inoperability(
        &self,
        steps: usize,
        mut perturbation: impl FnMut(usize) -> Vec<f64>,
    ) -> Result<Vec<Vec<f64>>, ModelError> {
        let mut course = Vec::with_capacity(steps);
        let mut q = vec![0.0; self.model.sectors()];
        for step in 0..steps {
            if step > 0 {
                let c = perturbation(step);
                self.model.check(&c)?;
                let driven = self.model.interdependencies().times(&q);
                for (sector, q) in q.iter_mut().enumerate() {
                    *q = (*q + self.resilience[sector] * (driven[sector] + c[sector] - *q)).clamp(0.0, 1.0);
                }
            }
            course.push(q.clone());
        }
        Ok(course)
    }

    /// Inoperability after `time` steps of undisturbed recovery: q(t) = e^(−K (I − A*) t) q(0).
    ///
    /// By uniformisation (Jensen 1953): with Λ ≥ every kᵢ, P = I − K (I − A*) / Λ is not negative, so e^(−K(I−A*)t) q =
    /// Σₙ e^(−Λt) (Λt)ⁿ/n! Pⁿ q adds positive terms only and loses no digits.
    ///
    /// # Errors
    /// When q(0) is not one value for each sector.
    pub fn recovery(&self, initial: &[f64], time: f64) -> Result<Vec<f64>, ModelError> {
        self.model.check(initial)?;
        let rate = self.resilience.iter().copied().fold(0.0, f64::max);
        // The weights e^(−Λt) (Λt)ⁿ/n! underflow beyond 700; the time is cut into pieces that stay far from it.
        let pieces = (rate * time / 100.0).ceil().max(1.0);
        let mean = rate * time / pieces;
        let mut q = initial.to_vec();
        for _ in 0..pieces as usize {
            q = self.piece(&q, rate, mean);
        }
        Ok(q.into_iter().map(|q| q.clamp(0.0, 1.0)).collect())
    }

    fn piece(&self, initial: &[f64], rate: f64, mean: f64) -> Vec<f64> {
        let mut term = initial.to_vec();
        let mut weight = (-mean).exp();
        let mut sum: Vec<f64> = term.iter().map(|value| value * weight).collect();
        for n in 1..MOST_TERMS {
            // Beyond the mean the weights fall faster than a geometric series.
            if n as f64 > mean && weight < f64::EPSILON * f64::EPSILON {
                break;
            }
            let driven = self.model.interdependencies().times(&term);
            for (sector, value) in term.iter_mut().enumerate() {
                *value -= self.resilience[sector] / rate * (*value - driven[sector]);
            }
            weight *= mean / n as f64;
            sum.iter_mut().zip(&term).for_each(|(sum, value)| *sum += weight * value);
        }
        sum
    }
}

/// What each sector loses over a course: the integral of its inoperability by the trapezoidal rule, in steps, times its output a step.
pub fn loss(course: &[Vec<f64>], outputs: &[f64]) -> Vec<f64> {
    let integral = |sector: usize| -> f64 { course.windows(2).map(|pair| (pair[0][sector] + pair[1][sector]) / 2.0).sum() };
    outputs.iter().enumerate().map(|(sector, output)| output * integral(sector)).collect()
}
