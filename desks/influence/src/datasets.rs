//! What the desk's imports go into, and how it is marked unless the person who imports says stricter.

use oikos_desk::DatasetDefinition;
use oikos_model::{PermittedAction, Regime, Tlp};

/// Whoever protects elections, infrastructure or networks may have to know that accounts act as one, and for which site.
const PURPOSES: &[&str] = &["information-integrity", "infrastructure-protection", "cybersecurity", "crime-prevention"];

pub(crate) const ALL: &[DatasetDefinition] = &[
    DatasetDefinition {
        id: "influence.posts",
        description: "What accounts posted or shared for everybody to see, as a platform or a researcher handed it over (Reg. (EU) 2022/2065 Art. 40).",
        formats: &["influence-posts-csv", "influence-posts-json-lines", "coortweet"],
        regime: Regime::Gdpr,
        tlp: Tlp::Amber,
        purposes: PURPOSES,
        permitted: &PermittedAction::ALL,
        handling: &[],
        // Public posts show opinions (GDPR Art. 9): they are kept no longer than a campaign takes to show.
        retention_days: 180,
    },
    DatasetDefinition {
        id: "influence.feeds",
        description: "Articles that sites announced in their feeds.",
        formats: &["feed"],
        regime: Regime::Gdpr,
        tlp: Tlp::Green,
        purposes: PURPOSES,
        permitted: &PermittedAction::ALL,
        handling: &[],
        retention_days: 365,
    },
    DatasetDefinition {
        id: "influence.watched-assets",
        description: "Names of critical assets; a story that names one can be joined with what happens to it.",
        formats: &["influence-watched-assets"],
        regime: Regime::Gdpr,
        tlp: Tlp::Amber,
        purposes: PURPOSES,
        permitted: &PermittedAction::ALL,
        handling: &[],
        retention_days: 3_650,
    },
];
