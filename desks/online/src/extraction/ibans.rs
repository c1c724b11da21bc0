//! IBANs in a text, in one word or in groups.

use oikos_matching::normalise;
use oikos_model::SelectorKind;

/// The longest IBAN has 34 letters and digits, nine groups.
const MOST_GROUPS: usize = 9;

/// The IBANs whose check digits hold.
pub(super) fn ibans_in(text: &str) -> Vec<String> {
    let words: Vec<&str> = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').filter(|word| !word.is_empty()).collect();
    let mut found = Vec::new();
    let mut next = 0;
    while next < words.len() {
        let groups = begins(words[next]).then(|| iban_from(&words[next..])).flatten();
        let (length, iban) = groups.map_or((1, None), |(length, iban)| (length, Some(iban)));
        found.extend(iban);
        next += length;
    }
    found
}

fn begins(word: &str) -> bool {
    let bytes = word.as_bytes();
    bytes.len() >= 4 && bytes[..2].iter().all(u8::is_ascii_alphabetic) && bytes[2..4].iter().all(u8::is_ascii_digit)
}

/// The IBAN that begins with the first word, and of how many words it is made.
fn iban_from(words: &[&str]) -> Option<(usize, String)> {
    let mut joined = String::new();
    for (count, word) in words.iter().take(MOST_GROUPS).enumerate() {
        // Groups are of four; the last may be shorter.
        if count > 0 && word.len() > 4 {
            return None;
        }
        joined.push_str(word);
        if let Ok(iban) = normalise(SelectorKind::Iban, &joined) {
            return Some((count + 1, iban.value));
        }
    }
    None
}
