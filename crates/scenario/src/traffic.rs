//! The AIS files: every day all ships' reports, as the receivers heard them, with the dirt of the real thing.

use oikos_model::Timestamp;

use crate::coverage::{Coverage, SATELLITE, seconds};
use crate::fleet::{Fleet, Vessel};
use crate::itinerary::{Fix, Itinerary, Leg};
use crate::nmea::{self, Sentences};
use crate::output::Folder;
use crate::truth::FileTruth;
use crate::{ScenarioError, ScenarioOptions, random::Random};

/// How often a ship says who it is.
const IDENTITY_SECONDS: f64 = 3_600.0;
/// How often a second receiver's copy of a report is kept.
const DUPLICATE_SHARE: f64 = 0.06;
/// How often a satellite hears a ship under way, per report.
const SATELLITE_SHARE: f64 = 0.01;
/// How often a damaged copy of a line stands beside it.
const DAMAGED_SHARE: f64 = 0.000_6;

/// Writes `fi/ais/<date>.nmea` for every day.
pub(crate) fn write(folder: &Folder, options: &ScenarioOptions, fleet: &Fleet) -> Result<Vec<FileTruth>, ScenarioError> {
    let ships: Vec<(&Vessel, Itinerary)> = fleet.vessels.iter().map(|vessel| (vessel, Itinerary::new(options, vessel))).collect();
    let coverage = Coverage::new(options);
    options.ais_days().map(|day| Day::new(options, &coverage, day).write(folder, &ships)).collect()
}

/// One day's file.
struct Day<'a> {
    options: &'a ScenarioOptions,
    coverage: &'a Coverage,
    /// Days before day zero.
    day: i64,
    from: Timestamp,
    to: Timestamp,
    sentences: Sentences,
    /// What was heard: the second, and the lines.
    heard: Vec<(i64, String)>,
    sentence_count: u64,
    damaged_count: u64,
}

impl<'a> Day<'a> {
    fn new(options: &'a ScenarioOptions, coverage: &'a Coverage, day: i64) -> Self {
        let (from, to) = (options.day(day), options.day(day - 1));
        let (sentences, heard) = (Sentences::default(), Vec::new());
        Self { options, coverage, day, from, to, sentences, heard, sentence_count: 0, damaged_count: 0 }
    }

    fn write(mut self, folder: &Folder, ships: &[(&Vessel, Itinerary)]) -> Result<FileTruth, ScenarioError> {
        for (vessel, itinerary) in ships {
            let number = self.day as u64 * 100_000 + vessel.number as u64;
            let mut random = Random::new(self.options.seed, "reports", number);
            self.positions(vessel, itinerary, &mut random)?;
            self.identities(vessel, itinerary, &mut random)?;
        }
        // The sort is stable, so equal seconds keep the order in which the ships were asked.
        self.heard.sort_by_key(|(second, _)| *second);
        let path = format!("fi/ais/{}.nmea", self.options.date(self.day));
        let mut file = folder.create(&path)?;
        for (_, lines) in &self.heard {
            file.write(lines.as_bytes())?;
        }
        let mut truth = FileTruth::new(&path, "fi", "sea", "ais-nmea", self.sentence_count, file.finish()?);
        truth.damaged = self.damaged_count;
        Ok(truth)
    }

    fn positions(&mut self, vessel: &Vessel, itinerary: &Itinerary, random: &mut Random) -> Result<(), ScenarioError> {
        let (from, to) = (self.from, self.to);
        for leg in itinerary.legs.iter().filter(|leg| leg.transmits && leg.from < to && leg.to > from) {
            let end = leg.to.min(to);
            let mut at = leg.from.max(from) + seconds(random.between(0.0, leg.report_seconds));
            while at < end {
                self.report(vessel, leg, at, random)?;
                at += seconds(leg.report_seconds * random.between(0.85, 1.15));
            }
        }
        Ok(())
    }

    fn report(&mut self, vessel: &Vessel, leg: &Leg, at: Timestamp, random: &mut Random) -> Result<(), ScenarioError> {
        let fix = with_noise(leg.fix(at), random);
        self.hear(&nmea::position(vessel, fix, leg.status, at), fix, at, random)?;
        if !vessel.class_b && fix.speed_knots > 2.0 && random.chance(SATELLITE_SHARE) {
            let received = at + seconds(random.between(5.0, 90.0));
            self.keep(&nmea::long_range(vessel, fix, leg.status), SATELLITE, received, random)?;
        }
        Ok(())
    }

    fn identities(&mut self, vessel: &Vessel, itinerary: &Itinerary, random: &mut Random) -> Result<(), ScenarioError> {
        let mut at = self.from + seconds(random.between(0.0, IDENTITY_SECONDS));
        while at < self.to {
            if let Some(leg) = itinerary.leg_at(at).filter(|leg| leg.transmits) {
                for message in nmea::identity(vessel, leg.destination) {
                    self.hear(&message, leg.fix(at), at, random)?;
                }
            }
            at += seconds(IDENTITY_SECONDS * random.between(0.9, 1.1));
        }
        Ok(())
    }

    /// Keeps the message as the first receiver heard it, and now and then as the second did too.
    fn hear(&mut self, message: &aivdm::AisMessage, fix: Fix, at: Timestamp, random: &mut Random) -> Result<(), ScenarioError> {
        let stations: Vec<&str> = self.coverage.heard_by(fix.place, at, random).take(2).collect();
        for (copy, station) in stations.into_iter().enumerate() {
            if copy == 0 || random.chance(DUPLICATE_SHARE) {
                self.keep(message, station, at + seconds(random.between(0.0, 2.5)), random)?;
            }
        }
        Ok(())
    }

    fn keep(
        &mut self,
        message: &aivdm::AisMessage,
        station: &str,
        received: Timestamp,
        random: &mut Random,
    ) -> Result<(), ScenarioError> {
        let (mut lines, count) = self.sentences.lines(message, station, received)?;
        self.sentence_count += count;
        if count == 1 && random.chance(DAMAGED_SHARE) {
            self.damaged_count += 1;
            lines.push_str(&damaged(&lines, random));
        }
        self.heard.push((received.as_second(), lines));
        Ok(())
    }
}

/// Receivers are some metres off, speeds some tenths of a knot, courses some degrees; a ship that lies still shows any course.
fn with_noise(fix: Fix, random: &mut Random) -> Fix {
    let place = fix.place.moved(random.normal() * 0.006, random.normal() * 0.006);
    let still = fix.speed_knots < 0.1;
    let speed_knots = (fix.speed_knots + random.normal() * if still { 0.05 } else { 0.15 }).max(0.0);
    let course_degrees = if still { random.between(0.0, 360.0) } else { fix.course_degrees + random.normal() * 2.0 };
    Fix { place, speed_knots, course_degrees: course_degrees.rem_euclid(360.0) }
}

/// A damaged copy of a line: one character changed under its checksum, or cut off in the middle.
fn damaged(line: &str, random: &mut Random) -> String {
    let line = line.trim_end();
    let (start, end) = (line.rfind(',').unwrap_or(0) - 10, line.rfind(',').unwrap_or(0));
    if random.chance(0.5) {
        return format!("{}\n", &line[..start]);
    }
    let place = start + random.below(end - start);
    let other = if &line[place..=place] == "0" { "1" } else { "0" };
    format!("{}{other}{}\n", &line[..place], &line[place + 1..])
}
