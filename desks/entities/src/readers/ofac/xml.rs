//! `SDN.XML`: entries with their aliases and their quality, addresses and identifications in one file.

use std::io::BufRead;

use oikos_desk::{Coverage, Format, ReadError, ReadSummary, Reader, Sink, Source};
use oikos_model::Timestamp;

use super::remarks::{self, Remark};
use super::{kind_of, land_listing, land_remark, property_for};
use crate::readers::landing::{Fault, Landing, Subject, Times, joined};
use crate::readers::xml::{Element, Found, Records};
use crate::readers::{begins_with_element, dates};
use crate::tables::{ADDRESSES, ENTRIES, NAMES, RELATIONS};

/// Reads `SDN.XML`. It holds one entry and a batch of rows at a time.
#[derive(Debug, Clone, Copy)]
pub struct OfacXmlReader;

impl Reader for OfacXmlReader {
    fn format(&self) -> Format {
        Format {
            name: "ofac-sdn-xml",
            description: "OFAC Specially Designated Nationals, SDN.XML (sdnList.xsd)",
            extensions: &["xml"],
        }
    }

    fn recognises(&self, beginning: &[u8]) -> bool {
        begins_with_element(beginning, "sdnList")
    }

    fn read(&self, source: &Source, input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError> {
        let mut records = Records::new(input, "sdnList", &["sdnEntry"])?;
        let mut landing = Landing::new(source, sink)?;
        let (mut made_at, mut announced) = (None, None);
        loop {
            match records.next()? {
                Found::Other(header) => match header.name.as_str() {
                    "Publish_Date" => {
                        made_at = header.said().and_then(|date| dates::american(date).or_else(|| dates::moment(date)))
                    }
                    "Record_Count" => announced = header.said().and_then(|count| count.parse::<u64>().ok()),
                    _ => {}
                },
                Found::Record(record) => {
                    let place = format!("entry {} near byte {}", record.ordinal, record.byte);
                    landing.row(record.ordinal, &place, b"", |landing| match &record.element {
                        Ok(entry) => land(landing, record.ordinal, entry, made_at),
                        Err(problem) => Err(Fault::new("", problem.as_str())),
                    })?;
                    landing.breathe(records.bytes_read())?;
                }
                Found::End { is_closed } => {
                    let is_whole = is_closed && announced.is_none_or(|count| count == landing.rows());
                    let tables = &[ENTRIES.name, NAMES.name, ADDRESSES.name, RELATIONS.name];
                    let coverage = if is_whole { Coverage::Whole { tables, made_at } } else { Coverage::Part };
                    return landing.finish(records.bytes_read(), coverage);
                }
            }
        }
    }
}

fn land(landing: &mut Landing<'_>, ordinal: u64, entry: &Element, made_at: Option<Timestamp>) -> Result<(), Fault> {
    let id = entry.text(&["uid"]).ok_or_else(|| Fault::new("uid", "is missing"))?;
    let name = name_of(entry).ok_or_else(|| Fault::new("lastName", "the entry has no name"))?;
    let times = Times { stated_at: made_at, ..Times::default() };
    let party = landing.subject(ordinal, ENTRIES.name, &format!("ofac-{id}"), kind_of(entry.text(&["sdnType"])), times)?;
    let programmes: Vec<&str> = entry.all("programList").flat_map(|list| list.texts("program")).collect();
    let mut links = Vec::new();
    landing.say(&party, "name", &name);
    land_aliases(landing, &party, entry);
    if party.kind() == "person" {
        landing.each(&party, "position", entry.text(&["title"]));
        land_person(landing, &party, entry);
    }
    if let Some(vessel) = entry.first("vesselInfo").filter(|_| party.kind() == "vessel") {
        let details = [
            ("call_sign", "callSign"),
            ("ship_type", "vesselType"),
            ("tonnage", "tonnage"),
            ("gross_tonnage", "grossRegisteredTonnage"),
            ("flag", "vesselFlag"),
            ("owner_name", "vesselOwner"),
        ];
        for (property, element) in details {
            landing.each(&party, property, vessel.text(&[element]));
        }
    }
    for address in entry.all("addressList").flat_map(|list| list.all("address")) {
        let parts = ["address1", "address2", "address3", "city", "stateOrProvince", "postalCode", "country"];
        landing.each(&party, "address", joined(parts.map(|part| address.text(&[part]))).as_deref());
        if !matches!(party.kind(), "vessel") {
            landing.each(&party, "country", address.text(&["country"]));
        }
    }
    for identification in entry.all("idList").flat_map(|list| list.all("id")) {
        let (Some(id_type), Some(number)) = (identification.text(&["idType"]), identification.text(&["idNumber"])) else {
            continue;
        };
        match remarks::property_of(id_type) {
            Some(property) => {
                let number = number.strip_prefix("IMO ").unwrap_or(number);
                landing.say(&party, property_for(property, party.kind()), number);
            }
            None => landing.ignore(&format!("identification {id_type}")),
        }
    }
    let remarks = entry.text(&["remarks"]);
    for remark in remarks.into_iter().flat_map(remarks::pieces) {
        // Everything else stands in elements of its own.
        if matches!(remark, Remark::LinkedTo(_) | Remark::WeakAlias(_)) {
            land_remark(landing, &party, &remark, &mut links);
        }
    }
    land_listing(landing, &party, &programmes, remarks, &links, made_at)?;
    landing.entry(&party, Some(&name), programmes.first().copied(), None);
    Ok(())
}

/// As the CSV files write it: last name, comma, first name.
fn name_of(element: &Element) -> Option<String> {
    let last = element.text(&["lastName"])?;
    Some(element.text(&["firstName"]).map_or_else(|| last.to_owned(), |first| format!("{last}, {first}")))
}

fn land_aliases(landing: &mut Landing<'_>, party: &Subject, entry: &Element) {
    for alias in entry.all("akaList").flat_map(|list| list.all("aka")) {
        let Some(name) = name_of(alias) else { continue };
        let property = match (alias.text(&["category"]), alias.text(&["type"])) {
            (Some("weak"), _) => "weak_alias",
            (_, Some("f.k.a.")) => "previous_name",
            _ => "alias",
        };
        landing.say(party, property, &name);
    }
}

fn land_person(landing: &mut Landing<'_>, party: &Subject, entry: &Element) {
    for (list, item) in [("nationalityList", "nationality"), ("citizenshipList", "citizenship")] {
        for country in entry.all(list).flat_map(|list| list.all(item)) {
            landing.each(party, "nationality", country.text(&["country"]));
        }
    }
    for birth in entry.all("dateOfBirthList").flat_map(|list| list.all("dateOfBirthItem")) {
        landing.each(party, "birth_date", birth.text(&["dateOfBirth"]));
    }
    for place in entry.all("placeOfBirthList").flat_map(|list| list.all("placeOfBirthItem")) {
        for remark in
            place.text(&["placeOfBirth"]).map(|place| format!("POB {place}")).iter().flat_map(|text| remarks::pieces(text))
        {
            land_remark(landing, party, &remark, &mut Vec::new());
        }
    }
}
