//! Whom a caller asks about, and the fingerprint by which what was said of them is found again.

use oikos_matching::{Entity, EntityKind, Identifier, MAXIMUM_CHARACTERS, MAXIMUM_FACTS, PartialDate, Standard, fold};
use oikos_model::{ContentHash, SelectorKind};
use serde::{Deserialize, Serialize};

use crate::NodeError;

/// Most names of one subject.
const NAMES_MAXIMUM: usize = 50;

/// What a subject is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SubjectKind {
    /// A natural person.
    #[default]
    Person,
    /// A company, authority, group or any other organisation.
    Organisation,
    /// A ship or an aircraft.
    Vessel,
}

/// An identifier of a subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubjectIdentifier {
    /// Its kind: that of a selector such as `lei`, `imo`, `iban` or `document-number`, or `vat`, `bic`, `isin`.
    pub scheme: String,
    /// As it was written.
    pub value: String,
}

/// Somebody or something to be screened.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ScreeningSubject {
    /// What the caller knows it by; absent: its place among the subjects.
    pub id: Option<String>,
    /// What it is.
    pub kind: SubjectKind,
    /// Its names, as they are written.
    pub names: Vec<String>,
    /// When a person was born: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    pub birth_date: Option<String>,
    /// Where a company or vessel is registered, two letters (ISO 3166-1).
    pub registered_in: Vec<String>,
    /// Nationalities of a person. They only exclude false matches.
    pub nationalities: Vec<String>,
    /// Where a person was born. It only excludes false matches.
    pub birth_country: Option<String>,
    /// Identifiers.
    pub identifiers: Vec<SubjectIdentifier>,
}

impl ScreeningSubject {
    /// The subject as the index compares it.
    ///
    /// # Errors
    /// When it has no name, more of something than is allowed, or something in it cannot be read. The message names
    /// the subject and the field.
    pub(super) fn entity(&self, place: usize) -> Result<Entity, NodeError> {
        let id = self.id.clone().unwrap_or_else(|| place.to_string());
        let wrong = |field: &str, what: String| NodeError::Invalid(format!("subject {id:?}, {field}: {what}"));
        let names: Vec<String> = self.names.iter().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect();
        if names.is_empty() {
            return Err(wrong("names", "give a name; an identifier alone is found by `oikos entity search`".to_owned()));
        }
        if names.len() > NAMES_MAXIMUM {
            return Err(wrong("names", format!("{} names are more than {NAMES_MAXIMUM}", names.len())));
        }
        if let Some(long) = names.iter().find(|name| name.chars().count() > MAXIMUM_CHARACTERS) {
            let characters = long.chars().count();
            return Err(wrong("names", format!("a name of {characters} characters is longer than {MAXIMUM_CHARACTERS}")));
        }
        let facts = self.identifiers.len() + self.registered_in.len() + self.nationalities.len();
        if facts > MAXIMUM_FACTS {
            return Err(wrong("identifiers", format!("{facts} identifiers and countries are more than {MAXIMUM_FACTS}")));
        }
        let birth = self.birth_date.as_deref().map(str::parse::<PartialDate>).transpose();
        let birth = birth.map_err(|error| wrong("birth_date", error.to_string()))?;
        let identifiers = self.identifiers.iter().map(|one| one.normalised().map_err(|what| wrong("identifiers", what)));
        Ok(Entity {
            birth_dates: birth.into_iter().collect(),
            registered_in: countries(&self.registered_in).map_err(|what| wrong("registered_in", what))?,
            nationalities: countries(&self.nationalities).map_err(|what| wrong("nationalities", what))?,
            birth_countries: countries(self.birth_country.as_slice()).map_err(|what| wrong("birth_country", what))?,
            identifiers: identifiers.collect::<Result<_, _>>()?,
            ..Entity::new(id.clone(), self.kind.matching(), names)
        })
    }
}

impl SubjectKind {
    const fn matching(self) -> EntityKind {
        match self {
            Self::Person => EntityKind::Person,
            Self::Organisation => EntityKind::Organisation,
            Self::Vessel => EntityKind::Vessel,
        }
    }
}

impl SubjectIdentifier {
    /// In its normalised form. What fails its standard's own check is refused: a typing error would silently match nobody.
    fn normalised(&self) -> Result<Identifier, String> {
        let scheme = self.scheme.trim().to_lowercase();
        if let Some(standard) = Standard::from_code(&scheme) {
            return standard.normalise(&self.value).map_err(|error| error.to_string());
        }
        let kind = SelectorKind::from_code(&scheme).ok_or_else(|| format!("no identifier of the kind {scheme:?} is known"))?;
        let selector = oikos_matching::normalise(kind, &self.value).map_err(|error| error.to_string())?;
        Ok(Identifier { scheme, value: selector.value })
    }
}

fn countries(codes: &[String]) -> Result<Vec<String>, String> {
    let code = |code: &String| {
        let code = code.trim().to_uppercase();
        let is_code = code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase());
        if is_code { Ok(code) } else { Err(format!("{code:?} is no country code of two letters (ISO 3166-1)")) }
    };
    codes.iter().map(code).collect()
}

/// What a subject is known by here: a hash of how it was described, whatever its id and the order of what is said. A decision holds for
/// the description it was made on; a subject of whom more or other things are said is another one.
pub(super) fn fingerprint(entity: &Entity) -> String {
    let mut said: Vec<String> = vec![format!("kind:{:?}", entity.kind)];
    said.extend(entity.names.iter().map(|name| format!("name:{}", fold(name))));
    said.extend(entity.birth_dates.iter().map(|date| format!("birth:{date}")));
    said.extend(entity.registered_in.iter().map(|code| format!("registered:{code}")));
    said.extend(entity.nationalities.iter().map(|code| format!("nationality:{code}")));
    said.extend(entity.birth_countries.iter().map(|code| format!("born-in:{code}")));
    said.extend(entity.identifiers.iter().map(|one| format!("identifier:{}:{}", one.scheme, one.value)));
    said.sort_unstable();
    said.dedup();
    ContentHash::of_bytes(said.join("\n").as_bytes()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(names: &[&str]) -> ScreeningSubject {
        ScreeningSubject { names: names.iter().map(|name| (*name).to_owned()).collect(), ..ScreeningSubject::default() }
    }

    #[test]
    fn a_fingerprint_is_of_what_is_said_and_not_of_how() {
        let of = |subject: &ScreeningSubject| fingerprint(&subject.entity(0).unwrap());
        let anna = subject(&["Anna Şahin", "A. Sahin"]);
        let turned = ScreeningSubject { id: Some("7".into()), ..subject(&["a. sahin", "ANNA SAHIN"]) };
        assert_eq!(of(&anna), of(&turned));
        let born = ScreeningSubject { birth_date: Some("1970".into()), ..anna.clone() };
        assert_ne!(of(&anna), of(&born));
    }

    #[test]
    fn what_cannot_be_read_is_refused_with_its_place() {
        let refused = |subject: ScreeningSubject, field: &str| {
            let error = subject.entity(3).unwrap_err().to_string();
            assert!(error.contains("\"3\"") && error.contains(field), "{error}");
        };
        refused(subject(&[]), "names");
        refused(subject(&[" "]), "names");
        refused(subject(&["x".repeat(MAXIMUM_CHARACTERS + 1).as_str()]), "names");
        refused(ScreeningSubject { birth_date: Some("soon".into()), ..subject(&["a"]) }, "birth_date");
        refused(ScreeningSubject { registered_in: vec!["Malta".into()], ..subject(&["a"]) }, "registered_in");
        let identifier = SubjectIdentifier { scheme: "lei".into(), value: "529900T8BM49AURSDO56".into() };
        refused(ScreeningSubject { identifiers: vec![identifier], ..subject(&["a"]) }, "identifiers");
        let identifier = SubjectIdentifier { scheme: "shoe-size".into(), value: "44".into() };
        refused(ScreeningSubject { identifiers: vec![identifier], ..subject(&["a"]) }, "shoe-size");
    }
}
