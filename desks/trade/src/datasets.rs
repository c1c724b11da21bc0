//! What the desk's imports go into, and how it is marked unless the person who imports says stricter.

use oikos_desk::DatasetDefinition;
use oikos_model::{PermittedAction, Regime, Tlp};

/// Who may have to use published statistics of trade.
const PURPOSES: &[&str] =
    &["sanctions-enforcement", "customs-control", "fdi-screening", "crime-prevention", "infrastructure-protection"];

pub(crate) const ALL: &[DatasetDefinition] = &[
    DatasetDefinition {
        id: "trade.statistics",
        description: "Published statistics of trade: Comext, national mirror statistics, BACI.",
        formats: &["comext-bulk", "comext-bulk-legacy", "easy-comext", "baci"],
        regime: Regime::Gdpr,
        tlp: Tlp::Clear,
        purposes: PURPOSES,
        permitted: &PermittedAction::ALL,
        handling: &[],
        retention_days: 3_650,
    },
    DatasetDefinition {
        id: "trade.export-declarations",
        description: "Items of export declarations that customs handed over for this purpose (Reg. (EU) 952/2013 Art. 12 and 46).",
        formats: &["export-declarations"],
        regime: Regime::Gdpr,
        tlp: Tlp::Amber,
        purposes: &["sanctions-enforcement", "customs-control", "crime-prevention"],
        permitted: &[PermittedAction::Read, PermittedAction::Process, PermittedAction::Share],
        handling: &[],
        retention_days: 1_095,
    },
];
