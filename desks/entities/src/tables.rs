//! Tables of records. Each says what one row of a source's file was; what it means is in the statements read from it.

use oikos_desk::{Column, ColumnType, TableDefinition};

const fn column(name: &'static str, column_type: ColumnType, nullable: bool, description: &'static str) -> Column {
    Column { name, column_type, nullable, description }
}

const RECORD_ID: Column =
    column("record_id", ColumnType::Integer, false, "Import number and the ordinal of the row in its file.");
const ENTITY: Column = column("entity", ColumnType::Text, false, "The id of the entity within its dataset.");
const KIND: Column = column("kind", ColumnType::Text, false, "The entity's kind in the vocabulary.");
const STATED_AT: Column =
    column("stated_at", ColumnType::Time, false, "When the source said so; when the import began, where it does not say.");

/// Entries of lists and registers.
pub const ENTRIES: TableDefinition = TableDefinition {
    name: "entity_entries",
    description: "One entry of a list or register as its file had it at one time.",
    columns: &[
        RECORD_ID,
        ENTITY,
        KIND,
        column("name", ColumnType::Text, true, "The first name of what is no person."),
        column("person_name", ColumnType::Text, true, "The first name of what is, or may be, a person."),
        column("programme", ColumnType::Text, true, "The first programme under which a list names it."),
        column("listed_on", ColumnType::Time, true, "When a list began to name it."),
        STATED_AT,
    ],
    time_column: Some("stated_at"),
    restricted_columns: &["person_name"],
};

/// Names that stand in a file of their own.
pub const NAMES: TableDefinition = TableDefinition {
    name: "entity_names",
    description: "One further name from a file of names alone, such as OFAC's alternates.",
    columns: &[
        RECORD_ID,
        ENTITY,
        column("person_name", ColumnType::Text, false, "The name; the file does not say whether a person bears it."),
        column("name_kind", ColumnType::Text, false, "alias, weak_alias or previous_name."),
        STATED_AT,
    ],
    time_column: Some("stated_at"),
    restricted_columns: &["person_name"],
};

/// Addresses that stand in a file of their own.
pub const ADDRESSES: TableDefinition = TableDefinition {
    name: "entity_addresses",
    description: "One address from a file of addresses alone, such as OFAC's.",
    columns: &[
        RECORD_ID,
        ENTITY,
        column("address", ColumnType::Text, true, "The address in one line; it may be that of a person."),
        column("country", ColumnType::Text, true, "Its country, ISO 3166-1 alpha-2."),
        STATED_AT,
    ],
    time_column: Some("stated_at"),
    restricted_columns: &["address"],
};

/// Relations between entities.
pub const RELATIONS: TableDefinition = TableDefinition {
    name: "entity_relations",
    description: "One relation between two entities as its file had it at one time.",
    columns: &[
        RECORD_ID,
        column("relation", ColumnType::Text, false, "The id of the relation within its dataset."),
        KIND,
        column("from_entity", ColumnType::Text, true, "The owner, director or first party; empty where the source does not say."),
        column("to_entity", ColumnType::Text, true, "The owned, directed or second party; empty where the source does not say."),
        column("role", ColumnType::Text, true, "The relation in the source's own term."),
        column("share_minimum_percent", ColumnType::Float, true, "The least share, where it is a holding."),
        column("share_maximum_percent", ColumnType::Float, true, "The greatest share, where it is a holding."),
        column("began_on", ColumnType::Time, true, "Since when."),
        column("ended_on", ColumnType::Time, true, "Until when."),
        STATED_AT,
    ],
    time_column: Some("stated_at"),
    restricted_columns: &[],
};
