//! One reader per format, streaming, in bounded memory.

mod graph;
mod incidents;
mod input_output;
#[cfg(test)]
mod tests;

pub(crate) use graph::{AssetsCsv, DependenciesCsv, DependencyGraphJson};
pub(crate) use incidents::{IncidentsCsv, IncidentsJson};
pub(crate) use input_output::InputOutputCsv;

use oikos_desk::reading::{Problem, Record};
use oikos_matching::normalise;
use oikos_model::SelectorKind;

/// A normalised identifier; `None` where the field is empty.
fn identifier(record: &Record<'_>, field: &'static str, kind: SelectorKind) -> Result<Option<String>, Problem> {
    record.parsed(field, |text| normalise(kind, text).map(|selector| selector.value).map_err(|error| error.to_string()))
}

/// The code of an asset, which must be there.
fn asset_code(record: &Record<'_>, field: &'static str) -> Result<String, Problem> {
    identifier(record, field, SelectorKind::Asset)?.ok_or_else(|| Problem::field(field, "it is empty"))
}
