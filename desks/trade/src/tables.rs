//! The desk's tables of records.

use oikos_desk::{Column, ColumnType, TableDefinition};

pub(crate) const ALL: &[TableDefinition] = &[FLOWS, DECLARATIONS];

const fn needed(name: &'static str, column_type: ColumnType, description: &'static str) -> Column {
    Column { name, column_type, nullable: false, description }
}

const fn maybe(name: &'static str, column_type: ColumnType, description: &'static str) -> Column {
    Column { name, column_type, nullable: true, description }
}

const RECORD_ID: Column = needed("record_id", ColumnType::Integer, "Import number and line in the file.");
const HS6: Column =
    maybe("hs6", ColumnType::Text, "Its first six digits, the Harmonised System's subheading; empty for totals and chapters.");

/// Aggregated trade flows. The months or years of one series are rows.
pub(crate) const FLOWS: TableDefinition = TableDefinition {
    name: "trade_flows",
    description: "One flow of one product between two countries in one month or year, as one of them reported it.",
    columns: &[
        RECORD_ID,
        needed("period_from", ColumnType::Time, "The first moment of the month or year, UTC."),
        needed("period_to", ColumnType::Time, "The first moment after it."),
        needed("period_months", ColumnType::Integer32, "1 or 12."),
        needed("source", ColumnType::Text, "comext, relational-view or baci."),
        needed("reporter", ColumnType::Text, "Who reported it: ISO 3166-1 alpha-2, or EU27."),
        needed(
            "partner",
            ColumnType::Text,
            "The other country: ISO 3166-1 alpha-2, a Comext code, EU27, WORLD, or the source's own words for what has none.",
        ),
        needed("partner_is_country", ColumnType::Boolean, "Whether the partner is one country, and not several or unknown ones."),
        needed("product", ColumnType::Text, "Combined Nomenclature or Harmonised System code without points, or TOTAL."),
        HS6,
        needed("flow", ColumnType::Text, "import or export, seen from the reporter."),
        maybe("is_extra_union", ColumnType::Boolean, "Whether it crossed the Union's outer border; empty where unknown."),
        maybe(
            "procedure",
            ColumnType::Text,
            "Statistical procedure (1 normal, 2 inward, 3 outward processing, 9 unknown); empty: all.",
        ),
        maybe(
            "value_eur",
            ColumnType::Float,
            "Statistical value: exports at the border of the exporter (FOB), imports with freight (CIF).",
        ),
        maybe("value_usd", ColumnType::Float, "Value in US dollars, where the source has no other."),
        maybe("quantity_kg", ColumnType::Float, "Net mass."),
        maybe("supplementary_quantity", ColumnType::Float, "Quantity in the product's own unit, for example pieces."),
    ],
    time_column: Some("period_from"),
    restricted_columns: &[],
};

/// Export declarations, for who is behind a flow.
pub(crate) const DECLARATIONS: TableDefinition = TableDefinition {
    name: "export_declarations",
    description: "One item of one export declaration.",
    columns: &[
        RECORD_ID,
        needed("accepted_at", ColumnType::Time, "When customs accepted it."),
        needed("declaration", ColumnType::Text, "Reference of the declaration, for example its MRN."),
        needed("reporter", ColumnType::Text, "Country of export, ISO 3166-1 alpha-2."),
        needed("partner", ColumnType::Text, "Country of destination, ISO 3166-1 alpha-2."),
        needed("product", ColumnType::Text, "Combined Nomenclature or Harmonised System code without points."),
        HS6,
        needed("value_eur", ColumnType::Float, "Statistical value."),
        maybe("quantity_kg", ColumnType::Float, "Net mass."),
        maybe("exporter_name", ColumnType::Text, "Exporter; may be a natural person where there is no LEI."),
        maybe("exporter_lei", ColumnType::Text, "Legal Entity Identifier of the exporter."),
        maybe("forwarder_name", ColumnType::Text, "Forwarder or representative; may be a natural person where there is no LEI."),
        maybe("forwarder_lei", ColumnType::Text, "Legal Entity Identifier of the forwarder."),
    ],
    time_column: Some("accepted_at"),
    restricted_columns: &["exporter_name", "forwarder_name"],
};
