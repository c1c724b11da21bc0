//! The shapes a JSON value can be required to have. A format's rules are tables of these, one line per field, so that they can
//! be read beside the standard.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use oikos_model::Timestamp;
use serde_json::{Map, Value};

/// What a value must be.
pub(super) enum Shape {
    Text,
    /// Text of so many characters, both bounds inclusive.
    TextOf(usize, usize),
    /// One of a closed code list.
    Code(&'static [&'static str]),
    Flag,
    /// A number from 0 to 100.
    Percent,
    /// RFC 3339 full-date.
    Date,
    /// RFC 3339 full-date or date-time.
    DateOrTime,
    /// A year, a year and month, or a date.
    PartialDate,
    /// RFC 3986: a scheme, a colon, and no character it forbids.
    Uri,
    /// `major.minor`.
    Version,
    List(&'static Shape),
    Object(&'static Fields),
    /// A text, or an object that says why there is none.
    TextOr(&'static Fields),
}

/// A rule over several fields of an object.
pub(super) type Rule = fn(&Map<String, Value>) -> Result<(), Fault>;

/// What an object must be. Fields that are not listed are allowed: the standard is open.
pub(super) struct Fields {
    pub(super) fields: &'static [(&'static str, Shape)],
    pub(super) required: &'static [&'static str],
    /// At least one of these; empty: no such rule.
    pub(super) any_of: &'static [&'static str],
    /// Run when each field for itself is right.
    pub(super) rule: Option<Rule>,
}

/// A value that is not what it must be.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// JSON pointer (RFC 6901) from the value that was checked.
    pub(super) pointer: String,
    pub(super) problem: String,
}

impl Fault {
    pub(super) fn new(pointer: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), problem: problem.into() }
    }

    fn below(mut self, step: &str) -> Self {
        self.pointer.insert_str(0, &format!("/{step}"));
        self
    }
}

impl Shape {
    pub(super) fn check(&self, value: &Value) -> Result<(), Fault> {
        let is_right = match self {
            Self::List(shape) => return check_list(shape, value),
            Self::Object(fields) => return fields.check(value),
            Self::TextOr(fields) if value.is_object() => return fields.check(value),
            Self::Text | Self::TextOr(_) => value.is_string(),
            Self::Flag => value.is_boolean(),
            Self::Percent => value.as_f64().is_some_and(|number| (0.0..=100.0).contains(&number)),
            _ => value.as_str().is_some_and(|text| self.fits(text)),
        };
        if is_right { Ok(()) } else { Err(Fault::new("", format!("expected {}, found {}", self.expected(), shown(value)))) }
    }

    fn fits(&self, text: &str) -> bool {
        match self {
            Self::TextOf(least, most) => (*least..=*most).contains(&text.chars().count()),
            Self::Code(codes) => codes.contains(&text),
            Self::Date => date(text).is_some(),
            Self::DateOrTime => date(text).is_some() || is_date_time(text),
            Self::PartialDate => is_year_or_month(text) || date(text).is_some(),
            Self::Uri => is_uri(text),
            Self::Version => is_version(text),
            _ => true,
        }
    }

    fn expected(&self) -> String {
        match self {
            Self::Text => "text".into(),
            Self::TextOf(least, most) if least == most => format!("text of {least} characters"),
            Self::TextOf(least, most) => format!("text of {least} to {most} characters"),
            Self::Code(codes) => format!("one of {}", codes.join(", ")),
            Self::Flag => "true or false".into(),
            Self::Percent => "a number from 0 to 100".into(),
            Self::Date => "a date, YYYY-MM-DD".into(),
            Self::DateOrTime => "a date, YYYY-MM-DD, or a time with its zone, YYYY-MM-DDThh:mm:ssZ".into(),
            Self::PartialDate => "YYYY, YYYY-MM or YYYY-MM-DD".into(),
            Self::Uri => "a URI with its scheme, for example https://example.org".into(),
            Self::Version => "a version, major.minor".into(),
            Self::List(_) => "an array".into(),
            Self::Object(_) => "an object".into(),
            Self::TextOr(_) => "text, or an object with the reason why there is none".into(),
        }
    }
}

impl Fields {
    pub(super) fn check(&self, value: &Value) -> Result<(), Fault> {
        let Value::Object(object) = value else {
            return Err(Fault::new("", format!("expected an object, found {}", shown(value))));
        };
        if let Some(missing) = self.required.iter().find(|name| !object.contains_key(**name)) {
            return Err(Fault::new(format!("/{missing}"), "is missing; BODS 0.4 requires it"));
        }
        if !self.any_of.is_empty() && !self.any_of.iter().any(|name| object.contains_key(*name)) {
            return Err(Fault::new("", format!("needs at least one of {}", self.any_of.join(", "))));
        }
        for (name, shape) in self.fields {
            if let Some(value) = object.get(*name) {
                shape.check(value).map_err(|fault| fault.below(name))?;
            }
        }
        self.rule.map_or(Ok(()), |rule| rule(object))
    }
}

fn check_list(shape: &Shape, value: &Value) -> Result<(), Fault> {
    let Value::Array(items) = value else {
        return Err(Fault::new("", format!("expected an array, found {}", shown(value))));
    };
    items.iter().enumerate().try_for_each(|(index, item)| shape.check(item).map_err(|fault| fault.below(&index.to_string())))
}

/// The value as an error message shows it: short, because it is input.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Array(_) => "an array".into(),
        Value::Object(_) => "an object".into(),
        Value::String(text) if text.chars().count() > 60 => format!("{:?}…", text.chars().take(60).collect::<String>()),
        Value::String(text) => format!("{text:?}"),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

/// A full-date of RFC 3339.
pub(super) fn date(text: &str) -> Option<Date> {
    let digits = |range| {
        text.get(range).and_then(|part: &str| part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok())?)
    };
    let is_separated = text.len() == 10 && text.as_bytes()[4] == b'-' && text.as_bytes()[7] == b'-';
    let (year, month, day): (i16, i16, i16) = (digits(0..4)?, digits(5..7)?, digits(8..10)?);
    if !is_separated {
        return None;
    }
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

fn is_date_time(text: &str) -> bool {
    // RFC 3339 wants the full time and a zone; the parser alone would also take shorter forms.
    let bytes = text.as_bytes();
    bytes.len() >= 20
        && date(text.get(..10).unwrap_or_default()).is_some()
        && matches!(bytes[10], b'T' | b't' | b' ')
        && bytes[13] == b':'
        && bytes[16] == b':'
        && text.parse::<Timestamp>().is_ok()
}

/// The moment of a date (its first, in UTC) or of a date-time. `None` for what the calendar of moments does not reach: some
/// sources write 9999-12-31 for "no end".
pub(super) fn moment(text: &str) -> Option<Timestamp> {
    match date(text) {
        Some(date) => date.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp()),
        None => text.parse().ok(),
    }
}

fn is_year_or_month(text: &str) -> bool {
    match text.len() {
        4 => text.bytes().all(|byte| byte.is_ascii_digit()),
        7 => date(&format!("{text}-01")).is_some(),
        _ => false,
    }
}

fn is_version(text: &str) -> bool {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    text.split_once('.').is_some_and(|(major, minor)| is_number(major) && is_number(minor))
}

fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
    is_scheme && !rest.is_empty() && !rest.chars().any(|c| c.is_whitespace() || c.is_control() || "<>\"{}|\\^`".contains(c))
}
