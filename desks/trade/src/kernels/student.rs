//! The tail of Student's t distribution, by the regularised incomplete beta function (Abramowitz and Stegun 26.7.1 and 26.5.8).

/// P(T ≥ t) for `freedom` degrees of freedom.
pub(super) fn upper_tail(t: f64, freedom: f64) -> f64 {
    let both = incomplete_beta(freedom / 2.0, 0.5, freedom / (freedom + t * t));
    if t >= 0.0 { both / 2.0 } else { 1.0 - both / 2.0 }
}

/// Iₓ(a, b) for 0 ≤ x ≤ 1.
fn incomplete_beta(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let front = (libm::lgamma(a + b) - libm::lgamma(a) - libm::lgamma(b) + a * x.ln() + b * (-x).ln_1p()).exp();
    // The fraction converges quickly on this side; the other is the rest to 1.
    if x < (a + 1.0) / (a + b + 2.0) { front * fraction(a, b, x) / a } else { 1.0 - front * fraction(b, a, 1.0 - x) / b }
}

/// The continued fraction, by Lentz's method.
fn fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / away(1.0 - (a + b) * x / (a + 1.0));
    let mut product = d;
    for step in 1..500 {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / away(1.0 + even * d);
        c = away(1.0 + even / c);
        product *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / away(1.0 + odd * d);
        c = away(1.0 + odd / c);
        product *= d * c;
        if (d * c - 1.0).abs() < 1e-15 {
            break;
        }
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Quantiles as every table prints them.
    #[test]
    fn the_tail_is_that_of_the_tables() {
        for (t, freedom, p) in [
            (0.0, 5.0, 0.5),
            (12.706_204_736, 1.0, 0.025),
            (2.570_581_836, 5.0, 0.025),
            (1.812_461_123, 10.0, 0.05),
            (3.169_272_673, 10.0, 0.005),
            (2.042_272_456, 30.0, 0.025),
            (-1.812_461_123, 10.0, 0.95),
        ] {
            assert!((upper_tail(t, freedom) - p).abs() < 1e-9, "{t} {freedom}: {}", upper_tail(t, freedom));
        }
        // One degree of freedom is Cauchy's distribution, far out too: P = atan(1/t) / π.
        let far = upper_tail(1e6, 1.0);
        assert!((far / ((1e-6_f64).atan() / std::f64::consts::PI) - 1.0).abs() < 1e-9, "{far}");
    }
}
