//! Tables of records. Both hold what a source said, statement by statement, also what it later replaced: a query takes the newest
//! statement of each record.

use oikos_desk::{Column, ColumnType, TableDefinition};

const fn column(name: &'static str, column_type: ColumnType, nullable: bool, description: &'static str) -> Column {
    Column { name, column_type, nullable, description }
}

const RECORD_ID: Column = column(
    "record_id",
    ColumnType::Integer,
    false,
    "Import number and the statement's ordinal in its file; all rows of one statement share it.",
);
const STATEMENT: Column = column("statement", ColumnType::Text, false, "The source's id of the statement.");
const PUBLISHER: Column = column(
    "publisher",
    ColumnType::Text,
    false,
    "Who published the statement; record ids are unique within it. Empty: not said.",
);
const STATED_AT: Column = column("stated_at", ColumnType::Time, false, "The day or moment as of which the source says so.");
const RECORD_STATUS: Column =
    column("record_status", ColumnType::Text, false, "new, updated or closed; new where the source does not say.");
const IS_COMPONENT: Column =
    column("is_component", ColumnType::Boolean, false, "Whether it is only there to explain an indirect relationship.");

/// Entities and persons.
pub const ENTITIES: TableDefinition = TableDefinition {
    name: "ownership_entities",
    description: "What a source said of an entity or a person at one time.",
    columns: &[
        RECORD_ID,
        STATEMENT,
        PUBLISHER,
        column("entity", ColumnType::Text, false, "The publisher's id of the entity."),
        column("kind", ColumnType::Text, false, "company, public-body, arrangement or person."),
        column(
            "entity_type",
            ColumnType::Text,
            false,
            "The type in the terms of BODS 0.4, for example registeredEntity or stateBody.",
        ),
        column("name", ColumnType::Text, true, "Its name; empty for a person."),
        column("person_name", ColumnType::Text, true, "The name of a person."),
        column("lei", ColumnType::Text, true, "Its Legal Entity Identifier, checked and normalised."),
        column("company_number", ColumnType::Text, true, "Its first number in a register, scheme:number."),
        column("country", ColumnType::Text, true, "The country of its law, ISO 3166-1 alpha-2; empty for a person."),
        column("founded_on", ColumnType::Time, true, "When it was founded."),
        column("dissolved_on", ColumnType::Time, true, "When it was dissolved."),
        IS_COMPONENT,
        RECORD_STATUS,
        STATED_AT,
    ],
    time_column: Some("stated_at"),
    restricted_columns: &["person_name"],
};

/// Interests: a relationship with several interests has several rows, one with none has one row.
pub const INTERESTS: TableDefinition = TableDefinition {
    name: "ownership_interests",
    description: "What a source said of one interest of a party in an entity at one time.",
    columns: &[
        RECORD_ID,
        STATEMENT,
        PUBLISHER,
        column("relationship", ColumnType::Text, false, "The publisher's id of the relationship."),
        column("subject", ColumnType::Text, true, "The publisher's id of what is owned; empty where the source does not say."),
        column(
            "interested_party",
            ColumnType::Text,
            true,
            "The publisher's id of the owner; empty where the source does not say.",
        ),
        column("unspecified_reason", ColumnType::Text, true, "Why the source leaves one of the two empty."),
        column("interest", ColumnType::Text, true, "The kind of interest in the terms of BODS 0.4."),
        column("share_percent", ColumnType::Float, true, "The exact share."),
        column("share_minimum_percent", ColumnType::Float, true, "The lower bound of the share."),
        column("share_maximum_percent", ColumnType::Float, true, "The upper bound of the share."),
        column("directness", ColumnType::Text, true, "direct, indirect or unknown."),
        column("start_on", ColumnType::Time, true, "Since when the interest is held."),
        column("end_on", ColumnType::Time, true, "When it ceased."),
        column("component_count", ColumnType::Integer, false, "How many records explain this relationship, if it is indirect."),
        IS_COMPONENT,
        RECORD_STATUS,
        STATED_AT,
    ],
    time_column: Some("stated_at"),
    restricted_columns: &[],
};
