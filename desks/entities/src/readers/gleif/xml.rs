//! The XML forms.

use std::io::BufRead;

use oikos_desk::{Coverage, Format, ReadError, ReadSummary, Reader, Sink, Source};

use super::entity::Entity;
use super::relationship::{Period, Quantifier, Relationship};
use crate::readers::landing::{Fault, Landing, joined};
use crate::readers::xml::{Element, Found, Records};
use crate::readers::{begins_with_element, dates};
use crate::tables::{ENTRIES, RELATIONS};

/// Reads LEI-CDF 3.1 and 2.1 as XML. It holds one record and a batch of rows at a time.
#[derive(Debug, Clone, Copy)]
pub struct GleifEntityXmlReader;

/// Reads RR-CDF 2.1 as XML. It holds one record and a batch of rows at a time.
#[derive(Debug, Clone, Copy)]
pub struct GleifRelationshipXmlReader;

impl Reader for GleifEntityXmlReader {
    fn format(&self) -> Format {
        Format { name: "gleif-lei-xml", description: "GLEIF legal entities, LEI-CDF 3.1 and 2.1, XML", extensions: &["xml"] }
    }

    fn recognises(&self, beginning: &[u8]) -> bool {
        begins_with_element(beginning, "LEIData")
    }

    fn read(&self, source: &Source, input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError> {
        let records = Records::new(input, "LEIData", &["LEIRecord"])?;
        read(records, Landing::new(source, sink)?, &[ENTRIES.name], |landing, ordinal, element| {
            entity(element).land(landing, ordinal)
        })
    }
}

impl Reader for GleifRelationshipXmlReader {
    fn format(&self) -> Format {
        Format { name: "gleif-rr-xml", description: "GLEIF relationships, RR-CDF 2.1, XML", extensions: &["xml"] }
    }

    fn recognises(&self, beginning: &[u8]) -> bool {
        begins_with_element(beginning, "RelationshipData")
    }

    fn read(&self, source: &Source, input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError> {
        let records = Records::new(input, "RelationshipData", &["RelationshipRecord"])?;
        read(records, Landing::new(source, sink)?, &[RELATIONS.name], |landing, ordinal, element| {
            relationship(element).land(landing, ordinal)
        })
    }
}

/// Reads all records. A file is whole if it calls itself full and has as many records as its header says.
fn read(
    mut records: Records<'_>,
    mut landing: Landing<'_>,
    tables: &'static [&'static str],
    land: fn(&mut Landing<'_>, u64, &Element) -> Result<(), Fault>,
) -> Result<ReadSummary, ReadError> {
    let (mut made_at, mut is_full, mut announced) = (None, false, None);
    loop {
        match records.next()? {
            Found::Other(header) => match header.name.as_str() {
                "ContentDate" => made_at = header.said().and_then(dates::moment),
                "FileContent" => is_full = header.said().is_some_and(|content| content.contains("_FULL_")),
                "RecordCount" => announced = header.said().and_then(|count| count.parse::<u64>().ok()),
                _ => {}
            },
            Found::Record(record) => {
                let place = format!("record {} near byte {}", record.ordinal, record.byte);
                landing.row(record.ordinal, &place, b"", |landing| match &record.element {
                    Ok(element) => land(landing, record.ordinal, element),
                    Err(problem) => Err(Fault::new("", problem.as_str())),
                })?;
                landing.breathe(records.bytes_read())?;
            }
            Found::End { is_closed } => {
                let is_whole = is_closed && is_full && announced == Some(landing.rows());
                let coverage = if is_whole { Coverage::Whole { tables, made_at } } else { Coverage::Part };
                return landing.finish(records.bytes_read(), coverage);
            }
        }
    }
}

fn entity(record: &Element) -> Entity<'_> {
    let empty = const { &Element { name: String::new(), attributes: Vec::new(), text: String::new(), children: Vec::new() } };
    let entity = record.first("Entity").unwrap_or(empty);
    let lists = [("OtherEntityNames", "OtherEntityName"), ("TransliteratedOtherEntityNames", "TransliteratedOtherEntityName")];
    let names = lists.into_iter().flat_map(|(list, item)| entity.all(list).flat_map(move |list| list.all(item)));
    Entity {
        lei: record.text(&["LEI"]),
        legal_name: entity.text(&["LegalName"]),
        other_names: names.filter_map(|name| Some((name.said()?, name.attribute("type")))).collect(),
        addresses: ["LegalAddress", "HeadquartersAddress"]
            .iter()
            .filter_map(|name| entity.first(name))
            .filter_map(address)
            .collect(),
        registration_authority: entity.text(&["RegistrationAuthority", "RegistrationAuthorityID"]),
        registration_number: entity.text(&["RegistrationAuthority", "RegistrationAuthorityEntityID"]),
        jurisdiction: entity.text(&["LegalJurisdiction"]),
        category: entity.text(&["EntityCategory"]),
        legal_form: entity.text(&["LegalForm", "EntityLegalFormCode"]),
        status: entity.text(&["EntityStatus"]),
        created_on: entity.text(&["EntityCreationDate"]),
        expired_on: entity.text(&["EntityExpirationDate"]),
        registration_status: record.text(&["Registration", "RegistrationStatus"]),
        updated_at: record.text(&["Registration", "LastUpdateDate"]),
        deleted_at: deleted_at(record),
    }
}

fn address(address: &Element) -> Option<String> {
    let lines = address.texts("FirstAddressLine").chain(address.texts("AdditionalAddressLine"));
    let rest = ["City", "Region", "PostalCode", "Country"].map(|part| address.text(&[part]));
    joined(lines.map(Some).chain(rest))
}

fn relationship(record: &Element) -> Relationship<'_> {
    let said = |path: &[&str]| record.first("Relationship").and_then(|relationship| relationship.text(path));
    let items = |list: &'static str, item: &'static str| {
        let lists = record.all("Relationship").flat_map(move |relationship| relationship.all(list));
        lists.flat_map(move |list| list.all(item))
    };
    Relationship {
        start: said(&["StartNode", "NodeID"]),
        end: said(&["EndNode", "NodeID"]),
        start_type: said(&["StartNode", "NodeIDType"]),
        end_type: said(&["EndNode", "NodeIDType"]),
        relationship_type: said(&["RelationshipType"]),
        status: said(&["RelationshipStatus"]),
        periods: items("RelationshipPeriods", "RelationshipPeriod")
            .map(|period| Period {
                period_type: period.text(&["PeriodType"]),
                from: period.text(&["StartDate"]),
                to: period.text(&["EndDate"]),
            })
            .collect(),
        quantifiers: items("RelationshipQuantifiers", "RelationshipQuantifier")
            .map(|quantifier| Quantifier {
                amount: quantifier.text(&["QuantifierAmount"]),
                units: quantifier.text(&["QuantifierUnits"]),
            })
            .collect(),
        registration_status: record.text(&["Registration", "RegistrationStatus"]),
        updated_at: record.text(&["Registration", "LastUpdateDate"]),
        deleted_at: deleted_at(record),
    }
}

/// When GLEIF took the record out, in files of changes: an extension of the golden copy.
fn deleted_at(record: &Element) -> Option<&str> {
    let extension = record.first("Extension")?;
    extension.text(&["DeletedAt"]).or_else(|| extension.children.iter().find_map(|child| child.text(&["DeletedAt"])))
}
