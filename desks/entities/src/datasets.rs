//! What imports go into, and how it is marked. Each list is a dataset of its own.

use oikos_desk::DatasetDefinition;
use oikos_model::{PermittedAction, Regime, Tlp};

/// Purposes that a published list of restrictive measures may serve: whoever has to look, may look.
const LIST_PURPOSES: &[&str] = &[
    "sanctions-enforcement",
    "anti-money-laundering",
    "fdi-screening",
    "customs-control",
    "border-control",
    "crime-prevention",
    "maritime-safety",
    "infrastructure-protection",
    "cybersecurity",
];

const fn list(id: &'static str, description: &'static str, formats: &'static [&'static str]) -> DatasetDefinition {
    DatasetDefinition {
        id,
        description,
        formats,
        regime: Regime::Gdpr,
        tlp: Tlp::Clear,
        purposes: LIST_PURPOSES,
        permitted: &PermittedAction::ALL,
        handling: &[],
        retention_days: 3650,
    }
}

/// The Union's own list: it is law in every Member State.
pub const EU_SANCTIONS: DatasetDefinition = list(
    "entities.eu-sanctions",
    "Persons and entities under the Union's financial sanctions, as the Commission's consolidated list names them.",
    &["eu-fsf-xml", "eu-fsf-csv"],
);

/// The Security Council's list: binding through Union law.
pub const UN_SANCTIONS: DatasetDefinition = list(
    "entities.un-sanctions",
    "Persons and entities on the United Nations Security Council's consolidated list.",
    &["un-sc-xml"],
);

/// The United States' list: not Union law.
pub const OFAC_SDN: DatasetDefinition = list(
    "entities.ofac-sdn",
    "Persons, entities, vessels and aircraft that the United States' OFAC lists; it is not Union law.",
    &["ofac-sdn-csv", "ofac-alt-csv", "ofac-add-csv", "ofac-sdn-xml"],
);

/// An aggregation of lists and registers. It may hold publicly exposed persons, who are on no list of measures, so it serves
/// fewer purposes.
pub const OPEN_SANCTIONS: DatasetDefinition = DatasetDefinition {
    purposes: &["sanctions-enforcement", "anti-money-laundering", "fdi-screening", "customs-control", "crime-prevention"],
    tlp: Tlp::Green,
    ..list(
        "entities.aggregated-lists",
        "Lists and registers that others gathered as FollowTheMoney, such as OpenSanctions.",
        &["ftm"],
    )
};

/// The Global LEI Index: legal entities and their parents, public.
pub const GLEIF: DatasetDefinition = list(
    "entities.gleif",
    "Legal entities with their identifiers, names and addresses, and who consolidates whom, from the Global LEI Index.",
    &["gleif-lei-xml", "gleif-lei-csv", "gleif-rr-xml", "gleif-rr-csv"],
);

/// Beneficial owners in the United Kingdom. Public there; in the Union, access to such data needs a legitimate interest (Court of
/// Justice, C-37/20 and C-601/20; Dir. (EU) 2024/1640 Art. 11 and 12), so it serves only those purposes whose authorities have
/// one, and is not passed on freely.
pub const UK_PSC: DatasetDefinition = DatasetDefinition {
    purposes: &["anti-money-laundering", "sanctions-enforcement", "fdi-screening", "crime-prevention"],
    tlp: Tlp::Green,
    ..list("entities.uk-psc", "People with significant control over companies, from the United Kingdom's register.", &["uk-psc"])
};
