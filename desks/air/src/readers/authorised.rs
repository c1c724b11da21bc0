//! Authorised flights as CSV: `authorisation, serial_number, zone, valid_from, valid_to`, in any order; one aircraft in one zone for a time.
//! Who operates it is not asked for: whether a flight is authorised can be told without.

use std::io::BufRead;

use oikos_desk::intake::{CsvRow, Problem, Refusal, TableRows, read_csv};
use oikos_desk::{Format, ReadError, ReadSummary, Reader, Sink, Source};
use oikos_matching::normalise;
use oikos_model::SelectorKind;

use super::{has_header, needed_moment};
use crate::tables::AUTHORISED_FLIGHTS;

const COLUMNS: &[&str] = &["authorisation", "serial_number", "zone", "valid_from", "valid_to"];

/// Reads authorised flights.
pub(crate) struct AuthorisedFlights;

impl Reader for AuthorisedFlights {
    fn format(&self) -> Format {
        Format {
            name: "authorised-flights",
            description: "Aircraft that may fly in a zone: authorisation, serial_number, zone, valid_from, valid_to",
            extensions: &["csv"],
        }
    }

    fn recognises(&self, beginning: &[u8]) -> bool {
        has_header(beginning, COLUMNS)
    }

    fn read(&self, source: &Source, input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError> {
        let mut rows = TableRows::new(&AUTHORISED_FLIGHTS);
        let mut take = |row: &CsvRow<'_>, sink: &mut dyn Sink| take(row, source, &mut rows, sink);
        let summary = read_csv(COLUMNS, input, sink, &mut take)?;
        rows.flush(sink)?;
        Ok(summary)
    }
}

fn take(row: &CsvRow<'_>, source: &Source, rows: &mut TableRows, sink: &mut dyn Sink) -> Result<(), Refusal> {
    let refused = |error: oikos_matching::NotAnIdentifier| Problem::field("serial_number", error.to_string());
    let serial_number = normalise(SelectorKind::SerialBatch, row.needed("serial_number")?).map_err(refused)?.value;
    let (valid_from, valid_to) = (needed_moment(row, "valid_from")?, needed_moment(row, "valid_to")?);
    if valid_to <= valid_from {
        return Err(Problem::field("valid_to", "it is not after valid_from").into());
    }
    let values = [
        source.record_id(row.line).into(),
        row.needed("authorisation")?.into(),
        (&serial_number).into(),
        row.needed("zone")?.into(),
        valid_from.into(),
        valid_to.into(),
    ];
    Ok(rows.push(values, sink)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::readers::test_file::read;

    #[test]
    fn flights_have_an_aircraft_a_zone_and_a_time() {
        let text = "serial_number,zone,authorisation,valid_from,valid_to\n1581f5fjc246400d1234,Z1,A-1,2026-03-01T00:00:00Z,2026-03-02T00:00:00Z\n\
                    X,Z1,A-2,2026-03-02T00:00:00Z,2026-03-01T00:00:00Z\n,Z1,A-3,2026-03-01T00:00:00Z,2026-03-02T00:00:00Z\n";
        let (sink, _) = read(&AuthorisedFlights, text.as_bytes());
        let rows = sink.rows("authorised_flights");
        assert_eq!((rows.len(), rows[0]["serial_number"].as_str()), (1, Some("1581F5FJC246400D1234")));
        let fields: Vec<_> = sink.rejects.iter().map(|reject| reject.field.as_deref().unwrap()).collect();
        assert_eq!(fields, ["valid_to", "serial_number"]);
    }
}
