//! What the desk's imports go into, and how it is marked unless the person who imports says stricter.

use oikos_desk::DatasetDefinition;
use oikos_model::{PermittedAction, Regime, Tlp};

/// Guards of sites, police, border guards and customs may have to use what drones broadcast and sensors see.
const PURPOSES: &[&str] = &["infrastructure-protection", "crime-prevention", "border-control", "customs-control"];

const fn dataset(
    id: &'static str,
    description: &'static str,
    formats: &'static [&'static str],
    tlp: Tlp,
    retention_days: u32,
) -> DatasetDefinition {
    DatasetDefinition {
        id,
        description,
        formats,
        regime: Regime::Gdpr,
        tlp,
        purposes: PURPOSES,
        permitted: &PermittedAction::ALL,
        handling: &[],
        retention_days,
    }
}

pub(crate) const ALL: &[DatasetDefinition] = &[
    dataset(
        "air.remote-id",
        "What unmanned aircraft broadcast of themselves, as receivers around a site recorded it.",
        &["remote-id"],
        Tlp::Amber,
        90,
    ),
    dataset("air.tracks", "What radars, direction finders and cameras around a site saw.", &["air-tracks"], Tlp::Amber, 90),
    dataset("air.zones", "The UAS geographical zones that states publish.", &["ed269-zones", "ed318-zones"], Tlp::Clear, 3_650),
    dataset("air.assets", "Critical assets with their places, as the authority lists them.", &["air-assets"], Tlp::Amber, 3_650),
    dataset(
        "air.authorised-flights",
        "Aircraft that may fly in a zone, as the zone's authority lists them.",
        &["authorised-flights"],
        Tlp::Amber,
        365,
    ),
];
