//! Persons, by several keyed tokens and a birth date. Names are written differently in every register; the tokens of two
//! registers meet if two parts of the name and the full birth date are the same, in any order.
//!
//! A name of `n` parts gives `n·(n−1)/2` tokens: 1 for two parts, 3 for three, 28 for the most that are taken, which is eight. A
//! part alone is never a token, nor is a name without a birth date: both would find strangers. One token is enough for a hit; it
//! says that two parts and the date agree, no more.

use std::collections::BTreeSet;

use oikos_model::{Selector, SelectorKind};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The most parts of a name: 28 tokens.
pub const MAXIMUM_NAME_PARTS: usize = 8;
/// The most bytes of a name.
const MAXIMUM_NAME_LENGTH: usize = 255;
/// Particles that one register writes and another leaves out. They are dropped where more than two parts are there.
const PARTICLES: [&str; 24] = [
    "al", "af", "av", "bin", "bint", "da", "de", "del", "della", "den", "der", "di", "do", "dos", "du", "el", "ibn", "la", "le",
    "van", "von", "y", "zu", "zum",
];

/// Why a person cannot be asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PersonError {
    /// The birth date is not a full date.
    #[error("a person is asked about with a full birth date, YYYY-MM-DD")]
    BirthDate,
    /// The name is too long.
    #[error("a name has at most 255 bytes")]
    TooLong,
    /// The name has too few or too many parts.
    #[error("the name has {0} different parts; expected 2 to {MAXIMUM_NAME_PARTS}")]
    Parts(usize),
}

/// A full birth date. Years alone, or a day without its year, find strangers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BirthDate {
    year: u16,
    month: u8,
    day: u8,
}

impl std::fmt::Display for BirthDate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl std::str::FromStr for BirthDate {
    type Err = PersonError;

    fn from_str(text: &str) -> Result<Self, PersonError> {
        let number = |range: std::ops::Range<usize>| {
            let digits = text.get(range).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
            digits.and_then(|digits| digits.parse::<u16>().ok()).ok_or(PersonError::BirthDate)
        };
        if text.len() != 10 || text.as_bytes()[4] != b'-' || text.as_bytes()[7] != b'-' {
            return Err(PersonError::BirthDate);
        }
        let (year, month, day) = (number(0..4)?, number(5..7)? as u8, number(8..10)? as u8);
        // Registers write unknown days and months as 00: such a date is not full.
        if !(1850..=2199).contains(&year) || !(1..=12).contains(&month) || day == 0 || day > days_in(year, month) {
            return Err(PersonError::BirthDate);
        }
        Ok(Self { year, month, day })
    }
}

const fn days_in(year: u16, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 31,
    }
}

/// The selectors of a person: one for each pair of parts of the name, with the birth date.
///
/// # Errors
/// When the name has fewer than two different parts, or too many.
pub fn person_selectors(name: &str, birth_date: BirthDate) -> Result<Vec<Selector>, PersonError> {
    let parts = name_parts(name)?;
    let pairs = parts.iter().enumerate().flat_map(|(place, one)| parts.iter().skip(place + 1).map(move |other| (one, other)));
    let token = |(one, other): (&String, &String)| Selector {
        kind: SelectorKind::PersonName,
        value: format!("{one}+{other}+{birth_date}"),
    };
    Ok(pairs.map(token).collect())
}

/// The different parts of a name, in the order of the alphabet: decomposed (NFKD), without marks, in lower case, letters only.
fn name_parts(name: &str) -> Result<BTreeSet<String>, PersonError> {
    if name.len() > MAXIMUM_NAME_LENGTH {
        return Err(PersonError::TooLong);
    }
    let plain: String = name.nfkd().filter(|letter| !is_combining_mark(*letter)).flat_map(char::to_lowercase).collect();
    // Lower case of a capital with a dot above has a mark again: decompose once more.
    let plain: String = plain.nfkd().filter(|letter| !is_combining_mark(*letter) && !is_apostrophe(*letter)).collect();
    let mut parts: BTreeSet<String> = plain.split(|letter: char| !letter.is_alphabetic()).map(str::to_owned).collect();
    parts.remove("");
    let without: BTreeSet<String> = parts.iter().filter(|part| !PARTICLES.contains(&part.as_str())).cloned().collect();
    if parts.len() > 2 && without.len() >= 2 {
        parts = without;
    }
    if (2..=MAXIMUM_NAME_PARTS).contains(&parts.len()) { Ok(parts) } else { Err(PersonError::Parts(parts.len())) }
}

/// O'Neill is one part, with whichever apostrophe.
const fn is_apostrophe(letter: char) -> bool {
    matches!(letter, '\'' | '\u{2019}' | '\u{02bc}' | '`' | '\u{00b4}')
}
