//! Dates as lists write them. What a source knows only in part stays so: ISO 8601-1 for years and months, an interval `a/b` for a
//! range, and ISO 8601-2's `~` for what is approximate.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use oikos_model::Timestamp;

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// The moment an ISO 8601 date or date and time names; without an offset, in UTC.
pub(super) fn moment(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    if text.len() > 10
        && let Ok(at) = text.parse::<DateTime>()
    {
        return at.to_zoned(TimeZone::UTC).ok().map(|at| at.timestamp());
    }
    day(text)
}

/// The beginning of a day, `YYYY-MM-DD`; more than that after it is not looked at.
pub(super) fn day(text: &str) -> Option<Timestamp> {
    let date: Date = text.get(..10)?.parse().ok()?;
    date.to_zoned(TimeZone::UTC).ok().map(|at| at.timestamp())
}

/// The day of a US date, `MM/DD/YYYY`.
pub(super) fn american(text: &str) -> Option<Timestamp> {
    let mut parts = text.trim().split('/');
    let (month, day, year) = (parts.next()?, parts.next()?, parts.next()?);
    let date = Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()?;
    date.to_zoned(TimeZone::UTC).ok().map(|at| at.timestamp())
}

/// A date known at least to the year, in the written form of this house. `None`: it is none.
pub(super) fn partial(text: &str) -> Option<String> {
    let text = text.trim();
    if let Some(about) =
        ["circa ", "c. ", "ca. ", "approximately "].iter().find_map(|word| strip_prefix_ignoring_case(text, word))
    {
        return simple(about).map(|date| format!("{date}~"));
    }
    if let Some(date) = simple(text) {
        return Some(date);
    }
    if let Some(stem) = text.strip_suffix('~') {
        return simple(stem).map(|date| format!("{date}~"));
    }
    let (from, to) = text.split_once(" to ").or_else(|| text.split_once('/'))?;
    range(&simple(from)?, &simple(to)?)
}

/// A range of dates, in order.
pub(super) fn range(from: &str, to: &str) -> Option<String> {
    if from == to {
        return Some(from.to_owned());
    }
    (from < to).then(|| format!("{from}/{to}"))
}

/// A date out of year, month and day, of which the last two may be missing.
pub(super) fn of_parts(year: Option<&str>, month: Option<&str>, day: Option<&str>) -> Option<String> {
    let number = |text: Option<&str>| text.and_then(|text| text.trim().parse::<i16>().ok()).filter(|number| *number > 0);
    written(number(year)?, number(month), number(day))
}

fn simple(text: &str) -> Option<String> {
    let text = text.trim();
    // A time of day or an offset may follow (XML Schema's `date` may have one).
    let iso = text
        .get(..10)
        .filter(|_| text.as_bytes().get(10).is_none_or(|byte| matches!(byte, b'T' | b'Z' | b'+' | b'-')))
        .unwrap_or(text);
    let parts: Vec<&str> = iso.split('-').collect();
    if parts.first().is_some_and(|year| year.len() == 4) && iso.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') {
        return match parts[..] {
            [year] => of_parts(Some(year), None, None),
            [year, month] => of_all(year, month, None),
            [year, month, day] => of_all(year, month, Some(day)),
            _ => None,
        };
    }
    match text.split_whitespace().collect::<Vec<_>>()[..] {
        [month, year] => written(year.parse().ok()?, Some(month_number(month)?), None),
        [day, month, year] => written(year.parse().ok()?, Some(month_number(month)?), Some(day.parse().ok()?)),
        _ => None,
    }
}

/// Like [`of_parts`], but a part that is there has to be right.
fn of_all(year: &str, month: &str, day: Option<&str>) -> Option<String> {
    let day = match day {
        Some(day) => Some(day.parse().ok()?),
        None => None,
    };
    written(year.parse().ok()?, Some(month.parse().ok()?), day)
}

fn month_number(name: &str) -> Option<i16> {
    let name = name.to_ascii_lowercase();
    MONTHS.iter().zip(1..).find_map(|(month, number)| name.starts_with(month).then_some(number))
}

fn written(year: i16, month: Option<i16>, day: Option<i16>) -> Option<String> {
    if !(1000..=2200).contains(&year) {
        return None;
    }
    let Some(month) = month else { return Some(format!("{year:04}")) };
    if !(1..=12).contains(&month) {
        return None;
    }
    let Some(day) = day else { return Some(format!("{year:04}-{month:02}")) };
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok().map(|date| date.to_string())
}

fn strip_prefix_ignoring_case<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_stay_as_precise_as_they_are() {
        for (text, expected) in [
            ("14 Jun 1975", "1975-06-14"),
            ("Jan 1959", "1959-01"),
            ("1936", "1936"),
            ("circa 1965", "1965~"),
            ("1960 to 1965", "1960/1965"),
            ("Jan 1960 to Dec 1960", "1960-01/1960-12"),
            ("1971-07-16", "1971-07-16"),
            ("2012-11-29T00:00:00.000Z", "2012-11-29"),
            ("1960/1965", "1960/1965"),
            ("1965~", "1965~"),
            ("15 September 1980", "1980-09-15"),
            ("2015-04-07-04:00", "2015-04-07"),
        ] {
            assert_eq!(partial(text).as_deref(), Some(expected), "{text}");
        }
        for text in ["", "x", "31 Feb 1970", "1970-13", "1970-1-", "0000", "1965 to 1960", "99", "12345", "é2012-11-2"] {
            assert_eq!(partial(text), None, "{text}");
        }
        assert_eq!(of_parts(Some("1971"), Some(""), None).as_deref(), Some("1971"));
    }

    #[test]
    fn writing_a_date_again_changes_nothing() {
        for text in ["14 Jun 1975", "Jan 1959", "circa 1965", "1960 to 1965"] {
            let once = partial(text).unwrap();
            assert_eq!(partial(&once), Some(once));
        }
    }

    #[test]
    fn moments() {
        let at = |text: &str| moment(text).unwrap().to_string();
        assert_eq!(at("2026-02-27T00:00:09.554Z"), "2026-02-27T00:00:09.554Z");
        assert_eq!(at("2018-12-21T14:39:54.511+01:00"), "2018-12-21T13:39:54.511Z");
        assert_eq!(at("2021-12-13"), "2021-12-13T00:00:00Z");
        assert_eq!(at("2021-12-13T04:05:06"), "2021-12-13T04:05:06Z");
        assert_eq!(moment("yesterday"), None);
        assert_eq!(american("07/01/2026").unwrap().to_string(), "2026-07-01T00:00:00Z");
        assert_eq!(american("2026"), None);
    }
}
