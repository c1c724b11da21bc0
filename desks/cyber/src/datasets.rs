//! What the desk's imports go into, and how it is marked unless the person who imports says stricter.

use oikos_desk::DatasetDefinition;
use oikos_model::{PermittedAction, Regime, Tlp};

/// Logs are personal data of those who work there: they are for the network's security alone, and for what is to be protected by it.
const PURPOSES: &[&str] = &["cybersecurity", "infrastructure-protection"];
/// What is known of threats may serve those who investigate them too.
const INTELLIGENCE: &[&str] = &["cybersecurity", "infrastructure-protection", "crime-prevention"];

const fn dataset(
    id: &'static str,
    description: &'static str,
    formats: &'static [&'static str],
    tlp: Tlp,
    purposes: &'static [&'static str],
    retention_days: u32,
) -> DatasetDefinition {
    DatasetDefinition {
        id,
        description,
        formats,
        regime: Regime::Gdpr,
        tlp,
        purposes,
        permitted: &PermittedAction::ALL,
        handling: &[],
        retention_days,
    }
}

pub(crate) const ALL: &[DatasetDefinition] = &[
    dataset(
        "cyber.intelligence",
        "What CSIRTs, partners and vendors say of threats: indicators, actors, techniques.",
        &["stix-bundle", "misp-json"],
        Tlp::Amber,
        INTELLIGENCE,
        730,
    ),
    dataset(
        "cyber.known-exploited",
        "CISA's catalogue of known exploited vulnerabilities.",
        &["cisa-kev"],
        Tlp::Clear,
        INTELLIGENCE,
        3_650,
    ),
    dataset(
        "cyber.warninglists",
        "Lists of values that are harmless or found everywhere.",
        &["misp-warninglist"],
        Tlp::Clear,
        INTELLIGENCE,
        3_650,
    ),
    dataset(
        "cyber.network-assets",
        "Addresses of critical assets, as their operators list them.",
        &["network-assets"],
        Tlp::Amber,
        INTELLIGENCE,
        3_650,
    ),
    dataset("cyber.network-logs", "Logs of operators' networks.", &["zeek-log", "network-json"], Tlp::Amber, PURPOSES, 180),
];
