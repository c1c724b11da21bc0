//! How alike two words are: an edit distance whose costs know which letters transliterations and typists exchange.

use std::sync::LazyLock;

use super::script::Script;
use super::words::MAXIMUM_LETTERS;

/// What two words need in common to be taken for one another at all.
const LEAST_SIMILARITY: f32 = 0.5;
/// How much of the similarity one wrong letter in as many takes.
const STEEPNESS: f32 = 1.5;

/// The consonants of a word as bits, those that transliterations exchange as one, for a quick no.
pub(crate) fn letters(word: &str) -> u32 {
    word.bytes().fold(0, |mask, byte| mask | bit(byte))
}

const fn bit(byte: u8) -> u32 {
    let place = match byte {
        b'c' | b'g' | b'k' | b'q' | b'x' => 0,
        b's' | b'z' => 1,
        b'd' | b't' => 2,
        b'b' | b'p' => 3,
        b'f' | b'v' => 4,
        b'j' => 5,
        b'l' => 6,
        b'm' => 7,
        b'n' => 8,
        b'r' => 9,
        b'0'..=b'9' => 10 + (byte - b'0'),
        _ => return 0,
    };
    1 << place
}

/// Whether words with these consonants are too far apart to be compared letter by letter.
pub(crate) const fn differ(a: u32, b: u32, longest: usize) -> bool {
    (a ^ b).count_ones() as usize > 1 + longest / 4
}

/// How alike two words are, 0 to 1; 0 where they are too far apart to say. The same in both directions.
pub(crate) fn similarity(a: &[u8], b: &[u8], scripts: (Script, Script)) -> f32 {
    if a == b {
        return 1.0;
    }
    let longest = a.len().max(b.len());
    if longest == 0 || a.len().min(b.len()) == 0 || longest > 2 * MAXIMUM_LETTERS {
        return 0.0;
    }
    let vowel = scripts.0.vowel_weight().min(scripts.1.vowel_weight());
    let most = (1.0 - LEAST_SIMILARITY) / STEEPNESS * longest as f32;
    let least_cost = if vowel < 1.0 { 0.04 } else { 0.3 };
    if a.len().abs_diff(b.len()) as f32 * least_cost > most {
        return 0.0;
    }
    let distance = distance(a, b, vowel, most);
    let similarity = 1.0 - STEEPNESS * distance / longest as f32;
    if similarity < LEAST_SIMILARITY { 0.0 } else { similarity }
}

/// The weighted distance of Damerau and Levenshtein (neighbours exchanged once); above `most` some number above it.
fn distance(a: &[u8], b: &[u8], vowel: f32, most: f32) -> f32 {
    let costs = costs(vowel);
    let mut rows = [[0.0f32; 2 * MAXIMUM_LETTERS + 1]; 3];
    let mut gaps = [0.0f32; 2 * MAXIMUM_LETTERS];
    let [mut before, mut above, mut row] = {
        let [first, second, third] = &mut rows;
        [first, second, third]
    };
    let gap = |word: &[u8], at: usize| gap_cost(word[at], at.checked_sub(1).map(|at| word[at]), word.get(at + 1).copied(), vowel);
    for at in 0..b.len() {
        gaps[at] = gap(b, at);
        above[at + 1] = above[at] + gaps[at];
    }
    for i in 0..a.len() {
        let gap_a = gap(a, i);
        let replace = &costs[code(a[i])];
        row[0] = above[0] + gap_a;
        let mut least = row[0];
        let mut left = row[0];
        for j in 0..b.len() {
            let mut cost = (above[j] + replace[code(b[j])]).min(above[j + 1] + gap_a).min(left + gaps[j]);
            if i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j] {
                cost = cost.min(before[j - 1] + 0.8);
            }
            row[j + 1] = cost;
            left = cost;
            least = least.min(cost);
        }
        // An exchange of neighbours looks one row further back, and costs less than what it skips.
        if least > most + 0.8 {
            return least;
        }
        (before, above, row) = (above, row, before);
    }
    above[b.len()]
}

/// A letter that the other word does not have.
fn gap_cost(letter: u8, previous: Option<u8>, next: Option<u8>, vowel: f32) -> f32 {
    if previous == Some(letter) || next == Some(letter) {
        return 0.3;
    }
    match letter {
        b'a' | b'e' | b'i' | b'o' | b'u' => 0.7 * vowel,
        b'y' | b'w' => 0.8 * vowel,
        b'h' => 0.5 * vowel.max(0.5),
        _ => 1.0,
    }
}

/// Letters and digits as places in a table of costs.
const CODES: usize = 37;
type Costs = [[f32; CODES]; CODES];

const fn code(letter: u8) -> usize {
    match letter {
        b'a'..=b'z' => (letter - b'a') as usize,
        b'0'..=b'9' => 26 + (letter - b'0') as usize,
        _ => 36,
    }
}

/// The weights a vowel may have, of [`Script::vowel_weight`], each with its costs.
static COSTS: LazyLock<[(f32, Costs); 4]> = LazyLock::new(|| [1.0, 0.6, 0.35, 0.1].map(|vowel| (vowel, table(vowel))));

fn costs(vowel: f32) -> &'static Costs {
    let tables = &*COSTS;
    tables.iter().find(|(weight, _)| *weight == vowel).map_or(&tables[0].1, |(_, costs)| costs)
}

fn table(vowel: f32) -> Costs {
    let letters: Vec<u8> = (b'a'..=b'z').chain(b'0'..=b'9').collect();
    let mut costs = [[1.0; CODES]; CODES];
    for a in &letters {
        for b in &letters {
            costs[code(*a)][code(*b)] = replace_cost(*a, *b, vowel);
        }
    }
    costs
}

fn replace_cost(a: u8, b: u8, vowel: f32) -> f32 {
    if a == b {
        return 0.0;
    }
    let pair = if a < b { (a, b) } else { (b, a) };
    match pair {
        (b'i', b'y') | (b'i', b'j') | (b'j', b'y') => 0.3 * vowel,
        (b'v', b'w') | (b'u', b'w') | (b'o', b'w') | (b'u', b'v') => 0.4 * vowel.max(0.25),
        (b'a' | b'e' | b'i' | b'o' | b'u', b'e' | b'i' | b'o' | b'u' | b'y') => 0.7 * vowel,
        (b'c', b'k') | (b'k', b'q') | (b'c', b'q') | (b's', b'z') | (b'c', b's') => 0.4,
        (b'g', b'k') | (b'g', b'q') | (b'd', b't') | (b'f', b'v') | (b'b', b'p') | (b'c', b'z') | (b'g', b'j') => 0.6,
        (b'f', b'p') | (b'f', b'w') | (b'k', b'x') | (b's', b'x') | (b'd', b'z') => 0.7,
        (b'l', b'r') if vowel < 1.0 => 0.5,
        (b'0', b'o') | (b'1', b'i') | (b'1', b'l') | (b'3', b'e') | (b'5', b's') | (b'9', b'g') => 0.2,
        _ => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn latin(a: &str, b: &str) -> f32 {
        similarity(a.as_bytes(), b.as_bytes(), (Script::Latin, Script::Latin))
    }

    #[test]
    fn typing_and_writing_errors_are_near_and_other_names_are_not() {
        for (a, b) in
            [("merkel", "merkle"), ("sergei", "sergey"), ("lavrov", "lavrow"), ("abdullah", "abdulah"), ("schmidt", "schmitt")]
        {
            assert!(latin(a, b) > 0.75, "{a} {b} {}", latin(a, b));
        }
        for (a, b) in [("merkel", "macron"), ("olga", "peter"), ("ivanov", "smirnov")] {
            assert!(latin(a, b) < 0.5, "{a} {b} {}", latin(a, b));
        }
    }

    #[test]
    fn vowels_count_little_where_they_are_not_written() {
        let arabic = similarity(b"mhmd", b"mohamed", (Script::Arabic, Script::Latin));
        assert!(arabic > 0.9, "{arabic}");
        assert!(latin("mhmd", "mohamed") < arabic);
        assert!(similarity(b"mwswy", b"mousavi", (Script::Arabic, Script::Latin)) > 0.8);
    }

    #[test]
    fn direction_does_not_matter() {
        for (a, b) in [("merkel", "merkle"), ("anna", "ana"), ("hh", "h"), ("yosef", "iosif"), ("", "a")] {
            assert_eq!(latin(a, b), latin(b, a), "{a} {b}");
        }
    }
}
