//! Self-recall: does a list find its own names when they are written badly?
//!
//! The mutations are what clerks, keyboards and transliterations do to names. They are fixed and documented here; which letter or word is hit
//! depends on a seed, so that a nightly run can use another one every night and never one that anything was tuned on.

use serde::Serialize;

use crate::entity::Entity;
use crate::index::{Index, SearchSettings};
use crate::names::Name;

/// A way in which a name is written badly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mutation {
    /// Nothing is changed.
    None,
    /// A letter is missing.
    LetterMissing,
    /// A letter stands twice.
    LetterDoubled,
    /// Two neighbouring letters are exchanged.
    LettersExchanged,
    /// A letter is its neighbour on the keyboard.
    KeyBeside,
    /// A vowel is another one.
    VowelChanged,
    /// The first word stands last.
    WordsTurned,
    /// Two words are written together.
    WordsJoined,
    /// One of three or more words is missing, not the first or last.
    MiddleMissing,
    /// The first word is an initial.
    FirstAsInitial,
    /// Two letters in different words are missing.
    TwoErrors,
}

/// Every mutation.
pub const MUTATIONS: [Mutation; 11] = [
    Mutation::None,
    Mutation::LetterMissing,
    Mutation::LetterDoubled,
    Mutation::LettersExchanged,
    Mutation::KeyBeside,
    Mutation::VowelChanged,
    Mutation::WordsTurned,
    Mutation::WordsJoined,
    Mutation::MiddleMissing,
    Mutation::FirstAsInitial,
    Mutation::TwoErrors,
];

/// How many of a list's names were found again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecallRow {
    /// What was done to the names.
    pub mutation: Mutation,
    /// The script they are written in.
    pub script: &'static str,
    /// How many were tried.
    pub tried: usize,
    /// Of how many the entity was among the hits.
    pub found: usize,
    /// Of how many it was the first hit.
    pub first: usize,
}

/// Steele, Lea and Flood's SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % bound.max(1) as u64) as usize
    }
}

/// Writes a name badly. `None`: this cannot be done to it.
pub fn mutate(name: &str, mutation: Mutation, seed: u64) -> Option<String> {
    let random = &mut Random(seed);
    let words: Vec<&str> = name.split_whitespace().collect();
    match mutation {
        Mutation::None => Some(name.to_owned()),
        Mutation::LetterMissing => in_long_word(&words, random, |letters, at| {
            letters.remove(at);
        }),
        Mutation::LetterDoubled => in_long_word(&words, random, |letters, at| letters.insert(at, letters[at])),
        Mutation::LettersExchanged => in_long_word(&words, random, |letters, at| letters.swap(at - 1, at)),
        Mutation::KeyBeside => in_long_word(&words, random, |letters, at| letters[at] = beside(letters[at])),
        Mutation::VowelChanged => in_long_word(&words, random, |letters, at| {
            // The first vowel from the place on.
            let vowel = (at..letters.len()).find(|at| "aeiouAEIOU".contains(letters[*at]));
            if let Some(at) = vowel {
                letters[at] = if letters[at].eq_ignore_ascii_case(&'a') { 'e' } else { 'a' };
            }
        }),
        Mutation::WordsTurned => {
            let (first, rest) = words.split_first().filter(|(_, rest)| !rest.is_empty() && !name.contains(','))?;
            Some(format!("{} {first}", rest.join(" ")))
        }
        Mutation::WordsJoined => {
            let at = (words.len() >= 2 && !name.contains(',')).then(|| random.below(words.len() - 1))?;
            Some(format!("{}{}", words[..=at].join(" "), words[at + 1..].join(" ")))
        }
        Mutation::MiddleMissing => {
            let at = (words.len() >= 3 && !name.contains(',')).then(|| 1 + random.below(words.len() - 2))?;
            Some([&words[..at], &words[at + 1..]].concat().join(" "))
        }
        Mutation::FirstAsInitial => {
            let (first, rest) =
                words.split_first().filter(|(first, rest)| !rest.is_empty() && first.len() > 2 && !name.contains(','))?;
            Some(format!("{}. {}", first.chars().next()?, rest.join(" ")))
        }
        Mutation::TwoErrors => {
            let long: Vec<usize> = (0..words.len()).filter(|at| words[*at].chars().count() >= 4).collect();
            let [first, .., last] = long[..] else { return None };
            let shorter = |word: &str, random: &mut Random| {
                let at = 1 + random.below(word.chars().count() - 1);
                word.chars().enumerate().filter(|(place, _)| *place != at).map(|(_, letter)| letter).collect::<String>()
            };
            let mut words: Vec<String> = words.into_iter().map(str::to_owned).collect();
            for at in [first, last] {
                words[at] = shorter(&words[at], random);
            }
            Some(words.join(" "))
        }
    }
}

/// Changes one letter, not the first, of one word of four letters or more.
fn in_long_word(words: &[&str], random: &mut Random, change: impl Fn(&mut Vec<char>, usize)) -> Option<String> {
    let long: Vec<usize> =
        (0..words.len()).filter(|at| words[*at].chars().filter(|letter| letter.is_alphabetic()).count() >= 4).collect();
    let chosen = *long.get(random.below(long.len()))?;
    let mut letters: Vec<char> = words[chosen].chars().collect();
    let at = 1 + random.below(letters.len() - 1);
    change(&mut letters, at);
    let word: String = letters.into_iter().collect();
    let changed: Vec<&str> = words.iter().enumerate().map(|(at, old)| if at == chosen { word.as_str() } else { old }).collect();
    Some(changed.join(" "))
}

fn beside(letter: char) -> char {
    const ROWS: [&str; 3] = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];
    let small = letter.to_ascii_lowercase();
    let row = ROWS.iter().find_map(|row| row.find(small).map(|at| (row, at)));
    row.map_or(letter, |(row, at)| {
        let other = if at + 1 < row.len() { at + 1 } else { at - 1 };
        char::from(row.as_bytes()[other])
    })
}

/// Searches an index for its own entities under badly written names: per mutation and script, how many are found.
pub fn self_recall<'a>(
    index: &Index,
    entities: impl IntoIterator<Item = &'a Entity>,
    mutations: &[Mutation],
    seed: u64,
    settings: &SearchSettings<'_>,
) -> Vec<RecallRow> {
    let mut rows: std::collections::BTreeMap<(Mutation, &'static str), (usize, usize, usize)> = std::collections::BTreeMap::new();
    let mut searcher = index.searcher();
    for (number, entity) in (0u64..).zip(entities) {
        for name in &entity.names {
            let script = Name::new(entity.kind, name).script().name();
            for mutation in mutations {
                let Some(written) = mutate(name, *mutation, seed ^ number.wrapping_mul(0x2545_f491_4f6c_dd1d)) else { continue };
                let hits = searcher.search(&Entity::new("", entity.kind, [written]), settings);
                let row = rows.entry((*mutation, script)).or_default();
                row.0 += 1;
                row.1 += usize::from(hits.iter().any(|hit| hit.entity == entity.id));
                row.2 += usize::from(hits.first().is_some_and(|hit| hit.entity == entity.id));
            }
        }
    }
    rows.into_iter()
        .map(|((mutation, script), (tried, found, first))| RecallRow { mutation, script, tried, found, first })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::EntityKind;
    use crate::scoring::weights::Weights;

    #[test]
    fn mutations_do_what_they_say() {
        assert_eq!(mutate("Anna Maria Schmidt", Mutation::WordsTurned, 1).as_deref(), Some("Maria Schmidt Anna"));
        assert_eq!(mutate("Anna Maria Schmidt", Mutation::MiddleMissing, 1).as_deref(), Some("Anna Schmidt"));
        assert_eq!(mutate("Anna Schmidt", Mutation::FirstAsInitial, 1).as_deref(), Some("A. Schmidt"));
        assert_eq!(mutate("Li", Mutation::LetterMissing, 1), None);
        for mutation in &MUTATIONS[1..] {
            let once = mutate("Anna Maria Schmidt", *mutation, 7);
            assert_eq!(once, mutate("Anna Maria Schmidt", *mutation, 7), "{mutation:?}");
            assert_ne!(once.as_deref(), Some("Anna Maria Schmidt"), "{mutation:?}");
        }
    }

    #[test]
    fn a_list_finds_its_own_names() {
        let names =
            ["Vladimir Vladimirovich Putin", "Sergey Viktorovich Lavrov", "Nicolas Maduro Moros", "Angela Dorothea Merkel"];
        let entities: Vec<Entity> = names.iter().map(|name| Entity::new(*name, EntityKind::Person, [*name])).collect();
        let index = Index::build(entities.iter().cloned()).unwrap();
        let weights = Weights::default();
        let rows = self_recall(&index, &entities, &MUTATIONS, 20_260_101, &SearchSettings::new(&weights));
        assert_eq!(rows.len(), MUTATIONS.len());
        assert!(rows.iter().all(|row| row.tried == 4 && row.found == 4 && row.first == 4), "{rows:#?}");
    }
}
