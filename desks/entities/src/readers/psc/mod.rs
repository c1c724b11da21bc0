//! Reader of the United Kingdom's register of people with significant control, Companies House's bulk snapshot: JSON lines, or an
//! array.

mod natures;

use std::io::BufRead;

use oikos_desk::{Coverage, Format, ReadError, ReadSummary, Reader, Sink, Source};
use oikos_model::Timestamp;
use serde::Deserialize;

use super::json::{Objects, Piece};
use super::landing::{Fault, Landing, Relation, Subject, Times, joined};
use super::{countries, dates};
use crate::tables::{ENTRIES, RELATIONS};

/// Reads the PSC snapshot. It holds one record and a batch of rows at a time.
#[derive(Debug, Clone, Copy)]
pub struct PscReader;

#[derive(Deserialize)]
struct Record {
    company_number: Option<String>,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    kind: String,
    name: Option<String>,
    name_elements: Option<NameElements>,
    nationality: Option<String>,
    country_of_residence: Option<String>,
    date_of_birth: Option<BirthDate>,
    address: Option<Address>,
    identification: Option<Identification>,
    #[serde(default)]
    natures_of_control: Vec<String>,
    notified_on: Option<String>,
    ceased_on: Option<String>,
    statement: Option<String>,
    links: Option<Links>,
    persons_of_significant_control_count: Option<u64>,
    statements_count: Option<u64>,
    exemptions_count: Option<u64>,
    generated_at: Option<String>,
}

#[derive(Deserialize)]
struct NameElements {
    forename: Option<String>,
    middle_name: Option<String>,
    surname: Option<String>,
}

#[derive(Deserialize)]
struct BirthDate {
    year: Option<u16>,
    month: Option<u8>,
    day: Option<u8>,
}

#[derive(Deserialize)]
struct Address {
    care_of: Option<String>,
    po_box: Option<String>,
    premises: Option<String>,
    address_line_1: Option<String>,
    address_line_2: Option<String>,
    locality: Option<String>,
    region: Option<String>,
    postal_code: Option<String>,
    country: Option<String>,
}

#[derive(Deserialize)]
struct Identification {
    country_registered: Option<String>,
    registration_number: Option<String>,
}

#[derive(Deserialize)]
struct Links {
    #[serde(rename = "self")]
    own: Option<String>,
}

/// The last line of a snapshot, which says how much there should have been.
#[derive(Default)]
struct Totals {
    announced: u64,
    made_at: Option<Timestamp>,
}

impl Reader for PscReader {
    fn format(&self) -> Format {
        Format {
            name: "uk-psc",
            description: "UK people with significant control, Companies House snapshot, JSON lines",
            extensions: &["txt", "json", "jsonl"],
        }
    }

    fn recognises(&self, beginning: &[u8]) -> bool {
        let has = |word: &[u8]| beginning.windows(word.len()).any(|window| window == word);
        has(b"\"company_number\"") && has(b"\"data\"") && has(b"\"kind\"")
    }

    fn read(&self, source: &Source, input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError> {
        let mut objects = Objects::new(input)?;
        let mut landing = Landing::new(source, sink)?;
        let mut totals = None;
        while let Some(piece) = objects.next()? {
            let place = format!("line {}", piece.line);
            landing.row(piece.ordinal, &place, &piece.bytes, |landing| land(landing, &piece, &mut totals))?;
            landing.breathe(objects.bytes_read())?;
        }
        // One file of several has no line of totals, or one that counts all of them: it is a part.
        let is_whole = |totals: &&Totals| objects.is_closed() && totals.announced + 1 == landing.rows();
        let coverage = totals.as_ref().filter(is_whole).map_or(Coverage::Part, |totals| Coverage::Whole {
            tables: &[ENTRIES.name, RELATIONS.name],
            made_at: totals.made_at,
        });
        landing.finish(objects.bytes_read(), coverage)
    }
}

fn land(landing: &mut Landing<'_>, piece: &Piece, totals: &mut Option<Totals>) -> Result<(), Fault> {
    if let Some(problem) = piece.broken {
        return Err(Fault::new("", problem));
    }
    let record: Record = serde_json::from_slice(&piece.bytes).map_err(|error| Fault::new("", error.to_string()))?;
    let data = &record.data;
    match data.kind.as_str() {
        "totals#persons-of-significant-control-snapshot" => {
            let counts = [data.persons_of_significant_control_count, data.statements_count, data.exemptions_count];
            let announced = counts.iter().try_fold(0u64, |sum, count| sum.checked_add((*count)?));
            *totals =
                announced.map(|announced| Totals { announced, made_at: data.generated_at.as_deref().and_then(dates::moment) });
            Ok(())
        }
        "individual-person-with-significant-control" | "individual-beneficial-owner" => {
            land_owner(landing, piece, &record, "person")
        }
        "corporate-entity-person-with-significant-control" | "corporate-entity-beneficial-owner" => {
            land_owner(landing, piece, &record, "organisation")
        }
        "legal-person-person-with-significant-control" | "legal-person-beneficial-owner" => {
            land_owner(landing, piece, &record, "public-body")
        }
        "super-secure-person-with-significant-control" | "super-secure-beneficial-owner" => {
            land_owner(landing, piece, &record, "person")
        }
        "persons-with-significant-control-statement" | "exemptions" => land_statement(landing, piece, &record),
        other => {
            landing.ignore(&format!("kind {other}"));
            Ok(())
        }
    }
}

/// The company, by its number in the register.
fn company(landing: &Landing<'_>, piece: &Piece, record: &Record, times: Times) -> Result<(Subject, String), Fault> {
    let number = record.company_number.as_deref().map(str::trim).filter(|number| !number.is_empty());
    let number = padded(number.ok_or_else(|| Fault::new("company_number", "is missing"))?);
    let company = landing.subject(piece.ordinal, ENTRIES.name, &format!("GB-COH-{number}"), "company", times)?;
    Ok((company, number))
}

/// Companies House writes numbers with eight characters, padded with zeros.
fn padded(number: &str) -> String {
    let number = number.to_uppercase();
    if number.bytes().all(|byte| byte.is_ascii_digit()) { format!("{number:0>8}") } else { number }
}

fn times(data: &Data) -> Times {
    let at = |text: &Option<String>| text.as_deref().and_then(dates::day);
    let (from, to) = (at(&data.notified_on), at(&data.ceased_on));
    Times { valid_from: from, valid_to: to, stated_at: to.or(from) }
}

fn land_statement(landing: &mut Landing<'_>, piece: &Piece, record: &Record) -> Result<(), Fault> {
    let (company, number) = company(landing, piece, record, Times::default())?;
    let said = company.during(times(&record.data));
    landing.say(&company, "company_number", &format!("GB-COH:{number}"));
    landing.say(&company, "country", "GB");
    landing.say(&said, "beneficial_owner_statement", record.data.statement.as_deref().unwrap_or("exemption"));
    landing.entry(&company, None, None, None);
    Ok(())
}

fn land_owner(landing: &mut Landing<'_>, piece: &Piece, record: &Record, kind: &'static str) -> Result<(), Fault> {
    let data = &record.data;
    let link = data.links.as_ref().and_then(|links| links.own.as_deref());
    let link = link.ok_or_else(|| Fault::new("data.links.self", "is missing; it is the record's only id"))?;
    let times = times(data);
    let (company, number) = company(landing, piece, record, Times::default())?;
    // A party is described as of its notification, but what is said of it does not begin or end with its control.
    let party =
        landing.subject(piece.ordinal, ENTRIES.name, link, kind, Times { stated_at: times.stated_at, ..Times::default() })?;
    let holding = landing.subject(piece.ordinal, RELATIONS.name, &format!("{link}/control"), "ownership", times)?;
    let name = name_of(data);
    landing.say(&company, "company_number", &format!("GB-COH:{number}"));
    landing.say(&company, "country", "GB");
    land_party(landing, &party, data, name.as_deref());
    land_holding(landing, &holding, data, &party, &company);
    landing.entry(&party, name.as_deref(), None, None);
    Ok(())
}

fn name_of(data: &Data) -> Option<String> {
    data.name.clone().or_else(|| {
        let elements = data.name_elements.as_ref()?;
        let parts = [&elements.forename, &elements.middle_name, &elements.surname];
        let name = parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ");
        (!name.is_empty()).then_some(name)
    })
}

fn land_party(landing: &mut Landing<'_>, party: &Subject, data: &Data, name: Option<&str>) {
    landing.each(party, "name", name);
    if data.kind.starts_with("super-secure") {
        // Companies Act 2006, section 790ZF: the register knows who it is and does not tell.
        landing.say(party, "unspecified_reason", "protected from disclosure by the register");
    }
    let address = data.address.as_ref();
    landing.each(party, "address", address.and_then(one_line).as_deref());
    if party.kind() == "person" {
        landing.each(party, "nationality", data.nationality.iter().flat_map(|list| list.split(',')).filter_map(nationality));
        landing.each(party, "country", data.country_of_residence.as_deref());
        let birth = data.date_of_birth.as_ref().and_then(|birth| {
            let part = |number: Option<u8>| number.map(|number| number.to_string());
            dates::of_parts(
                birth.year.map(|year| year.to_string()).as_deref(),
                part(birth.month).as_deref(),
                part(birth.day).as_deref(),
            )
        });
        landing.each(party, "birth_date", birth.as_deref());
        return;
    }
    let Some(identification) = &data.identification else { return };
    let registered_in = identification.country_registered.as_deref();
    landing.each(party, "country", registered_in);
    let Some(number) = identification.registration_number.as_deref() else { return };
    if registered_in.and_then(countries::code) == Some("GB") {
        landing.say(party, "company_number", &format!("GB-COH:{}", padded(number)));
    } else if party.kind() == "organisation" {
        landing.say(party, "registration_number", number);
    }
}

/// The register has adjectives, typed by hand. Those that are countries' common ones are read.
fn nationality(adjective: &str) -> Option<&str> {
    let adjective = adjective.trim();
    natures::NATIONALITIES
        .iter()
        .find(|(word, _)| word.eq_ignore_ascii_case(adjective))
        .map(|(_, code)| *code)
        .or(Some(adjective))
}

fn one_line(address: &Address) -> Option<String> {
    let parts = [
        &address.care_of,
        &address.po_box,
        &address.premises,
        &address.address_line_1,
        &address.address_line_2,
        &address.locality,
        &address.region,
        &address.postal_code,
        &address.country,
    ];
    joined(parts.map(Option::as_deref))
}

/// One holding per record; its share is that of the shares, else of the votes, else of what comes first.
fn land_holding(landing: &mut Landing<'_>, holding: &Subject, data: &Data, party: &Subject, company: &Subject) {
    let natures: Vec<natures::Nature> = data.natures_of_control.iter().map(|nature| natures::read(nature)).collect();
    let of = |interest: &str| natures.iter().find(|nature| nature.interest == Some(interest) && nature.share.is_some());
    let share =
        of("shareholding").or_else(|| of("votingRights")).or_else(|| natures.iter().find(|nature| nature.share.is_some()));
    let share = share.and_then(|nature| nature.share);
    landing.each(holding, "interest", natures.iter().filter_map(|nature| nature.interest));
    landing.each(holding, "source_term", data.natures_of_control.iter().map(String::as_str));
    for nature in natures.iter().filter(|nature| nature.interest.is_none()) {
        landing.ignore(&format!("nature of control without a BODS term: {}", nature.term));
    }
    if let Some((least, most)) = share {
        landing.say(holding, "share_minimum", &least.to_string());
        landing.say(holding, "share_maximum", &most.to_string());
    }
    let relation = Relation {
        from: Some(party.id()),
        to: Some(company.id()),
        role: data.natures_of_control.first().map(String::as_str),
        share_minimum: share.map(|(least, _)| least),
        share_maximum: share.map(|(_, most)| most),
    };
    landing.relation(holding, ("owner", "owned"), &relation);
}
