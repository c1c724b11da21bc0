//! When a zone applies.

const DAY_SECONDS: i64 = 86_400;
const DAYS: [&str; 7] = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"];

/// One period of a zone, in seconds since 1970.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Period {
    pub(super) valid_from: Option<i64>,
    pub(super) valid_to: Option<i64>,
    /// Monday first; all of them where none is named.
    pub(super) days: [bool; 7],
    pub(super) from_seconds: Option<i64>,
    pub(super) to_seconds: Option<i64>,
    pub(super) by_sun: bool,
}

/// Days by their codes.
pub(super) fn days(codes: Option<&str>) -> [bool; 7] {
    let Some(codes) = codes else { return [true; 7] };
    DAYS.map(|day| codes.split(',').any(|code| code == day))
}

/// The day of the week, Monday first, of a day since 1970-01-01, which was a Thursday.
fn day_of_week(day: i64) -> usize {
    usize::try_from((day + 3).rem_euclid(7)).unwrap_or_default()
}

impl Period {
    /// Whether the period holds this moment. One that ends before it begins goes on over midnight and belongs to the day on which it began.
    fn holds(&self, second: i64) -> bool {
        if self.valid_from.is_some_and(|from| second < from) || self.valid_to.is_some_and(|to| second >= to) {
            return false;
        }
        let (day, of_day) = (second.div_euclid(DAY_SECONDS), second.rem_euclid(DAY_SECONDS));
        let (from, to) = (self.from_seconds.unwrap_or(0), self.to_seconds.unwrap_or(DAY_SECONDS));
        let today = self.days[day_of_week(day)];
        if from <= to {
            return today && (from..to).contains(&of_day);
        }
        (today && of_day >= from) || (self.days[day_of_week(day - 1)] && of_day < to)
    }
}

/// Whether a zone with these periods applies: `None` if not, and else whether only the sun would say exactly.
pub(super) fn applies(periods: &[Period], second: i64) -> Option<bool> {
    if periods.is_empty() {
        return Some(false);
    }
    let holding: Vec<&Period> = periods.iter().filter(|period| period.holds(second)).collect();
    (!holding.is_empty()).then(|| holding.iter().all(|period| period.by_sun))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> i64 {
        text.parse::<oikos_model::Timestamp>().unwrap().as_second()
    }

    fn every_day() -> Period {
        Period { days: days(None), ..Period::default() }
    }

    #[test]
    fn days_hours_and_ends() {
        // 2026-03-07 is a Saturday.
        let weekend =
            Period { days: days(Some("SAT,SUN")), from_seconds: Some(17 * 3_600), to_seconds: Some(86_399), ..Period::default() };
        let applies = |period: &Period, text: &str| applies(std::slice::from_ref(period), at(text)).is_some();
        assert!(applies(&weekend, "2026-03-07T17:00:00Z") && applies(&weekend, "2026-03-08T23:00:00Z"));
        assert!(!applies(&weekend, "2026-03-07T16:59:59Z") && !applies(&weekend, "2026-03-09T18:00:00Z"));
        let season =
            Period { valid_from: Some(at("2026-03-01T00:00:00Z")), valid_to: Some(at("2026-04-01T00:00:00Z")), ..every_day() };
        assert!(
            applies(&season, "2026-03-01T00:00:00Z")
                && !applies(&season, "2026-04-01T00:00:00Z")
                && !applies(&season, "2026-02-28T23:59:59Z")
        );
    }

    #[test]
    fn a_night_belongs_to_the_day_on_which_it_began() {
        let night =
            Period { days: days(Some("FRI")), from_seconds: Some(22 * 3_600), to_seconds: Some(4 * 3_600), ..Period::default() };
        let applies = |text: &str| applies(std::slice::from_ref(&night), at(text)).is_some();
        assert!(applies("2026-03-06T23:00:00Z") && applies("2026-03-07T03:00:00Z"));
        assert!(!applies("2026-03-06T03:00:00Z") && !applies("2026-03-07T23:00:00Z") && !applies("2026-03-07T04:00:00Z"));
    }

    #[test]
    fn no_period_is_always_and_the_sun_is_uncertain() {
        assert_eq!(applies(&[], 0), Some(false));
        let by_sun = Period { by_sun: true, ..every_day() };
        assert_eq!(applies(std::slice::from_ref(&by_sun), 0), Some(true));
        assert_eq!(applies(&[by_sun, every_day()], 0), Some(false));
    }
}
