//! Things a text names: watched names, found as whole words in their order, whatever the case, marks and signs between them.

use std::collections::{BTreeSet, HashMap};

use super::words::text_words;

/// The most words of a name.
const MOST_NAME_WORDS: usize = 8;
/// A name of one word has at least so many letters: a shorter one is in too many texts.
const LEAST_LETTERS: usize = 5;
/// The most names.
const MOST_NAMES: usize = 1_000_000;

/// Why a name cannot be watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAName {
    /// It is empty or long.
    #[error("a watched name has 1 to {MOST_NAME_WORDS} words")]
    Words,
    /// One short word would be found everywhere.
    #[error("a watched name of one word has at least {LEAST_LETTERS} letters; add a word, for example what kind of thing it is")]
    TooShort,
    /// There are too many.
    #[error("more than {MOST_NAMES} names are watched")]
    TooMany,
}

/// Names to look for, each with the code of what it names.
#[derive(Debug, Default)]
pub struct NamedThings {
    by_words: HashMap<Vec<String>, BTreeSet<String>>,
}

impl NamedThings {
    /// Looks for `name` from now on.
    ///
    /// # Errors
    /// When the name has no words, too many, or one that is too short.
    pub fn watch(&mut self, code: &str, name: &str) -> Result<(), NotAName> {
        let words = Self::check(name)?;
        if self.by_words.len() == MOST_NAMES {
            return Err(NotAName::TooMany);
        }
        self.by_words.entry(words).or_default().insert(code.to_owned());
        Ok(())
    }

    /// The words of a name that can be watched.
    ///
    /// # Errors
    /// As [`watch`](Self::watch).
    pub fn check(name: &str) -> Result<Vec<String>, NotAName> {
        let words = text_words(name);
        match words.as_slice() {
            [] => Err(NotAName::Words),
            [word] if word.chars().count() < LEAST_LETTERS => Err(NotAName::TooShort),
            words if words.len() > MOST_NAME_WORDS => Err(NotAName::Words),
            _ => Ok(words),
        }
    }

    /// The codes of all things the text names.
    pub fn named_in(&self, text: &str) -> BTreeSet<&str> {
        let words = text_words(text);
        let mut found = BTreeSet::new();
        for start in 0..words.len() {
            for end in start + 1..=(start + MOST_NAME_WORDS).min(words.len()) {
                found.extend(self.by_words.get(&words[start..end]).into_iter().flatten().map(String::as_str));
            }
        }
        found
    }

    /// About how many bytes are held.
    pub fn memory_bytes(&self) -> usize {
        self.by_words.len() * 256
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_as_whole_words_in_their_order() {
        let mut things = NamedThings::default();
        things.watch("SABLE-2", "Sable-2").unwrap();
        things.watch("SABLE-2", "Sable cable").unwrap();
        things.watch("GPZ-7", "Główny Punkt Zasilania").unwrap();
        let found = |text| things.named_in(text).into_iter().collect::<Vec<_>>();
        assert_eq!(found("The SABLE cable, and the glowny punkt zasilania"), ["GPZ-7", "SABLE-2"]);
        assert_eq!(found("sable 2 is cut"), ["SABLE-2"]);
        assert!(found("a cable called Sable; two sables; unsable cables").is_empty());
    }

    #[test]
    fn names_that_would_be_everywhere_are_refused() {
        assert_eq!(NamedThings::check("Port"), Err(NotAName::TooShort));
        assert_eq!(NamedThings::check(" - "), Err(NotAName::Words));
        assert_eq!(NamedThings::check("a b c d e f g h i"), Err(NotAName::Words));
        assert!(NamedThings::check("Danuva").is_ok());
    }
}
