//! Joining what several streams say: one score for a place, and which of many scores may be believed.

/// Stouffer's sum for scores that are correlated: Z = Σz / √(1ᵀR1) (Strube 1985, Psychological Bulletin 97(2)).
pub(crate) fn stouffer(scores: &[f64], correlation: &[Vec<f64>]) -> f64 {
    let variance: f64 = correlation.iter().take(scores.len()).map(|row| row.iter().take(scores.len()).sum::<f64>()).sum();
    scores.iter().sum::<f64>() / variance.max(1.0).sqrt()
}

/// Correlation of columns over rows. Negative ones count as none: they would make a joint surge look rarer than it can be known
/// to be.
pub(crate) fn correlation(rows: &[&[f64]], columns: usize) -> Vec<Vec<f64>> {
    let count = rows.len().max(1) as f64;
    let means: Vec<f64> = (0..columns).map(|column| rows.iter().map(|row| row[column]).sum::<f64>() / count).collect();
    let product =
        |one: usize, other: usize| rows.iter().map(|row| (row[one] - means[one]) * (row[other] - means[other])).sum::<f64>();
    let spreads: Vec<f64> = (0..columns).map(|column| product(column, column).sqrt()).collect();
    let mut matrix = vec![vec![0.0; columns]; columns];
    for one in 0..columns {
        matrix[one][one] = 1.0;
        for other in 0..one {
            let scale = spreads[one] * spreads[other];
            let value = if scale > 0.0 { (product(one, other) / scale).max(0.0) } else { 0.0 };
            (matrix[one][other], matrix[other][one]) = (value, value);
        }
    }
    matrix
}

/// The least false discovery rate at which each p-value is a discovery (Benjamini and Hochberg 1995; holds under positive
/// dependence, Benjamini and Yekutieli 2001).
pub(crate) fn benjamini_hochberg(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|one, other| p_values[*other].total_cmp(&p_values[*one]).then(one.cmp(other)));
    let mut rates = vec![1.0; p_values.len()];
    let mut least = 1.0f64;
    for (place, index) in order.into_iter().enumerate() {
        let rank = (p_values.len() - place) as f64;
        least = least.min(p_values[index] * p_values.len() as f64 / rank);
        rates[index] = least;
    }
    rates
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn independent_and_identical_streams_are_the_two_ends() {
        let independent = vec![vec![1.0, 0.0], vec![0.0, 1.0]];
        assert!((stouffer(&[2.0, 2.0], &independent) - 8f64.sqrt()).abs() < 1e-12);
        let identical = vec![vec![1.0, 1.0], vec![1.0, 1.0]];
        assert!((stouffer(&[2.0, 2.0], &identical) - 2.0).abs() < 1e-12);
    }

    #[test]
    fn correlations_are_found_and_negative_ones_are_none() {
        let rows: Vec<[f64; 3]> = (0..20)
            .map(|row| {
                let x = f64::from(row % 5);
                [x, 2.0 * x + 1.0, -x]
            })
            .collect();
        let rows: Vec<&[f64]> = rows.iter().map(<[f64; 3]>::as_slice).collect();
        let found = correlation(&rows, 3);
        assert!((found[0][1] - 1.0).abs() < 1e-12 && found[0][2] == 0.0 && found[2][2] == 1.0);
    }

    #[test]
    fn the_published_example_has_four_discoveries() {
        // Benjamini and Hochberg 1995, section 4.1: 15 p-values of thrombolysis, four rejected at 0.05.
        let p_values =
            [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0];
        let rates = benjamini_hochberg(&p_values);
        assert_eq!(rates.iter().filter(|rate| **rate <= 0.05).count(), 4);
    }

    proptest! {
        #[test]
        fn rates_keep_the_order_and_are_never_below_the_p_values(p_values in prop::collection::vec(0.0..1.0f64, 1..40)) {
            let rates = benjamini_hochberg(&p_values);
            for (p, rate) in p_values.iter().zip(&rates) {
                prop_assert!(*rate >= *p - 1e-15 && *rate <= 1.0);
                for (other, other_rate) in p_values.iter().zip(&rates) {
                    prop_assert!(p > other || rate <= other_rate);
                }
            }
        }
    }
}
