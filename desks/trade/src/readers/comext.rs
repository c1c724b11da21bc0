//! Eurostat's Comext bulk files: `full_v2_YYYYMM`, and the older `fullYYYYMM` whose header begins with DECLARANT.

use std::io::BufRead;

use oikos_desk::intake::TableRows;
use oikos_desk::reading::{CsvFormat, Problem, Record, Refusal, read_csv};
use oikos_desk::{Format, ReadError, ReadSummary, Reader, Sink, Source};

use super::flow::{Direction, Flow, MOST, product};
use super::period::Period;
use crate::countries::of_comext_code;
use crate::tables::FLOWS;

const V2: CsvFormat = CsvFormat {
    columns: &[
        "REPORTER",
        "PARTNER",
        "TRADE_TYPE",
        "PRODUCT_NC",
        "FLOW",
        "STAT_PROCEDURE",
        "PERIOD",
        "VALUE_EUR",
        "QUANTITY_KG",
        "QUANTITY_SUPPL_UNIT",
    ],
    needed: &["REPORTER", "PARTNER", "PRODUCT_NC", "FLOW", "PERIOD", "VALUE_EUR"],
    allows_others: true,
};
const LEGACY: CsvFormat = CsvFormat {
    columns: &[
        "DECLARANT_ISO",
        "PARTNER_ISO",
        "TRADE_TYPE",
        "PRODUCT_NC",
        "FLOW",
        "STAT_REGIME",
        "PERIOD",
        "VALUE_IN_EUROS",
        "QUANTITY_IN_KG",
        "SUP_QUANTITY",
    ],
    needed: &["DECLARANT_ISO", "PARTNER_ISO", "PRODUCT_NC", "FLOW", "PERIOD", "VALUE_IN_EUROS"],
    allows_others: true,
};

/// Reads Comext bulk files, version 2.
pub(crate) struct ComextBulk;

impl Reader for ComextBulk {
    fn format(&self) -> Format {
        Format {
            name: "comext-bulk",
            description: "Eurostat Comext bulk data, full_v2_YYYYMM: monthly and annual flows by CN8 product, CSV",
            extensions: &["dat", "csv"],
        }
    }

    fn recognises(&self, beginning: &[u8]) -> bool {
        V2.recognises(beginning)
    }

    fn read(&self, source: &Source, input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError> {
        read(&V2, source, input, sink)
    }
}

/// Reads Comext bulk files as they were before version 2.
pub(crate) struct ComextLegacy;

impl Reader for ComextLegacy {
    fn format(&self) -> Format {
        Format {
            name: "comext-bulk-legacy",
            description: "Eurostat Comext bulk data before version 2, whose header begins with DECLARANT, CSV",
            extensions: &["dat", "csv"],
        }
    }

    fn recognises(&self, beginning: &[u8]) -> bool {
        LEGACY.recognises(beginning)
    }

    fn read(&self, source: &Source, input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError> {
        read(&LEGACY, source, input, sink)
    }
}

fn read(format: &CsvFormat, source: &Source, input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError> {
    let mut rows = TableRows::new(&FLOWS);
    let mut take =
        |record: &Record<'_>, position: u32, sink: &mut dyn Sink| take(format.columns, source, record, position, &mut rows, sink);
    let summary = read_csv(format, input, sink, &mut take)?;
    rows.flush(sink)?;
    Ok(summary)
}

/// The two editions have the same columns in the same order under other names.
fn take(
    columns: &[&'static str],
    source: &Source,
    record: &Record<'_>,
    position: u32,
    rows: &mut TableRows,
    sink: &mut dyn Sink,
) -> Result<(), Refusal> {
    let [reporter, partner, trade_type, product_nc, flow, procedure, period, value, mass, supplementary] = columns else {
        return Err(Problem::row("the format has other columns").into());
    };
    let code = |name: &'static str| record.needed(name).and_then(|code| country(name, code));
    let needed = |name: &'static str| Problem::field(name, "it is empty");
    let (reporter, partner) = (code(reporter)?, code(partner)?);
    let is_extra_union = record.parsed(trade_type, |text| match text {
        "E" => Ok(true),
        "I" => Ok(false),
        _ => Err(format!("{text:?} is neither E (extra-EU) nor I (intra-EU)")),
    })?;
    let product = record.parsed(product_nc, product)?.ok_or_else(|| needed(product_nc))?;
    let flow = Flow {
        period: record.parsed(period, Period::of_comext)?.ok_or_else(|| needed(period))?,
        source: "comext",
        reporter: &reporter,
        partner: &partner,
        product: &product,
        direction: record.parsed(flow, Direction::of)?.ok_or_else(|| needed(flow))?,
        is_extra_union,
        procedure: record.text(procedure),
        value_eur: record.number(value, 0.0..=MOST)?,
        value_usd: None,
        quantity_kg: record.number(mass, 0.0..=MOST)?,
        supplementary_quantity: record.number(supplementary, 0.0..=MOST)?,
    };
    Ok(flow.push(source, position, rows, sink)?)
}

fn country(name: &'static str, code: &str) -> Result<String, Problem> {
    if code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Ok(of_comext_code(code));
    }
    Err(Problem::field(name, format!("{code:?} is no two-letter code, for example NL")))
}
