//! What imports go into, and how it is marked.

use oikos_desk::DatasetDefinition;
use oikos_model::{HandlingCode, PermittedAction, Regime, Tlp};

/// Statements of a public register of companies or of beneficial owners.
pub const PUBLIC_REGISTER: DatasetDefinition = DatasetDefinition {
    id: "ownership.public-register",
    description: "Owners and shares as a public register states them.",
    formats: &["bods"],
    regime: Regime::Gdpr,
    tlp: Tlp::Clear,
    // Every purpose of the vocabulary but oversight and administration, which are about the node and not about the world.
    purposes: &[
        "fdi-screening",
        "maritime-safety",
        "infrastructure-protection",
        "crime-prevention",
        "border-control",
        "customs-control",
        "sanctions-enforcement",
        "cybersecurity",
        "anti-money-laundering",
        "information-integrity",
    ],
    permitted: &PermittedAction::ALL,
    handling: &[],
    retention_days: 3650,
};

/// Deals notified to a screening authority. Reg. (EU) 2019/452 Art. 10(1): information received is used only for the purpose for
/// which it was requested.
pub const NOTIFIED_DEALS: DatasetDefinition = DatasetDefinition {
    id: "ownership.notified-deals",
    description: "Stakes that an investor notified to the screening authority; they never leave that purpose.",
    formats: &["bods"],
    regime: Regime::Gdpr,
    tlp: Tlp::AmberStrict,
    purposes: &["fdi-screening"],
    permitted: &[PermittedAction::Read, PermittedAction::Process],
    handling: &[HandlingCode::H2],
    retention_days: 1825,
};
