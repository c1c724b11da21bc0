//! The desk's tables of records. Columns are named after the data elements of EUCDM (Delegated Regulation (EU) 2015/2446, Annex
//! B).

use oikos_desk::{Column, ColumnType, TableDefinition};

pub(crate) const ALL: &[TableDefinition] = &[DECLARATIONS, INSPECTIONS];

const fn needed(name: &'static str, column_type: ColumnType, description: &'static str) -> Column {
    Column { name, column_type, nullable: false, description }
}

const fn maybe(name: &'static str, column_type: ColumnType, description: &'static str) -> Column {
    Column { name, column_type, nullable: true, description }
}

const fn text(name: &'static str, description: &'static str) -> Column {
    maybe(name, ColumnType::Text, description)
}

const RECORD_ID: Column = needed("record_id", ColumnType::Integer, "Import number and line in the file.");
const MRN: Column = needed("mrn", ColumnType::Text, "Master reference number of the declaration.");
const ITEM: Column = text("goods_item_number", "Goods item number in the declaration; empty: the only one, or all of them.");
const CONSIGNOR_NAME: Column =
    text("consignor_name", "Consignor (for goods from abroad: the exporter); may be a natural person.");
const CONSIGNOR_LEI: Column = text("consignor_lei", "Legal Entity Identifier of the consignor.");
const CONSIGNOR_NUMBER: Column = text("consignor_company_number", "Register number of the consignor, scheme:number.");
const CONSIGNEE_NUMBER: Column = text("consignee_company_number", "Register number of the consignee, scheme:number.");
const CONSIGNEE_NAME: Column = text("consignee_name", "Consignee (for imports: the importer); may be a natural person.");
const CONSIGNEE_LEI: Column = text("consignee_lei", "Legal Entity Identifier of the consignee.");
const COMMODITY: Column =
    text("commodity_code", "Harmonised System subheading or a longer code that begins with it, digits only.");

/// Goods declared, one goods item a row.
pub(crate) const DECLARATIONS: TableDefinition = TableDefinition {
    name: "declarations",
    description: "One goods item of one customs declaration.",
    columns: &[
        RECORD_ID,
        MRN,
        ITEM,
        needed("accepted_at", ColumnType::Time, "When the declaration was accepted."),
        text("declaration_type", "Type of declaration, or the column of EUCDM it follows: H1, H7."),
        text("customs_office", "Customs office of presentation, its reference number."),
        text("procedure", "Procedure code."),
        text("additional_procedure", "Additional procedure code."),
        text("method_of_payment", "Method of payment code."),
        text("mode_of_transport", "Mode of transport at the border, its code."),
        text("declarant_identification", "Identification number of the declarant."),
        text("importer_identification", "Identification number of the importer."),
        needed("importer_is_natural_person", ColumnType::Boolean, "Whether the importer is a natural person."),
        text("seller_identification", "Identification number of the seller."),
        text("carrier_identification", "Identification number of the carrier or courier."),
        CONSIGNOR_NAME,
        CONSIGNOR_LEI,
        CONSIGNOR_NUMBER,
        CONSIGNEE_NAME,
        CONSIGNEE_LEI,
        CONSIGNEE_NUMBER,
        COMMODITY,
        text("description_of_goods", "Description of goods."),
        text("country_of_origin", "Country of origin of the goods, ISO 3166-1 alpha-2."),
        text("country_of_dispatch", "Country of dispatch, ISO 3166-1 alpha-2."),
        text("country_of_destination", "Country of destination, ISO 3166-1 alpha-2."),
        text("tax_type", "Tax type code."),
        maybe("tax_rate_percent", ColumnType::Float, "Tax rate."),
        maybe("net_mass_kg", ColumnType::Float, "Net mass."),
        maybe("item_amount", ColumnType::Float, "Item amount invoiced, in the currency of the file."),
        text("container_identification", "Container identification number (ISO 6346)."),
        text("transport_document", "Reference number of the transport document."),
    ],
    time_column: Some("accepted_at"),
    restricted_columns: &["consignor_name", "consignee_name"],
};

/// What inspections found, one row for each goods item or batch looked at.
pub(crate) const INSPECTIONS: TableDefinition = TableDefinition {
    name: "inspections",
    description: "One goods item, or one batch of it, that was inspected, with what was found.",
    columns: &[
        RECORD_ID,
        needed("inspection_reference", ColumnType::Text, "The office's reference of the inspection."),
        MRN,
        ITEM,
        needed("inspected_at", ColumnType::Time, "When the goods were inspected."),
        needed("found", ColumnType::Text, "What was found, a code; the desk's README lists them."),
        text("selected_by", "Why it was inspected: risk, lot, intelligence or request."),
        text("customs_office", "Customs office that inspected, its reference number."),
        text("goods_found", "The goods that were found, in words."),
        COMMODITY,
        maybe("quantity", ColumnType::Float, "How many pieces were found."),
        text("serial_batch", "Serial number or batch of what was found."),
        CONSIGNOR_NAME,
        CONSIGNOR_LEI,
        CONSIGNOR_NUMBER,
        CONSIGNEE_NAME,
        CONSIGNEE_LEI,
        CONSIGNEE_NUMBER,
        text("country_of_dispatch", "Country of dispatch, ISO 3166-1 alpha-2."),
        text("country_of_destination", "Country of destination, ISO 3166-1 alpha-2."),
        text("container_identification", "Container identification number (ISO 6346)."),
        text("transport_document", "Reference number of the transport document."),
    ],
    time_column: Some("inspected_at"),
    restricted_columns: &["consignor_name", "consignee_name"],
};
