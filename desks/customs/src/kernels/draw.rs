//! Draws that anybody with the seed can repeat: a declaration's place in a lottery comes from its reference and nothing else.

/// A number in [0, 1) from a text and a seed: FNV-1a over both, mixed by the finaliser of SplitMix64 (Steele, Lea and Flood 2014,
/// OOPSLA). It is no cryptography: who knows the seed can foresee the draw, so a node keeps a seed of its own.
pub(crate) fn draw(seed: &str, text: &str) -> f64 {
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    for byte in seed.bytes().chain([0]).chain(text.bytes()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    // The upper 53 bits are what a double holds.
    ((hash ^ (hash >> 31)) >> 11) as f64 / (1u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::draw;

    #[test]
    fn draws_are_even_repeatable_and_change_with_the_seed() {
        let drawn: Vec<f64> = (0..10_000).map(|number| draw("seed", &format!("24NL{number:014}"))).collect();
        let mut tenths = [0; 10];
        drawn.iter().for_each(|draw| tenths[(draw * 10.0) as usize] += 1);
        // Each tenth has 1,000 ± 30 of them; five standard deviations leave room for one test in a million.
        assert!(tenths.iter().all(|count| (850..1_150).contains(count)), "{tenths:?}");
        assert_eq!(draw("seed", "24NL1").to_bits(), draw("seed", "24NL1").to_bits());
        assert!((draw("seed", "24NL1") - draw("other", "24NL1")).abs() > 1e-9);
    }
}
