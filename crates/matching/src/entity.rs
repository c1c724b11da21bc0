//! What the index knows of an entity: its names and what can support or exclude a match.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::names::EntityKind;

/// An entity as lists and registers describe it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entity {
    /// Its id: one entity in an index has one.
    pub id: String,
    /// What it is.
    pub kind: EntityKind,
    /// Its name and its aliases.
    pub names: Vec<String>,
    /// Dates of birth, of persons: sources may state several.
    #[serde(default)]
    pub birth_dates: Vec<PartialDate>,
    /// Countries of registration, of companies and vessels: two letters (ISO 3166-1).
    #[serde(default)]
    pub registered_in: Vec<String>,
    /// Nationalities, of persons: two letters. They only exclude false matches.
    #[serde(default)]
    pub nationalities: Vec<String>,
    /// Countries of birth, of persons: two letters. They only exclude false matches.
    #[serde(default)]
    pub birth_countries: Vec<String>,
    /// Identifiers in their normalised form.
    #[serde(default)]
    pub identifiers: Vec<Identifier>,
}

impl Entity {
    /// An entity of which only names are known.
    pub fn new<N: Into<String>>(id: impl Into<String>, kind: EntityKind, names: impl IntoIterator<Item = N>) -> Self {
        Self {
            id: id.into(),
            kind,
            names: names.into_iter().map(Into::into).collect(),
            birth_dates: Vec::new(),
            registered_in: Vec::new(),
            nationalities: Vec::new(),
            birth_countries: Vec::new(),
            identifiers: Vec::new(),
        }
    }
}

/// An identifier: the scheme's code (that of a selector's kind, or `vat`, `bic`, `isin`, …) and the normalised value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Identifier {
    /// The scheme's code.
    pub scheme: String,
    /// The normalised value.
    pub value: String,
}

/// A date of which the day, or day and month, may not be known. Packed so that dates compare as numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PartialDate {
    year: u16,
    month: u8,
    day: u8,
}

/// A text that is no date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no date: expected YYYY, YYYY-MM or YYYY-MM-DD")]
pub struct NotADate(String);

impl PartialDate {
    /// A date; month and day are 0 where they are not known.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let fits = (1..=9999).contains(&year) && month <= 12 && day <= 31 && (month > 0 || day == 0);
        fits.then_some(Self { year, month, day })
    }

    pub(crate) const fn packed(self) -> u32 {
        (self.year as u32) << 9 | (self.month as u32) << 5 | self.day as u32
    }

    pub(crate) fn unpacked(packed: u32) -> Option<Self> {
        Self::new(u16::try_from(packed >> 9).ok()?, (packed >> 5 & 15) as u8, (packed & 31) as u8)
    }
}

/// How two dates of birth agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum DateAgreement {
    Conflict,
    NearYear,
    Near,
    Year,
    Month,
    Day,
}

impl PartialDate {
    pub(crate) fn agreement(self, other: Self) -> DateAgreement {
        let known = |a: u8, b: u8| a != 0 && b != 0;
        let years_apart = self.year.abs_diff(other.year);
        let (months, days) = (known(self.month, other.month), known(self.day, other.day));
        match years_apart {
            0 if !months => DateAgreement::Year,
            0 if self.month == other.month && !days => DateAgreement::Month,
            0 if self.month == other.month && self.day == other.day => DateAgreement::Day,
            0 if days && self.month == other.day && self.day == other.month => DateAgreement::Near,
            0 if !days => DateAgreement::Conflict,
            0 if (self.month == other.month) || (self.day == other.day) => DateAgreement::Near,
            _ if years_apart <= 10 && years_apart > 0 && days && self.month == other.month && self.day == other.day => {
                DateAgreement::Near
            }
            1 | 2 if !months => DateAgreement::NearYear,
            _ => DateAgreement::Conflict,
        }
    }
}

impl FromStr for PartialDate {
    type Err = NotADate;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || NotADate(text.chars().take(40).collect());
        let number = |part: Option<&str>| part.map_or(Some(0), |part| (part.len() <= 4).then(|| part.parse::<u16>().ok())?);
        let mut parts = text.trim().split('-');
        let read = (number(parts.next()), number(parts.next()), number(parts.next()), parts.next());
        let (Some(year), Some(month), Some(day), None) = read else { return Err(refuse()) };
        let small = |number: u16| u8::try_from(number).ok();
        small(month).zip(small(day)).and_then(|(month, day)| Self::new(year, month, day)).ok_or_else(refuse)
    }
}

impl TryFrom<String> for PartialDate {
    type Error = NotADate;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<PartialDate> for String {
    fn from(date: PartialDate) -> Self {
        date.to_string()
    }
}

impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.year)?;
        if self.month > 0 {
            write!(f, "-{:02}", self.month)?;
        }
        if self.day > 0 {
            write!(f, "-{:02}", self.day)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> PartialDate {
        text.parse().unwrap()
    }

    #[test]
    fn dates_are_read_and_written() {
        for text in ["1965", "1965-03", "1965-03-09"] {
            assert_eq!(date(text).to_string(), text);
            assert_eq!(PartialDate::unpacked(date(text).packed()), Some(date(text)));
        }
        for wrong in ["", "x", "1965-13", "1965-00-01", "1965-1-1-1", "0", "99999"] {
            assert!(wrong.parse::<PartialDate>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn dates_agree_by_degrees() {
        let agreement = |a, b| date(a).agreement(date(b));
        assert_eq!(agreement("1965-03-09", "1965-03-09"), DateAgreement::Day);
        assert_eq!(agreement("1965-03", "1965-03-09"), DateAgreement::Month);
        assert_eq!(agreement("1965", "1965-03-09"), DateAgreement::Year);
        assert_eq!(agreement("1965-03-09", "1965-09-03"), DateAgreement::Near);
        assert_eq!(agreement("1965-03-09", "1956-03-09"), DateAgreement::Near);
        assert_eq!(agreement("1965", "1966-03-09"), DateAgreement::NearYear);
        assert_eq!(agreement("1965-03-09", "1970-11-20"), DateAgreement::Conflict);
        assert_eq!(agreement("1965", "1980"), DateAgreement::Conflict);
    }
}
