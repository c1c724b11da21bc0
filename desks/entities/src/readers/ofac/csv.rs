//! The classic CSV files: no row of names, `-0-` for nothing, and an end-of-file mark (0x1A) on a line of its own.

use std::io::BufRead;

use oikos_desk::{Coverage, Format, ReadError, ReadSummary, Reader, Sink, Source};

use super::remarks;
use super::{kind_of, land_listing, land_remark};
use crate::readers::delimited::{Row, Rows};
use crate::readers::landing::{Fault, Landing, Times, joined};
use crate::tables::{ADDRESSES, ENTRIES, NAMES, RELATIONS};

/// `SDN.CSV`: the entries.
#[derive(Debug, Clone, Copy)]
pub struct OfacSdnReader;

/// `ALT.CSV`: further names of the entries.
#[derive(Debug, Clone, Copy)]
pub struct OfacAlternateReader;

/// `ADD.CSV`: addresses of the entries.
#[derive(Debug, Clone, Copy)]
pub struct OfacAddressReader;

const SDN_FIELDS: usize = 12;
const ALTERNATE_FIELDS: usize = 5;
const ADDRESS_FIELDS: usize = 6;

impl Reader for OfacSdnReader {
    fn format(&self) -> Format {
        Format { name: "ofac-sdn-csv", description: "OFAC Specially Designated Nationals, SDN.CSV", extensions: &["csv"] }
    }

    fn recognises(&self, beginning: &[u8]) -> bool {
        looks_like(beginning, SDN_FIELDS)
    }

    fn read(&self, source: &Source, input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError> {
        read(source, input, sink, SDN_FIELDS, &[ENTRIES.name, RELATIONS.name], land_entry)
    }
}

impl Reader for OfacAlternateReader {
    fn format(&self) -> Format {
        Format {
            name: "ofac-alt-csv",
            description: "OFAC alternate names of Specially Designated Nationals, ALT.CSV",
            extensions: &["csv"],
        }
    }

    fn recognises(&self, beginning: &[u8]) -> bool {
        looks_like(beginning, ALTERNATE_FIELDS)
    }

    fn read(&self, source: &Source, input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError> {
        read(source, input, sink, ALTERNATE_FIELDS, &[NAMES.name], land_alternate)
    }
}

impl Reader for OfacAddressReader {
    fn format(&self) -> Format {
        Format {
            name: "ofac-add-csv",
            description: "OFAC addresses of Specially Designated Nationals, ADD.CSV",
            extensions: &["csv"],
        }
    }

    fn recognises(&self, beginning: &[u8]) -> bool {
        looks_like(beginning, ADDRESS_FIELDS)
    }

    fn read(&self, source: &Source, input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError> {
        read(source, input, sink, ADDRESS_FIELDS, &[ADDRESSES.name], land_address)
    }
}

/// The first line: a number, and as many fields as the file has, one of them OFAC's mark of nothing.
fn looks_like(beginning: &[u8], fields: usize) -> bool {
    let line = beginning.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line);
    let Some(Ok(record)) = reader.byte_records().next() else { return false };
    let is_number = record.get(0).is_some_and(|first| !first.is_empty() && first.iter().all(u8::is_ascii_digit));
    is_number && record.len() == fields && line.windows(3).any(|window| window == b"-0-")
}

fn read(
    source: &Source,
    input: &mut dyn BufRead,
    sink: &mut dyn Sink,
    fields: usize,
    tables: &'static [&'static str],
    land: fn(&mut Landing<'_>, &Row) -> Result<(), Fault>,
) -> Result<ReadSummary, ReadError> {
    let mut rows = Rows::new(input, b',')?;
    let mut landing = Landing::new(source, sink)?;
    let mut is_ended = false;
    while let Some(row) = rows.next()? {
        if row.len() == 1 && row.at(0) == Some("\u{1a}") {
            is_ended = true;
            continue;
        }
        let place = format!("line {}", row.line);
        let problem = (row.len() != fields).then(|| format!("expected {fields} fields, found {}", row.len()));
        // What follows the end is no part of the file.
        let problem =
            if is_ended { Some("there is more after the file's end mark".to_owned()) } else { row.problem.clone().or(problem) };
        match problem {
            Some(problem) => landing.refuse(row.ordinal, &place, &row.bytes(), &problem)?,
            None => landing.row(row.ordinal, &place, &row.bytes(), |landing| land(landing, &row))?,
        }
        landing.breathe(rows.bytes_read())?;
    }
    // Without the end mark nobody knows whether the file was cut off at the end of a line.
    let coverage = if is_ended { Coverage::Whole { tables, made_at: None } } else { Coverage::Unsaid { tables } };
    landing.finish(rows.bytes_read(), coverage)
}

fn said(row: &Row, place: usize) -> Option<&str> {
    row.at(place).filter(|text| *text != "-0-")
}

fn entity(row: &Row) -> Result<String, Fault> {
    let id = said(row, 0).filter(|id| id.bytes().all(|byte| byte.is_ascii_digit()));
    id.map(|id| format!("ofac-{id}")).ok_or_else(|| Fault::new("ent_num", "expected the number of an entry"))
}

/// `ent_num, SDN_Name, SDN_Type, Program, Title, Call_Sign, Vess_type, Tonnage, GRT, Vess_flag, Vess_owner, Remarks`
fn land_entry(landing: &mut Landing<'_>, row: &Row) -> Result<(), Fault> {
    let name = said(row, 1).ok_or_else(|| Fault::new("SDN_Name", "the entry has no name"))?;
    let party = landing.subject(row.ordinal, ENTRIES.name, &entity(row)?, kind_of(said(row, 2)), Times::default())?;
    let programmes: Vec<&str> = said(row, 3).into_iter().flat_map(|list| list.split("] [")).collect();
    let mut links = Vec::new();
    landing.say(&party, "name", name);
    match party.kind() {
        "person" => landing.each(&party, "position", said(row, 4)),
        "vessel" => {
            let details =
                [("call_sign", 5), ("ship_type", 6), ("tonnage", 7), ("gross_tonnage", 8), ("flag", 9), ("owner_name", 10)];
            for (property, place) in details {
                landing.each(&party, property, said(row, place));
            }
        }
        _ => {}
    }
    for remark in said(row, 11).into_iter().flat_map(remarks::pieces) {
        land_remark(landing, &party, &remark, &mut links);
    }
    land_listing(landing, &party, &programmes, said(row, 11), &links, None)?;
    landing.entry(&party, Some(name), programmes.first().copied(), None);
    Ok(())
}

/// `ent_num, alt_num, alt_type, alt_name, alt_remarks`. The file does not say what bears the name, so it is a party's.
fn land_alternate(landing: &mut Landing<'_>, row: &Row) -> Result<(), Fault> {
    let name = said(row, 3).ok_or_else(|| Fault::new("alt_name", "the row has no name"))?;
    let party = landing.subject(row.ordinal, NAMES.name, &entity(row)?, "party", Times::default())?;
    let property = if said(row, 2) == Some("fka") { "previous_name" } else { "alias" };
    landing.say(&party, property, name);
    landing.name_row(&party, name, property);
    Ok(())
}

/// `ent_num, add_num, address, city and state and postal code, country, add_remarks`
fn land_address(landing: &mut Landing<'_>, row: &Row) -> Result<(), Fault> {
    let party = landing.subject(row.ordinal, ADDRESSES.name, &entity(row)?, "party", Times::default())?;
    let address = joined([said(row, 2), said(row, 3), said(row, 4)]);
    landing.each(&party, "address", address.as_deref());
    landing.each(&party, "country", said(row, 4));
    landing.address_row(&party, address.as_deref(), said(row, 4));
    Ok(())
}
