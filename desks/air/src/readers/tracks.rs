//! Tracks of radars, direction finders and cameras as CSV, one position a row:
//! `at, sensor, track, latitude, longitude, altitude_amsl_m, height_above_ground_m, classification, confidence, serial_number`, in any order.
//!
//! Needed are `at` (RFC 3339), `sensor`, `track`, `latitude` and `longitude`. A track's number is its sensor's own and may be used again on another day.

use std::io::BufRead;

use oikos_desk::intake::{CsvRow, Problem, Refusal, TableRows, read_csv};
use oikos_desk::{Format, ReadError, ReadSummary, Reader, Sink, Source};
use oikos_matching::{DroneSerialNumber, normalise};
use oikos_model::SelectorKind;

use super::{has_header, needed_moment, needed_number};
use crate::tables::AIR_TRACKS;

const COLUMNS: &[&str] = &[
    "at",
    "sensor",
    "track",
    "latitude",
    "longitude",
    "altitude_amsl_m",
    "height_above_ground_m",
    "classification",
    "confidence",
    "serial_number",
];
const CLASSIFICATIONS: &[&str] = &["drone", "bird", "aircraft", "unknown"];

/// Reads tracks.
pub(crate) struct Tracks;

impl Reader for Tracks {
    fn format(&self) -> Format {
        Format {
            name: "air-tracks",
            description: "Positions of tracks of radars, direction finders and cameras as CSV",
            extensions: &["csv"],
        }
    }

    fn recognises(&self, beginning: &[u8]) -> bool {
        has_header(beginning, COLUMNS)
    }

    fn read(&self, source: &Source, input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError> {
        let mut rows = TableRows::new(&AIR_TRACKS);
        let mut take = |row: &CsvRow<'_>, sink: &mut dyn Sink| take(row, source, &mut rows, sink);
        let summary = read_csv(COLUMNS, input, sink, &mut take)?;
        rows.flush(sink)?;
        Ok(summary)
    }
}

fn take(row: &CsvRow<'_>, source: &Source, rows: &mut TableRows, sink: &mut dyn Sink) -> Result<(), Refusal> {
    let classification = row.text("classification")?;
    if classification.is_some_and(|known| !CLASSIFICATIONS.contains(&known)) {
        return Err(Problem::field("classification", format!("expected {} or nothing", CLASSIFICATIONS.join(", "))).into());
    }
    let refused = |error: oikos_matching::NotAnIdentifier| Problem::field("serial_number", error.to_string());
    let serial =
        row.text("serial_number")?.map(|text| normalise(SelectorKind::SerialBatch, text)).transpose().map_err(refused)?;
    let serial = serial.as_ref().map(|serial| serial.value.as_str());
    let batch = serial.and_then(DroneSerialNumber::parse).map(|parts| parts.batch());
    let values = [
        source.record_id(row.line).into(),
        needed_moment(row, "at")?.into(),
        row.needed("sensor")?.into(),
        row.needed("track")?.into(),
        needed_number(row, "latitude", -90.0, 90.0)?.into(),
        needed_number(row, "longitude", -180.0, 180.0)?.into(),
        row.number("altitude_amsl_m", -500.0, 50_000.0)?.into(),
        row.number("height_above_ground_m", -500.0, 50_000.0)?.into(),
        classification.into(),
        row.number("confidence", 0.0, 1.0)?.into(),
        serial.into(),
        batch.as_ref().into(),
    ];
    Ok(rows.push(values, sink)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::readers::test_file::read;

    const HEADER: &str =
        "at,sensor,track,latitude,longitude,altitude_amsl_m,height_above_ground_m,classification,confidence,serial_number\n";

    #[test]
    fn positions_land_and_what_cannot_be_is_refused() {
        let text = format!(
            "{HEADER}2026-03-01T12:00:00Z,radar-1,17,52.1,21.2,150,40,drone,0.9,\n2026-03-01T12:00:00Z,radar-1,17,91,21.2,,,,,\n\
             2026-03-01T12:00:00Z,radar-1,17,52.1,21.2,,,ufo,,\n2026-03-01T12:00:00Z,radar-1,17,52.1,21.2,,,bird,2,\n"
        );
        let (sink, summary) = read(&Tracks, text.as_bytes());
        assert_eq!(summary.unwrap().rows, 4);
        assert_eq!(sink.rows("air_tracks").len(), 1);
        let fields: Vec<_> = sink.rejects.iter().map(|reject| reject.field.as_deref().unwrap()).collect();
        assert_eq!(fields, ["latitude", "classification", "confidence"]);
    }

    proptest::proptest! {
        #[test]
        fn mutated_files_never_panic(place in 0..200usize, byte: u8, cut in 0..200usize) {
            let mut file = format!("{HEADER}2026-03-01T12:00:00Z,radar-1,17,52.1,21.2,150,40,drone,0.9,\n").into_bytes();
            let length = file.len();
            file[place % length] = byte;
            file.truncate(length - cut % length);
            let _ = read(&Tracks, &file);
        }
    }
}
