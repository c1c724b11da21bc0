//! What the desk's imports go into, and how it is marked unless the person who imports says stricter.

use oikos_desk::DatasetDefinition;
use oikos_model::{PermittedAction, Regime, Tlp};

/// What critical entities tell their authority serves their protection, that of networks, and of the sea they lie in.
const PURPOSES: &[&str] = &["infrastructure-protection", "cybersecurity", "maritime-safety", "crime-prevention"];

pub(crate) const ALL: &[DatasetDefinition] = &[
    DatasetDefinition {
        id: "infrastructure.dependency-graph",
        description: "Assets of critical entities and what they depend on, as the entities' own assessments say (Dir. (EU) 2022/2557 Art. 12).",
        formats: &["infrastructure-assets", "infrastructure-dependencies", "dependency-graph"],
        regime: Regime::Gdpr,
        tlp: Tlp::Amber,
        purposes: PURPOSES,
        permitted: &[PermittedAction::Read, PermittedAction::Process, PermittedAction::Share],
        handling: &[],
        retention_days: 1_825,
    },
    DatasetDefinition {
        id: "infrastructure.incident-reports",
        description: "Incidents that entities notified to their authority (Dir. (EU) 2022/2557 Art. 15; Dir. (EU) 2022/2555 Art. 23).",
        formats: &["incident-reports", "incident-reports-json"],
        regime: Regime::Gdpr,
        tlp: Tlp::Amber,
        purposes: PURPOSES,
        permitted: &[PermittedAction::Read, PermittedAction::Process, PermittedAction::Share],
        handling: &[],
        retention_days: 1_825,
    },
    DatasetDefinition {
        id: "infrastructure.input-output",
        description: "Published input-output tables, and interdependency matrices of sectors.",
        formats: &["input-output"],
        regime: Regime::Gdpr,
        tlp: Tlp::Clear,
        purposes: PURPOSES,
        permitted: &PermittedAction::ALL,
        handling: &[],
        retention_days: 3_650,
    },
];
