//! Who hears what: shore receivers, how well they hear, and when they do not.

use oikos_model::Timestamp;

use crate::geography::{Point, point};
use crate::options::{FERRY_DAYS_BEFORE, PETREL_DAYS_BEFORE};
use crate::{Outage, ScenarioOptions, random::Random};

/// A shore receiver.
pub(crate) struct Station {
    pub(crate) name: &'static str,
    place: Point,
    /// The share of reports heard nearby.
    best: f64,
    /// Up to this distance it hears its best, in kilometres.
    clear_km: f64,
    /// From this distance on it hears nothing, in kilometres.
    silent_km: f64,
}

/// The receivers. The last hears little, and often nothing: the east is the area of poor reception.
const STATIONS: [Station; 4] = [
    Station { name: "FIHEL01", place: point(60.10, 24.95), best: 0.96, clear_km: 60.0, silent_km: 85.0 },
    Station { name: "FIPOR01", place: point(60.20, 25.90), best: 0.96, clear_km: 60.0, silent_km: 75.0 },
    Station { name: "FIHAN01", place: point(59.83, 23.20), best: 0.94, clear_km: 50.0, silent_km: 75.0 },
    Station { name: "FIKOT01", place: point(60.42, 27.10), best: 0.30, clear_km: 80.0, silent_km: 120.0 },
];
const POOR_STATION: usize = 3;

/// A satellite hears reports of type 27 far out; it names itself like this.
pub(crate) const SATELLITE: &str = "SAT01";

/// The receivers over the days of the scenario.
pub(crate) struct Coverage {
    outages: Vec<(usize, Timestamp, Timestamp)>,
    /// When propagation lets the poor receiver hear nothing, in order.
    fades: Vec<(Timestamp, Timestamp)>,
}

impl Coverage {
    pub(crate) fn new(options: &ScenarioOptions) -> Self {
        let mut random = Random::new(options.seed, "coverage", 0);
        let quiet = |day: i64| !(PETREL_DAYS_BEFORE - 2..=PETREL_DAYS_BEFORE + 1).contains(&day) && day != FERRY_DAYS_BEFORE;
        let days: Vec<i64> = options.ais_days().filter(|day| quiet(*day)).collect();
        // One outage in the first half of the days, one in the second, for different receivers, away from the story.
        let halves = [&days[..days.len() / 2], &days[days.len() / 2..]];
        let outages = halves.into_iter().zip([2, 1]).filter(|(half, _)| !half.is_empty()).map(|(half, station)| {
            let from = options.day(*random.pick(half)) + seconds(random.between(2.0, 12.0) * 3_600.0);
            (station, from, from + seconds(random.between(7.0, 10.0) * 3_600.0))
        });
        Self { outages: outages.collect(), fades: fades(options) }
    }

    /// The receivers that hear a report from `place` at `at`.
    pub(crate) fn heard_by(&self, place: Point, at: Timestamp, random: &mut Random) -> impl Iterator<Item = &'static str> {
        let hears = |(number, station): (usize, &Station)| random.chance(self.share_heard(number, station, place, at));
        let heard: Vec<bool> = STATIONS.iter().enumerate().map(hears).collect();
        STATIONS.iter().zip(heard).filter(|(_, heard)| *heard).map(|(station, _)| station.name)
    }

    fn share_heard(&self, number: usize, station: &Station, place: Point, at: Timestamp) -> f64 {
        let out = self.outages.iter().any(|(out, from, to)| *out == number && *from <= at && at < *to);
        if out || (number == POOR_STATION && self.is_faded(at)) {
            return 0.0;
        }
        let beyond = (station.place.distance_km(place) - station.clear_km) / (station.silent_km - station.clear_km);
        station.best * (1.0 - beyond.clamp(0.0, 1.0))
    }

    fn is_faded(&self, at: Timestamp) -> bool {
        let before = self.fades.partition_point(|(from, _)| *from <= at);
        before.checked_sub(1).is_some_and(|last| at < self.fades[last].1)
    }

    /// The outages, for the ground truth.
    pub(crate) fn outages(&self) -> Vec<Outage> {
        let outage = |(station, from, to): &(usize, Timestamp, Timestamp)| Outage {
            station: STATIONS[*station].name.to_owned(),
            from: *from,
            to: *to,
        };
        self.outages.iter().map(outage).collect()
    }
}

/// Long fades and short clear times, one after the other over all days.
fn fades(options: &ScenarioOptions) -> Vec<(Timestamp, Timestamp)> {
    let mut random = Random::new(options.seed, "fades", 0);
    let (mut at, end) = (options.day(options.first_ais_day()), options.day(0));
    let mut fades = Vec::new();
    while at < end {
        let from = at + seconds(random.between(2.0, 8.0) * 3_600.0);
        at = from + seconds(random.between(3.0, 20.0) * 3_600.0);
        fades.push((from, at));
    }
    fades
}

/// Whole seconds as a duration.
pub(crate) fn seconds(seconds: f64) -> jiff::SignedDuration {
    jiff::SignedDuration::from_secs(seconds as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geography::{LANE, SABLE_2};

    fn share(place: Point, from_day: i64, days: i64) -> f64 {
        let options = ScenarioOptions::standard(3);
        let coverage = Coverage::new(&options);
        let mut random = Random::new(1, "test", 0);
        let hours = days * 24 * 4;
        let heard = |quarter: i64| {
            let at = options.day(from_day) + jiff::SignedDuration::from_mins(15 * quarter);
            coverage.heard_by(place, at, &mut random).next().is_some()
        };
        (0..hours).map(heard).filter(|heard| *heard).count() as f64 / hours as f64
    }

    #[test]
    fn reception_is_good_over_the_cable_and_poor_in_the_east() {
        assert!(share(SABLE_2.at_latitude(59.8), 22, 3) > 0.95);
        let east = share(LANE[6], 35, 29);
        assert!((0.02..0.25).contains(&east), "{east}");
        assert!(share(point(59.25, 21.6), 35, 29) < 0.01, "the open sea to the west is out of reach");
    }

    #[test]
    fn outages_stay_away_from_the_story() {
        for seed in 0..20 {
            let options = ScenarioOptions::standard(seed);
            let outages = Coverage::new(&options).outages();
            assert_eq!(outages.len(), 2);
            for outage in outages {
                let during = |from: i64, to: i64| outage.from < options.day(to) && options.day(from) < outage.to;
                assert!(!during(PETREL_DAYS_BEFORE, PETREL_DAYS_BEFORE - 2) && !during(FERRY_DAYS_BEFORE, FERRY_DAYS_BEFORE - 1));
            }
        }
    }
}
