//! From a text to its words: compatible forms made one (NFKD), marks dropped, small letters. Addresses of pages and mentions of
//! accounts are left out, because copies of one text differ in them first.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The most words of a text that are read.
pub const MAXIMUM_TEXT_WORDS: usize = 4_096;

/// The words of a text, at most [`MAXIMUM_TEXT_WORDS`]. Signs of scripts that set no spaces are words of their own.
pub fn text_words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for piece in text.split_whitespace().filter(|piece| !is_address(piece)) {
        split(piece, &mut words);
        if words.len() >= MAXIMUM_TEXT_WORDS {
            words.truncate(MAXIMUM_TEXT_WORDS);
            break;
        }
    }
    words
}

/// Whether a piece between spaces is the address of a page or the mention of an account.
fn is_address(piece: &str) -> bool {
    piece.starts_with('@') || piece.starts_with("www.") || piece.contains("://")
}

fn split(piece: &str, words: &mut Vec<String>) {
    let mut word = String::new();
    for letter in piece.nfkd().filter(|letter| !is_combining_mark(*letter)) {
        if sets_no_spaces(letter) {
            end(&mut word, words);
            words.push(letter.to_string());
        } else if letter.is_alphanumeric() && matches!(letter, '\u{c0}'..='\u{24f}') {
            // Latin letters that are no letter with a mark: ł, ø, ß.
            let plain = any_ascii::any_ascii_char(letter).chars().filter(char::is_ascii_alphanumeric);
            word.extend(plain.map(|letter| letter.to_ascii_lowercase()));
        } else if letter.is_alphanumeric() {
            word.extend(letter.to_lowercase());
        } else if !matches!(letter, '\'' | '’' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{feff}') {
            end(&mut word, words);
        }
    }
    end(&mut word, words);
}

fn end(word: &mut String, words: &mut Vec<String>) {
    if !word.is_empty() {
        words.push(std::mem::take(word));
    }
}

/// Thai, Lao, Khmer, Burmese, kana and Han.
fn sets_no_spaces(letter: char) -> bool {
    matches!(letter, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3040}'..='\u{30ff}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{2fa1f}')
        && letter.is_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spelling_marks_addresses_and_mentions_do_not_count() {
        assert_eq!(text_words("Ｓable’s CÂBLE-2: @anna https://a.example/x don\u{ad}e!"), ["sables", "cable", "2", "done"]);
        assert_eq!(text_words("Кабель  повреждён"), ["кабель", "поврежден"]);
        assert_eq!(text_words("海底ケーブル cut").len(), 7);
        assert!(text_words(" … \u{200b} ").is_empty());
    }

    proptest! {
        #[test]
        fn words_are_bounded_and_never_empty(text in ".{0,300}") {
            let words = text_words(&text);
            prop_assert!(words.len() <= MAXIMUM_TEXT_WORDS);
            prop_assert!(words.iter().all(|word| !word.is_empty() && !word.contains(char::is_whitespace)));
        }
    }
}
