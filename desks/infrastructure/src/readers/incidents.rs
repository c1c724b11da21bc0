//! Reports of incidents: CSV, or JSON with the array `incidents`; the same fields in both. An incident is reported again when more
//! is known of it; the newest row of an id counts.

use std::io::BufRead;

use oikos_desk::intake::TableRows;
use oikos_desk::reading::{CsvFormat, JsonArray, Problem, Record, Refusal, read_csv, read_json};
use oikos_desk::{Format, ReadError, ReadSummary, Reader, Sink, Source};
use oikos_model::Timestamp;

use super::asset_code;
use crate::tables::INCIDENTS;

const COLUMNS: &[&str] = &[
    "incident",
    "asset",
    "began_at",
    "ended_at",
    "kind",
    "impact",
    "aware_at",
    "reported_at",
    "notified_at",
    "final_report_at",
    "latitude",
    "longitude",
];
const CSV: CsvFormat =
    CsvFormat { columns: COLUMNS, needed: &["asset", "began_at", "kind", "impact", "reported_at"], allows_others: false };
const JSON: [JsonArray; 1] = [JsonArray { name: "incidents", columns: COLUMNS }];

/// Reads incident reports as CSV.
pub(crate) struct IncidentsCsv;

impl Reader for IncidentsCsv {
    fn format(&self) -> Format {
        Format {
            name: "incident-reports",
            description: "Incidents at assets with impact and times of notification: the infrastructure desk's own CSV (RFC 4180)",
            extensions: &["csv"],
        }
    }

    fn recognises(&self, beginning: &[u8]) -> bool {
        CSV.recognises(beginning)
    }

    fn read(&self, source: &Source, input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError> {
        let mut rows = TableRows::new(&INCIDENTS);
        let mut take =
            |record: &Record<'_>, position: u32, sink: &mut dyn Sink| incident(source, record, position, &mut rows, sink);
        let summary = read_csv(&CSV, input, sink, &mut take)?;
        rows.flush(sink)?;
        Ok(summary)
    }
}

/// Reads incident reports as JSON.
pub(crate) struct IncidentsJson;

impl Reader for IncidentsJson {
    fn format(&self) -> Format {
        Format {
            name: "incident-reports-json",
            description: "Incidents at assets with impact and times of notification: the infrastructure desk's own JSON",
            extensions: &["json"],
        }
    }

    fn recognises(&self, beginning: &[u8]) -> bool {
        let text = String::from_utf8_lossy(beginning);
        text.trim_start_matches('\u{feff}').trim_start().starts_with('{')
            && text.contains("\"incidents\"")
            && text.contains("\"began_at\"")
    }

    fn read(&self, source: &Source, input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError> {
        let mut rows = TableRows::new(&INCIDENTS);
        let summary =
            read_json(&JSON, input, sink, &mut |_, record, position, sink| incident(source, record, position, &mut rows, sink))?;
        rows.flush(sink)?;
        Ok(summary)
    }
}

/// A moment that must be there.
fn needed_moment(record: &Record<'_>, field: &'static str) -> Result<Timestamp, Problem> {
    record.moment(field)?.ok_or_else(|| Problem::field(field, "it is empty"))
}

/// A moment that cannot come before another.
fn moment_from(record: &Record<'_>, field: &'static str, earliest: Timestamp) -> Result<Option<Timestamp>, Problem> {
    match record.moment(field)? {
        Some(at) if at < earliest => Err(Problem::field(field, format!("{at} is before {earliest}, when the incident began"))),
        at => Ok(at),
    }
}

fn incident(
    source: &Source,
    record: &Record<'_>,
    position: u32,
    rows: &mut TableRows,
    sink: &mut dyn Sink,
) -> Result<(), Refusal> {
    let asset = asset_code(record, "asset")?;
    let began_at = needed_moment(record, "began_at")?;
    let reported_at =
        moment_from(record, "reported_at", began_at)?.ok_or_else(|| Problem::field("reported_at", "it is empty"))?;
    let impact = record.number("impact", 0.0..=1.0)?.ok_or_else(|| Problem::field("impact", "it is empty"))?;
    let (latitude, longitude) = record.place("latitude", "longitude")?.unzip();
    let id = record.text("incident").map_or_else(|| format!("{asset} {began_at}"), str::to_owned);
    let cells = [
        source.record_id(position).into(),
        (&id).into(),
        (&asset).into(),
        began_at.into(),
        moment_from(record, "ended_at", began_at)?.into(),
        record.needed("kind")?.into(),
        impact.into(),
        moment_from(record, "aware_at", began_at)?.into(),
        reported_at.into(),
        moment_from(record, "notified_at", began_at)?.into(),
        moment_from(record, "final_report_at", began_at)?.into(),
        latitude.into(),
        longitude.into(),
    ];
    Ok(rows.push(cells, sink)?)
}
