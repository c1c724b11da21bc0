//! What the desk's imports go into, and how it is marked unless the person who imports says stricter.

use oikos_desk::DatasetDefinition;
use oikos_model::{PermittedAction, Regime, Tlp};

pub(crate) const ALL: &[DatasetDefinition] = &[DatasetDefinition {
    id: "hybrid.events",
    description: "Events that people coded from open sources: when, where, which domain, which tool, which source.",
    formats: &["coded-events"],
    regime: Regime::Gdpr,
    tlp: Tlp::Green,
    purposes: &[
        "infrastructure-protection",
        "cybersecurity",
        "border-control",
        "maritime-safety",
        "fdi-screening",
        "customs-control",
    ],
    permitted: &PermittedAction::ALL,
    handling: &[],
    retention_days: 1_095,
}];
