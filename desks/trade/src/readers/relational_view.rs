//! Easy Comext's download `Relational_View` and national mirror statistics in the same columns. Countries come as names; what is no
//! country (a region, "other countries") keeps its words.

use std::io::BufRead;

use oikos_desk::intake::TableRows;
use oikos_desk::reading::{CsvFormat, Problem, Record, Refusal, read_csv};
use oikos_desk::{Format, ReadError, ReadSummary, Reader, Sink, Source};

use super::flow::{Direction, Flow, MOST, is_extra_union, product};
use super::period::Period;
use crate::countries;
use crate::tables::FLOWS;

const FORMAT: CsvFormat = CsvFormat {
    columns: &["REPORTER", "PARTNER", "PRODUCT", "FLOW", "STAT_PROCEDURE", "PERIOD", "VALUE_IN_EUR", "QUANTITY_IN_KG"],
    needed: &["REPORTER", "PARTNER", "PRODUCT", "FLOW", "PERIOD", "VALUE_IN_EUR"],
    allows_others: true,
};

/// Reads Easy Comext's relational view.
pub(crate) struct RelationalView;

impl Reader for RelationalView {
    fn format(&self) -> Format {
        Format {
            name: "easy-comext",
            description: "Easy Comext's Relational_View download, and national mirror statistics in its columns, CSV",
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
    let name = record.needed("REPORTER")?;
    let reporter = countries::of_name(name).ok_or_else(|| {
        Problem::field("REPORTER", format!("{name:?} is no country that is known; add it to reference/countries.csv"))
    })?;
    let partner_name = record.needed("PARTNER")?;
    let partner = countries::of_name(partner_name).unwrap_or(partner_name);
    let product = record.parsed("PRODUCT", coded_product)?.ok_or_else(|| needed("PRODUCT"))?;
    let flow = Flow {
        period: record.parsed("PERIOD", Period::of_view)?.ok_or_else(|| needed("PERIOD"))?,
        source: "relational-view",
        reporter,
        partner,
        product: &product,
        direction: record.parsed("FLOW", Direction::of)?.ok_or_else(|| needed("FLOW"))?,
        is_extra_union: is_extra_union(reporter, partner),
        procedure: record.text("STAT_PROCEDURE").and_then(procedure),
        value_eur: record.number("VALUE_IN_EUR", 0.0..=MOST)?,
        value_usd: None,
        quantity_kg: record.number("QUANTITY_IN_KG", 0.0..=MOST)?,
        supplementary_quantity: None,
    };
    Ok(flow.push(source, position, rows, sink)?)
}

/// `852691-Radio navigational aid apparatus`, `TOTAL-Total`, `Total`, or the bare code.
fn coded_product(text: &str) -> Result<String, String> {
    product(text.split_once('-').map_or(text, |(code, _)| code).trim())
}

/// The procedure's code; `None` where all are together, which national offices call normal.
fn procedure(text: &str) -> Option<&str> {
    let code = text.split_once('-').map_or(text, |(code, _)| code);
    (!matches!(code, "T" | "TOTAL" | "Total" | "NORMAL")).then_some(code)
}
