//! The golden copy's CSV: one row per record, columns named by the path in the XML form.

use std::io::BufRead;

use oikos_desk::{Coverage, Format, ReadError, ReadSummary, Reader, Sink, Source};

use super::entity::Entity;
use super::relationship::{Period, Quantifier, Relationship};
use crate::readers::delimited::{Columns, Row, Rows};
use crate::readers::landing::{Fault, Landing, joined};
use crate::tables::{ENTRIES, RELATIONS};

/// How many of a repeated element the golden copy has columns for.
const REPEATED: usize = 5;

/// Reads LEI-CDF 3.1 and 2.1 as CSV.
#[derive(Debug, Clone, Copy)]
pub struct GleifEntityCsvReader;

/// Reads RR-CDF 2.1 as CSV.
#[derive(Debug, Clone, Copy)]
pub struct GleifRelationshipCsvReader;

impl Reader for GleifEntityCsvReader {
    fn format(&self) -> Format {
        Format {
            name: "gleif-lei-csv",
            description: "GLEIF legal entities, LEI-CDF 3.1 and 2.1, golden copy CSV",
            extensions: &["csv"],
        }
    }

    fn recognises(&self, beginning: &[u8]) -> bool {
        first_line_has(beginning, b"Entity.LegalName")
    }

    fn read(&self, source: &Source, input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError> {
        read(source, input, sink, &["LEI", "Entity.LegalName"], &[ENTRIES.name], |landing, columns, row| {
            entity(columns, row).land(landing, row.ordinal)
        })
    }
}

impl Reader for GleifRelationshipCsvReader {
    fn format(&self) -> Format {
        Format { name: "gleif-rr-csv", description: "GLEIF relationships, RR-CDF 2.1, golden copy CSV", extensions: &["csv"] }
    }

    fn recognises(&self, beginning: &[u8]) -> bool {
        first_line_has(beginning, b"Relationship.StartNode.NodeID")
    }

    fn read(&self, source: &Source, input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError> {
        let required = &["Relationship.StartNode.NodeID", "Relationship.EndNode.NodeID", "Relationship.RelationshipType"];
        read(source, input, sink, required, &[RELATIONS.name], |landing, columns, row| {
            relationship(columns, row).land(landing, row.ordinal)
        })
    }
}

fn first_line_has(beginning: &[u8], word: &[u8]) -> bool {
    let line = beginning.split(|byte| *byte == b'\n').next().unwrap_or_default();
    line.windows(word.len()).any(|window| window == word)
}

/// Reads all rows. The form says neither how many records there should be nor whether they are all.
fn read(
    source: &Source,
    input: &mut dyn BufRead,
    sink: &mut dyn Sink,
    required: &[&str],
    tables: &'static [&'static str],
    land: fn(&mut Landing<'_>, &Columns, &Row) -> Result<(), Fault>,
) -> Result<ReadSummary, ReadError> {
    let mut rows = Rows::new(input, b',')?;
    let columns = rows.columns(required)?;
    let mut landing = Landing::new(source, sink)?;
    while let Some(row) = rows.next()? {
        let place = format!("line {}", row.line);
        match &row.problem {
            Some(problem) => landing.refuse(row.ordinal, &place, &row.bytes(), problem)?,
            None => landing.row(row.ordinal, &place, &row.bytes(), |landing| land(landing, &columns, &row))?,
        }
        landing.breathe(rows.bytes_read())?;
    }
    landing.finish(rows.bytes_read(), Coverage::Unsaid { tables })
}

fn entity<'r>(columns: &Columns, row: &'r Row) -> Entity<'r> {
    let said = |name: &str| columns.get(row, name);
    let lists = ["OtherEntityNames.OtherEntityName", "TransliteratedOtherEntityNames.TransliteratedOtherEntityName"];
    let names = lists.into_iter().flat_map(|list| (1..=REPEATED).map(move |number| format!("Entity.{list}.{number}")));
    Entity {
        lei: said("LEI"),
        legal_name: said("Entity.LegalName"),
        other_names: names.filter_map(|column| Some((said(&column)?, said(&format!("{column}.type"))))).collect(),
        addresses: ["LegalAddress", "HeadquartersAddress"].iter().filter_map(|name| address(columns, row, name)).collect(),
        registration_authority: said("Entity.RegistrationAuthority.RegistrationAuthorityID"),
        registration_number: said("Entity.RegistrationAuthority.RegistrationAuthorityEntityID"),
        jurisdiction: said("Entity.LegalJurisdiction"),
        category: said("Entity.EntityCategory"),
        legal_form: said("Entity.LegalForm.EntityLegalFormCode"),
        status: said("Entity.EntityStatus"),
        created_on: said("Entity.EntityCreationDate"),
        expired_on: said("Entity.EntityExpirationDate"),
        registration_status: said("Registration.RegistrationStatus"),
        updated_at: said("Registration.LastUpdateDate"),
        deleted_at: None,
    }
}

fn address(columns: &Columns, row: &Row, name: &str) -> Option<String> {
    let said = |part: &str| columns.get(row, &format!("Entity.{name}.{part}"));
    let lines = ["FirstAddressLine", "AdditionalAddressLine.1", "AdditionalAddressLine.2", "AdditionalAddressLine.3"];
    let rest = ["City", "Region", "PostalCode", "Country"];
    joined(lines.into_iter().chain(rest).map(said))
}

fn relationship<'r>(columns: &Columns, row: &'r Row) -> Relationship<'r> {
    let said = |name: &str| columns.get(row, name);
    let period = |number: usize| {
        let said = |part: &str| said(&format!("Relationship.Period.{number}.{part}"));
        Period { period_type: said("periodType"), from: said("startDate"), to: said("endDate") }
    };
    let quantifier = |number: usize| {
        let said = |part: &str| said(&format!("Relationship.Quantifiers.{number}.{part}"));
        Quantifier { amount: said("QuantifierAmount"), units: said("QuantifierUnits") }
    };
    Relationship {
        start: said("Relationship.StartNode.NodeID"),
        end: said("Relationship.EndNode.NodeID"),
        start_type: said("Relationship.StartNode.NodeIDType"),
        end_type: said("Relationship.EndNode.NodeIDType"),
        relationship_type: said("Relationship.RelationshipType"),
        status: said("Relationship.RelationshipStatus"),
        periods: (1..=REPEATED).map(period).collect(),
        quantifiers: (1..=REPEATED).map(quantifier).collect(),
        registration_status: said("Registration.RegistrationStatus"),
        updated_at: said("Registration.LastUpdateDate"),
        deleted_at: None,
    }
}
