//! The XML form: `<export>` with one `<sanctionEntity>` per entry, schema `http://eu.europa.ec/fpi/fsd/export`.

use std::io::BufRead;

use oikos_desk::{Coverage, Format, ReadError, ReadSummary, Reader, Sink, Source};

use super::entry::{Entry, Identification, Name, Regulation, add, birth_date};
use crate::readers::landing::{Fault, Landing, joined};
use crate::readers::xml::{Element, Found, Records};
use crate::readers::{begins_with_element, dates};
use crate::tables::ENTRIES;

/// Reads the EU consolidated list as XML. It holds one entry and a batch of rows at a time.
#[derive(Debug, Clone, Copy)]
pub struct EuXmlReader;

impl Reader for EuXmlReader {
    fn format(&self) -> Format {
        Format {
            name: "eu-fsf-xml",
            description: "EU consolidated list of financial sanctions 1.1, XML (European Commission, FSF)",
            extensions: &["xml"],
        }
    }

    fn recognises(&self, beginning: &[u8]) -> bool {
        begins_with_element(beginning, "export") && beginning.windows(8).any(|window| window == b"/fpi/fsd")
    }

    fn read(&self, source: &Source, input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError> {
        let mut records = Records::new(input, "export", &["sanctionEntity"])?;
        let mut landing = Landing::new(source, sink)?;
        let mut made_at = None;
        loop {
            match records.next()? {
                Found::Other(element) => {
                    made_at = made_at.or_else(|| element.attribute("generationDate").and_then(dates::moment));
                }
                Found::Record(record) => {
                    let place = format!("entry {} near byte {}", record.ordinal, record.byte);
                    landing.row(record.ordinal, &place, b"", |landing| match &record.element {
                        Ok(element) => entry(element).land(landing, record.ordinal, made_at),
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

fn entry(element: &Element) -> Entry {
    let owned = |element: &Element, name: &str| element.attribute(name).map(str::to_owned);
    let subject = element.first("subjectType");
    let mut entry = Entry {
        id: owned(element, "logicalId").unwrap_or_default(),
        reference: owned(element, "euReferenceNumber"),
        united_nations_id: owned(element, "unitedNationId"),
        designated_on: owned(element, "designationDate"),
        remarks: element.texts("remark").map(str::to_owned).collect(),
        is_person: subject.is_some_and(|subject| {
            subject.attribute("classificationCode") == Some("P") || subject.attribute("code") == Some("person")
        }),
        ..Entry::default()
    };
    for alias in element.all("nameAlias") {
        let parts = ["firstName", "middleName", "lastName"].map(|part| alias.attribute(part));
        let text = owned(alias, "wholeName")
            .or_else(|| Some(parts.into_iter().flatten().collect::<Vec<_>>().join(" ")).filter(|name| !name.is_empty()));
        let is_strong = alias.attribute("strong") != Some("false");
        add(&mut entry.names, text.map(|text| Name { text, is_strong }));
        add(&mut entry.functions, owned(alias, "function"));
    }
    for regulation in element.all("regulation") {
        let regulation = Regulation {
            programme: owned(regulation, "programme"),
            title: owned(regulation, "numberTitle"),
            published_on: owned(regulation, "publicationDate"),
            in_force_on: owned(regulation, "entryIntoForceDate"),
        };
        add(&mut entry.regulations, Some(regulation));
    }
    for birth in element.all("birthdate") {
        let said = |name: &str| birth.attribute(name);
        let date = birth_date(
            said("birthdate"),
            (said("year"), said("monthOfYear"), said("dayOfMonth")),
            (said("yearRangeFrom"), said("yearRangeTo")),
            said("circa") == Some("true"),
        );
        add(&mut entry.birth_dates, date);
        add(&mut entry.birth_countries, country(birth));
    }
    for citizenship in element.all("citizenship") {
        add(&mut entry.citizenships, country(citizenship));
    }
    for address in element.all("address") {
        let parts = ["poBox", "street", "zipCode", "city", "place", "region", "countryDescription"];
        add(&mut entry.addresses, Some((joined(parts.map(|part| address.attribute(part))), country(address))));
    }
    for identification in element.all("identification") {
        let type_code = owned(identification, "identificationTypeCode").unwrap_or_default();
        // What its issuer or the list says is false identifies nobody.
        let is_false = identification.attribute("knownFalse") == Some("true");
        let number = owned(identification, "number").or_else(|| owned(identification, "latinNumber"));
        add(&mut entry.identifications, number.filter(|_| !is_false).map(|number| Identification { type_code, number }));
    }
    entry
}

/// The country's code, or its name where the code is that of none.
fn country(element: &Element) -> Option<String> {
    let code = element.attribute("countryIso2Code").filter(|code| *code != "00");
    code.or_else(|| element.attribute("countryDescription").filter(|name| *name != "UNKNOWN")).map(str::to_owned)
}
