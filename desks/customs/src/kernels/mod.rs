//! What SQL cannot say well: learning from inspections, and drawing lots that can be repeated.

mod boosting;
mod columns;
mod declaration_risk;
mod draw;
mod outcome_rates;

pub(crate) use declaration_risk::DeclarationRisk;
