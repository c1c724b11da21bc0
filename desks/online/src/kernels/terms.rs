//! The words of tasks, critical sites, pay, contracts and news, in `reference/terms.csv`: plain words of several languages, no
//! names of persons, groups or opinions. `*` stands for any ending; several words in quotes stand one behind the other.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use oikos_matching::text_words;

const TERMS: &str = include_str!("../../reference/terms.csv");

/// A word, or the beginning of one.
struct Word {
    letters: String,
    is_beginning: bool,
}

impl Word {
    fn matches(&self, word: &str) -> bool {
        if self.is_beginning { word.starts_with(&self.letters) } else { word == self.letters }
    }
}

struct Term {
    code: &'static str,
    words: Vec<Word>,
}

/// All terms, by list.
static LISTS: LazyLock<BTreeMap<&'static str, Vec<Term>>> = LazyLock::new(|| {
    let mut lists: BTreeMap<&str, Vec<Term>> = BTreeMap::new();
    for line in TERMS.lines().skip(1) {
        let mut columns = line.splitn(3, ',');
        let (Some(list), Some(code), Some(terms)) = (columns.next(), columns.next(), columns.next()) else { continue };
        lists.entry(list).or_default().extend(written(terms).into_iter().map(|words| Term { code, words }));
    }
    lists
});

fn written(terms: &str) -> Vec<Vec<Word>> {
    let mut found: Vec<Vec<Word>> = Vec::new();
    // Every second piece between quotes is one term; the others are words of their own.
    for (place, piece) in terms.split('"').enumerate() {
        let words = piece.split_whitespace().filter_map(word);
        if place % 2 == 0 { found.extend(words.map(|word| vec![word])) } else { found.push(words.collect()) }
    }
    found.retain(|words| !words.is_empty());
    found
}

fn word(written: &str) -> Option<Word> {
    let letters = text_words(written.trim_end_matches('*')).pop()?;
    Some(Word { letters, is_beginning: written.ends_with('*') })
}

/// The term of a list that begins at this word.
fn term_at(list: &str, words: &[String], place: usize) -> Option<&'static Term> {
    LISTS.get(list)?.iter().find(|term| {
        let there = words.get(place..place + term.words.len());
        there.is_some_and(|there| term.words.iter().zip(there).all(|(term, word)| term.matches(word)))
    })
}

/// The codes of a list's terms in a text, in the order of the text.
pub(super) fn codes_in(list: &str, words: &[String]) -> Vec<&'static str> {
    (0..words.len()).filter_map(|place| term_at(list, words, place)).map(|term| term.code).collect()
}

/// The words with each term of a list replaced by a sign.
pub(super) fn replaced(list: &str, words: &[String], sign: &str) -> Vec<String> {
    let mut replaced = Vec::with_capacity(words.len());
    let mut place = 0;
    while place < words.len() {
        let term = term_at(list, words, place);
        replaced.push(if term.is_some() { sign.to_owned() } else { words[place].clone() });
        place += term.map_or(1, |term| term.words.len());
    }
    replaced
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(list: &str, text: &str) -> Vec<&'static str> {
        codes_in(list, &text_words(text))
    }

    #[test]
    fn terms_are_found_in_several_languages() {
        assert_eq!(found("task", "400 EUR to film a substation"), ["film"]);
        assert_eq!(
            found("site", "sfilmuj stację transformatorową, Umspannwerk, подстанция"),
            ["energy", "energy", "energy", "energy"]
        );
        assert_eq!(found("site", "a power line and a port crane"), ["energy", "port"]);
        assert!(found("site", "the power of a line of port wine; a birthday film").is_empty());
        let masked = replaced("site", &text_words("a power line and a port crane here"), "%");
        assert_eq!(masked, ["a", "%", "and", "a", "%", "here"]);
        assert_eq!(found("currency", "400 zł albo 90 euro"), ["PLN", "EUR"]);
    }

    #[test]
    fn every_list_has_its_terms() {
        let expected = ["contract", "currency", "news", "pay", "site", "task"];
        assert_eq!(LISTS.keys().copied().collect::<Vec<_>>(), expected);
        assert!(LISTS.values().all(|terms| !terms.is_empty() && terms.iter().all(|term| !term.words.is_empty())));
    }
}
