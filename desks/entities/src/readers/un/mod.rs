//! Reader of the United Nations Security Council's consolidated list, XML (schema sc-sanctions.xsd).

use std::io::BufRead;

use oikos_desk::{Coverage, Format, ReadError, ReadSummary, Reader, Sink, Source};
use oikos_model::Timestamp;

use super::landing::{Fault, Landing, Subject, Times, joined};
use super::xml::{Element, Found, Records};
use super::{begins_with_element, dates};
use crate::tables::ENTRIES;

const AUTHORITY: &str = "United Nations Security Council";

/// Reads the UN consolidated list. It holds one entry and a batch of rows at a time.
#[derive(Debug, Clone, Copy)]
pub struct UnReader;

impl Reader for UnReader {
    fn format(&self) -> Format {
        Format {
            name: "un-sc-xml",
            description: "UN Security Council Consolidated List, XML (sc-sanctions.xsd)",
            extensions: &["xml"],
        }
    }

    fn recognises(&self, beginning: &[u8]) -> bool {
        begins_with_element(beginning, "CONSOLIDATED_LIST")
    }

    fn read(&self, source: &Source, input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError> {
        let mut records = Records::new(input, "CONSOLIDATED_LIST", &["INDIVIDUAL", "ENTITY"])?;
        let mut landing = Landing::new(source, sink)?;
        let mut made_at = None;
        loop {
            match records.next()? {
                Found::Other(element) => {
                    made_at = made_at.or_else(|| element.attribute("dateGenerated").and_then(dates::moment));
                }
                Found::Record(record) => {
                    let place = format!("entry {} near byte {}", record.ordinal, record.byte);
                    landing.row(record.ordinal, &place, b"", |landing| match &record.element {
                        Ok(entry) => land(landing, record.ordinal, entry, made_at),
                        Err(problem) => Err(Fault::new("", problem.as_str())),
                    })?;
                    landing.breathe(records.bytes_read())?;
                }
                Found::End { is_closed } => {
                    let coverage = Coverage::Whole { tables: &[ENTRIES.name], made_at };
                    return landing.finish(records.bytes_read(), if is_closed { coverage } else { Coverage::Part });
                }
            }
        }
    }
}

fn land(landing: &mut Landing<'_>, ordinal: u64, entry: &Element, made_at: Option<Timestamp>) -> Result<(), Fault> {
    let id = entry.text(&["DATAID"]).ok_or_else(|| Fault::new("DATAID", "is missing"))?;
    let (kind, prefix) = if entry.name == "INDIVIDUAL" { ("person", "INDIVIDUAL") } else { ("organisation", "ENTITY") };
    let updated = entry.all("LAST_DAY_UPDATED").flat_map(|days| days.texts("VALUE")).filter_map(dates::moment).max();
    let listed_on = entry.text(&["LISTED_ON"]);
    let stated_at = updated.or_else(|| listed_on.and_then(dates::moment)).or(made_at);
    let times = Times { stated_at, ..Times::default() };
    let party = landing.subject(ordinal, ENTRIES.name, &format!("un-{id}"), kind, times)?;
    let listing = party.beside(&format!("un-{id}/listing"), "listing")?;
    let parts = ["FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME"].map(|part| entry.text(&[part]));
    let name = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    if name.is_empty() {
        return Err(Fault::new("FIRST_NAME", "the entry has no name"));
    }
    landing.say(&party, "name", &name);
    land_names(landing, &party, entry, prefix);
    land_details(landing, &party, entry, prefix);
    let delisted = entry.text(&["DELISTED_ON"]).and_then(dates::moment);
    let listing = listing.during(Times { valid_from: listed_on.and_then(dates::moment), valid_to: delisted, stated_at });
    landing.say(&listing, "party", party.id());
    landing.each(&listing, "programme", entry.text(&["UN_LIST_TYPE"]));
    landing.each(&listing, "listed_on", listed_on);
    landing.each(&listing, "ends_on", entry.text(&["DELISTED_ON"]));
    landing.each(&listing, "reference", entry.text(&["REFERENCE_NUMBER"]));
    landing.each(&listing, "reason", entry.text(&["COMMENTS1"]));
    landing.say(&listing, "authority", AUTHORITY);
    landing.entry(&party, Some(&name), entry.text(&["UN_LIST_TYPE"]), listed_on.and_then(dates::moment));
    Ok(())
}

/// Aliases with the quality the list gives them. `Low` is what other lists call weak.
fn land_names(landing: &mut Landing<'_>, party: &Subject, entry: &Element, prefix: &str) {
    landing.each(party, "alias", entry.texts("NAME_ORIGINAL_SCRIPT"));
    for alias in entry.all(&format!("{prefix}_ALIAS")) {
        let Some(name) = alias.text(&["ALIAS_NAME"]) else { continue };
        let property = match alias.text(&["QUALITY"]) {
            Some("Low") => "weak_alias",
            Some("f.k.a.") => "previous_name",
            _ => "alias",
        };
        landing.say(party, property, name);
    }
}

fn land_details(landing: &mut Landing<'_>, party: &Subject, entry: &Element, prefix: &str) {
    for value in entry.all("DESIGNATION").chain(entry.all("TITLE")).flat_map(|list| list.texts("VALUE")) {
        if prefix == "INDIVIDUAL" {
            landing.say(party, "position", value);
        }
    }
    for country in entry.all("NATIONALITY").flat_map(|list| list.texts("VALUE")) {
        landing.say(party, "nationality", country);
    }
    for address in entry.all(&format!("{prefix}_ADDRESS")) {
        let parts = ["STREET", "CITY", "STATE_PROVINCE", "ZIP_CODE", "COUNTRY"].map(|part| address.text(&[part]));
        landing.each(party, "address", joined(parts).as_deref());
        landing.each(party, "country", address.text(&["COUNTRY"]));
    }
    for birth in entry.all("INDIVIDUAL_DATE_OF_BIRTH") {
        landing.each(party, "birth_date", birth_date(birth).as_deref());
    }
    for place in entry.all("INDIVIDUAL_PLACE_OF_BIRTH") {
        landing.each(party, "birth_country", place.text(&["COUNTRY"]));
    }
    for document in entry.all("INDIVIDUAL_DOCUMENT") {
        landing.each(party, "document_number", document.text(&["NUMBER"]));
    }
}

fn birth_date(birth: &Element) -> Option<String> {
    let said = |name: &str| birth.text(&[name]);
    let date = match (said("DATE"), said("FROM_YEAR"), said("TO_YEAR")) {
        (Some(date), ..) => dates::partial(date)?,
        (None, Some(from), Some(to)) => dates::range(from, to)?,
        _ => dates::of_parts(said("YEAR"), said("MONTH"), said("DAY"))?,
    };
    let is_about = said("TYPE_OF_DATE") == Some("APPROXIMATELY") && !date.contains('/');
    Some(if is_about { format!("{date}~") } else { date })
}
