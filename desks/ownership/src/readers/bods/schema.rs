//! What BODS 0.4 requires of a statement, field by field, in the order of its schema files (`statement.json`, `components.json`,
//! `entity-record.json`, `person-record.json`, `relationship-record.json`).

use serde_json::{Map, Value};

use super::codes;
use super::shape::Shape::{Code, Date, DateOrTime, Flag, List, Object, PartialDate, Percent, Text, TextOf, TextOr, Uri, Version};
use super::shape::{Fault, Fields};

/// Checks a whole statement.
pub(super) fn check_statement(statement: &Value) -> Result<(), Fault> {
    if statement.get("statementType").is_some() {
        let problem = "this is BODS before 0.4, which has recordType and recordDetails instead; convert the file to 0.4";
        return Err(Fault::new("/statementType", problem));
    }
    STATEMENT.check(statement)
}

/// Fields without further rules.
const fn fields(fields: &'static [(&'static str, super::shape::Shape)], required: &'static [&'static str]) -> Fields {
    Fields { fields, required, any_of: &[], rule: None }
}

const STATEMENT: Fields = Fields {
    rule: Some(check_details),
    ..fields(
        &[
            ("statementId", TextOf(32, 64)),
            ("statementDate", DateOrTime),
            ("annotations", List(&Object(&ANNOTATION))),
            ("publicationDetails", Object(&PUBLICATION_DETAILS)),
            ("source", Object(&SOURCE)),
            ("declaration", Text),
            ("declarationSubject", Text),
            ("recordId", Text),
            ("recordType", Code(codes::RECORD_TYPE)),
            ("recordStatus", Code(codes::RECORD_STATUS)),
        ],
        &["statementId", "declarationSubject", "recordId", "recordType", "recordDetails", "statementDate"],
    )
};

fn check_details(statement: &Map<String, Value>) -> Result<(), Fault> {
    let details = match statement.get("recordType").and_then(Value::as_str) {
        Some("entity") => &ENTITY,
        Some("person") => &PERSON,
        _ => &RELATIONSHIP,
    };
    let checked = details.check(statement.get("recordDetails").unwrap_or(&Value::Null));
    checked.map_err(|fault| Fault { pointer: format!("/recordDetails{}", fault.pointer), ..fault })
}

const ANNOTATION: Fields = Fields {
    rule: Some(check_annotation),
    ..fields(
        &[
            ("statementPointerTarget", Text),
            ("creationDate", DateOrTime),
            ("createdBy", Object(&fields(&[("name", Text), ("uri", Uri)], &[]))),
            ("motivation", Code(codes::ANNOTATION_MOTIVATION)),
            ("description", Text),
            ("transformedContent", Text),
            ("url", Uri),
        ],
        &["motivation", "statementPointerTarget"],
    )
};

fn check_annotation(annotation: &Map<String, Value>) -> Result<(), Fault> {
    let motivation = annotation.get("motivation").and_then(Value::as_str);
    if motivation == Some("linking") && !annotation.contains_key("url") {
        return Err(Fault::new("/url", "is missing; an annotation whose motivation is linking requires it"));
    }
    let has_content = annotation.get("transformedContent").and_then(Value::as_str).is_some_and(|content| !content.is_empty());
    if has_content && motivation != Some("transformation") {
        return Err(Fault::new("/transformedContent", "expected nothing, because the motivation is not transformation"));
    }
    Ok(())
}

const PUBLICATION_DETAILS: Fields = fields(
    &[("publicationDate", DateOrTime), ("bodsVersion", Version), ("license", Uri), ("publisher", Object(&PUBLISHER))],
    &["publicationDate", "bodsVersion", "publisher"],
);

const PUBLISHER: Fields = Fields { any_of: &["name", "url"], ..fields(&[("name", Text), ("url", Uri)], &[]) };

const SOURCE: Fields = fields(
    &[
        ("type", List(&Code(codes::SOURCE_TYPE))),
        ("description", Text),
        ("url", Uri),
        ("retrievedAt", DateOrTime),
        ("assertedBy", List(&Object(&fields(&[("name", Text), ("uri", Uri)], &[])))),
    ],
    &[],
);

const COUNTRY: Fields = fields(&[("name", Text), ("code", TextOf(2, 2))], &["name"]);

const JURISDICTION: Fields = fields(&[("name", Text), ("code", TextOf(2, 6))], &["name"]);

const IDENTIFIER: Fields = Fields {
    any_of: &["scheme", "schemeName"],
    ..fields(&[("id", Text), ("scheme", Text), ("schemeName", Text), ("uri", Uri)], &[])
};

const UNSPECIFIED: Fields = fields(&[("reason", Code(codes::UNSPECIFIED_REASON)), ("description", Text)], &["reason"]);

const ENTITY_ADDRESS: Fields = fields(
    &[("type", Code(codes::ENTITY_ADDRESS_TYPE)), ("address", Text), ("postCode", Text), ("country", Object(&COUNTRY))],
    &[],
);

const PERSON_ADDRESS: Fields = fields(
    &[("type", Code(codes::PERSON_ADDRESS_TYPE)), ("address", Text), ("postCode", Text), ("country", Object(&COUNTRY))],
    &[],
);

const BIRTH_PLACE: Fields = fields(
    &[("type", Code(codes::BIRTH_PLACE_ADDRESS_TYPE)), ("address", Text), ("postCode", Text), ("country", Object(&COUNTRY))],
    &[],
);

const ENTITY: Fields = fields(
    &[
        ("isComponent", Flag),
        ("entityType", Object(&ENTITY_TYPE)),
        ("unspecifiedEntityDetails", Object(&UNSPECIFIED)),
        ("name", Text),
        ("alternateNames", List(&Text)),
        ("jurisdiction", Object(&JURISDICTION)),
        ("identifiers", List(&Object(&IDENTIFIER))),
        ("foundingDate", Date),
        ("dissolutionDate", Date),
        ("addresses", List(&Object(&ENTITY_ADDRESS))),
        ("uri", Uri),
        ("publicListing", Object(&PUBLIC_LISTING)),
        ("formedByStatute", Object(&fields(&[("name", Text), ("date", Date)], &[]))),
    ],
    &["isComponent", "entityType"],
);

const ENTITY_TYPE: Fields = Fields {
    rule: Some(check_subtype),
    ..fields(&[("type", Code(codes::ENTITY_TYPE)), ("subtype", Code(codes::ENTITY_SUBTYPE)), ("details", Text)], &["type"])
};

fn check_subtype(entity_type: &Map<String, Value>) -> Result<(), Fault> {
    let text = |name| entity_type.get(name).and_then(Value::as_str);
    let (Some(kind), Some(subtype)) = (text("type"), text("subtype")) else { return Ok(()) };
    let allowed = codes::subtypes_of(kind);
    if allowed.contains(&subtype) {
        return Ok(());
    }
    Err(Fault::new("/subtype", format!("expected one of {} for an entity of type {kind}, found {subtype:?}", allowed.join(", "))))
}

const PUBLIC_LISTING: Fields = fields(
    &[("hasPublicListing", Flag), ("companyFilingsURLs", List(&Uri)), ("securitiesListings", List(&Object(&SECURITIES_LISTING)))],
    &["hasPublicListing"],
);

const SECURITIES_LISTING: Fields = fields(
    &[
        ("marketIdentifierCode", Text),
        ("operatingMarketIdentifierCode", Text),
        ("stockExchangeJurisdiction", TextOf(2, 6)),
        ("stockExchangeName", Text),
        ("security", Object(&SECURITY)),
    ],
    &["stockExchangeJurisdiction", "security", "stockExchangeName"],
);

const SECURITY: Fields = fields(&[("idScheme", Code(codes::SECURITIES_SCHEME)), ("id", Text), ("ticker", Text)], &["ticker"]);

const PERSON: Fields = fields(
    &[
        ("isComponent", Flag),
        ("personType", Code(codes::PERSON_TYPE)),
        ("unspecifiedPersonDetails", Object(&UNSPECIFIED)),
        ("names", List(&Object(&NAME))),
        ("identifiers", List(&Object(&IDENTIFIER))),
        ("nationalities", List(&Object(&COUNTRY))),
        ("placeOfBirth", Object(&BIRTH_PLACE)),
        ("birthDate", PartialDate),
        ("deathDate", PartialDate),
        ("taxResidencies", List(&Object(&COUNTRY))),
        ("addresses", List(&Object(&PERSON_ADDRESS))),
        ("politicalExposure", Object(&POLITICAL_EXPOSURE)),
    ],
    &["personType", "isComponent"],
);

const NAME: Fields = fields(
    &[("type", Code(codes::NAME_TYPE)), ("fullName", Text), ("familyName", Text), ("givenName", Text), ("patronymicName", Text)],
    &["fullName"],
);

const POLITICAL_EXPOSURE: Fields =
    fields(&[("status", Code(codes::POLITICAL_EXPOSURE)), ("details", List(&Object(&POLITICAL_EXPOSURE_DETAILS)))], &["status"]);

const POLITICAL_EXPOSURE_DETAILS: Fields = fields(
    &[
        ("reason", Text),
        ("missingInfoReason", Text),
        ("jurisdiction", Object(&JURISDICTION)),
        ("startDate", Date),
        ("endDate", Date),
        ("source", Object(&SOURCE)),
    ],
    &[],
);

const RELATIONSHIP: Fields = Fields {
    rule: Some(check_components),
    ..fields(
        &[
            ("isComponent", Flag),
            ("componentRecords", List(&Text)),
            ("subject", TextOr(&UNSPECIFIED)),
            ("interestedParty", TextOr(&UNSPECIFIED)),
            ("interests", List(&Object(&INTEREST))),
        ],
        &["isComponent", "subject", "interestedParty"],
    )
};

fn check_components(relationship: &Map<String, Value>) -> Result<(), Fault> {
    let is_component = relationship.get("isComponent").and_then(Value::as_bool) == Some(true);
    let has_components =
        relationship.get("componentRecords").and_then(Value::as_array).is_some_and(|records| !records.is_empty());
    if is_component && has_components {
        return Err(Fault::new("/componentRecords", "expected none, because this relationship is itself a component"));
    }
    Ok(())
}

const INTEREST: Fields = fields(
    &[
        ("type", Code(codes::INTEREST_TYPE)),
        ("directOrIndirect", Code(codes::DIRECTNESS)),
        ("beneficialOwnershipOrControl", Flag),
        ("details", Text),
        ("share", Object(&SHARE)),
        ("startDate", Date),
        ("endDate", Date),
    ],
    &[],
);

const SHARE: Fields = fields(
    &[
        ("exact", Percent),
        ("maximum", Percent),
        ("minimum", Percent),
        ("exclusiveMinimum", Percent),
        ("exclusiveMaximum", Percent),
    ],
    &[],
);
