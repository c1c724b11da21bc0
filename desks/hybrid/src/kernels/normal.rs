//! The standard normal distribution, for turning p-values into scores that can be added, and back.

use std::f64::consts::SQRT_2;

/// The least p-value that is told apart; smaller ones count as this.
pub(crate) const LEAST_P: f64 = 1e-12;

/// P(Z ≥ z). Complementary error function after Press et al., Numerical Recipes (2nd ed.), `erfcc`: relative error below 1.2e-7
/// everywhere.
pub(crate) fn upper_tail(z: f64) -> f64 {
    let x = z / SQRT_2;
    let t = 1.0 / (1.0 + 0.5 * x.abs());
    const COEFFICIENTS: [f64; 10] = [
        -1.265_512_23,
        1.000_023_68,
        0.374_091_96,
        0.096_784_18,
        -0.186_288_06,
        0.278_868_07,
        -1.135_203_98,
        1.488_515_87,
        -0.822_152_23,
        0.170_872_77,
    ];
    let polynomial = COEFFICIENTS.iter().rev().fold(0.0, |sum, coefficient| sum * t + coefficient);
    let tail = 0.5 * t * (-x * x + polynomial).exp();
    if z >= 0.0 { tail } else { 1.0 - tail }
}

/// The z with P(Z ≥ z) = p, by halving the interval; p is kept within [1e-12, 1 − 1e-12].
pub(crate) fn from_upper_tail(p: f64) -> f64 {
    let p = p.clamp(LEAST_P, 1.0 - LEAST_P);
    let (mut low, mut high) = (-8.0, 8.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if upper_tail(middle) > p { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_are_those_of_the_tables() {
        for (z, p) in
            [(0.0, 0.5), (1.0, 0.158_655_25), (1.644_853_6, 0.05), (1.959_964, 0.025), (3.090_232_3, 0.001), (-1.0, 0.841_344_75)]
        {
            assert!((upper_tail(z) - p).abs() < 2e-7, "{z}");
            assert!((from_upper_tail(p) - z).abs() < 1e-5, "{p}");
        }
        assert!(from_upper_tail(0.0) > 7.0 && from_upper_tail(1.0) < -7.0);
    }
}
