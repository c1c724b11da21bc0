//! Critical assets with their places, as CSV: `code, name, country, latitude, longitude, ground_amsl_m, geoid_height_m`, in any order.
//!
//! The last two may be empty. With them, heights of aircraft can be compared with limits whatever either is measured from.

use std::io::BufRead;

use oikos_desk::intake::{CsvRow, Problem, Refusal, TableRows, read_csv};
use oikos_desk::reading::Origin;
use oikos_desk::{Format, ReadError, ReadSummary, Reader, Sink, Source};
use oikos_matching::normalise;
use oikos_model::SelectorKind;

use super::{has_header, needed_number};
use crate::tables::AIR_ASSETS;

const COLUMNS: &[&str] = &["code", "name", "country", "latitude", "longitude", "ground_amsl_m", "geoid_height_m"];

/// Reads critical assets.
pub(crate) struct Assets;

impl Reader for Assets {
    fn format(&self) -> Format {
        Format {
            name: "air-assets",
            description: "Critical assets with their places: code, name, country, latitude, longitude, ground_amsl_m, geoid_height_m",
            extensions: &["csv"],
        }
    }

    fn recognises(&self, beginning: &[u8]) -> bool {
        has_header(beginning, COLUMNS)
    }

    fn read(&self, source: &Source, input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError> {
        let mut rows = TableRows::new(&AIR_ASSETS);
        let mut take = |row: &CsvRow<'_>, sink: &mut dyn Sink| take(row, source, &mut rows, sink);
        let summary = read_csv(COLUMNS, input, sink, &mut take)?;
        rows.flush(sink)?;
        Ok(summary)
    }
}

fn take(row: &CsvRow<'_>, source: &Source, rows: &mut TableRows, sink: &mut dyn Sink) -> Result<(), Refusal> {
    let code =
        normalise(SelectorKind::Asset, row.needed("code")?).map_err(|error| Problem::field("code", error.to_string()))?.value;
    let (name, country) = (row.text("name")?, row.country("country")?);
    let values = [
        source.record_id(row.line).into(),
        (&code).into(),
        name.into(),
        country.into(),
        needed_number(row, "latitude", -90.0, 90.0)?.into(),
        needed_number(row, "longitude", -180.0, 180.0)?.into(),
        row.number("ground_amsl_m", -500.0, 9_000.0)?.into(),
        // EGM2008 lies between -107 and 86 m.
        row.number("geoid_height_m", -110.0, 90.0)?.into(),
    ];
    rows.push(values, sink)?;
    let origin = Origin { source, table: AIR_ASSETS.name, position: row.line, stated_at: None, valid_from: None, valid_to: None };
    let said =
        origin.statements(&format!("asset-{code}"), "asset", &[("code", Some(&code)), ("name", name), ("country", country)]);
    Ok(sink.statements(said)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::readers::test_file::read;

    #[test]
    fn an_asset_is_a_row_and_statements() {
        let text = "code,name,country,latitude,longitude,ground_amsl_m,geoid_height_m\nPL-SUB-07,Substation 7,PL,52.1,21.2,110,31.5\nB,,Poland,1,2,,\nC,,,99,2,,\n";
        let (sink, summary) = read(&Assets, text.as_bytes());
        assert_eq!(summary.unwrap().rows, 3);
        let rows = sink.rows("air_assets");
        assert_eq!((rows.len(), rows[0]["ground_amsl_m"].as_f64()), (1, Some(110.0)));
        assert_eq!(sink.said()[0], ("asset-PL-SUB-07", "asset", "code", "PL-SUB-07"));
        let fields: Vec<_> = sink.rejects.iter().map(|reject| reject.field.as_deref().unwrap()).collect();
        assert_eq!(fields, ["country", "latitude"]);
        assert!(Assets.recognises(text.as_bytes()) && !Assets.recognises(b"a,b\n"));
    }
}
