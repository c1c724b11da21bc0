//! Where each ship is at any moment: legs, one after the other, from before the first day of AIS to after the last.

use aivdm::NavigationStatus;
use oikos_model::Timestamp;

use crate::coverage::seconds;
use crate::fleet::{Trade, Vessel};
use crate::geography::{ANCHORAGE, FISHING_GROUNDS, LANE, PORTS, Point, SABLE_2, point};
use crate::options::{FERRY_DAYS_BEFORE, PETREL_DAYS_BEFORE};
use crate::{ScenarioOptions, random::Random};

const KM_PER_NAUTICAL_MILE: f64 = 1.852;

// How often a report reaches the file. Real class A transponders send every 2 to 10 seconds; services thin them out like this.
const UNDER_WAY_SECONDS: f64 = 420.0;
const FERRY_SECONDS: f64 = 360.0;
const FISHING_SECONDS: f64 = 480.0;
const ANCHORED_SECONDS: f64 = 1_200.0;
const MOORED_SECONDS: f64 = 1_800.0;

/// A crossing there and back with its stay in port takes less: the ferry that stops for repairs skips it, so as not to come late.
const REPAIR_LEAD_HOURS: f64 = 6.0;

/// A ship's doing one thing for a while.
#[derive(Debug, Clone)]
pub(crate) struct Leg {
    pub(crate) from: Timestamp,
    pub(crate) to: Timestamp,
    path: Vec<Point>,
    pub(crate) status: NavigationStatus,
    pub(crate) report_seconds: f64,
    /// Whether the transponder is on.
    pub(crate) transmits: bool,
    pub(crate) destination: &'static str,
}

/// Place and motion at a moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Fix {
    pub(crate) place: Point,
    pub(crate) speed_knots: f64,
    pub(crate) course_degrees: f64,
}

impl Leg {
    fn length_km(&self) -> f64 {
        length_km(&self.path)
    }

    /// Where the ship is at `at`, which lies within the leg. It keeps one speed over a leg.
    pub(crate) fn fix(&self, at: Timestamp) -> Fix {
        let (hours, total_hours) = (hours_between(self.from, at), hours_between(self.from, self.to).max(1e-6));
        let mut left_km = self.length_km() * (hours / total_hours).clamp(0.0, 1.0);
        let speed_knots = self.length_km() / KM_PER_NAUTICAL_MILE / total_hours;
        for ends in self.path.windows(2) {
            let (part_km, course_degrees) = (ends[0].distance_km(ends[1]), ends[0].bearing_degrees(ends[1]));
            if left_km <= part_km && part_km > 0.0 {
                return Fix { place: ends[0].towards(ends[1], left_km / part_km), speed_knots, course_degrees };
            }
            left_km -= part_km;
        }
        Fix { place: self.path.last().copied().unwrap_or(LANE[3]), speed_knots, course_degrees: 0.0 }
    }
}

fn length_km(path: &[Point]) -> f64 {
    path.windows(2).map(|ends| ends[0].distance_km(ends[1])).sum()
}

fn hours_between(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64() / 3_600.0
}

/// The moments of event 5, as the itinerary plans them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Loitering {
    pub(crate) from: Timestamp,
    pub(crate) to: Timestamp,
    /// The end of the silence that follows; the same as `to` where none does.
    pub(crate) silent_to: Timestamp,
    pub(crate) place: Point,
}

/// The legs of one ship.
pub(crate) struct Itinerary {
    pub(crate) legs: Vec<Leg>,
}

impl Itinerary {
    pub(crate) fn new(options: &ScenarioOptions, vessel: &Vessel) -> Self {
        let random = Random::new(options.seed, "itinerary", vessel.number as u64);
        let mut voyage = Voyage::start(options, random);
        match vessel.trade {
            Trade::Petrel => voyage.petrel(&petrel_loitering(options)),
            Trade::RepairedFerry => voyage.ferry(5, 6, Some(ferry_stop(options))),
            Trade::Ferry if vessel.number.is_multiple_of(2) => voyage.ferry(0, 1, None),
            Trade::Ferry => voyage.ferry(5, 6, None),
            Trade::Cargo | Trade::Tanker => voyage.cargo(vessel.trade == Trade::Tanker),
            Trade::Waiting => voyage.waiting(),
            Trade::Fishing => voyage.fishing(),
            Trade::Pleasure => voyage.pleasure(),
        }
        Self { legs: voyage.legs }
    }

    /// The leg at `at`.
    pub(crate) fn leg_at(&self, at: Timestamp) -> Option<&Leg> {
        let after = self.legs.partition_point(|leg| leg.to <= at);
        self.legs.get(after).filter(|leg| leg.from <= at)
    }
}

/// Event 5: at least six hours under two knots within two kilometres of Sable-2, then at least twelve hours of silence over midnight.
pub(crate) fn petrel_loitering(options: &ScenarioOptions) -> Loitering {
    let mut random = Random::new(options.seed, "event 5", 0);
    let from = options.day(PETREL_DAYS_BEFORE) + seconds(random.between(12.0, 13.5) * 3_600.0);
    let to = from + seconds(random.between(7.0, 8.5) * 3_600.0);
    let silent_to = to + seconds(random.between(13.0, 16.0) * 3_600.0);
    Loitering { from, to, silent_to, place: SABLE_2.at_latitude(random.between(59.74, 59.86)) }
}

/// The decoy: a ferry drifts for hours, not under command, a kilometre from Sable-2, and never stops reporting.
pub(crate) fn ferry_stop(options: &ScenarioOptions) -> Loitering {
    let mut random = Random::new(options.seed, "repair stop", 0);
    let from = options.day(FERRY_DAYS_BEFORE) + seconds(random.between(8.0, 11.0) * 3_600.0);
    let to = from + seconds(random.between(5.0, 6.5) * 3_600.0);
    Loitering { from, to, silent_to: to, place: SABLE_2.at_latitude(59.99).moved(random.between(0.6, 1.2), 0.0) }
}

/// Builds legs one after the other.
struct Voyage {
    legs: Vec<Leg>,
    at: Timestamp,
    end: Timestamp,
    place: Point,
    destination: &'static str,
    random: Random,
}

impl Voyage {
    /// Begins up to two days before the first day of AIS, so that ships are found in the middle of what they do.
    fn start(options: &ScenarioOptions, mut random: Random) -> Self {
        let first = options.day(options.first_ais_day());
        let at = first - seconds(random.between(0.0, 48.0) * 3_600.0);
        let end = first + seconds(86_400.0 * (f64::from(options.days) + 1.0));
        Self { legs: Vec::new(), at, end, place: LANE[3], destination: "", random }
    }

    fn done(&self) -> bool {
        self.at >= self.end
    }

    fn leg(&mut self, path: Vec<Point>, hours: f64, status: NavigationStatus, report_seconds: f64) {
        let to = self.at + seconds((hours * 3_600.0).max(60.0));
        self.place = path.last().copied().unwrap_or(self.place);
        let destination = self.destination;
        self.legs.push(Leg { from: self.at, to, path, status, report_seconds, transmits: true, destination });
        self.at = to;
    }

    fn stay(&mut self, hours: f64, status: NavigationStatus, report_seconds: f64) {
        self.leg(vec![self.place], hours, status, report_seconds);
    }

    fn sail(&mut self, mut path: Vec<Point>, knots: f64, status: NavigationStatus, report_seconds: f64) {
        path.insert(0, self.place);
        let hours = length_km(&path) / KM_PER_NAUTICAL_MILE / knots;
        self.leg(path, hours, status, report_seconds);
    }

    /// Drifts about `centre` for so many hours at about `knots`.
    fn drift(&mut self, centre: Point, radius_km: f64, hours: f64, knots: f64, status: NavigationStatus) {
        let mut path = vec![self.place];
        while length_km(&path) < hours * knots * KM_PER_NAUTICAL_MILE {
            path.push(centre.near(radius_km, &mut self.random));
        }
        self.leg(path, hours, status, FERRY_SECONDS);
    }

    fn moor(&mut self, port: usize, low_hours: f64, high_hours: f64) {
        let hours = self.random.between(low_hours, high_hours);
        self.destination = PORTS[port].name;
        self.stay(hours, NavigationStatus::Moored, MOORED_SECONDS);
    }

    fn berth(&mut self, port: usize) -> Point {
        PORTS[port].berth.near(0.8, &mut self.random)
    }

    /// The way from one port to another along the lane, a little to one side of it.
    fn along_the_lane(&mut self, from: usize, to: usize) -> Vec<Point> {
        let (start, goal) = (&PORTS[from], &PORTS[to]);
        let aside_km = self.random.normal() * 0.8;
        let (low, high) = (start.lane_index.min(goal.lane_index), start.lane_index.max(goal.lane_index));
        let mut lane: Vec<Point> = LANE[low..=high].iter().map(|place| place.moved(0.0, aside_km)).collect();
        if start.lane_index > goal.lane_index {
            lane.reverse();
        }
        let berth = self.berth(to);
        [vec![start.entrance], lane, vec![goal.entrance, berth]].concat()
    }

    fn sail_between(&mut self, from: usize, to: usize, knots: f64) {
        let path = self.along_the_lane(from, to);
        self.destination = PORTS[to].name;
        self.sail(path, knots, NavigationStatus::UnderWayUsingEngine, UNDER_WAY_SECONDS);
    }

    fn other_port(&mut self, port: usize) -> usize {
        (port + 1 + self.random.below(PORTS.len() - 1)) % PORTS.len()
    }

    fn cargo(&mut self, slow: bool) {
        let mut port = self.random.below(PORTS.len());
        self.place = self.berth(port);
        while !self.done() {
            self.moor(port, 8.0, 36.0);
            let next = self.other_port(port);
            let knots = if slow { self.random.between(8.5, 12.0) } else { self.random.between(9.5, 15.0) };
            self.sail_between(port, next, knots);
            port = next;
        }
    }

    fn ferry(&mut self, one: usize, other: usize, mut stop: Option<Loitering>) {
        let (mut from, mut to) = if self.random.chance(0.5) { (one, other) } else { (other, one) };
        self.place = self.berth(from);
        while !self.done() {
            self.moor(from, 1.2, 2.5);
            self.destination = PORTS[to].name;
            if let Some(repair) = stop.take_if(|repair| self.at >= repair.from - seconds(REPAIR_LEAD_HOURS * 3_600.0)) {
                self.repair(from, &repair);
            }
            let knots = self.random.between(15.0, 18.0);
            let berth = self.berth(to);
            let path = vec![PORTS[from].entrance, PORTS[to].entrance, berth];
            // After a stop on the way the ship does not turn back to the entrance it left from.
            let path = if self.place.distance_km(PORTS[from].berth) > 5.0 { path[1..].to_vec() } else { path };
            self.sail(path, knots, NavigationStatus::UnderWayUsingEngine, FERRY_SECONDS);
            (from, to) = (to, from);
        }
    }

    /// Waits in port for the time, sails to the place of the stop and drifts there until the repair is done.
    fn repair(&mut self, from: usize, stop: &Loitering) {
        let path = vec![PORTS[from].entrance, stop.place];
        let hours_there = length_km(&[vec![self.place], path.clone()].concat()) / KM_PER_NAUTICAL_MILE / 15.0;
        let wait_hours = hours_between(self.at, stop.from) - hours_there;
        if wait_hours > 0.0 {
            self.stay(wait_hours, NavigationStatus::Moored, MOORED_SECONDS);
        }
        self.sail(path, 15.0, NavigationStatus::UnderWayUsingEngine, FERRY_SECONDS);
        let hours = hours_between(self.at, stop.to).max(5.0);
        self.drift(stop.place, 0.4, hours, 0.5, NavigationStatus::NotUnderCommand);
    }

    fn waiting(&mut self) {
        let mut first = true;
        let (centre, radius_km) = ANCHORAGE;
        self.place = centre.near(radius_km, &mut self.random);
        while !self.done() {
            let hours = if first { self.random.between(20.0, 90.0) } else { self.random.between(30.0, 120.0) };
            first = false;
            self.destination = "FOR ORDERS";
            let place = self.place;
            // A ship at anchor swings on its chain.
            self.drift(place, 0.15, hours, 0.05, NavigationStatus::AtAnchor);
            if let Some(leg) = self.legs.last_mut() {
                leg.report_seconds = ANCHORED_SECONDS;
            }
            let berth = self.berth(1);
            self.destination = PORTS[1].name;
            self.sail(vec![PORTS[1].entrance, berth], 8.0, NavigationStatus::UnderWayUsingEngine, UNDER_WAY_SECONDS);
            self.moor(1, 12.0, 36.0);
            let anchor = centre.near(radius_km, &mut self.random);
            self.sail(vec![PORTS[1].entrance, anchor], 8.0, NavigationStatus::UnderWayUsingEngine, UNDER_WAY_SECONDS);
        }
    }

    fn fishing(&mut self) {
        // Each ground with the port its boats come from.
        let number = self.random.below(FISHING_GROUNDS.len());
        let ((ground, radius_km), port) = (FISHING_GROUNDS[number], [2, 0, 3, 6][number]);
        self.place = self.berth(port);
        while !self.done() {
            self.moor(port, 6.0, 30.0);
            let start = ground.near(radius_km, &mut self.random);
            self.destination = "FISHING";
            self.sail(vec![PORTS[port].entrance, start], 9.0, NavigationStatus::UnderWayUsingEngine, FISHING_SECONDS);
            for _ in 0..3 + self.random.below(6) {
                let knots = self.random.between(2.8, 4.2);
                let tow = (0..2).map(|_| ground.near(radius_km, &mut self.random)).collect();
                self.sail(tow, knots, NavigationStatus::EngagedInFishing, FISHING_SECONDS);
            }
            let berth = self.berth(port);
            self.sail(vec![PORTS[port].entrance, berth], 9.0, NavigationStatus::UnderWayUsingEngine, FISHING_SECONDS);
        }
    }

    fn pleasure(&mut self) {
        let port = [0, 2, 5][self.random.below(3)];
        self.place = self.berth(port);
        while !self.done() {
            self.moor(port, 14.0, 60.0);
            let turn = PORTS[port].entrance.near(8.0, &mut self.random);
            let berth = self.berth(port);
            let knots = self.random.between(5.0, 8.0);
            let path = vec![PORTS[port].entrance, turn, PORTS[port].entrance, berth];
            self.sail(path, knots, NavigationStatus::UnderWaySailing, FISHING_SECONDS);
        }
    }

    fn petrel(&mut self, plan: &Loitering) {
        let home = 2;
        self.place = self.berth(home);
        self.destination = PORTS[home].name;
        let approach = vec![PORTS[home].entrance, LANE[1], LANE[2], LANE[3], plan.place.moved(-0.4, -0.3)];
        let hours_there = length_km(&[vec![self.place], approach.clone()].concat()) / KM_PER_NAUTICAL_MILE / 10.5;
        let moored_hours = hours_between(self.at, plan.from) - hours_there;
        self.stay(moored_hours, NavigationStatus::Moored, MOORED_SECONDS);
        self.destination = PORTS[6].name;
        let under_way = NavigationStatus::UnderWayUsingEngine;
        self.sail(approach, 10.5, under_way, UNDER_WAY_SECONDS);
        let hours = hours_between(self.at, plan.to);
        self.drift(plan.place, 0.9, hours, 1.0, under_way);

        // Silent, it goes back west; it reports again on the lane, where reception is good.
        let hours = hours_between(self.at, plan.silent_to);
        self.leg(vec![self.place, point(59.74, 24.60)], hours, under_way, UNDER_WAY_SECONDS);
        if let Some(leg) = self.legs.last_mut() {
            leg.transmits = false;
        }
        let mut port = home;
        let berth = self.berth(home);
        self.destination = PORTS[home].name;
        self.sail(vec![LANE[2], LANE[1], PORTS[home].entrance, berth], 10.5, under_way, UNDER_WAY_SECONDS);
        while !self.done() {
            self.moor(port, 20.0, 40.0);
            // It stays in the west, where it is heard.
            let next = if port == home { 1 } else { home };
            self.sail_between(port, next, 10.5);
            port = next;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cast::Cast;
    use crate::fleet::Fleet;

    fn itineraries(options: &ScenarioOptions) -> Vec<(Vessel, Itinerary)> {
        let fleet = Fleet::new(options, &Cast::new(options));
        fleet.vessels.iter().map(|vessel| (vessel.clone(), Itinerary::new(options, vessel))).collect()
    }

    #[test]
    fn legs_follow_each_other_and_no_ship_jumps() {
        for (vessel, itinerary) in itineraries(&ScenarioOptions::standard(5)) {
            for legs in itinerary.legs.windows(2) {
                assert_eq!(legs[0].to, legs[1].from, "{}", vessel.name);
                let (end, start) = (legs[0].fix(legs[0].to).place, legs[1].fix(legs[1].from).place);
                assert!(end.distance_km(start) < 0.01, "{} jumps", vessel.name);
            }
            for leg in &itinerary.legs {
                let knots = leg.fix(leg.from).speed_knots;
                assert!((0.0..25.0).contains(&knots), "{} makes {knots} kn", vessel.name);
            }
        }
    }

    #[test]
    fn only_grey_petrel_goes_silent() {
        let options = ScenarioOptions::standard(5);
        for (vessel, itinerary) in itineraries(&options) {
            let silent: Vec<&Leg> = itinerary.legs.iter().filter(|leg| !leg.transmits).collect();
            assert_eq!(silent.len(), usize::from(vessel.trade == Trade::Petrel), "{}", vessel.name);
            for leg in silent {
                assert!(hours_between(leg.from, leg.to) >= 12.0);
                let midnight = options.day(PETREL_DAYS_BEFORE - 1);
                assert!(leg.from < midnight && midnight < leg.to, "the silence spans midnight");
            }
        }
    }

    #[test]
    fn the_ships_of_the_story_linger_where_the_truth_says() {
        for seed in 0..20 {
            let options = ScenarioOptions::small(seed);
            let ships = itineraries(&options);
            for (number, plan, least_hours) in [(0, petrel_loitering(&options), 6.0), (1, ferry_stop(&options), 4.5)] {
                let (vessel, itinerary) = &ships[number];
                let mut slow_hours = 0.0;
                let mut at = plan.from;
                while at < plan.to {
                    let fix = itinerary.leg_at(at).unwrap().fix(at);
                    let slow = fix.speed_knots < 2.0 && SABLE_2.distance_km(fix.place) < 2.0;
                    slow_hours += f64::from(u8::from(slow)) / 6.0;
                    at += seconds(600.0);
                }
                assert!(slow_hours >= least_hours, "seed {seed}: {} lingers {slow_hours} h", vessel.name);
            }
        }
    }
}
