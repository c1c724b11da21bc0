//! What the desk's imports go into, and how it is marked unless the person who imports says stricter.

use oikos_desk::DatasetDefinition;
use oikos_model::{PermittedAction, Regime, Tlp};

const TRANSFER_FORMATS: &[&str] = &["pacs008", "transfers-csv", "travel-rule"];

pub(crate) const ALL: &[DatasetDefinition] = &[
    DatasetDefinition {
        id: "finance.transfers",
        description: "Transfers that an obliged entity monitors in its own books (Reg. (EU) 2024/1624 Art. 26).",
        formats: TRANSFER_FORMATS,
        regime: Regime::Gdpr,
        tlp: Tlp::AmberStrict,
        purposes: &["anti-money-laundering", "sanctions-enforcement"],
        permitted: &PermittedAction::ALL,
        handling: &[],
        retention_days: 1_825,
    },
    DatasetDefinition {
        id: "finance.reported",
        description: "Transfers in reports to a financial intelligence unit, or given to it on request (Dir. (EU) 2024/1640 Art. 22).",
        formats: TRANSFER_FORMATS,
        regime: Regime::Led,
        tlp: Tlp::AmberStrict,
        purposes: &["anti-money-laundering", "crime-prevention", "sanctions-enforcement"],
        permitted: &PermittedAction::ALL,
        handling: &[],
        retention_days: 1_825,
    },
];
