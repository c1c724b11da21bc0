//! What the desk's imports go into, and how it is marked unless the person who imports says stricter.

use oikos_desk::DatasetDefinition;
use oikos_model::{PermittedAction, Regime, Tlp};

/// Data of declarations are confidential (Reg. (EU) 952/2013 Art. 12): they serve customs and what customs protect.
const PURPOSES: &[&str] =
    &["customs-control", "sanctions-enforcement", "border-control", "crime-prevention", "infrastructure-protection"];

pub(crate) const ALL: &[DatasetDefinition] = &[
    DatasetDefinition {
        id: "customs.declarations",
        description: "Customs declarations of goods, H1 or H7, as an office's system exports them.",
        formats: &["customs-declarations", "customs-declarations-benchmark"],
        regime: Regime::Gdpr,
        tlp: Tlp::Amber,
        purposes: PURPOSES,
        permitted: &PermittedAction::ALL,
        handling: &[],
        retention_days: 1_095,
    },
    DatasetDefinition {
        id: "customs.inspections",
        description: "What was found when goods were inspected.",
        formats: &["customs-inspections"],
        regime: Regime::Gdpr,
        tlp: Tlp::Amber,
        purposes: PURPOSES,
        permitted: &PermittedAction::ALL,
        handling: &[],
        retention_days: 1_095,
    },
];
