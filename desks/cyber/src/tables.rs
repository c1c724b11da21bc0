//! The desk's tables of records.

use oikos_desk::{Column, ColumnType, TableDefinition};

pub(crate) const ALL: &[TableDefinition] = &[
    STIX_OBJECTS,
    MISP_ATTRIBUTES,
    INDICATORS,
    KNOWN_EXPLOITED_VULNERABILITIES,
    WARNING_ENTRIES,
    NETWORK_ASSETS,
    NETWORK_EVENTS,
];

const fn needed(name: &'static str, column_type: ColumnType, description: &'static str) -> Column {
    Column { name, column_type, nullable: false, description }
}

const fn maybe(name: &'static str, column_type: ColumnType, description: &'static str) -> Column {
    Column { name, column_type, nullable: true, description }
}

const RECORD_ID: Column = needed("record_id", ColumnType::Integer, "Import number and line or ordinal in the file.");

/// STIX objects, whole.
pub(crate) const STIX_OBJECTS: TableDefinition = TableDefinition {
    name: "stix_objects",
    description: "One STIX object, with all of its properties; the bundle's own members are a row of the type bundle.",
    columns: &[
        RECORD_ID,
        maybe("stix_id", ColumnType::Text, "The object's id."),
        needed("object_type", ColumnType::Text, "Its type."),
        maybe("spec_version", ColumnType::Text, "Version of STIX; empty in STIX 2.0."),
        maybe("created", ColumnType::Time, "When it was created."),
        maybe("modified", ColumnType::Time, "When it was modified last."),
        maybe("name", ColumnType::Text, "Its name."),
        needed("is_revoked", ColumnType::Boolean, "Whether its creator took it back."),
        needed("object_json", ColumnType::Text, "The whole object, so that nothing is lost."),
    ],
    time_column: None,
    restricted_columns: &[],
};

/// MISP attributes, whole.
pub(crate) const MISP_ATTRIBUTES: TableDefinition = TableDefinition {
    name: "misp_attributes",
    description: "One attribute of one MISP event, by itself or in an object.",
    columns: &[
        RECORD_ID,
        maybe("event_uuid", ColumnType::Text, "The event."),
        maybe("event_info", ColumnType::Text, "What the event is about."),
        maybe("object_name", ColumnType::Text, "The object that it is part of."),
        maybe("attribute_uuid", ColumnType::Text, "The attribute's id."),
        needed("attribute_type", ColumnType::Text, "Its type in MISP, for example ip-dst."),
        maybe("category", ColumnType::Text, "Its category."),
        needed("value", ColumnType::Text, "Its value as written."),
        needed("for_detection", ColumnType::Boolean, "Whether it is meant for detection (to_ids)."),
        maybe("stated_at", ColumnType::Time, "When it was last changed."),
        maybe("tags", ColumnType::Text, "Tags of it and of its event, separated by commas."),
        needed("is_deleted", ColumnType::Boolean, "Whether its creator deleted it."),
        needed("attribute_json", ColumnType::Text, "The whole attribute."),
    ],
    time_column: None,
    restricted_columns: &[],
};

/// What the readers of STIX and MISP understand as indicators.
pub(crate) const INDICATORS: TableDefinition = TableDefinition {
    name: "indicators",
    description: "One value or pattern that someone says is a sign of a threat.",
    columns: &[
        RECORD_ID,
        needed("source", ColumnType::Text, "stix or misp."),
        maybe("source_id", ColumnType::Text, "The indicator's or attribute's id."),
        maybe("name", ColumnType::Text, "What it is a sign of."),
        needed("kind", ColumnType::Text, "ip-address, domain, url, file-hash, email or pattern."),
        needed("value", ColumnType::Text, "The normalised value, network or pattern."),
        needed("match_kind", ColumnType::Text, "exact, cidr, suffix (a domain and what is below it) or pattern."),
        maybe("valid_from", ColumnType::Time, "Since when it is one."),
        maybe("valid_to", ColumnType::Time, "Until when."),
        maybe("stated_at", ColumnType::Time, "When that was said last."),
        needed("is_revoked", ColumnType::Boolean, "Whether it was taken back."),
        needed("for_detection", ColumnType::Boolean, "Whether it is meant for detection."),
        maybe("tags", ColumnType::Text, "Labels and tags, separated by commas."),
    ],
    time_column: None,
    restricted_columns: &[],
};

/// CISA's catalogue, every field of it.
pub(crate) const KNOWN_EXPLOITED_VULNERABILITIES: TableDefinition = TableDefinition {
    name: "known_exploited_vulnerabilities",
    description: "One vulnerability that CISA knows to be exploited.",
    columns: &[
        RECORD_ID,
        needed("cve", ColumnType::Text, "CVE identifier."),
        needed("vendor", ColumnType::Text, "Vendor or project."),
        needed("product", ColumnType::Text, "Product."),
        needed("name", ColumnType::Text, "Name of the vulnerability."),
        needed("date_added", ColumnType::Text, "When it came into the catalogue, YYYY-MM-DD."),
        needed("description", ColumnType::Text, "What it is."),
        needed("required_action", ColumnType::Text, "What to do."),
        needed("due_date", ColumnType::Text, "By when United States agencies have to, YYYY-MM-DD."),
        maybe("ransomware_use", ColumnType::Text, "Known or Unknown use in ransomware campaigns."),
        maybe("notes", ColumnType::Text, "Notes."),
        maybe("cwes", ColumnType::Text, "CWE identifiers, separated by commas."),
        maybe("other_json", ColumnType::Text, "Fields that the catalogue has besides."),
    ],
    time_column: None,
    restricted_columns: &[],
};

/// Values that are known to be found everywhere.
pub(crate) const WARNING_ENTRIES: TableDefinition = TableDefinition {
    name: "warning_entries",
    description: "One value of a list of what is harmless or found everywhere (MISP warninglists).",
    columns: &[
        RECORD_ID,
        needed("list", ColumnType::Text, "The list's name."),
        needed("match_kind", ColumnType::Text, "exact, cidr, suffix or substring."),
        needed("value", ColumnType::Text, "The value."),
    ],
    time_column: None,
    restricted_columns: &[],
};

/// Whose the addresses are.
pub(crate) const NETWORK_ASSETS: TableDefinition = TableDefinition {
    name: "network_assets",
    description: "One address, network or domain of one critical asset.",
    columns: &[
        RECORD_ID,
        needed("address", ColumnType::Text, "IP address, network (CIDR) or domain."),
        needed("match_kind", ColumnType::Text, "cidr or suffix."),
        needed("code", ColumnType::Text, "Public code of the asset."),
        maybe("name", ColumnType::Text, "Name."),
        maybe("country", ColumnType::Text, "Country it lies in, ISO 3166-1 alpha-2."),
        maybe("role", ColumnType::Text, "What stands there, for example crane gateway."),
    ],
    time_column: None,
    restricted_columns: &[],
};

/// Connections, queries and requests.
pub(crate) const NETWORK_EVENTS: TableDefinition = TableDefinition {
    name: "network_events",
    description: "One line of a network log: a connection, a DNS query, a request, a TLS handshake or a file.",
    columns: &[
        RECORD_ID,
        needed("at", ColumnType::Time, "When it began."),
        needed("log", ColumnType::Text, "Which log: conn, dns, http, ssl, files or another of Zeek's names."),
        maybe("uid", ColumnType::Text, "The connection's id in the log."),
        maybe("source_ip", ColumnType::Text, "Who began it."),
        maybe("source_port", ColumnType::Integer32, "Its port."),
        maybe("destination_ip", ColumnType::Text, "Who was spoken to."),
        maybe("destination_port", ColumnType::Integer32, "Its port."),
        maybe("protocol", ColumnType::Text, "tcp, udp or icmp."),
        maybe("service", ColumnType::Text, "Application protocol."),
        maybe("domain", ColumnType::Text, "The name that was asked for or spoken to, normalised."),
        maybe("url", ColumnType::Text, "The address that was requested."),
        maybe("file_hash", ColumnType::Text, "Hash of the file, the longest that is logged."),
        maybe("duration_seconds", ColumnType::Float, "How long it lasted."),
        maybe("source_bytes", ColumnType::Integer, "Bytes sent by the source."),
        maybe("destination_bytes", ColumnType::Integer, "Bytes sent by the destination."),
        maybe("connection_state", ColumnType::Text, "Zeek's state of the connection."),
        maybe("outcome", ColumnType::Text, "established or failed; empty where neither can be told."),
    ],
    time_column: Some("at"),
    restricted_columns: &["url"],
};
