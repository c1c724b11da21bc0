//! The layout of the public *Customs import declaration datasets* (Jeong et al. 2022, arXiv 2208.02484): synthetic declarations
//! with the outcome of their inspection, so that a method can be compared with others. Each row is one declaration and one
//! inspection.

use std::io::BufRead;

use oikos_desk::{Format, ReadError, ReadSummary, Reader, Sink, Source};

use super::flat::{self, Fields, Layout, Problem};
use super::rows::{Cell, Rows};
use super::values;
use crate::tables::{DECLARATIONS, INSPECTIONS};

const FIELDS: [&str; 22] = [
    "Declaration ID",
    "Date",
    "Office ID",
    "Process Type",
    "Import Type",
    "Import Use",
    "Payment Type",
    "Mode of Transport",
    "Declarant ID",
    "Importer ID",
    "Seller ID",
    "Courier ID",
    "HS6 Code",
    "Country of Departure",
    "Country of Origin",
    "Tax Rate",
    "Tax Type",
    "Country of Origin Indicator",
    "Net Mass",
    "Item Price",
    "Fraud",
    "Critical Fraud",
];
static LAYOUT: Layout = Layout { fields: &FIELDS, needed: &FIELDS };

/// Fields that go into a column of text as they are.
const TEXTS: [(&str, &str); 11] = [
    ("declaration_type", "Process Type"),
    ("customs_office", "Office ID"),
    ("procedure", "Import Type"),
    ("additional_procedure", "Import Use"),
    ("method_of_payment", "Payment Type"),
    ("mode_of_transport", "Mode of Transport"),
    ("declarant_identification", "Declarant ID"),
    ("importer_identification", "Importer ID"),
    ("seller_identification", "Seller ID"),
    ("carrier_identification", "Courier ID"),
    ("tax_type", "Tax Type"),
];

/// Reads the benchmark's declarations.
pub(crate) struct BenchmarkDeclarations;

impl Reader for BenchmarkDeclarations {
    fn format(&self) -> Format {
        Format {
            name: "customs-declarations-benchmark",
            description: "Declarations with outcomes, the CSV of the Customs import declaration datasets (arXiv 2208.02484)",
            extensions: &["csv"],
        }
    }

    fn recognises(&self, beginning: &[u8]) -> bool {
        flat::recognises(&LAYOUT, beginning)
    }

    fn read(&self, source: &Source, input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError> {
        let (mut declarations, mut inspections) = (Rows::new(&DECLARATIONS), Rows::new(&INSPECTIONS));
        let summary = flat::read(&LAYOUT, input, sink, &mut |fields, position, sink| {
            let row = match Row::check(fields) {
                Ok(row) => row,
                Err(problem) => return Ok(Err(problem)),
            };
            let record_id = source.record_id(position);
            declarations.push(&cells(&DECLARATIONS, |name| row.declaration(fields, record_id, name)), sink)?;
            inspections.push(&cells(&INSPECTIONS, |name| row.inspection(fields, record_id, name)), sink)?;
            Ok(Ok(()))
        })?;
        declarations.flush(sink)?;
        inspections.flush(sink)?;
        Ok(summary)
    }
}

fn cells<'a>(table: &oikos_desk::TableDefinition, cell: impl Fn(&str) -> Cell<'a>) -> Vec<Cell<'a>> {
    table.columns.iter().map(|column| cell(column.name)).collect()
}

/// What of a row has to be checked.
struct Row {
    at: oikos_model::Timestamp,
    commodity_code: String,
    origin: Option<String>,
    dispatch: Option<String>,
    numbers: [(&'static str, Option<f64>); 3],
    found: &'static str,
}

impl Row {
    fn check(fields: &Fields) -> Result<Self, Problem> {
        fields.needed("Declaration ID")?;
        let code = fields.needed("HS6 Code")?;
        if code.len() > 6 || !code.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Problem::field("HS6 Code", format!("{code:?} is no code of up to 6 digits")));
        }
        Ok(Self {
            at: values::moment(fields, "Date")?,
            // The files hold codes as numbers: a leading zero is gone.
            commodity_code: format!("{code:0>6}"),
            origin: values::country(fields, "Country of Origin")?,
            dispatch: values::country(fields, "Country of Departure")?,
            numbers: [
                ("tax_rate_percent", values::amount(fields, "Tax Rate")?),
                ("net_mass_kg", values::amount(fields, "Net Mass")?),
                ("item_amount", values::amount(fields, "Item Price")?),
            ],
            found: match fields.needed("Fraud")? {
                "0" => "in_order",
                "1" => "other_infringement",
                other => return Err(Problem::field("Fraud", format!("{other:?} is neither 0 nor 1"))),
            },
        })
    }

    fn declaration<'a>(&'a self, fields: &'a Fields, record_id: i64, column: &str) -> Cell<'a> {
        let given = TEXTS.iter().find(|(name, _)| *name == column).and_then(|(_, field)| fields.text(field));
        match column {
            "record_id" => record_id.into(),
            "mrn" => fields.text("Declaration ID").into(),
            "accepted_at" => self.at.into(),
            "importer_is_natural_person" => false.into(),
            "commodity_code" => (&self.commodity_code).into(),
            "country_of_origin" => self.origin.as_ref().into(),
            "country_of_dispatch" => self.dispatch.as_ref().into(),
            _ => match self.numbers.iter().find(|(name, _)| *name == column) {
                Some((_, number)) => (*number).into(),
                None => given.into(),
            },
        }
    }

    fn inspection<'a>(&'a self, fields: &'a Fields, record_id: i64, column: &str) -> Cell<'a> {
        match column {
            "record_id" => record_id.into(),
            "inspection_reference" | "mrn" => fields.text("Declaration ID").into(),
            "inspected_at" => self.at.into(),
            "found" => self.found.into(),
            "commodity_code" => (&self.commodity_code).into(),
            _ => Cell::Empty,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::readers::test_sink::{read, shared};
    use proptest::prelude::*;

    const GOOD: &str = "97061800,2020-01-01,30,B,11,21,11,10,ZZR1LT6,QLRUBN9,0VKY2BR,,10490,BE,BE,0.0,FEU1,G,108.0,372254.4,1,2";

    #[test]
    fn a_row_is_a_declaration_and_its_inspection() {
        let (sink, _) = read(&BenchmarkDeclarations, format!("{}\n{GOOD}\n", FIELDS.join(",")).as_bytes());
        let declaration = &sink.rows("declarations")[0];
        assert_eq!((declaration["mrn"].as_str(), declaration["commodity_code"].as_str()), (Some("97061800"), Some("010490")));
        assert_eq!(declaration["item_amount"], 372_254.4);
        assert!(!declaration.contains_key("carrier_identification"));
        assert_eq!(sink.rows("inspections")[0]["found"], "other_infringement");
    }

    #[test]
    fn a_bad_field_is_named() {
        let bad = [
            (GOOD.replace("2020-01-01", "1/1/2020"), "Date"),
            (GOOD.replace(",1,2", ",2,2"), "Fraud"),
            (GOOD.replace(",10490,", ",x,"), "HS6 Code"),
        ];
        let text: String = bad.iter().map(|(row, _)| format!("{row}\n")).collect();
        let (sink, _) = read(&BenchmarkDeclarations, format!("{}\n{text}{GOOD}\n", FIELDS.join(",")).as_bytes());
        let fields: Vec<_> = sink.rejects.iter().map(|reject| reject.field.as_deref().unwrap()).collect();
        assert_eq!(fields, bad.map(|(_, field)| field));
        assert_eq!(sink.rows("declarations").len(), 1);
    }

    #[test]
    fn the_shared_files_land_whole() {
        for (file, rows) in [("customs/df_syn_train_eng.csv", 37_385), ("customs/df_syn_valid_eng.csv", 8_134)] {
            let Some(text) = shared(file) else { return };
            let (sink, summary) = read(&BenchmarkDeclarations, text.as_bytes());
            assert_eq!((summary.unwrap().rows, sink.rejects.len()), (rows, 0), "{:?}", sink.rejects.first());
            assert_eq!(sink.count("declarations"), usize::try_from(rows).unwrap());
        }
    }

    proptest! {
        #[test]
        fn arbitrary_rows_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
            let file = [FIELDS.join(",").as_bytes(), b"\n", &bytes].concat();
            prop_assert!(read(&BenchmarkDeclarations, &file).1.is_ok());
        }
    }
}
