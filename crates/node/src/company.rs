//! Naming a company in a request.

use oikos_model::{Selector, SelectorKind};

use crate::NodeError;

/// The selector that names a company: `lei` or `company-number`, with its check digits.
pub(crate) fn company_selector(kind: &str, value: &str) -> Result<Selector, NodeError> {
    let kind = SelectorKind::from_code(kind)
        .filter(|kind| matches!(kind, SelectorKind::Lei | SelectorKind::CompanyNumber))
        .ok_or_else(|| NodeError::Invalid("a company is named by lei or company-number".into()))?;
    oikos_matching::normalise(kind, value).map_err(|error| NodeError::Invalid(error.to_string()))
}
