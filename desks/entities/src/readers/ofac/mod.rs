//! Readers of the list of Specially Designated Nationals and Blocked Persons of the United States' Office of Foreign Assets
//! Control: the classic CSV files `SDN.CSV`, `ALT.CSV` and `ADD.CSV`, and `SDN.XML`.

mod csv;
mod remarks;
mod xml;

pub use csv::{OfacAddressReader, OfacAlternateReader, OfacSdnReader};
pub use xml::OfacXmlReader;

use oikos_model::Timestamp;

use super::landing::{Fault, Landing, Subject, Times};
use remarks::Remark;

const AUTHORITY: &str = "Office of Foreign Assets Control, US Department of the Treasury";

fn kind_of(sdn_type: Option<&str>) -> &'static str {
    match sdn_type.map(str::to_ascii_lowercase).as_deref() {
        Some("individual") => "person",
        Some("vessel") => "vessel",
        Some("aircraft") => "aircraft",
        _ => "organisation",
    }
}

/// Says what a remark is. Links to others become associations of their own, numbered by `links`.
fn land_remark(landing: &mut Landing<'_>, party: &Subject, remark: &Remark<'_>, links: &mut Vec<String>) {
    match remark {
        Remark::BirthDate(date) if party.kind() == "person" => landing.say(party, "birth_date", date),
        Remark::BirthDate(_) | Remark::Other => {}
        Remark::Nationality(country) => landing.say(party, "nationality", country),
        Remark::BirthCountry(country) => landing.say(party, "birth_country", country),
        Remark::WeakAlias(name) => landing.say(party, "weak_alias", name),
        Remark::LinkedTo(name) => links.push((*name).to_owned()),
        Remark::Number(property, number) => landing.say(party, property_for(property, party.kind()), number),
    }
}

/// The property that numbers of a kind go into, for a kind of entity that may not have the usual one.
fn property_for(property: &'static str, kind: &str) -> &'static str {
    match (property, kind) {
        ("document_number", "organisation") | ("tax_number", "vessel" | "aircraft") => "registration_number",
        ("document_number", "vessel" | "aircraft") | ("imo", "organisation" | "aircraft") => "registration_number",
        ("registration_number", "person") => "document_number",
        (property, _) => property,
    }
}

/// The listing of a party, and its links to others. All that can fail comes before anything is said.
fn land_listing(
    landing: &mut Landing<'_>,
    party: &Subject,
    programmes: &[&str],
    remarks: Option<&str>,
    links: &[String],
    stated_at: Option<Timestamp>,
) -> Result<(), Fault> {
    let listing = party.beside(&format!("{}/listing", party.id()), "listing")?;
    let associations = (1..=links.len()).map(|number| party.beside(&format!("{}/linked-to/{number}", party.id()), "association"));
    let associations = associations.collect::<Result<Vec<_>, _>>()?;
    let listing = listing.during(Times { stated_at, ..Times::default() });
    landing.say(&listing, "party", party.id());
    landing.each(&listing, "programme", programmes.iter().copied());
    landing.each(&listing, "remark", remarks);
    landing.say(&listing, "authority", AUTHORITY);
    for (association, name) in associations.iter().zip(links) {
        landing.say(association, "to_name", name);
        landing.say(association, "role", "Linked To");
        let relation = super::landing::Relation { from: Some(party.id()), role: Some("Linked To"), ..Default::default() };
        landing.relation(association, ("from", "to"), &relation);
    }
    Ok(())
}
