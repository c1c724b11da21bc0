//! What the desk's imports go into, and how it is marked unless the person who imports says stricter.

use oikos_desk::DatasetDefinition;
use oikos_model::{PermittedAction, Regime, Tlp};

/// Every authority that watches ships, borders, cables or owners may have to use what ships broadcast openly.
const PURPOSES: &[&str] = &[
    "maritime-safety",
    "infrastructure-protection",
    "border-control",
    "customs-control",
    "fdi-screening",
    "sanctions-enforcement",
];

pub(crate) const ALL: &[DatasetDefinition] = &[
    DatasetDefinition {
        id: "sea.ais",
        description: "Positions and identities that ships broadcast openly by AIS, as a receiver or a data service recorded them.",
        formats: &["ais-nmea"],
        regime: Regime::Gdpr,
        tlp: Tlp::Green,
        purposes: PURPOSES,
        permitted: &PermittedAction::ALL,
        handling: &[],
        retention_days: 365,
    },
    DatasetDefinition {
        id: "sea.vessel-register",
        description: "Ships with their owners as a register of ships lists them.",
        formats: &["vessel-register"],
        regime: Regime::Gdpr,
        tlp: Tlp::Green,
        purposes: PURPOSES,
        permitted: &PermittedAction::ALL,
        handling: &[],
        retention_days: 3_650,
    },
    DatasetDefinition {
        id: "sea.corridors",
        description: "The published routes of submarine cables and pipelines.",
        formats: &["corridors"],
        regime: Regime::Gdpr,
        tlp: Tlp::Green,
        purposes: PURPOSES,
        permitted: &PermittedAction::ALL,
        handling: &[],
        retention_days: 3_650,
    },
];
