//! What a scenario is made from.

use jiff::SignedDuration;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use oikos_model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ScenarioError;

/// The day of event 5 before day zero.
pub(crate) const PETREL_DAYS_BEFORE: i64 = 21;
/// The day of event 1 before day zero.
pub(crate) const DEAL_DAYS_BEFORE: i64 = 120;
/// The day of the ferry's repair stop before day zero.
pub(crate) const FERRY_DAYS_BEFORE: i64 = 19;

/// What a scenario is made from. The same options give the same bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScenarioOptions {
    /// Everything that chance decides follows from it.
    pub seed: u64,
    /// D0, the day of the cable fault. Nothing after it is written; the oldest event lies 120 days before.
    pub day_zero: Date,
    /// How many vessels sail. 20 to 2,000.
    pub vessels: usize,
    /// How many days of AIS are written, around D−21. 5 to 30; 30 days are D−35 to D−6.
    pub days: u16,
    /// How many companies the Austrian register has. 100 to 100,000.
    pub companies: usize,
}

impl ScenarioOptions {
    /// The scenario in full: 220 vessels over 30 days, 2,200 companies; about a million AIS sentences.
    pub fn standard(seed: u64) -> Self {
        Self { seed, day_zero: Date::constant(2026, 6, 15), vessels: 220, days: 30, companies: 2_200 }
    }

    /// The same story with 40 vessels over 6 days and 300 companies, for quick tests.
    pub fn small(seed: u64) -> Self {
        Self { vessels: 40, days: 6, companies: 300, ..Self::standard(seed) }
    }

    pub(crate) fn check(&self) -> Result<(), ScenarioError> {
        let bounded = |option, value: usize, range: std::ops::RangeInclusive<usize>, expected| {
            if range.contains(&value) { Ok(()) } else { Err(ScenarioError::Option { option, value: value as u64, expected }) }
        };
        bounded("vessels", self.vessels, 20..=2_000, "20 to 2,000")?;
        bounded("days", self.days.into(), 5..=30, "5 to 30")?;
        bounded("companies", self.companies, 100..=100_000, "100 to 100,000")?;
        let in_calendar = (1_900..=9_000).contains(&self.day_zero.year());
        if in_calendar { Ok(()) } else { Err(ScenarioError::Calendar { day_zero: self.day_zero }) }
    }

    /// The beginning, in UTC, of the day so many days before day zero.
    pub(crate) fn day(&self, days_before: i64) -> Timestamp {
        #[expect(clippy::expect_used, reason = "check() keeps day zero within the calendar's years 1900 to 9000")]
        let midnight = self.day_zero.to_zoned(TimeZone::UTC).expect("midnight UTC exists").timestamp();
        midnight - SignedDuration::from_hours(24 * days_before)
    }

    /// The date so many days before day zero, as ISO 8601 writes it.
    pub(crate) fn date(&self, days_before: i64) -> String {
        self.day(days_before).to_zoned(TimeZone::UTC).date().to_string()
    }

    /// How many days before day zero the first day of AIS lies. Event 5 keeps its place within the days, whatever their number.
    pub(crate) fn first_ais_day(&self) -> i64 {
        PETREL_DAYS_BEFORE + i64::from(self.days) * 14 / 30
    }

    /// The days of AIS, as days before day zero, oldest first.
    pub(crate) fn ais_days(&self) -> impl Iterator<Item = i64> + use<> {
        let first = self.first_ais_day();
        let days = i64::from(self.days);
        (0..days).map(move |day| first - day)
    }
}

impl Default for ScenarioOptions {
    /// The standard scenario of seed 1.
    fn default() -> Self {
        Self::standard(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thirty_days_are_from_35_to_6_days_before() {
        let days: Vec<i64> = ScenarioOptions::standard(1).ais_days().collect();
        assert_eq!((days.first(), days.last(), days.len()), (Some(&35), Some(&6), 30));
    }

    #[test]
    fn every_length_holds_the_loitering_the_gap_and_the_repair_stop() {
        for days in 5..=30 {
            let options = ScenarioOptions { days, ..ScenarioOptions::standard(1) };
            let days: Vec<i64> = options.ais_days().collect();
            for needed in [PETREL_DAYS_BEFORE, PETREL_DAYS_BEFORE - 1, FERRY_DAYS_BEFORE] {
                assert!(days.contains(&needed), "{needed} in {days:?}");
            }
        }
    }

    #[test]
    fn options_have_bounds() {
        assert!(ScenarioOptions::standard(1).check().is_ok() && ScenarioOptions::small(1).check().is_ok());
        let error = ScenarioOptions { days: 31, ..ScenarioOptions::standard(1) }.check().unwrap_err();
        assert!(error.to_string().contains("option days is 31"), "{error}");
    }
}
