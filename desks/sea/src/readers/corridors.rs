//! Routes of cables and pipelines as GeoJSON (RFC 7946): a FeatureCollection of LineStrings and MultiLineStrings, each with the
//! properties `code` (needed), `name` and `country` (ISO 3166-1 alpha-2). One feature is in memory at a time.

use std::fmt;
use std::io::{BufRead, Read};

use geojson::{Feature, GeometryValue, Position};
use oikos_desk::{Format, ReadError, ReadSummary, Reader, Reject, Sink, SinkError, Source};
use oikos_matching::normalise;
use oikos_model::{SelectorKind, StatementDraft};
use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::lines::encoding_problem;
use super::{Origin, record_position};
use crate::tables::CORRIDORS;
use oikos_desk::intake::TableRows;

const FILE_MAX_BYTES: u64 = 32 * 1_024 * 1_024;
const FEATURE_MAX_VERTICES: usize = 100_000;
const FILE_MAX_VERTICES: u64 = 1_000_000;

/// Reads routes of cables and pipelines.
pub(crate) struct Corridors;

impl Reader for Corridors {
    fn format(&self) -> Format {
        Format {
            name: "corridors",
            description: "Routes of submarine cables and pipelines as GeoJSON lines (RFC 7946) with code, name and country",
            extensions: &["geojson", "json"],
        }
    }

    fn recognises(&self, beginning: &[u8]) -> bool {
        let text = String::from_utf8_lossy(beginning);
        text.trim_start_matches('\u{feff}').trim_start().starts_with('{')
            && text.contains("\"FeatureCollection\"")
            && text.contains("LineString\"")
            && text.contains("\"code\"")
    }

    fn read(&self, source: &Source, input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError> {
        let beginning = input.fill_buf().map_err(|source| ReadError::Io { offset: 0, source })?;
        if let Some(problem) = encoding_problem(beginning) {
            return Err(ReadError::Format { place: "byte 0".into(), problem: problem.into() });
        }
        if beginning.starts_with(b"\xef\xbb\xbf") {
            input.consume(3);
        }
        let mut limited = Limited { input, left_bytes: FILE_MAX_BYTES, is_over: false };
        let mut reading = Reading::new(source, sink);
        let mut json = serde_json::Deserializer::from_reader(std::io::BufReader::new(&mut limited));
        let read = Collection(&mut reading).deserialize(&mut json).and_then(|()| json.end());
        drop(json);
        if let Err(error) = read {
            return Err(reading.stopped.take().unwrap_or_else(|| json_problem(&error, limited.is_over)));
        }
        let bytes = FILE_MAX_BYTES - limited.left_bytes;
        reading.finish(bytes)
    }
}

fn json_problem(error: &serde_json::Error, is_over: bool) -> ReadError {
    let problem = if is_over {
        format!("the file has more than {} MiB; split it", FILE_MAX_BYTES / 1_024 / 1_024)
    } else {
        format!("{error}; expected a GeoJSON FeatureCollection")
    };
    ReadError::Format { place: format!("line {}, column {}", error.line(), error.column()), problem }
}

/// Ends the input at its limit, and remembers that it did.
struct Limited<'a> {
    input: &'a mut dyn BufRead,
    left_bytes: u64,
    is_over: bool,
}

impl Read for Limited<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let most = buffer.len().min(usize::try_from(self.left_bytes).unwrap_or(usize::MAX));
        if most == 0 && !buffer.is_empty() {
            self.is_over = !self.input.fill_buf()?.is_empty();
            return Ok(0);
        }
        let read = self.input.read(&mut buffer[..most])?;
        self.left_bytes -= read as u64;
        Ok(read)
    }
}

/// Visits the collection and hands on its features one by one.
struct Collection<'r, 'a>(&'r mut Reading<'a>);

impl<'de> DeserializeSeed<'de> for Collection<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Collection<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a GeoJSON FeatureCollection")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        let mut has_features = false;
        while let Some(name) = map.next_key::<String>()? {
            match name.as_str() {
                "type" => {
                    let found: String = map.next_value()?;
                    if found != "FeatureCollection" {
                        let shown: String = found.chars().take(60).collect();
                        return Err(M::Error::custom(format!("type is {shown:?}, not FeatureCollection")));
                    }
                }
                "crs" => check_reference_system(&map.next_value()?).map_err(M::Error::custom)?,
                "features" => {
                    map.next_value_seed(Features(self.0))?;
                    has_features = true;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        if has_features { Ok(()) } else { Err(M::Error::custom("there is no member features")) }
    }
}

/// RFC 7946 knows only WGS 84; the older GeoJSON of 2008 could name it, or something else.
fn check_reference_system(crs: &Value) -> Result<(), String> {
    let name = crs["properties"]["name"].as_str().unwrap_or_default();
    let is_wgs84 = crs.is_null() || ["CRS84", "EPSG::4326", "EPSG:4326"].iter().any(|ending| name.ends_with(ending));
    if is_wgs84 {
        return Ok(());
    }
    let shown: String = name.chars().take(60).collect();
    Err(format!("the reference system is {shown:?}; convert to WGS 84 (RFC 7946 section 4)"))
}

struct Features<'r, 'a>(&'r mut Reading<'a>);

impl<'de> DeserializeSeed<'de> for Features<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Features<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of features")
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut features: S) -> Result<(), S::Error> {
        while let Some(feature) = features.next_element::<Value>()? {
            if let Err(error) = self.0.feature(feature) {
                let shown = error.to_string();
                self.0.stopped = Some(error);
                return Err(S::Error::custom(shown));
            }
        }
        Ok(())
    }
}

/// A feature in order.
struct Corridor {
    code: String,
    name: Option<String>,
    country: Option<String>,
    lines: Vec<Vec<(f64, f64)>>,
}

/// Why a feature is refused: the member at fault and the reason.
type Problem = (&'static str, String);

impl Corridor {
    fn check(feature: Value) -> Result<Self, Problem> {
        let feature: Feature = serde_json::from_value(feature).map_err(|error| ("feature", error.to_string()))?;
        let code = text(&feature, "code")?.ok_or(("code", "it is missing".to_owned()))?;
        let code = normalise(SelectorKind::Asset, &code).map_err(|error| ("code", error.to_string()))?.value;
        let country = text(&feature, "country")?;
        if country.as_ref().is_some_and(|code| code.len() != 2 || !code.bytes().all(|byte| byte.is_ascii_uppercase())) {
            return Err(("country", "expected an ISO 3166-1 alpha-2 code, for example FI".into()));
        }
        let name = text(&feature, "name")?;
        let geometry = feature.geometry.ok_or(("geometry", "it is missing".to_owned()))?;
        let lines = match geometry.value {
            GeometryValue::LineString { coordinates } => vec![coordinates],
            GeometryValue::MultiLineString { coordinates } => coordinates,
            other => return Err(("geometry", format!("expected LineString or MultiLineString, found {}", other.type_name()))),
        };
        let vertices: usize = lines.iter().map(Vec::len).sum();
        if vertices > FEATURE_MAX_VERTICES {
            return Err(("geometry", format!("{vertices} vertices; at most {FEATURE_MAX_VERTICES} are read")));
        }
        let lines = lines.iter().map(|line| checked_line(line)).collect::<Result<_, _>>()?;
        Ok(Self { code, name, country, lines })
    }

    fn statements(&self, origin: &Origin<'_>) -> Vec<StatementDraft> {
        let entity = format!("asset-{}", self.code);
        let given = [("code", Some(&self.code)), ("name", self.name.as_ref()), ("country", self.country.as_ref())];
        let given = given.iter().filter_map(|(property, value)| value.map(|value| (property, value)));
        given.filter_map(|(property, value)| origin.statement(&entity, "asset", property, value)).collect()
    }
}

fn text(feature: &Feature, property: &'static str) -> Result<Option<String>, Problem> {
    match feature.property(property) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.trim().is_empty() => Ok(None),
        Some(Value::String(text)) if text.len() <= 200 && !text.chars().any(char::is_control) => Ok(Some(text.trim().to_owned())),
        Some(_) => Err((property, "expected a text of at most 200 bytes without control characters".into())),
    }
}

fn checked_line(line: &[Position]) -> Result<Vec<(f64, f64)>, Problem> {
    if line.len() < 2 {
        return Err(("geometry", "a line needs two vertices at least".into()));
    }
    line.iter().map(checked_vertex).collect()
}

/// Latitude and longitude of a GeoJSON position, which has the longitude first.
fn checked_vertex(position: &Position) -> Result<(f64, f64), Problem> {
    match position.as_slice() {
        [longitude, latitude, ..] if longitude.abs() <= 180.0 && latitude.abs() <= 90.0 => Ok((*latitude, *longitude)),
        other => Err(("geometry", format!("{other:?} is no longitude within ±180 followed by a latitude within ±90"))),
    }
}

/// A file being read.
struct Reading<'a> {
    source: &'a Source,
    sink: &'a mut dyn Sink,
    rows: TableRows,
    features: u64,
    parts: i32,
    vertices: u64,
    /// Why reading stopped for a reason that is not in the JSON.
    stopped: Option<ReadError>,
}

impl<'a> Reading<'a> {
    fn new(source: &'a Source, sink: &'a mut dyn Sink) -> Self {
        Self { source, sink, rows: TableRows::new(&CORRIDORS), features: 0, parts: 0, vertices: 0, stopped: None }
    }

    fn feature(&mut self, feature: Value) -> Result<(), ReadError> {
        self.features += 1;
        let excerpt = feature["properties"].to_string();
        match Corridor::check(feature) {
            Ok(corridor) => self.take(&corridor),
            Err((field, reason)) => Ok(self.sink.reject(Reject::new(self.features, Some(field), reason, excerpt.as_bytes()))?),
        }
    }

    fn take(&mut self, corridor: &Corridor) -> Result<(), ReadError> {
        let first = record_position(self.vertices + 1)?;
        for line in &corridor.lines {
            self.parts += 1;
            for (vertex, (latitude, longitude)) in (1..).zip(line) {
                self.vertices += 1;
                let record_id = self.source.record_id(record_position(self.vertices)?);
                let cells = [
                    record_id.into(),
                    (&corridor.code).into(),
                    corridor.name.as_ref().into(),
                    corridor.country.as_ref().into(),
                    self.parts.into(),
                    Into::into(vertex),
                    (*latitude).into(),
                    (*longitude).into(),
                ];
                self.rows.push(cells, self.sink)?;
            }
        }
        if self.vertices > FILE_MAX_VERTICES {
            return Err(ReadError::Format {
                place: format!("feature {}", self.features),
                problem: format!("more than {FILE_MAX_VERTICES} vertices in one file; split it"),
            });
        }
        let origin = Origin {
            source: self.source,
            table: CORRIDORS.name,
            position: first,
            stated_at: None,
            valid_from: None,
            valid_to: None,
        };
        Ok(self.sink.statements(corridor.statements(&origin))?)
    }

    fn finish(mut self, bytes: u64) -> Result<ReadSummary, ReadError> {
        self.rows.flush(self.sink).map_err(|error: SinkError| ReadError::Sink(error))?;
        self.sink.progress(bytes);
        Ok(ReadSummary { rows: self.features, ..ReadSummary::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::readers::test_sink::read;
    use proptest::prelude::*;
    use serde_json::json;

    fn cable(code: &str, geometry: &Value) -> Value {
        json!({"type": "Feature", "properties": {"code": code, "name": "Sable 2", "country": "FI"}, "geometry": geometry})
    }

    fn collection(features: &[Value]) -> String {
        json!({"type": "FeatureCollection", "name": "cables", "features": features}).to_string()
    }

    fn line() -> Value {
        json!({"type": "LineString", "coordinates": [[24.0, 59.9], [24.5, 59.5, -60.0]]})
    }

    #[test]
    fn lines_become_vertices_in_order() {
        let parts = json!({"type": "MultiLineString", "coordinates": [[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]]]});
        let text = collection(&[cable("SABLE-2", &line()), cable("SABLE-3", &parts)]);
        let (sink, summary) = read(&Corridors, format!("\u{feff}{text}\n").as_bytes());
        assert_eq!(summary.unwrap().rows, 2);
        let rows = sink.rows("corridors");
        let places: Vec<_> = rows
            .iter()
            .map(|row| {
                (row["part_number"].as_i64().unwrap(), row["vertex_number"].as_i64().unwrap(), row["latitude"].as_f64().unwrap())
            })
            .collect();
        assert_eq!(places, [(1, 1, 59.9), (1, 2, 59.5), (2, 1, 2.0), (2, 2, 4.0), (3, 1, 6.0), (3, 2, 8.0)]);
        assert_eq!(
            sink.said()[..2],
            [("asset-SABLE-2", "asset", "code", "SABLE-2"), ("asset-SABLE-2", "asset", "name", "Sable 2")]
        );
    }

    #[test]
    fn bad_features_are_refused_with_their_member() {
        let bad = [
            (json!(5), "feature"),
            (json!({"type": "Feature", "properties": {}, "geometry": line()}), "code"),
            (cable("X", &json!({"type": "Point", "coordinates": [1.0, 2.0]})), "geometry"),
            (cable("X", &json!({"type": "LineString", "coordinates": [[59.9, 24.0], [24.0, 99.9]]})), "geometry"),
            (cable("X", &json!({"type": "LineString", "coordinates": [[24.0, 59.9]]})), "geometry"),
            (cable("X", &json!({"type": "LineString", "coordinates": [["24", 59.9]]})), "feature"),
            (cable("X", &Value::Null), "geometry"),
        ];
        let mut features: Vec<Value> = bad.iter().map(|(feature, _)| feature.clone()).collect();
        features.push(cable("GOOD", &line()));
        let (sink, summary) = read(&Corridors, collection(&features).as_bytes());
        summary.unwrap();
        let found: Vec<_> = sink.rejects.iter().map(|reject| (reject.position, reject.field.as_deref().unwrap())).collect();
        let expected: Vec<_> = (1..).zip(bad.iter().map(|(_, field)| *field)).collect();
        assert_eq!(found, expected);
        assert_eq!(sink.rows("corridors").len(), 2);
    }

    #[test]
    fn files_that_are_something_else_are_refused_with_the_place() {
        let whole = collection(&[cable("SABLE-2", &line())]);
        let deep = format!("{{\"type\":\"FeatureCollection\",\"features\":[{}", "[".repeat(100_000));
        let other_crs = whole.replacen('{', "{\"crs\":{\"properties\":{\"name\":\"urn:ogc:def:crs:EPSG::3067\"}},", 1);
        for text in
            ["", "[]", "{\"type\":\"Feature\"}", "{}", &whole[..whole.len() - 9], &deep, &other_crs, &format!("{whole}{whole}")]
        {
            let error = read(&Corridors, text.as_bytes()).1.unwrap_err().to_string();
            assert!(error.starts_with("at line"), "{error}");
        }
        assert!(Corridors.recognises(whole.as_bytes()));
        assert!(!Corridors.recognises(b"{\"statementId\": 1}"));
    }

    #[test]
    fn a_huge_file_is_refused_at_its_limit() {
        let head = b"{\"type\":\"FeatureCollection\",\"x\":\"".as_slice();
        let endless = std::io::repeat(b'a').take(FILE_MAX_BYTES + 10);
        let mut input = std::io::BufReader::new(head.chain(endless));
        let mut sink = crate::readers::test_sink::TestSink::default();
        let error = Corridors.read(&crate::readers::test_sink::source(), &mut input, &mut sink).unwrap_err();
        assert!(error.to_string().contains("more than 32 MiB"), "{error}");
    }

    proptest! {
        #[test]
        fn arbitrary_and_mutated_files_never_panic(
            bytes in prop::collection::vec(any::<u8>(), 0..500), place in 0..400usize, byte in any::<u8>(), cut in 0..400usize,
        ) {
            let _ = read(&Corridors, &bytes);
            let mut file = collection(&[cable("SABLE-2", &line())]).into_bytes();
            let length = file.len();
            file[place % length] = byte;
            file.truncate(length - cut % length);
            let _ = read(&Corridors, &file);
        }
    }
}
