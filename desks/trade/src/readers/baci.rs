//! CEPII's BACI: annual flows of HS6 products that reconcile what both sides report. Thousands of dollars and tonnes; codes as numbers, so
//! that the leading zero of chapters 01 to 09 is gone; a quantity may be `NA`.

use std::io::BufRead;

use oikos_desk::intake::TableRows;
use oikos_desk::reading::{CsvFormat, Problem, Record, Refusal, read_csv};
use oikos_desk::{Format, ReadError, ReadSummary, Reader, Sink, Source};

use super::flow::{Direction, Flow, MOST, is_extra_union};
use super::period::Period;
use crate::countries;
use crate::tables::FLOWS;

const FORMAT: CsvFormat =
    CsvFormat { columns: &["t", "i", "j", "k", "v", "q"], needed: &["t", "i", "j", "k", "v", "q"], allows_others: false };

/// Reads BACI.
pub(crate) struct Baci;

impl Reader for Baci {
    fn format(&self) -> Format {
        Format {
            name: "baci",
            description: "CEPII BACI: annual bilateral flows by HS6 product, CSV with t, i, j, k, v, q",
            extensions: &["csv"],
        }
    }

    fn recognises(&self, beginning: &[u8]) -> bool {
        FORMAT.recognises(beginning)
    }

    fn read(&self, source: &Source, input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError> {
        let mut rows = TableRows::new(&FLOWS);
        let mut take = |record: &Record<'_>, position: u32, sink: &mut dyn Sink| take(source, record, position, &mut rows, sink);
        let summary = read_csv(&FORMAT, input, sink, &mut take)?;
        rows.flush(sink)?;
        Ok(summary)
    }
}

fn take(source: &Source, record: &Record<'_>, position: u32, rows: &mut TableRows, sink: &mut dyn Sink) -> Result<(), Refusal> {
    let needed = |name: &'static str| Problem::field(name, "it is empty");
    let exporter = country(record, "i")?;
    let importer = country(record, "j")?;
    let product = record.parsed("k", subheading)?.ok_or_else(|| needed("k"))?;
    let thousands = record.number("v", 0.0..=MOST / 1_000.0)?.ok_or_else(|| needed("v"))?;
    let tonnes = match record.text("q") {
        Some("NA") => None,
        _ => record.number("q", 0.0..=MOST / 1_000.0)?,
    };
    let flow = Flow {
        period: record.parsed("t", Period::of_year)?.ok_or_else(|| needed("t"))?,
        source: "baci",
        reporter: &exporter,
        partner: &importer,
        product: &product,
        direction: Direction::Export,
        is_extra_union: is_extra_union(&exporter, &importer),
        procedure: None,
        value_eur: None,
        value_usd: Some(thousands * 1_000.0),
        quantity_kg: tonnes.map(|tonnes| tonnes * 1_000.0),
        supplementary_quantity: None,
    };
    Ok(flow.push(source, position, rows, sink)?)
}

/// The code of a country; BACI's number where it is no country of ISO 3166, for example a territory that was dissolved.
fn country(record: &Record<'_>, name: &'static str) -> Result<String, Problem> {
    let number = record.needed(name)?;
    if number.len() > 3 || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Problem::field(name, format!("{number:?} is no number of a country")));
    }
    Ok(countries::of_baci_number(number).map_or_else(|| format!("BACI {number}"), str::to_owned))
}

/// Six digits, the leading zero put back.
fn subheading(text: &str) -> Result<String, String> {
    if matches!(text.len(), 5 | 6) && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(format!("{text:0>6}"));
    }
    Err(format!("{text:?} is no HS subheading of six digits, or five where the first is 0"))
}
