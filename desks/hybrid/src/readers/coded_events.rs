//! Events coded from open sources, the desk's own flat format: CSV or JSON lines with these fields, in any order:
//!
//! `at, place, latitude, longitude, actor, domain, space, level, tool, source, reliability, summary`
//!
//! Needed: `at` (`YYYY-MM-DD` or RFC 3339), `place` (ISO 3166-1 or 3166-2), `domain` (of the CORE model), `source` and
//! `reliability` (A to F). A row with a bad field is refused whole.

use std::io::BufRead;

use oikos_desk::{Format, ReadError, ReadSummary, Reader, Sink, Source};
use oikos_model::Timestamp;

use super::flat::{self, Fields, Layout, Problem};
use super::rows::{Cell, Rows};
use crate::core_model::{DOMAINS, LEVELS, SPACES};
use crate::tables::CODED_EVENTS;

static LAYOUT: Layout = Layout {
    fields: &[
        "at",
        "place",
        "latitude",
        "longitude",
        "actor",
        "domain",
        "space",
        "level",
        "tool",
        "source",
        "reliability",
        "summary",
    ],
    needed: &["at", "place", "domain", "source", "reliability"],
};
const RELIABILITIES: [&str; 6] = ["A", "B", "C", "D", "E", "F"];

/// Reads coded events.
pub(crate) struct CodedEvents;

impl Reader for CodedEvents {
    fn format(&self) -> Format {
        Format {
            name: "coded-events",
            description: "Events coded from open sources, the desk's own CSV or JSON lines; its README lists the fields",
            extensions: &["csv", "jsonl"],
        }
    }

    fn recognises(&self, beginning: &[u8]) -> bool {
        flat::recognises(&LAYOUT, beginning)
    }

    fn read(&self, source: &Source, input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError> {
        let mut rows = Rows::new(&CODED_EVENTS);
        let summary = flat::read(&LAYOUT, input, sink, &mut |fields, position, sink| {
            Ok(match cells(fields, source.record_id(position)) {
                Ok(cells) => {
                    rows.push(&cells, sink)?;
                    Ok(())
                }
                Err(problem) => Err(problem),
            })
        })?;
        rows.flush(sink)?;
        Ok(summary)
    }
}

fn cells(fields: &Fields, record_id: i64) -> Result<Vec<Cell<'_>>, Problem> {
    let (latitude, longitude) = (degrees(fields, "latitude", 90.0)?, degrees(fields, "longitude", 180.0)?);
    if latitude.is_some() != longitude.is_some() {
        return Err(Problem::field("latitude", "latitude and longitude are given together or not at all"));
    }
    Ok(vec![
        record_id.into(),
        moment(fields)?.into(),
        place(fields)?.into(),
        latitude.into(),
        longitude.into(),
        fields.text("actor").into(),
        needed_word(fields, "domain", &DOMAINS)?.into(),
        word(fields, "space", &SPACES)?.into(),
        word(fields, "level", &LEVELS)?.into(),
        fields.text("tool").into(),
        fields.needed("source")?.into(),
        needed_word(fields, "reliability", &RELIABILITIES)?.into(),
        fields.text("summary").into(),
    ])
}

fn moment(fields: &Fields) -> Result<Timestamp, Problem> {
    let text = fields.needed("at")?;
    let whole = if text.len() == 10 { format!("{text}T00:00:00Z") } else { text.to_owned() };
    let wrong = || Problem::field("at", format!("{text:?} is neither YYYY-MM-DD nor a time like 2026-03-01T12:00:00Z"));
    whole.parse().map_err(|_| wrong())
}

/// Two letters of a state, or those and up to three letters or digits of a part of it.
fn place(fields: &Fields) -> Result<&str, Problem> {
    let code = fields.needed("place")?;
    let (state, part) = code.split_once('-').unwrap_or((code, "0"));
    let is_state = state.len() == 2 && state.bytes().all(|byte| byte.is_ascii_uppercase());
    let is_part = (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    if is_state && is_part {
        return Ok(code);
    }
    Err(Problem::field("place", format!("{code:?} is no ISO 3166 code like FI or PL-ZP")))
}

fn degrees(fields: &Fields, name: &'static str, most: f64) -> Result<Option<f64>, Problem> {
    let Some(text) = fields.text(name) else { return Ok(None) };
    let number = text.parse().ok().filter(|number: &f64| number.abs() <= most);
    number.map(Some).ok_or_else(|| Problem::field(name, format!("{text:?} is no number within ±{most}")))
}

fn word<'a>(fields: &'a Fields, name: &'static str, words: &[&str]) -> Result<Option<&'a str>, Problem> {
    match fields.text(name) {
        Some(text) if !words.contains(&text) => Err(Problem::field(name, format!("{text:?} is none of {}", words.join(", ")))),
        text => Ok(text),
    }
}

fn needed_word<'a>(fields: &'a Fields, name: &'static str, words: &[&str]) -> Result<&'a str, Problem> {
    word(fields, name, words)?.ok_or_else(|| Problem::field(name, "it is empty"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::readers::test_sink::read;
    use proptest::prelude::*;

    const HEADER: &str = "at,place,domain,source,reliability,latitude,longitude,space,level\n";
    const GOOD: &str = "2026-03-01,PL-ZP,cyber,wire-1,B,53.4,14.5,services,national\n";

    #[test]
    fn csv_and_json_lines_land() {
        let (sink, summary) = read(&CodedEvents, format!("{HEADER}{GOOD}").as_bytes());
        assert_eq!(summary.unwrap().rows, 1);
        let row = &sink.rows("coded_events")[0];
        assert_eq!((row["at"].as_str(), row["place"].as_str()), (Some("2026-03-01T00:00:00Z"), Some("PL-ZP")));
        let json = "{\"at\":\"2026-03-01T10:00:00Z\",\"place\":\"FI\",\"domain\":\"legal\",\"source\":\"s\",\"reliability\":\"F\",\"latitude\":60,\"longitude\":25}\n";
        assert_eq!(read(&CodedEvents, json.as_bytes()).0.rows("coded_events")[0]["latitude"], 60.0);
        assert!(CodedEvents.recognises(json.as_bytes()) && CodedEvents.recognises(HEADER.as_bytes()));
    }

    #[test]
    fn bad_rows_name_their_field_and_good_rows_land() {
        let bad = [
            (GOOD.replace("cyber", "hacking"), "domain"),
            (GOOD.replace(",B,", ",G,"), "reliability"),
            (GOOD.replace("PL-ZP", "Poland"), "place"),
            (GOOD.replace("53.4", "93.4"), "latitude"),
            (GOOD.replace("14.5", ""), "latitude"),
            (GOOD.replace("services", "markets"), "space"),
            (GOOD.replace("2026-03-01", "yesterday"), "at"),
            (GOOD.replace("wire-1", ""), "source"),
        ];
        let text: String = bad.iter().map(|(row, _)| row.as_str()).collect();
        let (sink, _) = read(&CodedEvents, format!("{HEADER}{text}{GOOD}").as_bytes());
        let fields: Vec<_> = sink.rejects.iter().map(|reject| reject.field.as_deref().unwrap()).collect();
        assert_eq!(fields, bad.map(|(_, field)| field));
        assert_eq!(sink.rows("coded_events").len(), 1);
    }

    proptest! {
        #[test]
        fn arbitrary_and_cut_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..600), cut in 0..GOOD.len()) {
            let _ = read(&CodedEvents, &bytes);
            prop_assert!(read(&CodedEvents, &[HEADER.as_bytes(), &GOOD.as_bytes()[..cut], &bytes].concat()).1.is_ok());
        }
    }
}
