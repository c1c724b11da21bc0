//! UAS geographical zones as states publish them: ED-269 (JSON of its own) and ED-318 (GeoJSON). Files in use differ in what they leave out and
//! how they spell it, so they are parsed leniently; what a zone then says is validated strictly, and a zone that could be misread is refused.

mod ed269;
mod ed318;
mod members;
#[cfg(test)]
mod tests;

use std::io::BufRead;

use oikos_desk::intake::{JsonLimits, JsonPiece, TableRows, read_json};
use oikos_desk::reading::record_position;
use oikos_desk::{Format, ReadError, ReadSummary, Reader, Reject, Sink, Source};
use oikos_model::Timestamp;
use serde_json::Value;

use crate::sphere::Polygon;
use crate::tables::{AIR_ZONE_PERIODS, AIR_ZONES};

const LIMITS: JsonLimits = JsonLimits { file_bytes: 256 * 1_024 * 1_024, piece_bytes: 8 * 1_024 * 1_024 };
const ZONE_MAX_VERTICES: usize = 20_000;
const ZONE_MAX_PERIODS: usize = 1_000;
/// No zone in use is larger.
const RADIUS_MAX_M: f64 = 500_000.0;

/// Reads zones in ED-269.
pub(crate) struct Ed269Zones;

impl Reader for Ed269Zones {
    fn format(&self) -> Format {
        Format {
            name: "ed269-zones",
            description: "UAS geographical zones in EUROCAE ED-269 (JSON: UASZoneList, or features of the same shape)",
            extensions: &["json"],
        }
    }

    fn recognises(&self, beginning: &[u8]) -> bool {
        let text = String::from_utf8_lossy(beginning);
        text.contains("\"UASZoneList\"") || text.contains("\"horizontalProjection\"")
    }

    fn read(&self, source: &Source, input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError> {
        read(source, input, sink, &["UASZoneList", "features"], ed269::zone)
    }
}

/// Reads zones in ED-318.
pub(crate) struct Ed318Zones;

impl Reader for Ed318Zones {
    fn format(&self) -> Format {
        Format {
            name: "ed318-zones",
            description: "UAS geographical zones in EUROCAE ED-318 (GeoJSON with a layer, and an extent for circles)",
            extensions: &["json", "geojson"],
        }
    }

    fn recognises(&self, beginning: &[u8]) -> bool {
        let text = String::from_utf8_lossy(beginning);
        text.contains("\"FeatureCollection\"") && text.contains("\"layer\"") && text.contains("\"upperReference\"")
    }

    fn read(&self, source: &Source, input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError> {
        read(source, input, sink, &["features"], ed318::zone)
    }
}

/// Why a zone is refused: the member at fault and the reason.
type Problem = (&'static str, String);

/// A zone in order.
#[derive(Debug, PartialEq)]
struct Zone {
    identifier: String,
    country: String,
    name: Option<String>,
    restriction: &'static str,
    conditions: Option<String>,
    reason: Option<String>,
    authority: Option<String>,
    volumes: Vec<Volume>,
    periods: Vec<Period>,
}

#[derive(Debug, PartialEq)]
struct Volume {
    lower: Option<Limit>,
    upper: Option<Limit>,
    shape: Shape,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Limit {
    metres: f64,
    reference: &'static str,
}

#[derive(Debug, PartialEq)]
enum Shape {
    Circle {
        latitude: f64,
        longitude: f64,
        radius_m: f64,
    },
    /// Rings of longitude and latitude.
    Polygon(Vec<Vec<[f64; 2]>>),
}

impl Shape {
    /// A circle that can be one.
    fn circle(center: [f64; 2], radius_m: f64) -> Result<Self, Problem> {
        if !(radius_m > 0.0 && radius_m <= RADIUS_MAX_M) {
            return Err(("radius", format!("{radius_m} m is not between 0 and {RADIUS_MAX_M} m")));
        }
        Ok(Self::Circle { latitude: center[1], longitude: center[0], radius_m })
    }

    /// A polygon that can be one.
    fn polygon(rings: Vec<Vec<[f64; 2]>>) -> Result<Self, Problem> {
        let vertices: usize = rings.iter().map(Vec::len).sum();
        if vertices > ZONE_MAX_VERTICES {
            return Err(("coordinates", format!("{vertices} vertices; at most {ZONE_MAX_VERTICES} are read")));
        }
        if Polygon::new(&rings).is_none() {
            return Err(("coordinates", "a polygon needs three vertices a ring, and is less than 2,000 km wide".into()));
        }
        Ok(Self::Polygon(rings))
    }
}

#[derive(Debug, Default, PartialEq)]
struct Period {
    valid_from: Option<Timestamp>,
    valid_to: Option<Timestamp>,
    days: Vec<&'static str>,
    from_seconds: Option<i32>,
    to_seconds: Option<i32>,
    by_sun: bool,
}

type ReadZone = fn(&Value) -> Result<Zone, Problem>;

fn read(
    source: &Source,
    input: &mut dyn BufRead,
    sink: &mut dyn Sink,
    arrays: &[&str],
    read_zone: ReadZone,
) -> Result<ReadSummary, ReadError> {
    let mut landing = Landing {
        source,
        zones: TableRows::new(&AIR_ZONES),
        periods: TableRows::new(&AIR_ZONE_PERIODS),
        volume_rows: 0,
        period_rows: 0,
    };
    let mut summary = ReadSummary::default();
    let mut has_zones = false;
    let bytes = read_json(input, LIMITS, arrays, &mut |piece| {
        let JsonPiece::Element { number, value, .. } = piece else { return Ok(()) };
        has_zones = true;
        summary.rows += 1;
        match read_zone(&value) {
            Ok(zone) => landing.take(&zone, sink),
            Err((field, reason)) => {
                let shown = value.pointer("/properties").unwrap_or(&value).to_string();
                Ok(sink.reject(Reject::new(number, Some(field), reason, shown.as_bytes()))?)
            }
        }
    })?;
    if !has_zones {
        return Err(ReadError::Format {
            place: "the document".into(),
            problem: format!("it holds no zone; expected them in {}", arrays.join(" or ")),
        });
    }
    landing.zones.flush(sink)?;
    landing.periods.flush(sink)?;
    sink.progress(bytes);
    Ok(summary)
}

struct Landing<'a> {
    source: &'a Source,
    zones: TableRows,
    periods: TableRows,
    volume_rows: u64,
    period_rows: u64,
}

impl Landing<'_> {
    fn take(&mut self, zone: &Zone, sink: &mut dyn Sink) -> Result<(), ReadError> {
        for (number, volume) in (1i32..).zip(&zone.volumes) {
            self.volume(zone, number, volume, sink)?;
        }
        zone.periods.iter().try_for_each(|period| self.period(zone, period, sink))
    }

    fn volume(&mut self, zone: &Zone, number: i32, volume: &Volume, sink: &mut dyn Sink) -> Result<(), ReadError> {
        self.volume_rows += 1;
        let (circle, rings) = match &volume.shape {
            Shape::Circle { latitude, longitude, radius_m } => (Some((*latitude, *longitude, *radius_m)), None),
            Shape::Polygon(rings) => (None, Some(serde_json::json!(rings).to_string())),
        };
        let values = [
            self.source.record_id(record_position(self.volume_rows)?).into(),
            (&zone.identifier).into(),
            (&zone.country).into(),
            zone.name.as_ref().into(),
            zone.restriction.into(),
            zone.conditions.as_ref().into(),
            zone.reason.as_ref().into(),
            zone.authority.as_ref().into(),
            number.into(),
            volume.lower.map(|limit| limit.metres).into(),
            volume.lower.map(|limit| limit.reference).into(),
            volume.upper.map(|limit| limit.metres).into(),
            volume.upper.map(|limit| limit.reference).into(),
            circle.map(|(latitude, _, _)| latitude).into(),
            circle.map(|(_, longitude, _)| longitude).into(),
            circle.map(|(_, _, radius_m)| radius_m).into(),
            rings.as_ref().into(),
        ];
        Ok(self.zones.push(values, sink)?)
    }

    fn period(&mut self, zone: &Zone, period: &Period, sink: &mut dyn Sink) -> Result<(), ReadError> {
        self.period_rows += 1;
        let days = (!period.days.is_empty()).then(|| period.days.join(","));
        let values = [
            self.source.record_id(record_position(self.period_rows)?).into(),
            (&zone.identifier).into(),
            (&zone.country).into(),
            period.valid_from.into(),
            period.valid_to.into(),
            days.as_ref().into(),
            period.from_seconds.into(),
            period.to_seconds.into(),
            period.by_sun.into(),
        ];
        Ok(self.periods.push(values, sink)?)
    }
}
