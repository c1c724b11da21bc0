//! The space-time scan: of all circles of places and all windows that end today, the one whose counts most exceed what is
//! expected.
//!
//! Statistic: the likelihood ratio of an excess, C·ln(C/E) − (C − E) where C > E, with expectations from the streams' own past
//! (the expectation-based Poisson form of Kulldorff's scan: Kulldorff 2001, JRSS A 164(1); Neill 2009, Int. J. Forecasting
//! 25(3)), added up over the streams (multivariate scan: Kulldorff et al. 2007, Statistics in Medicine 26(8)). **No
//! permutations**: how unusual the greatest ratio of a day is comes from a Gumbel distribution with the mean and variance of the
//! greatest ratios of earlier days (Abrams, Kulldorff and Kleinman 2010, Int. J. Health Geographics 9:61, fit it to
//! permutations). Earlier days overlap in their windows and counts vary more than Poisson; both are in the fit, because it is
//! made of the same statistic. With few earlier days the tail is rough.

/// Euler's constant: the mean of the standard Gumbel distribution.
const EULER: f64 = 0.577_215_664_901_532_9;

/// The likelihood ratio of an excess, as a logarithm; 0 where there is none.
pub(crate) fn log_ratio(observed: f64, expected: f64) -> f64 {
    if observed <= expected || expected <= 0.0 { 0.0 } else { observed * (observed / expected).ln() - (observed - expected) }
}

/// The chance that a day's greatest ratio is at least this, from those of earlier days.
pub(crate) fn gumbel_p(greatest: f64, earlier: &[f64]) -> f64 {
    let count = earlier.len() as f64;
    let mean = earlier.iter().sum::<f64>() / count.max(1.0);
    let variance = earlier.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0).max(1.0);
    let scale = variance.sqrt() * 6f64.sqrt() / std::f64::consts::PI;
    if scale <= 0.0 {
        return if greatest > mean { 1.0 / (count + 1.0) } else { 1.0 };
    }
    let mode = mean - EULER * scale;
    // 1 − exp(−e^−x), without losing small values.
    -(-(-(greatest - mode) / scale).exp()).exp_m1()
}

/// For each place the others, nearest first, itself at the head; at most `most` of them. Places are (latitude, longitude) in
/// degrees.
pub(crate) fn circles(places: &[(f64, f64)], most: usize) -> Vec<Vec<usize>> {
    let near = |centre: &(f64, f64)| {
        let mut order: Vec<usize> = (0..places.len()).collect();
        order.sort_by(|one, other| {
            haversine(centre, &places[*one]).total_cmp(&haversine(centre, &places[*other])).then(one.cmp(other))
        });
        order.truncate(most);
        order
    };
    places.iter().map(near).collect()
}

/// A number that grows with the distance on the sphere.
fn haversine(one: &(f64, f64), other: &(f64, f64)) -> f64 {
    let half = |degrees: f64| (degrees.to_radians() / 2.0).sin().powi(2);
    half(other.0 - one.0) + one.0.to_radians().cos() * other.0.to_radians().cos() * half(other.1 - one.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ratio_is_that_of_two_poissons() {
        // ln[P(10 | 10) / P(10 | 4)] = 10 ln 2.5 − 6.
        assert!((log_ratio(10.0, 4.0) - (10.0 * 2.5f64.ln() - 6.0)).abs() < 1e-12);
        assert_eq!(log_ratio(3.0, 4.0), 0.0);
    }

    #[test]
    fn the_gumbel_of_given_moments_has_its_quantiles() {
        // Two values ±s/√2·… around 5 with variance π²/6: scale 1, mode 5 − γ.
        let deviation = (std::f64::consts::PI.powi(2) / 12.0).sqrt();
        let earlier = [5.0 - deviation, 5.0 + deviation];
        let median = 5.0 - EULER - (2f64.ln()).ln();
        assert!((gumbel_p(median, &earlier) - 0.5).abs() < 1e-12);
        assert!(gumbel_p(15.0, &earlier) < 1e-4);
        assert_eq!(gumbel_p(1.0, &[0.0; 9]), 0.1);
    }

    #[test]
    fn circles_begin_with_the_place_and_cross_the_date_line() {
        let places = [(60.0, 179.5), (60.0, -179.5), (60.0, 170.0)];
        assert_eq!(circles(&places, 2), [vec![0, 1], vec![1, 0], vec![2, 0]]);
    }
}
