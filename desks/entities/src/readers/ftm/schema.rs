//! FollowTheMoney's schemata and properties in the terms of the vocabulary (followthemoney 4, `followthemoney/schema/*.yaml`).

/// What a schema is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// An entity of this kind.
    Thing(&'static str),
    /// A relation of this kind between the entities that two properties name; with our names of the ends.
    Relation { kind: &'static str, from: &'static str, to: &'static str },
    /// That a list names somebody.
    Listing,
    /// An address: nested, a text of its entity.
    Address,
    /// Nothing the house has a kind for.
    Unknown,
}

/// The meaning of a schema.
pub(super) fn meaning(schema: &str) -> Meaning {
    let relation = |kind, from, to| Meaning::Relation { kind, from, to };
    match schema {
        "Person" => Meaning::Thing("person"),
        "LegalEntity" => Meaning::Thing("party"),
        "Company" => Meaning::Thing("company"),
        "Organization" => Meaning::Thing("organisation"),
        "PublicBody" => Meaning::Thing("public-body"),
        "Vessel" => Meaning::Thing("vessel"),
        "Airplane" => Meaning::Thing("aircraft"),
        "Ownership" => relation("ownership", "owner", "asset"),
        "Directorship" => relation("directorship", "director", "organization"),
        "Membership" => relation("association", "member", "organization"),
        "Employment" => relation("association", "employee", "employer"),
        "Representation" => relation("association", "agent", "client"),
        "Family" => relation("association", "person", "relative"),
        "Associate" => relation("association", "person", "associate"),
        "Succession" => relation("association", "predecessor", "successor"),
        "UnknownLink" => relation("association", "subject", "object"),
        "Sanction" => Meaning::Listing,
        "Address" => Meaning::Address,
        _ => Meaning::Unknown,
    }
}

/// What a relation's ends are called here.
pub(super) fn ends(kind: &str) -> (&'static str, &'static str) {
    match kind {
        "ownership" => ("owner", "owned"),
        "directorship" => ("director", "organisation"),
        _ => ("from", "to"),
    }
}

/// The property of the vocabulary that a property of a thing is; `None`: none.
pub(super) fn property(kind: &str, property: &str) -> Option<&'static str> {
    let is_person = kind == "person";
    Some(match property {
        "name" => "name",
        "alias" | "abbreviation" => "alias",
        "weakAlias" => "weak_alias",
        "previousName" => "previous_name",
        "birthDate" => "birth_date",
        "birthCountry" => "birth_country",
        "nationality" | "citizenship" => "nationality",
        "country" | "jurisdiction" | "mainCountry" if kind == "vessel" => return None,
        "country" | "jurisdiction" | "mainCountry" => "country",
        "flag" => "flag",
        "incorporationDate" => "founded_on",
        "dissolutionDate" => "dissolved_on",
        "address" => "address",
        "position" | "title" if is_person => "position",
        "passportNumber" | "idNumber" | "socialSecurityNumber" if is_person || kind == "party" => "document_number",
        "idNumber" | "registrationNumber" | "ogrnCode" | "uniqueEntityId" | "dunsCode" | "npiCode" if !is_person => {
            "registration_number"
        }
        "registrationNumber" => "document_number",
        "taxNumber" | "vatCode" | "innCode" => "tax_number",
        "leiCode" => "lei",
        "swiftBic" | "bikCode" => "bic",
        "imoNumber" if kind == "vessel" => "imo",
        "imoNumber" => "imo_company",
        "mmsi" => "mmsi",
        "callSign" => "call_sign",
        "type" if kind == "vessel" => "ship_type",
        "serialNumber" => "registration_number",
        "tonnage" if kind == "vessel" => "tonnage",
        "grossRegisteredTonnage" => "gross_tonnage",
        "phone" => "phone",
        "email" => "email",
        "website" => "website",
        "legalForm" => "legal_form",
        "status" if kind == "company" => "status",
        _ => return None,
    })
}

/// The property of a listing that a property of a sanction is.
pub(super) fn listing_property(property: &str) -> Option<&'static str> {
    Some(match property {
        "entity" => "party",
        "program" | "programId" => "programme",
        "listingDate" => "listed_on",
        "startDate" => "listed_on",
        "endDate" => "ends_on",
        "reason" => "reason",
        "authority" => "authority",
        "authorityId" | "unscId" => "reference",
        "provisions" => "legal_act",
        "summary" | "description" => "remark",
        _ => return None,
    })
}

/// The property of a relation, beside its ends and times, that a property is.
pub(super) fn relation_property(kind: &str, property: &str) -> Option<&'static str> {
    match (kind, property) {
        ("ownership", "percentage") => Some("share"),
        ("ownership", "ownershipType" | "role") => Some("source_term"),
        ("directorship" | "association", "role" | "relationship" | "status") => Some("role"),
        _ => None,
    }
}
