//! One row of a table as text fields with names, and how they are checked.

use std::ops::RangeInclusive;

use oikos_model::Timestamp;

use crate::{ReadError, SinkError};

/// Longest text of a field, characters.
const TEXT_MAX_CHARACTERS: usize = 500;

/// Why a row is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The field at fault, where one is.
    pub field: Option<&'static str>,
    /// What is wrong and what would be right.
    pub reason: String,
}

impl Problem {
    /// A row that is wrong as a whole.
    pub fn row(reason: impl Into<String>) -> Self {
        Self { field: None, reason: reason.into() }
    }

    /// A field that is wrong.
    pub fn field(field: &'static str, reason: impl Into<String>) -> Self {
        Self { field: Some(field), reason: reason.into() }
    }
}

/// Why a row did not land: it is refused, or reading stops.
#[derive(Debug)]
pub enum Refusal {
    /// The row is refused, and reading goes on.
    Row(Problem),
    /// Reading stops.
    Stop(ReadError),
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self::Row(problem)
    }
}

impl From<ReadError> for Refusal {
    fn from(error: ReadError) -> Self {
        Self::Stop(error)
    }
}

impl From<SinkError> for Refusal {
    fn from(error: SinkError) -> Self {
        Self::Stop(error.into())
    }
}

/// One row: fields by name, trimmed; an empty one is none.
pub struct Record<'a> {
    names: &'a [&'static str],
    /// Where each name stands among the fields.
    places: &'a [Option<usize>],
    fields: &'a csv::StringRecord,
}

impl<'a> Record<'a> {
    /// Checks that no field holds control characters or is too long.
    pub(super) fn new(
        names: &'a [&'static str],
        places: &'a [Option<usize>],
        fields: &'a csv::StringRecord,
    ) -> Result<Self, Problem> {
        let record = Self { names, places, fields };
        for name in names {
            let text = record.text(name).unwrap_or_default();
            if text.len() > TEXT_MAX_CHARACTERS && text.chars().count() > TEXT_MAX_CHARACTERS {
                return Err(Problem::field(name, format!("it has more than {TEXT_MAX_CHARACTERS} characters")));
            }
            if text.chars().any(char::is_control) {
                return Err(Problem::field(name, "control characters are not allowed"));
            }
        }
        Ok(record)
    }

    /// The text of a field; `None` where it is empty or the file has no such column.
    pub fn text(&self, name: &'static str) -> Option<&'a str> {
        let position = self.names.iter().position(|known| *known == name);
        debug_assert!(position.is_some(), "{name} is no column of this format");
        let text = self.fields.get((*self.places.get(position?)?)?)?.trim();
        (!text.is_empty()).then_some(text)
    }

    /// The text of a field that must not be empty.
    ///
    /// # Errors
    /// When it is empty.
    pub fn needed(&self, name: &'static str) -> Result<&'a str, Problem> {
        self.text(name).ok_or_else(|| Problem::field(name, "it is empty"))
    }

    /// A field as `parse` reads it; `None` where it is empty.
    ///
    /// # Errors
    /// What `parse` finds wrong.
    pub fn parsed<T>(&self, name: &'static str, parse: impl FnOnce(&str) -> Result<T, String>) -> Result<Option<T>, Problem> {
        self.text(name).map(|text| parse(text).map_err(|reason| Problem::field(name, reason))).transpose()
    }

    /// A number in this range.
    ///
    /// # Errors
    /// When it is no number or out of the range.
    pub fn number(&self, name: &'static str, range: RangeInclusive<f64>) -> Result<Option<f64>, Problem> {
        self.parsed(name, |text| match text.parse::<f64>() {
            Ok(number) if range.contains(&number) => Ok(number),
            Ok(_) => Err(format!("{text:?} is not from {} to {}", range.start(), range.end())),
            Err(_) => Err(format!("{text:?} is no number; the decimal mark is a point")),
        })
    }

    /// Yes or no: `true`, `yes`, `1`, `false`, `no`, `0`.
    ///
    /// # Errors
    /// When it is something else.
    pub fn boolean(&self, name: &'static str) -> Result<Option<bool>, Problem> {
        self.parsed(name, |text| match text {
            "true" | "yes" | "1" => Ok(true),
            "false" | "no" | "0" => Ok(false),
            _ => Err(format!("{text:?} is neither yes nor no")),
        })
    }

    /// A moment: RFC 3339 with its offset, or a day, which is its midnight in UTC.
    ///
    /// # Errors
    /// When it is something else.
    pub fn moment(&self, name: &'static str) -> Result<Option<Timestamp>, Problem> {
        self.parsed(name, |text| {
            let whole = if text.len() == 10 { format!("{text}T00:00:00Z") } else { text.to_owned() };
            whole.parse().map_err(|_| format!("{text:?} is neither YYYY-MM-DD nor a time like 2026-03-01T12:00:00Z"))
        })
    }

    /// A country, ISO 3166-1 alpha-2.
    ///
    /// # Errors
    /// When it is something else.
    pub fn country(&self, name: &'static str) -> Result<Option<&'a str>, Problem> {
        match self.text(name) {
            Some(code) if code.len() != 2 || !code.bytes().all(|byte| byte.is_ascii_uppercase()) => {
                Err(Problem::field(name, format!("{code:?} is no ISO 3166-1 alpha-2 code, for example FI")))
            }
            code => Ok(code),
        }
    }

    /// Latitude and longitude: both or neither.
    ///
    /// # Errors
    /// When one is missing, no number, or out of its range.
    pub fn place(&self, latitude: &'static str, longitude: &'static str) -> Result<Option<(f64, f64)>, Problem> {
        match (self.number(latitude, -90.0..=90.0)?, self.number(longitude, -180.0..=180.0)?) {
            (Some(north), Some(east)) => Ok(Some((north, east))),
            (None, None) => Ok(None),
            (None, Some(_)) => Err(Problem::field(latitude, "it is empty, but there is a longitude")),
            (Some(_), None) => Err(Problem::field(longitude, "it is empty, but there is a latitude")),
        }
    }
}
