//! Chance from a seed. SplitMix64 (Steele, Lea and Flood, 2014, doi 10.1145/2660193.2660195): ten lines, the same on every machine,
//! and good enough for a scenario. Never for a key.

/// A stream of numbers that follows from its seed alone.
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    /// The stream of this seed for one purpose: streams with other names or numbers do not depend on how much of this one is used.
    pub(crate) fn new(seed: u64, name: &str, number: u64) -> Self {
        let of_name =
            name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
        let mut stream = Self(seed ^ of_name ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        stream.next();
        stream
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to, not including, `bound`. `bound` must not be 0; 0 counts as 1.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (self.next() % (bound.max(1) as u64)) as usize
    }

    /// A number from 0 up to, not including, 1.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A number from `low` up to `high`.
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// Roughly a normal number with mean 0 and deviation 1: the sum of twelve unit numbers, less six.
    pub(crate) fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }

    /// True with this probability.
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// One of the items. The slice must not be empty.
    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_algorithm_is_split_mix_64() {
        // The first numbers of seed 1234567 as the reference implementation prints them.
        let mut stream = Random(1_234_567);
        let numbers: Vec<u64> = (0..3).map(|_| stream.next()).collect();
        assert_eq!(numbers, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn streams_are_apart_and_repeat() {
        let take = |seed, name, number| {
            let mut stream = Random::new(seed, name, number);
            (0..4).map(|_| stream.next()).collect::<Vec<_>>()
        };
        assert_eq!(take(1, "vessel", 1), take(1, "vessel", 1));
        assert_ne!(take(1, "vessel", 1), take(1, "vessel", 2));
        assert_ne!(take(1, "vessel", 1), take(2, "vessel", 1));
        assert_ne!(take(1, "vessel", 1), take(1, "company", 1));
    }
}
