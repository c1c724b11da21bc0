//! Sizes that say nothing: sets and questions are padded to one of a few sizes.

/// The smallest set: a set of three selectors looks like one of a thousand. It is 50 kB.
pub const MINIMUM_SET_ENTRIES: usize = 1024;
/// Above this a set grows in steps of it instead of doubling: padding stays below 65,536 entries (3.3 MB), where doubling could
/// add 26 MB to a million.
const LARGE_SET_STEP: usize = 65_536;
/// The largest set: 4,194,304 entries, which its owner and its asker each hold as 210 MB.
pub const MAXIMUM_SET_ENTRIES: usize = 1 << 22;

/// The smallest question: 64 points, 2 kB.
const MINIMUM_QUESTION_POINTS: usize = 64;
/// Question sizes grow by this factor: five sizes in all. Coarse, because a question's size is seen at once; padding costs its
/// budget.
const QUESTION_STEP: usize = 4;
/// The most selectors in one question; more are asked in several. A proof numbers its points in two bytes, so this is also the
/// most it can cover.
pub const MAXIMUM_SELECTORS_PER_QUESTION: usize = 65_536;

/// How many entries a set of `real` entries has. `None`: too many.
pub(crate) fn set_entries(real: usize) -> Option<usize> {
    let padded = match real {
        ..=MINIMUM_SET_ENTRIES => MINIMUM_SET_ENTRIES,
        ..=LARGE_SET_STEP => real.next_power_of_two(),
        _ => real.checked_next_multiple_of(LARGE_SET_STEP)?,
    };
    (padded <= MAXIMUM_SET_ENTRIES).then_some(padded)
}

/// How many points a question about `real` selectors has. `None`: too many.
pub(crate) fn question_points(real: usize) -> Option<usize> {
    let sizes = std::iter::successors(Some(MINIMUM_QUESTION_POINTS), |size| Some(size * QUESTION_STEP));
    sizes.take_while(|size| *size <= MAXIMUM_SELECTORS_PER_QUESTION).find(|size| *size >= real)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sizes_are_the_documented_ones() {
        let questions: Vec<_> = [0, 1, 64, 65, 256, 257, 4097, 16_385, 65_536].map(|real| question_points(real).unwrap()).into();
        assert_eq!(questions, [64, 64, 64, 256, 256, 1024, 16_384, 65_536, 65_536]);
        assert_eq!(question_points(65_537), None);
        let sets: Vec<_> = [0, 1024, 1025, 40_000, 65_536, 65_537, 1_000_000].map(|real| set_entries(real).unwrap()).into();
        assert_eq!(sets, [1024, 1024, 2048, 65_536, 65_536, 131_072, 1_048_576]);
        assert_eq!(set_entries(MAXIMUM_SET_ENTRIES), Some(MAXIMUM_SET_ENTRIES));
        assert_eq!(set_entries(MAXIMUM_SET_ENTRIES + 1), None);
        assert_eq!(set_entries(usize::MAX), None);
    }

    proptest! {
        #[test]
        fn a_size_is_a_size_of_itself(real in 0usize..=MAXIMUM_SET_ENTRIES) {
            let padded = set_entries(real).unwrap();
            prop_assert!(padded >= real);
            prop_assert_eq!(set_entries(padded), Some(padded));
        }
    }
}
