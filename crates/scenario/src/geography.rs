//! Where things are: a synthetic sea that looks like the Gulf of Finland, with invented ports, one shipping lane and two cables.

use serde_json::json;

use crate::output::Folder;
use crate::truth::FileTruth;
use crate::{ScenarioError, random::Random};

/// Kilometres per degree of latitude.
const KM_PER_DEGREE: f64 = 111.2;

/// A place, WGS 84. Distances are taken on a plane, which is true to a percent over the 300 km of this sea.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Point {
    pub(crate) latitude: f64,
    pub(crate) longitude: f64,
}

pub(crate) const fn point(latitude: f64, longitude: f64) -> Point {
    Point { latitude, longitude }
}

impl Point {
    /// Kilometres east and north from here to `other`.
    fn offset_to(self, other: Self) -> (f64, f64) {
        let east = (other.longitude - self.longitude) * KM_PER_DEGREE * self.latitude.to_radians().cos();
        (east, (other.latitude - self.latitude) * KM_PER_DEGREE)
    }

    /// Distance in kilometres.
    pub(crate) fn distance_km(self, other: Self) -> f64 {
        let (east, north) = self.offset_to(other);
        east.hypot(north)
    }

    /// Bearing to `other` in degrees from north.
    pub(crate) fn bearing_degrees(self, other: Self) -> f64 {
        let (east, north) = self.offset_to(other);
        east.atan2(north).to_degrees().rem_euclid(360.0)
    }

    /// The point so many kilometres east and north.
    pub(crate) fn moved(self, east_km: f64, north_km: f64) -> Self {
        let longitude = self.longitude + east_km / (KM_PER_DEGREE * self.latitude.to_radians().cos());
        Self { latitude: self.latitude + north_km / KM_PER_DEGREE, longitude }
    }

    /// A point at most `radius_km` away, evenly over the circle.
    pub(crate) fn near(self, radius_km: f64, random: &mut Random) -> Self {
        let (angle, radius) = (random.between(0.0, std::f64::consts::TAU), radius_km * random.unit().sqrt());
        self.moved(radius * angle.sin(), radius * angle.cos())
    }

    /// The point at `fraction` of the way to `other`.
    pub(crate) fn towards(self, other: Self, fraction: f64) -> Self {
        point(
            self.latitude + (other.latitude - self.latitude) * fraction,
            self.longitude + (other.longitude - self.longitude) * fraction,
        )
    }
}

/// A port: where ships lie, the point off its entrance, and the nearest point of the lane.
pub(crate) struct Port {
    pub(crate) name: &'static str,
    pub(crate) berth: Point,
    pub(crate) entrance: Point,
    pub(crate) lane_index: usize,
}

const fn port(name: &'static str, berth: Point, entrance: Point, lane_index: usize) -> Port {
    Port { name, berth, entrance, lane_index }
}

/// The ports. The last is not one: ships that go there leave the area to the west and come back.
pub(crate) const PORTS: [Port; 8] = [
    port("HAUKISATAMA", point(60.14, 24.93), point(59.98, 24.95), 3),
    port("LIIVARANNA", point(59.46, 24.72), point(59.60, 24.78), 3),
    port("MERISALMI", point(59.82, 22.98), point(59.72, 23.10), 1),
    port("KUUSKARI", point(60.45, 26.93), point(60.28, 26.85), 5),
    port("PAEKALDA", point(59.40, 27.74), point(59.55, 27.60), 6),
    port("KALLIOSAARI", point(60.25, 25.55), point(60.12, 25.56), 4),
    port("RANNAVALGE", point(59.55, 25.62), point(59.66, 25.60), 4),
    port("LANSIMERI", point(59.25, 21.60), point(59.33, 22.10), 0),
];

/// The shipping lane from west to east.
pub(crate) const LANE: [Point; 7] = [
    point(59.40, 22.60),
    point(59.55, 23.40),
    point(59.70, 24.20),
    point(59.80, 25.00),
    point(59.88, 25.80),
    point(59.96, 26.60),
    point(60.02, 27.40),
];

/// Where fishing boats trawl, with the radius in kilometres. The last lies where reception is poor.
pub(crate) const FISHING_GROUNDS: [(Point, f64); 4] =
    [(point(59.62, 23.60), 12.0), (point(59.95, 24.25), 6.0), (point(59.72, 26.35), 10.0), (point(60.12, 27.35), 9.0)];

/// Where ships wait at anchor, five kilometres from the nearer cable, with the radius in kilometres.
pub(crate) const ANCHORAGE: (Point, f64) = (point(59.585, 24.63), 1.5);

/// A cable or pipeline.
pub(crate) struct Corridor {
    pub(crate) code: &'static str,
    name: &'static str,
    country: &'static str,
    line: &'static [Point],
}

/// The cables.
pub(crate) const CORRIDORS: [Corridor; 2] = [
    Corridor {
        code: "SABLE-1",
        name: "Sable-1",
        country: "FI",
        line: &[point(60.10, 24.62), point(59.85, 24.58), point(59.50, 24.50)],
    },
    Corridor {
        code: "SABLE-2",
        name: "Sable-2",
        country: "FI",
        line: &[point(60.20, 25.75), point(59.95, 25.50), point(59.56, 25.45)],
    },
];

/// Sable-2, which faults on day zero.
pub(crate) const SABLE_2: &Corridor = &CORRIDORS[1];

impl Corridor {
    /// The point of the line at this latitude.
    pub(crate) fn at_latitude(&self, latitude: f64) -> Point {
        let within = |ends: &&[Point]| ends[0].latitude >= latitude && latitude >= ends[1].latitude;
        let ends = self.line.windows(2).find(within).unwrap_or(&self.line[..2]);
        ends[0].towards(ends[1], (ends[0].latitude - latitude) / (ends[0].latitude - ends[1].latitude))
    }

    /// Distance in kilometres from the line, for tests: taken over points every 1/200 of each part.
    #[cfg(test)]
    pub(crate) fn distance_km(&self, from: Point) -> f64 {
        let along =
            self.line.windows(2).flat_map(|ends| (0..=200).map(move |step| ends[0].towards(ends[1], f64::from(step) / 200.0)));
        along.map(|place| place.distance_km(from)).fold(f64::INFINITY, f64::min)
    }
}

/// Writes `fi/corridors.geojson`.
pub(crate) fn write_corridors(folder: &Folder) -> Result<FileTruth, ScenarioError> {
    let path = "fi/corridors.geojson";
    let features: Vec<_> = CORRIDORS
        .iter()
        .map(|corridor| {
            let line: Vec<[f64; 2]> = corridor.line.iter().map(|place| [place.longitude, place.latitude]).collect();
            json!({
                "type": "Feature",
                "properties": { "code": corridor.code, "name": corridor.name, "country": corridor.country },
                "geometry": { "type": "LineString", "coordinates": line },
            })
        })
        .collect();
    let mut file = folder.create(path)?;
    file.write(json!({ "type": "FeatureCollection", "features": features }).to_string().as_bytes())?;
    Ok(FileTruth::new(path, "fi", "sea", "corridors", CORRIDORS.len() as u64, file.finish()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_and_bearings() {
        let here = point(60.0, 25.0);
        assert!((here.distance_km(here.moved(3.0, 4.0)) - 5.0).abs() < 0.01);
        assert!((here.bearing_degrees(here.moved(1.0, 0.0)) - 90.0).abs() < 0.1);
        assert!((here.bearing_degrees(here.moved(0.0, -1.0)) - 180.0).abs() < 0.1);
    }

    #[test]
    fn the_cable_is_where_it_says() {
        for latitude in [59.6, 59.8, 59.95, 60.1] {
            assert!(SABLE_2.distance_km(SABLE_2.at_latitude(latitude)) < 0.2);
        }
    }

    #[test]
    fn nobody_waits_or_fishes_on_a_cable() {
        for (centre, radius) in FISHING_GROUNDS.iter().chain([&ANCHORAGE]) {
            for corridor in &CORRIDORS {
                assert!(corridor.distance_km(*centre) - radius > 3.0, "{} at {centre:?}", corridor.code);
            }
        }
    }
}
