//! Items of export declarations, the desk's own CSV: who is behind a flow. A company without a LEI may be a natural person, so its name stays
//! in the record, and no statement about it is made.

use std::io::BufRead;

use oikos_desk::intake::TableRows;
use oikos_desk::reading::{CsvFormat, Origin, Problem, Record, Refusal, read_csv};
use oikos_desk::{Format, ReadError, ReadSummary, Reader, Sink, Source};
use oikos_matching::normalise;
use oikos_model::SelectorKind;

use super::flow::{MOST, hs6, product};
use crate::tables::DECLARATIONS;

const FORMAT: CsvFormat = CsvFormat {
    columns: &[
        "accepted_at",
        "declaration",
        "reporter",
        "partner",
        "product",
        "value_eur",
        "quantity_kg",
        "exporter_name",
        "exporter_lei",
        "forwarder_name",
        "forwarder_lei",
    ],
    needed: &["accepted_at", "declaration", "reporter", "partner", "product", "value_eur"],
    allows_others: false,
};

/// Reads export declarations.
pub(crate) struct ExportDeclarations;

impl Reader for ExportDeclarations {
    fn format(&self) -> Format {
        Format {
            name: "export-declarations",
            description: "Items of export declarations with exporter and forwarder: the trade desk's own CSV (RFC 4180)",
            extensions: &["csv"],
        }
    }

    fn recognises(&self, beginning: &[u8]) -> bool {
        FORMAT.recognises(beginning)
    }

    fn read(&self, source: &Source, input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError> {
        let mut rows = TableRows::new(&DECLARATIONS);
        let mut take = |record: &Record<'_>, position: u32, sink: &mut dyn Sink| take(source, record, position, &mut rows, sink);
        let summary = read_csv(&FORMAT, input, sink, &mut take)?;
        rows.flush(sink)?;
        Ok(summary)
    }
}

fn take(source: &Source, record: &Record<'_>, position: u32, rows: &mut TableRows, sink: &mut dyn Sink) -> Result<(), Refusal> {
    let needed = |name: &'static str| Problem::field(name, "it is empty");
    let accepted_at = record.moment("accepted_at")?.ok_or_else(|| needed("accepted_at"))?;
    let product = record.parsed("product", product)?.ok_or_else(|| needed("product"))?;
    let exporter_lei = lei(record, "exporter_lei")?;
    let forwarder_lei = lei(record, "forwarder_lei")?;
    let cells = [
        source.record_id(position).into(),
        accepted_at.into(),
        record.needed("declaration")?.into(),
        record.country("reporter")?.ok_or_else(|| needed("reporter"))?.into(),
        record.country("partner")?.ok_or_else(|| needed("partner"))?.into(),
        (&product).into(),
        hs6(&product).into(),
        record.number("value_eur", 0.0..=MOST)?.ok_or_else(|| needed("value_eur"))?.into(),
        record.number("quantity_kg", 0.0..=MOST)?.into(),
        record.text("exporter_name").into(),
        exporter_lei.as_ref().into(),
        record.text("forwarder_name").into(),
        forwarder_lei.as_ref().into(),
    ];
    rows.push(cells, sink)?;
    let origin =
        Origin { source, table: DECLARATIONS.name, position, stated_at: Some(accepted_at), valid_from: None, valid_to: None };
    for (lei, name) in [(exporter_lei, "exporter_name"), (forwarder_lei, "forwarder_name")] {
        let Some(lei) = lei else { continue };
        let about = [("lei", Some(lei.as_str())), ("name", record.text(name))];
        sink.statements(origin.statements(&format!("lei-{lei}"), "company", &about))?;
    }
    Ok(())
}

fn lei(record: &Record<'_>, name: &'static str) -> Result<Option<String>, Problem> {
    record.parsed(name, |text| normalise(SelectorKind::Lei, text).map(|lei| lei.value).map_err(|error| error.to_string()))
}
