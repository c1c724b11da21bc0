//! Telephone numbers in a text: from `+` or `00` on, as far as digits and what stands between them go. A `00` behind other digits
//! is a group of an account's number.

use oikos_matching::phone;

/// The longest way of writing a number.
const MOST_CHARACTERS: usize = 26;

/// The numbers with a country's code.
pub(super) fn phones_in(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let (mut before, mut before_space) = (' ', ' ');
    let mut next = 0;
    for (at, letter) in text.char_indices() {
        let begins = letter == '+' || (text[at..].starts_with("00") && !before_space.is_ascii_digit());
        if at >= next && begins && !before.is_alphanumeric() && before != '+' {
            let (number, length) = number_at(&text[at..]);
            if let Some(number) = number {
                found.push(number);
                next = at + length;
            }
        }
        before = letter;
        if !letter.is_whitespace() {
            before_space = letter;
        }
    }
    found
}

/// The number that begins here, and its length as written.
fn number_at(text: &str) -> (Option<String>, usize) {
    let belongs = |(place, letter): &(usize, char)| {
        letter.is_ascii_digit()
            || (*place == 0 && *letter == '+')
            || matches!(letter, ' ' | '\u{a0}' | '.' | '-' | '/' | '(' | ')')
    };
    let written: String = text.char_indices().take(MOST_CHARACTERS).take_while(belongs).map(|(_, letter)| letter).collect();
    // Digits right behind it belong to something longer than a number.
    let cut = text[written.len()..].starts_with(|letter: char| letter.is_alphanumeric());
    let written = written.trim_end_matches(|letter: char| !letter.is_ascii_digit());
    (if cut { None } else { phone(written).ok() }, written.len())
}
