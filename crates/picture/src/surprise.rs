//! How improbable a coincidence is, in bits.
//!
//! The surprise of an event of probability *p* is −log₂ *p* bits (Shannon 1948, "A Mathematical Theory of Communication"). What two findings
//! share is weighed by its pointwise mutual information under independence (Fano 1961; Church & Hanks 1990, "Word
//! Association Norms, Mutual Information, and Lexicography"): how much more often they come together than two picked at random would.
//!
//! No function here looks at how many findings there are altogether, so an unrelated finding never changes a link.

/// Bits of two findings naming one identifier that `holders` things carry, out of `population` identifiers of its kind:
/// log₂(population / holders), the surprise of another thing picked at random carrying this very one. Never negative.
pub fn shared_identifier_bits(holders: usize, population: usize) -> f64 {
    ratio_bits(population, holders)
}

/// Bits of two entities standing below one parent: log₂(entities / reach).
///
/// `reach` is how many entities stand as close below the parent as the farther of the two; `entities` is how many the register
/// has. Given that the first stands there, another entity picked at random does so with probability reach / entities. Of a direct
/// parent the reach is its out-degree. Counting what lies deeper makes a chain through a nominee as cheap as the nominee.
pub fn common_parent_bits(reach: usize, entities: usize) -> f64 {
    ratio_bits(entities, reach)
}

/// Bits of two events lying `gap_days` apart, where they would fall anywhere within `window_days` by chance: log₂(window / 2·gap), a day at least,
/// between 0 and `max_bits`. Two moments of a window lie within a short gap of each other with a probability of about twice its part of the window.
pub fn closeness_bits(gap_days: f64, window_days: f64, max_bits: f64) -> f64 {
    let bits = (window_days / (2.0 * gap_days.max(1.0))).log2();
    if bits.is_nan() { 0.0 } else { bits.clamp(0.0, max_bits.max(0.0)) }
}

fn ratio_bits(all: usize, some: usize) -> f64 {
    (all.max(1) as f64 / some.max(1) as f64).log2().max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hub_says_almost_nothing_and_a_rare_parent_says_much() {
        assert!(common_parent_bits(3, 4_000) > 10.0);
        assert!(common_parent_bits(2_500, 4_000) < 1.0);
        assert_eq!(common_parent_bits(4_001, 4_000), 0.0);
        assert_eq!(shared_identifier_bits(2, 1_024), 9.0);
        assert_eq!(shared_identifier_bits(0, 0), 0.0);
    }

    #[test]
    fn closeness_is_bounded_and_falls_with_the_gap() {
        assert_eq!(closeness_bits(0.0, 365.0, 2.0), 2.0);
        assert!(closeness_bits(99.0, 365.0, 2.0) > 0.8 && closeness_bits(99.0, 365.0, 2.0) < 0.9);
        assert_eq!(closeness_bits(400.0, 365.0, 2.0), 0.0);
        assert_eq!(closeness_bits(f64::NAN, 365.0, 2.0), 2.0_f64.min(closeness_bits(0.0, 365.0, 2.0)));
        assert_eq!(closeness_bits(0.0, f64::NAN, 2.0), 0.0);
    }
}
