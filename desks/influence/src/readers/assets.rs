//! Names of critical assets as CSV: `code, name` and, if there are, `country, latitude, longitude`. An asset with several names
//! has several rows.

use std::io::BufRead;

use oikos_desk::{Format, ReadError, ReadSummary, Reader, Sink, Source};
use oikos_matching::NamedThings;

use super::csv_records::{self, Fields, Layout};
use super::rows::Rows;
use super::{Problem, record_position};
use crate::tables::ASSETS;

const LAYOUT: Layout = Layout { needed: &["code", "name"], optional: &["country", "latitude", "longitude"] };
const TEXT_MAX_CHARACTERS: usize = 255;

/// Reads names of critical assets.
pub(crate) struct WatchedAssets;

/// A row in order.
struct Asset<'a> {
    code: &'a str,
    name: &'a str,
    country: Option<&'a str>,
    latitude: Option<f64>,
    longitude: Option<f64>,
}

impl Reader for WatchedAssets {
    fn format(&self) -> Format {
        Format {
            name: "influence-watched-assets",
            description: "Names of critical assets to look for in texts, the influence desk's own CSV (RFC 4180): code, name, country, latitude, longitude",
            extensions: &["csv"],
        }
    }

    fn recognises(&self, beginning: &[u8]) -> bool {
        LAYOUT.recognises(beginning)
    }

    fn read(&self, source: &Source, input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError> {
        let mut rows = Rows::new(&ASSETS);
        let summary = csv_records::read(&LAYOUT, input, sink, &mut |fields, sink| {
            let asset = match asset(fields) {
                Ok(asset) => asset,
                Err(problem) => return Ok(Err(problem)),
            };
            let record_id = source.record_id(record_position(fields.number)?);
            let cells = [
                record_id.into(),
                asset.code.into(),
                asset.name.into(),
                asset.country.into(),
                asset.latitude.into(),
                asset.longitude.into(),
            ];
            Ok(Ok(rows.push(cells, sink)?))
        })?;
        rows.flush(sink)?;
        Ok(summary)
    }
}

fn asset<'a>(fields: &'a Fields<'_>) -> Result<Asset<'a>, Problem> {
    let (code, name) = (fields.needed("code")?, fields.needed("name")?);
    for (field, text) in [("code", code), ("name", name)] {
        if text.chars().count() > TEXT_MAX_CHARACTERS || text.chars().any(char::is_control) {
            return Err(Problem::field(field, format!("expected at most {TEXT_MAX_CHARACTERS} printable characters")));
        }
    }
    NamedThings::check(name).map_err(|error| Problem::field("name", error.to_string()))?;
    let country = fields.text("country")?;
    if country.is_some_and(|code| code.len() != 2 || !code.bytes().all(|byte| byte.is_ascii_uppercase())) {
        return Err(Problem::field("country", "expected an ISO 3166-1 alpha-2 code, for example FI"));
    }
    let (latitude, longitude) = (degrees(fields, "latitude", 90.0)?, degrees(fields, "longitude", 180.0)?);
    if latitude.is_some() != longitude.is_some() {
        return Err(Problem::field("longitude", "a place needs latitude and longitude"));
    }
    Ok(Asset { code, name, country, latitude, longitude })
}

fn degrees(fields: &Fields<'_>, column: &'static str, most: f64) -> Result<Option<f64>, Problem> {
    let Some(text) = fields.text(column)? else { return Ok(None) };
    match text.parse::<f64>() {
        Ok(degrees) if degrees.abs() <= most => Ok(Some(degrees)),
        _ => Err(Problem::field(column, format!("expected degrees from -{most} to {most}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::readers::test_sink::read;

    #[test]
    fn names_land_and_those_found_everywhere_are_refused() {
        let text = "code,name,country,latitude,longitude\nSABLE-2,Sable-2,FI,59.7,24.0\nSABLE-2,Sable cable,FI,,\nX,Port,,,\nY,Some place,fi,,\n\
                    Z,Some place,,91,0\n";
        let (sink, _) = read(&WatchedAssets, text.as_bytes());
        assert_eq!(sink.rows("influence_assets").len(), 2);
        let fields: Vec<_> = sink.rejects.iter().map(|reject| reject.field.as_deref().unwrap()).collect();
        assert_eq!(fields, ["name", "country", "latitude"]);
    }
}
