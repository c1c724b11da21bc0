//! One reader per format, streaming, in bounded memory. Each gives drafts of transfers; [`transfer`] checks and lands them.

mod account;
mod landing;
mod lines;
mod mapped_csv;
mod pacs008;
mod rows;
#[cfg(test)]
pub(crate) mod test_sink;
mod transfer;
mod travel_rule;

pub(crate) use mapped_csv::TransfersCsv;
pub(crate) use pacs008::Pacs008;
pub(crate) use travel_rule::TravelRule;

/// Why a row is refused: the field at fault, where one is, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Problem {
    field: Option<String>,
    reason: String,
}

impl Problem {
    fn row(reason: impl Into<String>) -> Self {
        Self { field: None, reason: reason.into() }
    }

    fn field(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { field: Some(field.into()), reason: reason.into() }
    }
}
