//! Months and years, as statistics write them.

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use oikos_model::Timestamp;

/// A month or a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Period {
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
    pub(super) months: i32,
}

impl Period {
    fn new(first: Date, months: i32) -> Option<Self> {
        let last = first.checked_add(jiff::Span::new().months(months)).ok()?;
        let moment = |day: Date| Some(day.to_zoned(TimeZone::UTC).ok()?.timestamp());
        Some(Self { from: moment(first)?, to: moment(last)?, months })
    }

    fn year(year: i16) -> Option<Self> {
        (1900..2200).contains(&year).then(|| Self::new(date(year, 1, 1), 12))?
    }

    /// `2023`.
    pub(super) fn of_year(text: &str) -> Result<Self, String> {
        let year = text.parse().ok().and_then(Self::year);
        year.ok_or_else(|| format!("{text:?} is no year"))
    }

    /// Comext's `YYYYMM`; month 52 is the year.
    pub(super) fn of_comext(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is no period; expected YYYYMM, or YYYY52 for a year");
        let (year, month) = text.split_at_checked(4).filter(|(_, month)| month.len() == 2).ok_or_else(wrong)?;
        let (year, month): (i16, i8) = (year.parse().map_err(|_| wrong())?, month.parse().map_err(|_| wrong())?);
        let period = match month {
            52 => Self::year(year),
            1..=12 if (1900..2200).contains(&year) => Self::new(date(year, month, 1), 1),
            _ => None,
        };
        period.ok_or_else(wrong)
    }

    /// What Easy Comext and national offices write: `202352-Jan.-Dec. 2023`, `Jan.-Dec. 2018`, `202301-Jan. 2023`, `Y2019`, `2019`.
    pub(super) fn of_view(text: &str) -> Result<Self, String> {
        if let Some(year) = text.strip_prefix("Jan.-Dec. ").or_else(|| text.strip_prefix('Y')) {
            return Self::of_year(year);
        }
        match text.split_once('-') {
            Some((code, _)) if code.len() == 6 => Self::of_comext(code),
            _ if text.len() == 6 => Self::of_comext(text),
            _ => Self::of_year(text)
                .map_err(|_| format!("{text:?} is no period; expected 202352-…, 202301-…, Jan.-Dec. 2018 or Y2019")),
        }
    }
}
