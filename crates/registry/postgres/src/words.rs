//! Words as they are searched: without case and accents, found by their beginnings. They are cut and folded here, not by a text
//! search configuration of the server.

use unicode_normalization::UnicodeNormalization;

/// Of a search text, so many words count.
const MOST_SEARCHED: usize = 8;
/// Of a name or a title, so many words are found: the server takes a megabyte of them.
const MOST_INDEXED: usize = 2_000;
/// Of a word, so many letters count.
const LONGEST_WORD: usize = 64;

/// The words of a name or a title, each as it is indexed.
pub(crate) fn indexed(text: &str) -> Vec<String> {
    let mut words = folded(text, MOST_INDEXED);
    words.sort_unstable();
    words.dedup();
    words
}

/// A search text as a `tsquery`: all of its words, each as a beginning. `None` where there is no word. A word has letters and
/// digits only, so nothing in it is an operator.
pub(crate) fn pattern(text: &str) -> Option<String> {
    let words: Vec<String> = folded(text, MOST_SEARCHED).into_iter().map(|word| format!("'{word}':*")).collect();
    (!words.is_empty()).then(|| words.join(" & "))
}

fn folded(text: &str, most: usize) -> Vec<String> {
    let plain: String =
        text.nfd().filter(|sign| !is_accent(*sign)).flat_map(char::to_lowercase).filter(|sign| !is_accent(*sign)).collect();
    let words = plain.split(|sign: char| !sign.is_alphanumeric()).filter(|word| !word.is_empty()).take(most);
    words.map(|word| word.chars().take(LONGEST_WORD).collect()).collect()
}

/// The block "Combining Diacritical Marks" of Unicode. Vowel signs of other scripts are no accents.
fn is_accent(sign: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lose_case_and_accents() {
        assert_eq!(indexed("Grey Petrél, GREY ÅVA-2 I\u{307}stanbul"), ["2", "ava", "grey", "istanbul", "petrel"]);
        assert_eq!(indexed("Зелёный Петре\u{301}ль"), ["зеленыи", "петрель"]);
        assert!(indexed(" -*\" ").is_empty());
    }

    #[test]
    fn nothing_in_a_word_is_an_operator() {
        assert_eq!(pattern("Grey | petrel:* -x 'y\\").as_deref(), Some("'grey':* & 'petrel':* & 'x':* & 'y':*"));
        assert_eq!(pattern(" -*\" "), None);
    }

    #[test]
    fn words_are_bounded() {
        assert_eq!(indexed(&"x".repeat(1_000)), ["x".repeat(LONGEST_WORD)]);
        assert_eq!(pattern("a b c d e f g h i j").unwrap().matches(":*").count(), MOST_SEARCHED);
    }
}
