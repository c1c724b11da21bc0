//! What the desk's imports go into, and how it is marked unless the person who imports says stricter.

use oikos_desk::DatasetDefinition;
use oikos_model::{PermittedAction, Regime, Tlp};

/// A payout wallet concerns whoever follows money, a named site whoever protects it.
const PURPOSES: &[&str] = &["crime-prevention", "infrastructure-protection", "anti-money-laundering", "customs-control"];

pub(crate) const ALL: &[DatasetDefinition] = &[
    DatasetDefinition {
        id: "online.captures",
        description: "Public pages and posts that an authority captured under a decision of its own; nothing is fetched by Oikos.",
        formats: &["online-captures-json-lines", "warc"],
        regime: Regime::Led,
        tlp: Tlp::Amber,
        purposes: PURPOSES,
        permitted: &PermittedAction::ALL,
        handling: &[],
        retention_days: 365,
    },
    DatasetDefinition {
        id: "online.watched-assets",
        description: "Names of critical assets to look for in adverts.",
        formats: &["online-watched-assets"],
        regime: Regime::Gdpr,
        tlp: Tlp::Amber,
        purposes: PURPOSES,
        permitted: &PermittedAction::ALL,
        handling: &[],
        retention_days: 3_650,
    },
];
