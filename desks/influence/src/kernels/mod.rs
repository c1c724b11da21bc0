//! What SQL cannot say well: near-duplicate texts, bursts of copies, accounts that act as one, and assets that texts name.

mod columns;
mod coordination;
mod named_assets;
mod near_duplicate_texts;
#[cfg(test)]
mod test_output;
mod text_bursts;

pub(crate) use coordination::Coordination;
pub(crate) use named_assets::NamedAssets;
pub(crate) use near_duplicate_texts::NearDuplicateTexts;
pub(crate) use text_bursts::TextBursts;

use oikos_desk::{KernelError, Parameters};

/// Microseconds in a second.
const SECOND_MICROS: i64 = 1_000_000;

/// A parameter that must be there and at least `least`.
fn at_least(kernel: &'static str, parameters: &Parameters, name: &str, least: f64) -> Result<f64, KernelError> {
    let refuse = |problem: String| KernelError::Parameter { kernel, parameter: name.to_owned(), problem };
    let number = parameters.number(name).ok_or_else(|| refuse("it is missing or no number".to_owned()))?;
    if number.is_finite() && number >= least { Ok(number) } else { Err(refuse(format!("expected a number from {least} on"))) }
}

/// Seconds as microseconds.
fn micros(seconds: f64) -> i64 {
    // The cast saturates; no parameter in range comes near the ends.
    (seconds * SECOND_MICROS as f64).round() as i64
}
