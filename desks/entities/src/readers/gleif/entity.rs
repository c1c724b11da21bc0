//! What both forms of the file say of one legal entity, and how it lands.

use super::lei;
use crate::readers::dates;
use crate::readers::landing::{Fault, Landing, Times};
use crate::tables::ENTRIES;

/// Registers that have a scheme in org-id.guide's list, by GLEIF's Registration Authorities Code. Only where both are known to
/// mean the same numbers: the United Kingdom's registrars share one series of them.
const SCHEMES: &[(&str, &str)] = &[("RA000585", "GB-COH"), ("RA000586", "GB-COH"), ("RA000587", "GB-COH")];

/// A LEI record.
#[derive(Default)]
pub(super) struct Entity<'r> {
    pub(super) lei: Option<&'r str>,
    pub(super) legal_name: Option<&'r str>,
    /// Other names, each with its type.
    pub(super) other_names: Vec<(&'r str, Option<&'r str>)>,
    pub(super) addresses: Vec<String>,
    pub(super) registration_authority: Option<&'r str>,
    pub(super) registration_number: Option<&'r str>,
    pub(super) jurisdiction: Option<&'r str>,
    pub(super) category: Option<&'r str>,
    pub(super) legal_form: Option<&'r str>,
    pub(super) status: Option<&'r str>,
    pub(super) created_on: Option<&'r str>,
    pub(super) expired_on: Option<&'r str>,
    pub(super) registration_status: Option<&'r str>,
    pub(super) updated_at: Option<&'r str>,
    pub(super) deleted_at: Option<&'r str>,
}

impl Entity<'_> {
    pub(super) fn land(&self, landing: &mut Landing<'_>, ordinal: u64) -> Result<(), Fault> {
        let lei = lei(self.lei, "LEI")?;
        let name = self.legal_name.ok_or_else(|| Fault::new("Entity.LegalName", "is missing"))?;
        let stated_at = self.updated_at.and_then(dates::moment);
        // A record that was annulled, or is another's duplicate, says nothing any more since then.
        let is_void = matches!(self.registration_status, Some("ANNULLED" | "DUPLICATE"));
        let valid_to = self.deleted_at.and_then(dates::moment).or(stated_at.filter(|_| is_void));
        let times = Times { valid_from: None, valid_to, stated_at };
        let entity = landing.subject(ordinal, ENTRIES.name, &lei, self.kind(), times)?;
        landing.say(&entity, "name", name);
        landing.say(&entity, "lei", &lei);
        for (name, name_type) in &self.other_names {
            let is_previous = name_type.is_some_and(|name_type| name_type.starts_with("PREVIOUS"));
            landing.say(&entity, if is_previous { "previous_name" } else { "alias" }, name);
        }
        landing.each(&entity, "country", self.jurisdiction);
        landing.each(&entity, "address", self.addresses.iter().map(String::as_str));
        if let (Some(authority), Some(number)) = (self.registration_authority, self.registration_number) {
            let scheme = SCHEMES.iter().find(|(code, _)| *code == authority).map_or(authority, |(_, scheme)| scheme);
            landing.say(&entity, "company_number", &format!("{scheme}:{number}"));
        }
        if entity.kind() == "company" {
            landing.each(&entity, "founded_on", self.created_on);
            landing.each(&entity, "dissolved_on", self.expired_on);
            landing.each(&entity, "legal_form", self.legal_form);
            landing.each(&entity, "status", self.status);
        }
        landing.entry(&entity, Some(name), None, None);
        Ok(())
    }

    /// A sole proprietor is a person in business, so it is held like one.
    fn kind(&self) -> &'static str {
        match self.category {
            Some("SOLE_PROPRIETOR") => "party",
            Some("RESIDENT_GOVERNMENT_ENTITY" | "INTERNATIONAL_ORGANIZATION") => "public-body",
            _ => "company",
        }
    }
}
