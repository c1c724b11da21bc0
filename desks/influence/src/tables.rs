//! The desk's tables of records.

use oikos_desk::{Column, ColumnType, TableDefinition};

pub(crate) const ALL: &[TableDefinition] = &[POSTS, LINKS, ASSETS];

const fn needed(name: &'static str, column_type: ColumnType, description: &'static str) -> Column {
    Column { name, column_type, nullable: false, description }
}

const fn maybe(name: &'static str, column_type: ColumnType, description: &'static str) -> Column {
    Column { name, column_type, nullable: true, description }
}

const RECORD_ID: Column =
    needed("record_id", ColumnType::Integer, "Import number and ordinal in the file; a post's links share its record id.");
const AT: Column = needed("at", ColumnType::Time, "When it was published.");

/// Posts and articles.
pub(crate) const POSTS: TableDefinition = TableDefinition {
    name: "influence_posts",
    description: "One post of an account, or one article of a site.",
    columns: &[
        RECORD_ID,
        AT,
        needed("kind", ColumnType::Text, "post or article."),
        needed("platform", ColumnType::Text, "Where it was published: a platform's name, or web."),
        needed("post", ColumnType::Text, "The platform's id of the post, or the address of the article."),
        maybe("account", ColumnType::Text, "Who posted it, platform:handle in small letters; empty for articles."),
        maybe("title", ColumnType::Text, "Headline."),
        maybe("text", ColumnType::Text, "Its text."),
        maybe("language", ColumnType::Text, "Language as the source says (BCP 47)."),
        maybe(
            "shared_object",
            ColumnType::Text,
            "What it passes on as it is: the id of a reshared post, or whatever object the source counts.",
        ),
    ],
    time_column: Some("at"),
    restricted_columns: &["account", "text"],
};

/// Links of posts, and where articles are kept.
pub(crate) const LINKS: TableDefinition = TableDefinition {
    name: "influence_links",
    description: "One page that a post links to, or at which an article is published.",
    columns: &[
        RECORD_ID,
        AT,
        needed("relation", ColumnType::Text, "shared: the post links to it. published: it is the article's own page."),
        needed("url", ColumnType::Text, "The page's address."),
        maybe("domain", ColumnType::Text, "Its domain name, without www; empty where the page is kept at a bare address."),
        maybe("address", ColumnType::Text, "The IP address that the domain had, as the input says; nothing is looked up."),
    ],
    time_column: Some("at"),
    restricted_columns: &[],
};

/// Names of critical assets. It has no time column: a name holds whatever span is asked for.
pub(crate) const ASSETS: TableDefinition = TableDefinition {
    name: "influence_assets",
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
