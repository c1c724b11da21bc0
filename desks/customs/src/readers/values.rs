//! What the fields of declarations and inspections may hold.

use oikos_matching::normalise;
use oikos_model::{SelectorKind, Timestamp};

use super::flat::{Fields, Problem};

/// An identifier in its one written form, where there is one.
pub(super) fn identifier(fields: &Fields, name: &'static str, kind: SelectorKind) -> Result<Option<String>, Problem> {
    let Some(text) = fields.text(name) else { return Ok(None) };
    normalise(kind, text).map(|selector| Some(selector.value)).map_err(|error| Problem::field(name, error.to_string()))
}

/// A Harmonised System code: 6 to 10 digits, the separators people write left out.
pub(super) fn commodity(fields: &Fields) -> Result<Option<String>, Problem> {
    let Some(text) = fields.text("commodity_code") else { return Ok(None) };
    let digits: String = text.chars().filter(|character| !matches!(character, '.' | ' ')).collect();
    if (6..=10).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(Some(digits));
    }
    Err(Problem::field("commodity_code", format!("{text:?} is no code of 6 to 10 digits, for example 8526.91")))
}

/// ISO 3166-1 alpha-2.
pub(super) fn country(fields: &Fields, name: &'static str) -> Result<Option<String>, Problem> {
    match fields.text(name) {
        Some(code) if code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase()) => Ok(Some(code.to_owned())),
        Some(code) => Err(Problem::field(name, format!("{code:?} is no ISO 3166-1 alpha-2 code, for example NL"))),
        None => Ok(None),
    }
}

/// A number that is not below zero.
pub(super) fn amount(fields: &Fields, name: &'static str) -> Result<Option<f64>, Problem> {
    let Some(text) = fields.text(name) else { return Ok(None) };
    let number = text.parse().ok().filter(|number: &f64| number.is_finite() && *number >= 0.0);
    number.map(Some).ok_or_else(|| Problem::field(name, format!("{text:?} is no number of 0 or more, like 1204.50")))
}

/// A moment that must be there: `YYYY-MM-DD` (midnight UTC) or RFC 3339.
pub(super) fn moment(fields: &Fields, name: &'static str) -> Result<Timestamp, Problem> {
    let text = fields.needed(name)?;
    let whole = if text.len() == 10 { format!("{text}T00:00:00Z") } else { text.to_owned() };
    let wrong = || Problem::field(name, format!("{text:?} is neither YYYY-MM-DD nor a time like 2026-03-01T12:00:00Z"));
    whole.parse().map_err(|_| wrong())
}

/// One of these words.
pub(super) fn word(fields: &Fields, name: &'static str, words: &[&str]) -> Result<Option<String>, Problem> {
    match fields.text(name) {
        Some(text) if words.contains(&text) => Ok(Some(text.to_owned())),
        Some(text) => Err(Problem::field(name, format!("{text:?} is none of {}", words.join(", ")))),
        None => Ok(None),
    }
}
