//! The desk's tables of records.

use oikos_desk::{Column, ColumnType, TableDefinition};

pub(crate) const ALL: &[TableDefinition] = &[ASSETS, DEPENDENCIES, INCIDENTS, INPUT_OUTPUT];

const fn needed(name: &'static str, column_type: ColumnType, description: &'static str) -> Column {
    Column { name, column_type, nullable: false, description }
}

const fn maybe(name: &'static str, column_type: ColumnType, description: &'static str) -> Column {
    Column { name, column_type, nullable: true, description }
}

const RECORD_ID: Column = needed("record_id", ColumnType::Integer, "Import number and line or ordinal in the file.");
const LATITUDE: Column = maybe("latitude", ColumnType::Float, "Degrees north, WGS 84.");
const LONGITUDE: Column = maybe("longitude", ColumnType::Float, "Degrees east, WGS 84.");

/// Assets. There is no time column: of an asset that was imported twice, the newest import counts.
pub(crate) const ASSETS: TableDefinition = TableDefinition {
    name: "infrastructure_assets",
    description: "One asset: a cable, port, substation, data centre or the like.",
    columns: &[
        RECORD_ID,
        needed("asset", ColumnType::Text, "Code of the asset."),
        maybe("name", ColumnType::Text, "Name."),
        maybe("sector", ColumnType::Text, "Sector, for example energy; as input-output tables name it where both are used."),
        maybe("sector_share", ColumnType::Float, "Share of the sector's output in its country that hangs on it, 0 to 1."),
        maybe("country", ColumnType::Text, "Country it lies in, ISO 3166-1 alpha-2."),
        maybe("cluster", ColumnType::Text, "Dependency cluster: what stands or falls together, as the authority names it."),
        LATITUDE,
        LONGITUDE,
        maybe("operator_name", ColumnType::Text, "Operator."),
        maybe("operator_lei", ColumnType::Text, "Legal Entity Identifier of the operator."),
        maybe("is_critical_entity", ColumnType::Boolean, "Whether the operator is a critical entity under Dir. (EU) 2022/2557."),
        maybe(
            "is_nis2_entity",
            ColumnType::Boolean,
            "Whether the operator is an essential or important entity under Dir. (EU) 2022/2555.",
        ),
    ],
    time_column: None,
    restricted_columns: &["operator_name"],
};

/// Dependencies between assets. Several rows between the same two are several ways to depend, and add up.
pub(crate) const DEPENDENCIES: TableDefinition = TableDefinition {
    name: "infrastructure_dependencies",
    description: "One way in which one asset depends on another.",
    columns: &[
        RECORD_ID,
        needed("dependent", ColumnType::Text, "Code of the asset that needs the other."),
        needed("supplier", ColumnType::Text, "Code of the asset that is needed."),
        needed("kind", ColumnType::Text, "physical, cyber, geographic or logical (Rinaldi, Peerenboom, Kelly 2001)."),
        needed(
            "strength",
            ColumnType::Float,
            "Inoperability of the dependent per inoperability of the supplier, 0 to 1: a*ij of the inoperability model.",
        ),
        needed(
            "buffer_hours",
            ColumnType::Float,
            "How long the dependent goes on without the supplier: batteries, stocks, spare.",
        ),
        LATITUDE,
        LONGITUDE,
    ],
    time_column: None,
    restricted_columns: &[],
};

/// Incidents. Of an incident that was reported several times, the newest row counts.
pub(crate) const INCIDENTS: TableDefinition = TableDefinition {
    name: "infrastructure_incidents",
    description: "One report of one incident at one asset.",
    columns: &[
        RECORD_ID,
        needed("incident", ColumnType::Text, "Id of the incident, as its first report gave it."),
        needed("asset", ColumnType::Text, "Code of the asset."),
        needed("began_at", ColumnType::Time, "When it began."),
        maybe("ended_at", ColumnType::Time, "When the service was back; empty while it lasts."),
        needed("kind", ColumnType::Text, "What happened, for example cable-fault, outage, intrusion, maintenance."),
        needed("impact", ColumnType::Float, "Share of the asset's service that was lost, 0 to 1: its perturbation c*."),
        maybe("aware_at", ColumnType::Time, "When the operator became aware; where empty, it is taken to be when it began."),
        needed("reported_at", ColumnType::Time, "When its first notification or early warning came in."),
        maybe("notified_at", ColumnType::Time, "When the incident notification of NIS2 Art. 23(4)(b) came in."),
        maybe("final_report_at", ColumnType::Time, "When the detailed or final report came in."),
        LATITUDE,
        LONGITUDE,
    ],
    time_column: Some("began_at"),
    restricted_columns: &[],
};

/// Input-output tables, cell by cell.
pub(crate) const INPUT_OUTPUT: TableDefinition = TableDefinition {
    name: "input_output_cells",
    description: "One cell of one input-output table or interdependency matrix.",
    columns: &[
        RECORD_ID,
        needed("table_name", ColumnType::Text, "The file it came from, without its ending."),
        needed(
            "role",
            ColumnType::Text,
            "flow (from row to column), output (of the column) or coefficient (a*ij of row and column).",
        ),
        maybe("row_sector", ColumnType::Text, "The supplying sector; empty in an output."),
        needed("column_sector", ColumnType::Text, "The sector that uses it."),
        needed("value", ColumnType::Float, "The table's unit, as a rule millions of a currency; a coefficient has none."),
    ],
    time_column: None,
    restricted_columns: &[],
};
