//! The desk's tables of records.

use oikos_desk::{Column, ColumnType, TableDefinition};

pub(crate) const ALL: &[TableDefinition] = &[CAPTURES, SELECTORS, ASSETS];

const fn needed(name: &'static str, column_type: ColumnType, description: &'static str) -> Column {
    Column { name, column_type, nullable: false, description }
}

const fn maybe(name: &'static str, column_type: ColumnType, description: &'static str) -> Column {
    Column { name, column_type, nullable: true, description }
}

const RECORD_ID: Column =
    needed("record_id", ColumnType::Integer, "Import number and ordinal in the file; a capture's selectors share its record id.");
const AT: Column = needed("at", ColumnType::Time, "When it was posted, or else when it was captured.");

/// Captured pages and posts.
pub(crate) const CAPTURES: TableDefinition = TableDefinition {
    name: "online_captures",
    description: "One page or post as it was captured.",
    columns: &[
        RECORD_ID,
        AT,
        needed("site", ColumnType::Text, "Domain name of the site, or the platform's name."),
        needed("page", ColumnType::Text, "Address of the page or post."),
        maybe("author", ColumnType::Text, "Who posted it, site:handle in small letters."),
        maybe("title", ColumnType::Text, "Title."),
        needed("text", ColumnType::Text, "Its text, without mark-up."),
        maybe("language", ColumnType::Text, "Language as the source says (BCP 47)."),
        maybe("capture", ColumnType::Text, "Reference of the decision under which it was captured."),
    ],
    time_column: Some("at"),
    restricted_columns: &["author", "text"],
};

/// Identifiers found in captures.
pub(crate) const SELECTORS: TableDefinition = TableDefinition {
    name: "online_selectors",
    description: "One identifier in the text of one capture, checked by its own standard.",
    columns: &[
        RECORD_ID,
        AT,
        needed(
            "kind",
            ColumnType::Text,
            "Kind of selector: wallet, iban, phone, email, pgp-fingerprint, handle, domain or ip-address.",
        ),
        needed("value", ColumnType::Text, "Its one written form."),
        needed("site", ColumnType::Text, "Site of the capture."),
        needed("advertiser", ColumnType::Text, "Author of the capture, or its page where none is known."),
    ],
    time_column: Some("at"),
    restricted_columns: &["value", "advertiser"],
};

/// Names of critical assets. It has no time column: a name holds whatever span is asked for.
pub(crate) const ASSETS: TableDefinition = TableDefinition {
    name: "online_assets",
    description: "One name of one critical asset.",
    columns: &[
        RECORD_ID,
        needed("code", ColumnType::Text, "Public code of the asset."),
        needed("name", ColumnType::Text, "A name by which texts call it."),
        maybe("country", ColumnType::Text, "Country, ISO 3166-1 alpha-2."),
        maybe("latitude", ColumnType::Float, "Degrees north, WGS 84."),
        maybe("longitude", ColumnType::Float, "Degrees east, WGS 84."),
    ],
    time_column: None,
    restricted_columns: &[],
};
