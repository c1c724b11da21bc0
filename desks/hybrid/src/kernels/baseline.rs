//! What a stream of counts usually is, and how unusual a count is.
//!
//! The unit is a week, so that the days of the week need no model. The weeks before the one that is judged, less a guard week,
//! give mean and variance; slow seasons are followed because only recent weeks count. A count is judged by a negative binomial
//! with that mean and variance (Noufaily et al. 2013, Statistics in Medicine 32(7), improving Farrington et al. 1996), a Poisson
//! where the weeks vary no more than chance.

/// Mean and variance of what the next week would be, as far as earlier weeks tell.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Baseline {
    pub(crate) mean: f64,
    variance: f64,
}

impl Baseline {
    /// Of the counts of earlier weeks. Half an event is added to all of them together, so that a stream that was silent can
    /// surprise, but not infinitely; the variance is that of a new week, whose mean is not known exactly either.
    pub(crate) fn of(weeks: &[u32]) -> Self {
        let count = weeks.len().max(1) as f64;
        let mean = (weeks.iter().map(|week| f64::from(*week)).sum::<f64>() + 0.5) / count;
        let spread = weeks.iter().map(|week| (f64::from(*week) - mean).powi(2)).sum::<f64>() / (count - 1.0).max(1.0);
        Self { mean, variance: spread.max(mean) * (1.0 + 1.0 / count) }
    }

    /// The same stream in a week in which everything happens `factor` times as often: what is chance stays chance, what varies
    /// varies along.
    pub(crate) fn scaled(self, factor: f64) -> Self {
        let mean = self.mean * factor;
        Self { mean, variance: mean + (self.variance - self.mean) * factor * factor }
    }

    /// P(X > observed) + P(X = observed) / 2. The half makes the p-value of a count even in the middle (mid-p, Lancaster 1961).
    pub(crate) fn mid_p(&self, observed: u32) -> f64 {
        let excess = self.variance - self.mean;
        let mut term;
        // Ratio of neighbouring probabilities: of Poisson m/(k+1), of the negative binomial (k+r)/(k+1)·π.
        let ratio: Box<dyn Fn(f64) -> f64> = if excess < 1e-9 * self.mean {
            term = (-self.mean).exp();
            let mean = self.mean;
            Box::new(move |count| mean / (count + 1.0))
        } else {
            let (size, share) = (self.mean * self.mean / excess, excess / self.variance);
            term = (size * (1.0 - share).ln()).exp();
            Box::new(move |count| (count + size) / (count + 1.0) * share)
        };
        let mut below = 0.0;
        for count in 0..observed {
            below += term;
            term *= ratio(f64::from(count));
        }
        (1.0 - below - term / 2.0).clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_poisson_and_a_negative_binomial_are_those_of_the_books() {
        let poisson = Baseline { mean: 3.0, variance: 3.0 };
        // P(X ≤ 4) = 0.815263, P(X = 5) = 0.100819.
        assert!((poisson.mid_p(5) - (1.0 - 0.815_263 - 0.100_819 / 2.0)).abs() < 1e-6);
        // Two successes of 0.4 each: P(0) = 0.16, P(1) = 2·0.6·0.16 = 0.192, mean 2·0.6/0.4 = 3, variance 3/0.4 = 7.5.
        let binomial = Baseline { mean: 3.0, variance: 7.5 };
        assert!((binomial.mid_p(1) - (1.0 - 0.16 - 0.192 / 2.0)).abs() < 1e-12);
    }

    #[test]
    fn weeks_that_vary_more_surprise_less() {
        let even = Baseline::of(&[3, 3, 3, 3, 3, 3, 3, 3]);
        let uneven = Baseline::of(&[0, 6, 0, 9, 0, 6, 0, 3]);
        assert!(even.mid_p(9) < 0.01 && uneven.mid_p(9) > 0.05);
        assert!(Baseline::of(&[0; 26]).mid_p(0) > 0.4);
    }

    proptest! {
        #[test]
        fn more_is_never_less_unusual(weeks in prop::collection::vec(0..40u32, 2..30), observed in 0..60u32) {
            let baseline = Baseline::of(&weeks);
            let (one, next) = (baseline.mid_p(observed), baseline.mid_p(observed + 1));
            prop_assert!((0.0..=1.0).contains(&one) && next <= one + 1e-12);
        }
    }
}
