//! The desk's table of records.

use oikos_desk::{Column, ColumnType, TableDefinition};

pub(crate) const ALL: &[TableDefinition] = &[CODED_EVENTS];

const fn needed(name: &'static str, column_type: ColumnType, description: &'static str) -> Column {
    Column { name, column_type, nullable: false, description }
}

const fn maybe(name: &'static str, column_type: ColumnType, description: &'static str) -> Column {
    Column { name, column_type, nullable: true, description }
}

/// Events coded from open sources.
pub(crate) const CODED_EVENTS: TableDefinition = TableDefinition {
    name: "coded_events",
    description: "One event that a person coded from an open source.",
    columns: &[
        needed("record_id", ColumnType::Integer, "Import number and line in the file."),
        needed("at", ColumnType::Time, "When it happened."),
        needed("place", ColumnType::Text, "Where: ISO 3166-1 or 3166-2 code, for example FI or PL-ZP."),
        maybe("latitude", ColumnType::Float, "Degrees north of the place's middle, WGS 84."),
        maybe("longitude", ColumnType::Float, "Degrees east of the place's middle, WGS 84."),
        maybe("actor", ColumnType::Text, "Who is said to be behind it, as the source says; no detector reads it."),
        needed("domain", ColumnType::Text, "Domain of the CORE model."),
        maybe("space", ColumnType::Text, "Space of the CORE model: governance, civic or services."),
        maybe("level", ColumnType::Text, "Level of the CORE model: international, national or local."),
        maybe("tool", ColumnType::Text, "Tool of the hybrid-threat model, in words."),
        needed("source", ColumnType::Text, "The source, as a name that stays the same."),
        needed(
            "reliability",
            ColumnType::Text,
            "Reliability of the source, A (reliable) to E (unreliable), F (cannot be judged).",
        ),
        maybe("summary", ColumnType::Text, "What happened, in one sentence."),
    ],
    time_column: Some("at"),
    restricted_columns: &["actor", "summary"],
};
