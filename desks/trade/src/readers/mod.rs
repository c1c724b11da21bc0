//! One reader per format, streaming, in bounded memory.

mod baci;
mod comext;
mod declarations;
mod flow;
mod period;
mod relational_view;
#[cfg(test)]
mod tests;

pub(crate) use baci::Baci;
pub(crate) use comext::{ComextBulk, ComextLegacy};
pub(crate) use declarations::ExportDeclarations;
pub(crate) use relational_view::RelationalView;
