//! The desk's tables of records.

use oikos_desk::{Column, ColumnType, TableDefinition};

pub(crate) const ALL: &[TableDefinition] = &[
    REMOTE_ID_MESSAGES,
    REMOTE_ID_IDENTITIES,
    REMOTE_ID_LOCATIONS,
    REMOTE_ID_OPERATORS,
    AIR_TRACKS,
    AIR_ZONES,
    AIR_ZONE_PERIODS,
    AIR_ASSETS,
    AUTHORISED_FLIGHTS,
];

const fn needed(name: &'static str, column_type: ColumnType, description: &'static str) -> Column {
    Column { name, column_type, nullable: false, description }
}

const fn maybe(name: &'static str, column_type: ColumnType, description: &'static str) -> Column {
    Column { name, column_type, nullable: true, description }
}

const RECORD_ID: Column = needed("record_id", ColumnType::Integer, "Import number and line or ordinal in the file.");
const AT: Column = needed("at", ColumnType::Time, "When the receiver heard it.");
const RECEIVER: Column = maybe("receiver", ColumnType::Text, "The receiving station.");
const TRANSMITTER: Column =
    needed("transmitter", ColumnType::Text, "The sender's radio address, by which its messages belong together.");

/// Every Remote ID message, with what none of the other tables holds. It names no operator.
pub(crate) const REMOTE_ID_MESSAGES: TableDefinition = TableDefinition {
    name: "remote_id_messages",
    description: "One Remote ID message (ASTM F3411-22a, EN 4709-002) that was heard, of whatever type.",
    columns: &[
        RECORD_ID,
        AT,
        RECEIVER,
        TRANSMITTER,
        maybe(
            "transport",
            ColumnType::Text,
            "How it came: bluetooth-legacy, bluetooth-long-range, wifi-beacon, wifi-nan or network.",
        ),
        needed("message_type", ColumnType::Text, "basic-id, location, authentication, self-id, system or operator-id."),
        needed("protocol_version", ColumnType::Integer32, "Version of the protocol, 0 to 15; 2 is F3411-22a."),
        maybe("self_id_type", ColumnType::Integer32, "Of a Self-ID: 0 text, 1 emergency, 2 extended status."),
        maybe("self_id_text", ColumnType::Text, "Of a Self-ID: what the operator declares in words."),
        maybe("authentication_type", ColumnType::Integer32, "Of an Authentication: its type, 0 to 15."),
        maybe("authentication_page", ColumnType::Integer32, "Of an Authentication: the page, 0 to 15."),
        maybe("authentication_last_page", ColumnType::Integer32, "Of an Authentication's page 0: the last page."),
        maybe("authentication_length_bytes", ColumnType::Integer32, "Of an Authentication's page 0: the length of all data."),
        maybe("authentication_at", ColumnType::Time, "Of an Authentication's page 0: when it was made."),
        maybe("authentication_data", ColumnType::Text, "Of an Authentication: the page's data, hexadecimal; not verified."),
    ],
    time_column: Some("at"),
    restricted_columns: &["self_id_text"],
};

/// What aircraft say they are: Basic ID messages.
pub(crate) const REMOTE_ID_IDENTITIES: TableDefinition = TableDefinition {
    name: "remote_id_identities",
    description: "One Basic ID message: what an unmanned aircraft says it is.",
    columns: &[
        RECORD_ID,
        AT,
        RECEIVER,
        TRANSMITTER,
        needed("id_type", ColumnType::Integer32, "0 none, 1 serial number, 2 registration, 3 UTM flight id, 4 session id."),
        needed("aircraft_type", ColumnType::Integer32, "Kind of aircraft, 0 to 15: 1 aeroplane, 2 helicopter or multirotor, …"),
        maybe("aircraft_id", ColumnType::Text, "The id as sent; hexadecimal where it is no text."),
        maybe("serial_number", ColumnType::Text, "The id, where it is a serial number (ANSI/CTA-2063-A)."),
        maybe("manufacturer_code", ColumnType::Text, "The first four characters of a serial number of the standard's form."),
        maybe("serial_batch", ColumnType::Text, "Manufacturer's code, colon, first two characters of its number."),
    ],
    time_column: Some("at"),
    restricted_columns: &[],
};

/// Where aircraft say they are: Location messages. One without a position leaves no row here.
pub(crate) const REMOTE_ID_LOCATIONS: TableDefinition = TableDefinition {
    name: "remote_id_locations",
    description: "One Location message: where an unmanned aircraft says it is.",
    columns: &[
        RECORD_ID,
        AT,
        RECEIVER,
        TRANSMITTER,
        maybe("sent_at", ColumnType::Time, "The aircraft's own time, which says only tenths of seconds after the hour."),
        needed("status", ColumnType::Integer32, "0 undeclared, 1 on ground, 2 airborne, 3 emergency, 4 Remote ID failure."),
        needed("latitude", ColumnType::Float, "Degrees north, WGS 84."),
        needed("longitude", ColumnType::Float, "Degrees east, WGS 84."),
        maybe("altitude_ellipsoid_m", ColumnType::Float, "Height above the WGS 84 ellipsoid."),
        maybe("altitude_pressure_m", ColumnType::Float, "Pressure altitude (1013.25 hPa); it is no height above the sea."),
        maybe("height_above_ground_m", ColumnType::Float, "Height above the ground, where the aircraft measures that."),
        maybe("height_above_takeoff_m", ColumnType::Float, "Height above the place of take-off."),
        maybe("direction_degrees", ColumnType::Float, "Direction of flight, from true north."),
        maybe("speed_m_per_s", ColumnType::Float, "Horizontal speed."),
        maybe("vertical_speed_m_per_s", ColumnType::Float, "Vertical speed, up is positive."),
        needed(
            "horizontal_accuracy_code",
            ColumnType::Integer32,
            "0 unknown, 1 worse than 10 nm … 9 30 m, 10 10 m, 11 3 m, 12 1 m.",
        ),
        needed("vertical_accuracy_code", ColumnType::Integer32, "0 unknown, 1 worse than 150 m … 4 10 m, 5 3 m, 6 1 m."),
    ],
    time_column: Some("at"),
    restricted_columns: &[],
};

/// Who operates, and from where: Operator ID and System messages. All of it can lead to a person.
pub(crate) const REMOTE_ID_OPERATORS: TableDefinition = TableDefinition {
    name: "remote_id_operators",
    description: "One Operator ID or System message: who operates an unmanned aircraft, or from where.",
    columns: &[
        RECORD_ID,
        AT,
        RECEIVER,
        TRANSMITTER,
        needed("message_type", ColumnType::Text, "operator-id or system."),
        maybe("operator_id", ColumnType::Text, "The operator's registration number, without its secret part."),
        maybe("operator_latitude", ColumnType::Float, "Degrees north, WGS 84."),
        maybe("operator_longitude", ColumnType::Float, "Degrees east, WGS 84."),
        maybe("operator_altitude_ellipsoid_m", ColumnType::Float, "Height above the WGS 84 ellipsoid."),
        maybe("operator_location_type", ColumnType::Integer32, "0 take-off, 1 live, 2 fixed."),
        maybe("area_count", ColumnType::Integer32, "How many aircraft fly in the area."),
        maybe("area_radius_m", ColumnType::Float, "Radius of the area."),
        maybe("area_ceiling_ellipsoid_m", ColumnType::Float, "Upper limit of the area."),
        maybe("area_floor_ellipsoid_m", ColumnType::Float, "Lower limit of the area."),
        maybe("eu_category", ColumnType::Integer32, "0 undeclared, 1 open, 2 specific, 3 certified."),
        maybe("eu_class", ColumnType::Integer32, "0 undeclared, 1 to 7 for classes C0 to C6."),
        maybe("sent_at", ColumnType::Time, "The system's own time."),
    ],
    time_column: Some("at"),
    restricted_columns: &["operator_id", "operator_latitude", "operator_longitude", "operator_altitude_ellipsoid_m"],
};

/// What radars and direction finders saw.
pub(crate) const AIR_TRACKS: TableDefinition = TableDefinition {
    name: "air_tracks",
    description: "One position of one track of a radar, a direction finder or a camera.",
    columns: &[
        RECORD_ID,
        needed("at", ColumnType::Time, "When the sensor saw it."),
        needed("sensor", ColumnType::Text, "The sensor."),
        needed("track", ColumnType::Text, "The sensor's number of the track."),
        needed("latitude", ColumnType::Float, "Degrees north, WGS 84."),
        needed("longitude", ColumnType::Float, "Degrees east, WGS 84."),
        maybe("altitude_amsl_m", ColumnType::Float, "Height above mean sea level."),
        maybe("height_above_ground_m", ColumnType::Float, "Height above the ground."),
        maybe("classification", ColumnType::Text, "What the sensor takes it for: drone, bird, aircraft, unknown."),
        maybe("confidence", ColumnType::Float, "How sure the sensor is of that, 0 to 1."),
        maybe("serial_number", ColumnType::Text, "The aircraft's serial number, where the sensor could read it."),
        maybe("serial_batch", ColumnType::Text, "Manufacturer's code, colon, first two characters of its number."),
    ],
    time_column: Some("at"),
    restricted_columns: &[],
};

/// Volumes of UAS geographical zones.
pub(crate) const AIR_ZONES: TableDefinition = TableDefinition {
    name: "air_zones",
    description: "One volume of one UAS geographical zone (EUROCAE ED-269, ED-318).",
    columns: &[
        RECORD_ID,
        needed("zone", ColumnType::Text, "The zone's identifier."),
        needed("country", ColumnType::Text, "The state that published it, ISO 3166-1 alpha-3."),
        maybe("name", ColumnType::Text, "Name, in English where there is one."),
        needed("restriction", ColumnType::Text, "prohibited, authorisation, conditional, none or u-space."),
        maybe("conditions", ColumnType::Text, "Under which conditions one may fly there."),
        maybe("reason", ColumnType::Text, "Reasons, separated by commas."),
        maybe("authority", ColumnType::Text, "Who authorises or informs."),
        needed("volume_number", ColumnType::Integer32, "Number of the volume in its zone, from 1."),
        maybe("lower_limit_m", ColumnType::Float, "Lower limit; empty: none."),
        maybe("lower_reference", ColumnType::Text, "What it is measured from: AGL, AMSL or WGS84."),
        maybe("upper_limit_m", ColumnType::Float, "Upper limit; empty: none."),
        maybe("upper_reference", ColumnType::Text, "What it is measured from: AGL, AMSL or WGS84."),
        maybe("center_latitude", ColumnType::Float, "Of a circle: degrees north."),
        maybe("center_longitude", ColumnType::Float, "Of a circle: degrees east."),
        maybe("radius_m", ColumnType::Float, "Of a circle: its radius."),
        maybe(
            "rings",
            ColumnType::Text,
            "Of a polygon: its rings as GeoJSON has them, [longitude, latitude]; the first is the outer one.",
        ),
    ],
    time_column: None,
    restricted_columns: &[],
};

/// When zones apply. A zone without a row here applies always.
pub(crate) const AIR_ZONE_PERIODS: TableDefinition = TableDefinition {
    name: "air_zone_periods",
    description: "One period in which a zone applies.",
    columns: &[
        RECORD_ID,
        needed("zone", ColumnType::Text, "The zone's identifier."),
        needed("country", ColumnType::Text, "The state that published it, ISO 3166-1 alpha-3."),
        maybe("valid_from", ColumnType::Time, "Since when; empty: since ever."),
        maybe("valid_to", ColumnType::Time, "Until when; empty: for ever."),
        maybe("days", ColumnType::Text, "Days of the week, MON to SUN separated by commas, in UTC; empty: every day."),
        maybe("from_seconds", ColumnType::Integer32, "Beginning on each day, seconds after midnight UTC; empty: midnight."),
        maybe("to_seconds", ColumnType::Integer32, "End on each day, seconds after midnight UTC; empty: midnight."),
        needed("by_sun", ColumnType::Boolean, "Whether twilight or the sun sets an end; then it is taken to be the whole day."),
    ],
    time_column: None,
    restricted_columns: &[],
};

/// What is to be protected.
pub(crate) const AIR_ASSETS: TableDefinition = TableDefinition {
    name: "air_assets",
    description: "One critical asset with its place.",
    columns: &[
        RECORD_ID,
        needed("code", ColumnType::Text, "Public code of the asset."),
        maybe("name", ColumnType::Text, "Name."),
        maybe("country", ColumnType::Text, "Country it lies in, ISO 3166-1 alpha-2."),
        needed("latitude", ColumnType::Float, "Degrees north, WGS 84."),
        needed("longitude", ColumnType::Float, "Degrees east, WGS 84."),
        maybe("ground_amsl_m", ColumnType::Float, "Height of its ground above mean sea level."),
        maybe("geoid_height_m", ColumnType::Float, "Height of mean sea level above the WGS 84 ellipsoid there."),
    ],
    time_column: None,
    restricted_columns: &[],
};

/// Who may fly where and when.
pub(crate) const AUTHORISED_FLIGHTS: TableDefinition = TableDefinition {
    name: "authorised_flights",
    description: "One aircraft that may fly in one zone for a time.",
    columns: &[
        RECORD_ID,
        needed("authorisation", ColumnType::Text, "Reference of the authorisation."),
        needed("serial_number", ColumnType::Text, "The aircraft's serial number."),
        needed("zone", ColumnType::Text, "The zone's identifier."),
        needed("valid_from", ColumnType::Time, "Since when."),
        needed("valid_to", ColumnType::Time, "Until when, not including."),
    ],
    time_column: None,
    restricted_columns: &[],
};
