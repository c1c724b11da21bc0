//! What both forms of the file say of one entry, and how it lands.

use oikos_model::Timestamp;

use crate::readers::dates;
use crate::readers::landing::{Fault, Landing, Times};
use crate::tables::ENTRIES;

const AUTHORITY: &str = "European Union";

/// An entry of the list. Lists hold what was said, in the order of the file, each thing once.
#[derive(Default)]
pub(super) struct Entry {
    pub(super) id: String,
    pub(super) reference: Option<String>,
    pub(super) united_nations_id: Option<String>,
    pub(super) designated_on: Option<String>,
    pub(super) remarks: Vec<String>,
    pub(super) is_person: bool,
    pub(super) names: Vec<Name>,
    pub(super) functions: Vec<String>,
    pub(super) regulations: Vec<Regulation>,
    pub(super) birth_dates: Vec<String>,
    pub(super) birth_countries: Vec<String>,
    pub(super) citizenships: Vec<String>,
    pub(super) addresses: Vec<(Option<String>, Option<String>)>,
    pub(super) identifications: Vec<Identification>,
}

#[derive(PartialEq, Eq)]
pub(super) struct Name {
    pub(super) text: String,
    pub(super) is_strong: bool,
}

#[derive(PartialEq, Eq)]
pub(super) struct Regulation {
    pub(super) programme: Option<String>,
    pub(super) title: Option<String>,
    pub(super) published_on: Option<String>,
    pub(super) in_force_on: Option<String>,
}

#[derive(PartialEq, Eq)]
pub(super) struct Identification {
    pub(super) type_code: String,
    pub(super) number: String,
}

/// Adds what is not there yet.
pub(super) fn add<T: PartialEq>(list: &mut Vec<T>, item: Option<T>) {
    if let Some(item) = item.filter(|item| !list.contains(item)) {
        list.push(item);
    }
}

/// A date of birth out of what the list has: a whole date, its parts, or a range of years.
pub(super) fn birth_date(
    date: Option<&str>,
    parts: (Option<&str>, Option<&str>, Option<&str>),
    range: (Option<&str>, Option<&str>),
    is_about: bool,
) -> Option<String> {
    let date = match (date.and_then(dates::partial), range) {
        (Some(date), _) => date,
        (None, (Some(from), Some(to))) => dates::range(from, to)?,
        _ => dates::of_parts(parts.0, parts.1, parts.2)?,
    };
    Some(if is_about && !date.contains('/') { format!("{date}~") } else { date })
}

impl Entry {
    /// Lands the entry. `stated_at` is when the file was made: the list has no date of change for each entry.
    pub(super) fn land(&self, landing: &mut Landing<'_>, ordinal: u64, made_at: Option<Timestamp>) -> Result<(), Fault> {
        if self.id.is_empty() {
            return Err(Fault::new("logicalId", "is missing"));
        }
        let Some(first) = self.names.iter().find(|name| name.is_strong).or_else(|| self.names.first()) else {
            return Err(Fault::new("nameAlias", "the entry has no name"));
        };
        let published =
            self.regulations.iter().filter_map(|regulation| regulation.published_on.as_deref().and_then(dates::day)).max();
        let times = Times { stated_at: published.or(made_at), ..Times::default() };
        let kind = if self.is_person { "person" } else { "organisation" };
        let party = landing.subject(ordinal, ENTRIES.name, &format!("eu-{}", self.id), kind, times)?;
        let listing = |number: usize| party.beside(&format!("eu-{}/listing/{number}", self.id), "listing");
        let listings = (1..=self.regulations.len().max(1)).map(listing).collect::<Result<Vec<_>, _>>()?;
        for name in &self.names {
            let property = match name {
                name if name == first => "name",
                name if name.is_strong => "alias",
                _ => "weak_alias",
            };
            landing.say(&party, property, &name.text);
        }
        if self.is_person {
            landing.each(&party, "position", self.functions.iter().map(String::as_str));
            landing.each(&party, "birth_date", self.birth_dates.iter().map(String::as_str));
            landing.each(&party, "birth_country", self.birth_countries.iter().map(String::as_str));
            landing.each(&party, "nationality", self.citizenships.iter().map(String::as_str));
        } else {
            landing.each(&party, "country", self.citizenships.iter().map(String::as_str));
        }
        for (address, country) in &self.addresses {
            landing.each(&party, "address", address.as_deref());
            landing.each(&party, "country", country.as_deref());
        }
        for identification in &self.identifications {
            landing.say(&party, property_of(&identification.type_code, self.is_person), &identification.number);
        }
        for (number, listing) in listings.iter().enumerate() {
            let regulation = self.regulations.get(number);
            let since = self.designated_on.as_deref().or_else(|| regulation?.in_force_on.as_deref());
            let listing = listing.during(Times { valid_from: since.and_then(dates::day), ..times });
            landing.say(&listing, "party", party.id());
            landing.say(&listing, "authority", AUTHORITY);
            landing.each(&listing, "listed_on", since);
            landing.each(&listing, "reference", self.reference.as_deref());
            landing.each(&listing, "reference", self.united_nations_id.as_deref());
            landing.each(&listing, "reason", self.remarks.iter().map(String::as_str));
            landing.each(&listing, "programme", regulation.and_then(|regulation| regulation.programme.as_deref()));
            landing.each(&listing, "legal_act", regulation.and_then(|regulation| regulation.title.as_deref()));
        }
        let programme = self.regulations.iter().find_map(|regulation| regulation.programme.as_deref());
        landing.entry(&party, Some(&first.text), programme, self.designated_on.as_deref().and_then(dates::day));
        Ok(())
    }
}

/// What the list's code for a kind of identification is here. Codes that are not known are documents of persons and register
/// numbers of others.
fn property_of(type_code: &str, is_person: bool) -> &'static str {
    match type_code {
        "fiscalcode" | "tax" | "vat" => "tax_number",
        "swiftbic" if !is_person => "bic",
        "imo" if !is_person => "imo_company",
        _ if is_person => "document_number",
        _ => "registration_number",
    }
}
