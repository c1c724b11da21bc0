//! The desk's tables of records.

use oikos_desk::{Column, ColumnType, TableDefinition};

pub(crate) const ALL: &[TableDefinition] = &[AIS_POSITIONS, AIS_STATIC, VESSEL_REGISTER, CORRIDORS];

const fn needed(name: &'static str, column_type: ColumnType, description: &'static str) -> Column {
    Column { name, column_type, nullable: false, description }
}

const fn maybe(name: &'static str, column_type: ColumnType, description: &'static str) -> Column {
    Column { name, column_type, nullable: true, description }
}

const RECORD_ID: Column = needed("record_id", ColumnType::Integer, "Import number and line in the file.");
const AT: Column =
    needed("at", ColumnType::Time, "When the receiver heard it; where the file has no time, when it was imported.");
const MMSI: Column = needed("mmsi", ColumnType::Integer32, "The sender's Maritime Mobile Service Identity (ITU-R M.585).");
const MESSAGE_TYPE: Column = needed("message_type", ColumnType::Integer32, "The AIS message type (ITU-R M.1371).");
const REPEAT: Column = needed("repeat_indicator", ColumnType::Integer32, "How often a repeater passed it on, 0 to 3.");
const STATION: Column = maybe("station", ColumnType::Text, "The receiving station, where the file names it.");

/// What ships say of where they are: AIS message types 1, 2, 3, 18, 19 and 27. A report without a position leaves no row.
pub(crate) const AIS_POSITIONS: TableDefinition = TableDefinition {
    name: "ais_positions",
    description: "One position report of one ship (AIS message types 1, 2, 3, 18, 19 and 27).",
    columns: &[
        RECORD_ID,
        AT,
        MMSI,
        MESSAGE_TYPE,
        REPEAT,
        needed("latitude", ColumnType::Float, "Degrees north, WGS 84."),
        needed("longitude", ColumnType::Float, "Degrees east, WGS 84."),
        maybe("speed_knots", ColumnType::Float32, "Speed over ground; 102.2 means that or more."),
        maybe("course_degrees", ColumnType::Float32, "Course over ground, from true north."),
        maybe("heading_degrees", ColumnType::Integer32, "Heading, from true north."),
        maybe(
            "navigation_status",
            ColumnType::Integer32,
            "Status the crew set, 0 to 14 (ITU-R M.1371); empty where not defined.",
        ),
        maybe(
            "rate_of_turn_code",
            ColumnType::Integer32,
            "Rate of turn as ITU-R M.1371 codes it: 4.733 times the root of degrees per minute; 127 and -127: faster than 10.",
        ),
        needed("high_accuracy", ColumnType::Boolean, "Whether the position is said to be better than 10 m."),
        needed("integrity_monitored", ColumnType::Boolean, "Whether the receiver monitors its own integrity (RAIM)."),
        maybe("fix_second", ColumnType::Integer32, "The UTC second of the fix, 0 to 59."),
        STATION,
    ],
    time_column: Some("at"),
    restricted_columns: &[],
};

/// What ships say of themselves: AIS message types 5, 19 and 24. Parts A and B of type 24 are rows of their own.
pub(crate) const AIS_STATIC: TableDefinition = TableDefinition {
    name: "ais_static",
    description: "One report of a ship's identity and voyage (AIS message types 5, 19 and 24).",
    columns: &[
        RECORD_ID,
        AT,
        MMSI,
        MESSAGE_TYPE,
        REPEAT,
        maybe("imo", ColumnType::Text, "IMO ship number, where its check digit holds."),
        maybe("imo_as_sent", ColumnType::Integer32, "The number in the IMO field as it was sent; empty where 0."),
        maybe("name", ColumnType::Text, "Name."),
        maybe("call_sign", ColumnType::Text, "Radio call sign."),
        maybe("ship_type", ColumnType::Integer32, "Type of ship and cargo, 1 to 255 (ITU-R M.1371 table 53)."),
        maybe("length_m", ColumnType::Integer32, "Length over all: distance to bow and to stern together."),
        maybe("beam_m", ColumnType::Integer32, "Beam: distance to port and to starboard together."),
        maybe("to_bow_m", ColumnType::Integer32, "From the antenna to the bow."),
        maybe("to_stern_m", ColumnType::Integer32, "From the antenna to the stern."),
        maybe("to_port_m", ColumnType::Integer32, "From the antenna to the port side."),
        maybe("to_starboard_m", ColumnType::Integer32, "From the antenna to the starboard side."),
        maybe("draught_m", ColumnType::Float32, "Present draught."),
        maybe("destination", ColumnType::Text, "Destination as the crew wrote it."),
        maybe("eta", ColumnType::Text, "Estimated time of arrival as sent, MM-DDTHH:MMZ; it has no year."),
        maybe("position_device", ColumnType::Integer32, "Type of position fixing device, 1 to 15."),
        maybe("vendor_id", ColumnType::Text, "The transponder's vendor field as seven characters."),
        maybe("unit_model", ColumnType::Integer32, "The transponder's model code."),
        maybe("unit_serial", ColumnType::Integer32, "The transponder's serial number."),
        maybe("mothership_mmsi", ColumnType::Integer32, "Of an auxiliary craft: its mother ship."),
        STATION,
    ],
    time_column: Some("at"),
    restricted_columns: &[],
};

/// Ships with their owners. It has no time column: a row holds from `valid_from` to `valid_to`, whatever span is asked for.
pub(crate) const VESSEL_REGISTER: TableDefinition = TableDefinition {
    name: "vessel_register",
    description: "One ship with its registered owner over one period.",
    columns: &[
        RECORD_ID,
        maybe("imo", ColumnType::Text, "IMO ship number."),
        maybe("mmsi", ColumnType::Integer32, "Maritime Mobile Service Identity."),
        needed("name", ColumnType::Text, "Name."),
        maybe("call_sign", ColumnType::Text, "Radio call sign."),
        maybe("flag", ColumnType::Text, "Flag state, ISO 3166-1 alpha-2."),
        maybe("ship_type", ColumnType::Text, "Kind of ship in the register's words."),
        maybe("owner_name", ColumnType::Text, "Registered owner; may be a natural person where there is no LEI."),
        maybe("owner_lei", ColumnType::Text, "Legal Entity Identifier of the owner."),
        maybe("owner_country", ColumnType::Text, "The owner's country, ISO 3166-1 alpha-2."),
        maybe("valid_from", ColumnType::Time, "Since when."),
        maybe("valid_to", ColumnType::Time, "Until when, not including."),
    ],
    time_column: None,
    restricted_columns: &["owner_name"],
};

/// The routes of cables and pipelines, one row per vertex. Vertices of one `part_number` in the order of `vertex_number` are a line.
pub(crate) const CORRIDORS: TableDefinition = TableDefinition {
    name: "corridors",
    description: "One vertex of the route of one submarine cable or pipeline.",
    columns: &[
        RECORD_ID,
        needed("code", ColumnType::Text, "Public code of the cable or pipeline."),
        maybe("name", ColumnType::Text, "Name."),
        maybe("country", ColumnType::Text, "Country it lands in, ISO 3166-1 alpha-2."),
        needed("part_number", ColumnType::Integer32, "Number of the line in its file, from 1."),
        needed("vertex_number", ColumnType::Integer32, "Number of the vertex in its line, from 1."),
        needed("latitude", ColumnType::Float, "Degrees north, WGS 84."),
        needed("longitude", ColumnType::Float, "Degrees east, WGS 84."),
    ],
    time_column: None,
    restricted_columns: &[],
};
