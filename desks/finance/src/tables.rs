//! The desk's tables of records.

use oikos_desk::{Column, ColumnType, TableDefinition};

pub(crate) const ALL: &[TableDefinition] = &[TRANSFERS];

const fn needed(name: &'static str, column_type: ColumnType, description: &'static str) -> Column {
    Column { name, column_type, nullable: false, description }
}

const fn maybe(name: &'static str, column_type: ColumnType, description: &'static str) -> Column {
    Column { name, column_type, nullable: true, description }
}

/// Money or crypto-assets that moved from one account to another: the edges of the temporal multigraph every detector of the desk
/// walks.
///
/// An account is written with its kind before it, so that no two kinds are ever one: `iban:EE38…`, `wallet:bc1…`,
/// `account:BANK/123`.
pub(crate) const TRANSFERS: TableDefinition = TableDefinition {
    name: "transfers",
    description: "One transfer of money or crypto-assets from one account to another.",
    columns: &[
        needed("record_id", ColumnType::Integer, "Import number and row in the file."),
        needed("at", ColumnType::Time, "When it was made; the day's beginning where the source has only a day."),
        maybe("reference", ColumnType::Text, "The source's own reference: UETR, end-to-end or transaction id."),
        needed("instrument", ColumnType::Text, "credit-transfer, crypto, cash, card, cheque or other."),
        needed("amount", ColumnType::Float, "Amount in its currency or asset."),
        needed("currency", ColumnType::Text, "ISO 4217 code, or the asset's ticker; XXX where the source has none."),
        maybe("amount_eur", ColumnType::Float, "Amount in euro: where it is in euro, or where the source says what it is worth."),
        needed("from_account", ColumnType::Text, "The payer's account with its kind: iban:, wallet: or account:."),
        needed("to_account", ColumnType::Text, "The payee's account with its kind: iban:, wallet: or account:."),
        maybe("from_self_hosted", ColumnType::Boolean, "Whether the payer's wallet is held without a provider."),
        maybe("to_self_hosted", ColumnType::Boolean, "Whether the payee's wallet is held without a provider."),
        maybe("from_name", ColumnType::Text, "The payer's name as written; may be a natural person's."),
        maybe("to_name", ColumnType::Text, "The payee's name as written; may be a natural person's."),
        maybe("from_lei", ColumnType::Text, "The payer's Legal Entity Identifier."),
        maybe("to_lei", ColumnType::Text, "The payee's Legal Entity Identifier."),
        maybe("from_country", ColumnType::Text, "The payer's country, ISO 3166-1 alpha-2."),
        maybe("to_country", ColumnType::Text, "The payee's country, ISO 3166-1 alpha-2."),
        maybe("from_agent", ColumnType::Text, "The payer's bank or provider: BIC, LEI or the source's code."),
        maybe("to_agent", ColumnType::Text, "The payee's bank or provider: BIC, LEI or the source's code."),
        maybe("remittance", ColumnType::Text, "What the payer wrote to the payee."),
        maybe("is_reported", ColumnType::Boolean, "Whether the source says a report was made about it; no detector reads it."),
    ],
    time_column: Some("at"),
    restricted_columns: &["from_name", "to_name", "remittance"],
};
