//! Readers of the European Union's consolidated list of financial sanctions (Financial Sanctions Files, version 1.1), XML and
//! CSV.

mod csv;
mod entry;
mod xml;

pub use csv::EuCsvReader;
pub use xml::EuXmlReader;
