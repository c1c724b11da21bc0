//! Calendar months in UTC.

use std::fmt;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use oikos_model::Timestamp;

use crate::NodeError;

/// A calendar month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Month {
    year: i16,
    month: i8,
}

impl Month {
    /// The month of a moment.
    pub(crate) fn of(at: Timestamp) -> Self {
        let date = at.to_zoned(TimeZone::UTC).date();
        Self { year: date.year(), month: date.month() }
    }

    /// The month so many before this one.
    pub(crate) fn before(self, months: u16) -> Self {
        let number = i32::from(self.year) * 12 + i32::from(self.month) - 1 - i32::from(months);
        let (year, month) = (number.div_euclid(12), number.rem_euclid(12) + 1);
        Self { year: i16::try_from(year).unwrap_or(i16::MIN), month: i8::try_from(month).unwrap_or(1) }
    }

    /// Its first moment.
    pub(crate) fn start(self) -> Result<Timestamp, NodeError> {
        let date = Date::new(self.year, self.month, 1).map_err(NodeError::internal)?;
        Ok(date.to_zoned(TimeZone::UTC).map_err(NodeError::internal)?.timestamp())
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_counted_across_years() {
        let at: Timestamp = "2027-01-15T08:00:00Z".parse().unwrap();
        let month = Month::of(at);
        assert_eq!(month.to_string(), "2027-01");
        assert_eq!(month.before(1).to_string(), "2026-12");
        assert_eq!(month.before(13).to_string(), "2025-12");
        assert_eq!(month.before(12).start().unwrap().to_string(), "2026-01-01T00:00:00Z");
        assert!(month.before(1) < month);
    }
}
