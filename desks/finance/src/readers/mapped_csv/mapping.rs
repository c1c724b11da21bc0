//! The mapping: which column of a file is which field of a transfer, and how its times, numbers and codes are written.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use jiff::civil;
use jiff::tz::TimeZone;
use oikos_model::Timestamp;
use serde::Deserialize;

use crate::readers::Problem;

/// The fields a column or a constant can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Field {
    At,
    Reference,
    Instrument,
    Amount,
    Currency,
    AmountEur,
    FromAccount,
    FromAccountKind,
    FromSelfHosted,
    FromName,
    FromLei,
    FromCountry,
    FromAgent,
    ToAccount,
    ToAccountKind,
    ToSelfHosted,
    ToName,
    ToLei,
    ToCountry,
    ToAgent,
    Remittance,
    IsReported,
}

impl Field {
    /// The field's name, as mappings and messages write it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::At => "at",
            Self::Reference => "reference",
            Self::Instrument => "instrument",
            Self::Amount => "amount",
            Self::Currency => "currency",
            Self::AmountEur => "amount_eur",
            Self::FromAccount => "from_account",
            Self::FromAccountKind => "from_account_kind",
            Self::FromSelfHosted => "from_self_hosted",
            Self::FromName => "from_name",
            Self::FromLei => "from_lei",
            Self::FromCountry => "from_country",
            Self::FromAgent => "from_agent",
            Self::ToAccount => "to_account",
            Self::ToAccountKind => "to_account_kind",
            Self::ToSelfHosted => "to_self_hosted",
            Self::ToName => "to_name",
            Self::ToLei => "to_lei",
            Self::ToCountry => "to_country",
            Self::ToAgent => "to_agent",
            Self::Remittance => "remittance",
            Self::IsReported => "is_reported",
        }
    }
}

const fn comma() -> char {
    ','
}

const fn point() -> char {
    '.'
}

const fn yes() -> bool {
    true
}

const fn a_day() -> f64 {
    24.0
}

fn iso() -> String {
    "iso".to_owned()
}

/// A mapping as it is written. The desk's README explains each line.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Mapping {
    /// How a file of this layout begins, for layouts that the desk knows.
    #[serde(default)]
    pub(super) begins: Option<String>,
    #[serde(default = "comma")]
    pub(super) delimiter: char,
    #[serde(default = "point")]
    pub(super) decimal: char,
    #[serde(default = "yes")]
    pub(super) header: bool,
    /// Lines that begin with one of these are no rows.
    #[serde(default)]
    pub(super) skip: Vec<String>,
    /// `iso`, `step`, or a pattern as strftime has it. Times without a zone are UTC.
    #[serde(default = "iso")]
    pub(super) time: String,
    #[serde(default)]
    pub(super) first_step: Option<Timestamp>,
    #[serde(default = "a_day")]
    pub(super) step_hours: f64,
    /// A column's name, or its place as `#3`.
    pub(super) columns: BTreeMap<Field, String>,
    #[serde(default)]
    pub(super) constants: BTreeMap<Field, String>,
    /// What a field's values mean, by what is written. Others stand as they are.
    #[serde(default)]
    pub(super) values: BTreeMap<Field, BTreeMap<String, String>>,
}

impl Mapping {
    /// Reads and checks a mapping.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let mapping: Self = yaml_serde::from_str(text).map_err(|error| format!("the mapping is not in order: {error}"))?;
        if !mapping.delimiter.is_ascii() || matches!(mapping.delimiter, '"' | '\n' | '\r') || mapping.delimiter == mapping.decimal
        {
            return Err("mapping: delimiter must be one ASCII character, not a quote and not the decimal sign".to_owned());
        }
        for needed in [Field::At, Field::Amount, Field::FromAccount, Field::ToAccount] {
            if !mapping.columns.contains_key(&needed) && !mapping.constants.contains_key(&needed) {
                return Err(format!("mapping: {} is neither a column nor a constant", needed.name()));
            }
        }
        let counts_steps = mapping.time == "step";
        if counts_steps && (mapping.first_step.is_none() || !(mapping.step_hours > 0.0 && mapping.step_hours <= 8_784.0)) {
            return Err("mapping: time step needs first_step, a moment, and step_hours above 0 and up to a year".to_owned());
        }
        Ok(mapping)
    }

    /// What a value means.
    pub(super) fn value<'a>(&'a self, field: Field, written: &'a str) -> &'a str {
        self.values.get(&field).and_then(|values| values.get(written)).map_or(written, String::as_str)
    }

    /// A moment.
    pub(super) fn moment(&self, written: &str) -> Result<Timestamp, Problem> {
        let wrong = || Problem::field("at", format!("{written:?} is no time as the mapping writes it ({})", self.time));
        match self.time.as_str() {
            "iso" => iso_moment(written).ok_or_else(wrong),
            "step" => {
                let steps: f64 = written.parse().map_err(|_| wrong())?;
                let first = self.first_step.ok_or_else(wrong)?;
                let after = SignedDuration::try_from_secs_f64(steps * self.step_hours * 3_600.0).map_err(|_| wrong())?;
                first.checked_add(after).map_err(|_| wrong())
            }
            pattern => {
                if let Ok(at) = civil::DateTime::strptime(pattern, written) {
                    return in_utc(at).ok_or_else(wrong);
                }
                let day = civil::Date::strptime(pattern, written).map_err(|_| wrong())?;
                in_utc(day.to_datetime(civil::Time::midnight())).ok_or_else(wrong)
            }
        }
    }

    /// A number with the mapping's decimal sign; spaces and, where the sign is a comma, points between thousands are left out.
    pub(super) fn number(&self, field: Field, written: &str) -> Result<f64, Problem> {
        let mut plain = String::with_capacity(written.len());
        for c in written.chars() {
            match c {
                c if c == self.decimal => plain.push('.'),
                ' ' | '\u{a0}' | '\u{202f}' | '\'' => {}
                '.' if self.decimal == ',' => {}
                c => plain.push(c),
            }
        }
        plain.parse().map_err(|_| {
            Problem::field(field.name(), format!("{written:?} is no number with the decimal sign {:?}", self.decimal))
        })
    }
}

/// RFC 3339, or a date and time or a date alone, in UTC.
pub(in crate::readers) fn iso_moment(written: &str) -> Option<Timestamp> {
    if let Ok(at) = written.parse() {
        return Some(at);
    }
    if let Ok(at) = written.parse::<civil::DateTime>() {
        return in_utc(at);
    }
    in_utc(written.parse::<civil::Date>().ok()?.to_datetime(civil::Time::midnight()))
}

fn in_utc(at: civil::DateTime) -> Option<Timestamp> {
    TimeZone::UTC.to_timestamp(at).ok()
}

/// Yes or no, in the ways in which files write it.
pub(super) fn yes_or_no(field: Field, written: &str) -> Result<bool, Problem> {
    match written.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "y" => Ok(true),
        "0" | "false" | "no" | "n" => Ok(false),
        _ => Err(Problem::field(field.name(), format!("{written:?} is neither yes nor no"))),
    }
}
