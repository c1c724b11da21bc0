//! Near-duplicates among many texts, as they come: MinHash signatures of word triples, candidates by banding (Broder 1997;
//! Leskovec, Rajaraman & Ullman, Mining of Massive Datasets, chapter 3), each verified by the Jaccard similarity of the triples
//! themselves.
//!
//! A text joins the cluster of the most similar *first* text. So clusters do not chain from one text to a wholly different one,
//! and a cluster never changes by what comes later.

use std::collections::HashMap;

use super::words::text_words;

const BANDS: usize = 32;
const ROWS_PER_BAND: usize = 3;
/// Words that a shingle is made of.
const SHINGLE_WORDS: usize = 3;
/// The most first texts in a bucket; beyond it the bucket says nothing.
const MOST_IN_BUCKET: usize = 128;
/// The most clusters.
const MOST_CLUSTERS: usize = 4_000_000;

/// There are more different texts than are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("more than {MOST_CLUSTERS} different texts; take a shorter time")]
pub struct TooManyTexts;

/// Where a text was placed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Placed {
    /// Number of its cluster, from 0 in the order of first texts.
    pub cluster: usize,
    /// Jaccard similarity with the cluster's first text, 0 to 1.
    pub similarity: f64,
    /// A hash of the words of the cluster's first text: the same in every run.
    pub fingerprint: u64,
}

/// Clusters of near-duplicate texts.
#[derive(Debug)]
pub struct NearDuplicates {
    least_similarity: f64,
    least_words: usize,
    /// By the hash of all words: texts seen before word by word.
    seen: HashMap<u64, (u32, f32)>,
    /// First texts by band and what their signatures have there.
    buckets: HashMap<u64, Vec<u32>>,
    /// The sorted shingles of each first text.
    firsts: Vec<Vec<u64>>,
    fingerprints: Vec<u64>,
    shingles: usize,
}

impl NearDuplicates {
    /// Texts with fewer than `least_words` words are not placed; others join a cluster from `least_similarity` (0 to 1) on.
    pub fn new(least_similarity: f64, least_words: usize) -> Self {
        Self {
            least_similarity,
            least_words,
            seen: HashMap::new(),
            buckets: HashMap::new(),
            firsts: Vec::new(),
            fingerprints: Vec::new(),
            shingles: 0,
        }
    }

    /// Places a text; `None`: it is too short to be told from others.
    ///
    /// # Errors
    /// When there are too many different texts.
    pub fn place(&mut self, text: &str) -> Result<Option<Placed>, TooManyTexts> {
        self.place_words(&text_words(text))
    }

    /// Places a text by its words, for whoever masked some of them.
    ///
    /// # Errors
    /// As [`place`](Self::place).
    pub fn place_words(&mut self, words: &[String]) -> Result<Option<Placed>, TooManyTexts> {
        if words.len() < self.least_words.max(1) {
            return Ok(None);
        }
        let whole = words.iter().fold(OFFSET, |hash, word| mix(hash ^ hash_of(word)));
        if let Some((cluster, similarity)) = self.seen.get(&whole) {
            return Ok(Some(self.placed(*cluster as usize, f64::from(*similarity))));
        }
        let shingles = shingles(words);
        let bands = bands(&shingles);
        let (cluster, similarity) = match self.most_similar(&shingles, &bands) {
            Some(found) => found,
            None => (self.begin(whole, shingles, &bands)?, 1.0),
        };
        // A cluster's number fits: `begin` keeps it below MOST_CLUSTERS.
        self.seen.insert(whole, (cluster as u32, similarity as f32));
        Ok(Some(self.placed(cluster, similarity)))
    }

    fn placed(&self, cluster: usize, similarity: f64) -> Placed {
        Placed { cluster, similarity, fingerprint: self.fingerprints[cluster] }
    }

    fn most_similar(&self, shingles: &[u64], bands: &[u64; BANDS]) -> Option<(usize, f64)> {
        let mut candidates: Vec<u32> = bands.iter().filter_map(|band| self.buckets.get(band)).flatten().copied().collect();
        candidates.sort_unstable();
        candidates.dedup();
        let compared = candidates.into_iter().map(|first| (first as usize, jaccard(shingles, &self.firsts[first as usize])));
        let similar = compared.filter(|(_, similarity)| *similarity >= self.least_similarity);
        // Of two equally similar ones, the earlier.
        similar.fold(None, |best: Option<(usize, f64)>, found| match best {
            Some(best) if best.1 >= found.1 => Some(best),
            _ => Some(found),
        })
    }

    fn begin(&mut self, fingerprint: u64, shingles: Vec<u64>, bands: &[u64; BANDS]) -> Result<usize, TooManyTexts> {
        let cluster = self.firsts.len();
        if cluster == MOST_CLUSTERS {
            return Err(TooManyTexts);
        }
        for band in bands {
            let bucket = self.buckets.entry(*band).or_default();
            if bucket.len() < MOST_IN_BUCKET {
                bucket.push(cluster as u32);
            }
        }
        self.shingles += shingles.len();
        self.firsts.push(shingles);
        self.fingerprints.push(fingerprint);
        Ok(cluster)
    }

    /// About how many bytes are held.
    pub fn memory_bytes(&self) -> usize {
        self.shingles * 8 + self.firsts.len() * (BANDS * 48 + 40) + self.seen.len() * 24
    }
}

const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;

/// FNV-1a, finished by a mixer so that every bit counts.
fn hash_of(word: &str) -> u64 {
    mix(word.bytes().fold(OFFSET, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)))
}

/// The finaliser of SplitMix64 (Steele, Lea & Flood 2014).
fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// The set of word triples, sorted. A text shorter than a triple is one shingle.
fn shingles(words: &[String]) -> Vec<u64> {
    let hashes: Vec<u64> = words.iter().map(|word| hash_of(word)).collect();
    let size = SHINGLE_WORDS.min(hashes.len());
    let of_window = |window: &[u64]| window.iter().fold(OFFSET, |hash, word| mix(hash.rotate_left(7) ^ word));
    let mut shingles: Vec<u64> = hashes.windows(size).map(of_window).collect();
    shingles.sort_unstable();
    shingles.dedup();
    shingles
}

/// One hash per band: of the least values that `ROWS_PER_BAND` permutations give.
fn bands(shingles: &[u64]) -> [u64; BANDS] {
    std::array::from_fn(|band| {
        (0..ROWS_PER_BAND).fold(band as u64, |hash, row| {
            let permutation = mix((band * ROWS_PER_BAND + row + 1) as u64);
            let least = shingles.iter().map(|shingle| mix(shingle ^ permutation)).min().unwrap_or_default();
            mix(hash.rotate_left(13) ^ least)
        })
    })
}

/// Jaccard similarity of two sorted sets.
fn jaccard(left: &[u64], right: &[u64]) -> f64 {
    let (mut at, mut common) = (0, 0usize);
    for shingle in left {
        at += right[at..].partition_point(|other| other < shingle);
        common += usize::from(right.get(at) == Some(shingle));
    }
    let union = left.len() + right.len() - common;
    if union == 0 { 1.0 } else { common as f64 / union as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TEXT: &str = "Nobody tells you what really happened to the cable that night and why the harbour stayed dark for hours";

    #[test]
    fn copies_with_small_changes_join_and_others_do_not() {
        let mut texts = NearDuplicates::new(0.6, 5);
        let first = texts.place(TEXT).unwrap().unwrap();
        assert_eq!((first.cluster, first.similarity), (0, 1.0));
        let copy = texts.place(&format!("{TEXT}!!! https://example.org/1 @friend")).unwrap().unwrap();
        assert_eq!((copy.cluster, copy.similarity, copy.fingerprint), (0, 1.0, first.fingerprint));
        let changed = texts.place(&TEXT.replace("that night", "this night")).unwrap().unwrap();
        assert!(changed.cluster == 0 && (0.6..1.0).contains(&changed.similarity), "{changed:?}");
        let other = texts.place("The weather stays mild over the weekend with some rain in the south").unwrap().unwrap();
        assert_eq!(other.cluster, 1);
        assert_eq!(texts.place("too short a text").unwrap(), None);
    }

    #[test]
    fn jaccard_is_what_it_says() {
        assert_eq!(jaccard(&[1, 2, 3], &[2, 3, 4]), 0.5);
        assert_eq!(jaccard(&[], &[1]), 0.0);
        assert_eq!(jaccard(&[7], &[7]), 1.0);
    }

    proptest! {
        /// Banding loses next to nothing of what the threshold admits: of texts with one of thirty words changed, all are found.
        #[test]
        fn one_changed_word_of_thirty_is_found(place in 0usize..30, seed in 0u64..1_000) {
            let words: Vec<String> = (0..30).map(|word| format!("w{}", mix(seed * 31 + word) % 9_000)).collect();
            let mut changed = words.clone();
            changed[place] = "entirely".into();
            let mut texts = NearDuplicates::new(0.6, 5);
            texts.place_words(&words).unwrap();
            prop_assert_eq!(texts.place_words(&changed).unwrap().unwrap().cluster, 0);
        }

        #[test]
        fn similarity_is_symmetric_and_within_bounds(left in prop::collection::btree_set(0u64..40, 0..30), right in prop::collection::btree_set(0u64..40, 0..30)) {
            let (left, right): (Vec<u64>, Vec<u64>) = (left.into_iter().collect(), right.into_iter().collect());
            let similarity = jaccard(&left, &right);
            prop_assert!((0.0..=1.0).contains(&similarity));
            prop_assert_eq!(similarity, jaccard(&right, &left));
        }
    }
}
