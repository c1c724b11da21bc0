//! Readers of the Global LEI Index: who is who (LEI-CDF 3.1 and 2.1) and who owns whom (RR-CDF 2.1), XML and the golden copy's
//! CSV.

mod csv;
mod entity;
mod relationship;
mod xml;

pub use csv::{GleifEntityCsvReader, GleifRelationshipCsvReader};
pub use xml::{GleifEntityXmlReader, GleifRelationshipXmlReader};

use oikos_matching::normalise;
use oikos_model::SelectorKind;

use super::landing::Fault;

/// A Legal Entity Identifier that passes its check.
fn lei(text: Option<&str>, field: &str) -> Result<String, Fault> {
    let text = text.ok_or_else(|| Fault::new(field, "is missing"))?;
    normalise(SelectorKind::Lei, text).map(|selector| selector.value).map_err(|error| Fault::new(field, error.to_string()))
}
