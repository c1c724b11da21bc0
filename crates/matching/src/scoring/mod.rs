//! Scoring: aligned words, named features, weights, reasons.

pub(crate) mod align;
pub(crate) mod defaults;
pub(crate) mod evidence;
pub(crate) mod features;
pub(crate) mod score;
pub(crate) mod weights;
