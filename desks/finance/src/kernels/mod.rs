//! What SQL cannot say well: patterns of transfers in a temporal multigraph, and amounts that stay just below a step.

mod columns;
mod cycle_kernels;
mod cycles;
mod fans;
mod gather_scatter;
mod graph;
mod pass_through;
mod pattern;
mod scatter_gather;
mod scattered;
mod search;
mod structuring;
#[cfg(test)]
mod tests;
mod transfer_features;

pub(crate) use cycle_kernels::{ROUND_TRIPS, TEMPORAL_CYCLES};
pub(crate) use fans::{FAN_IN, FAN_OUT};
pub(crate) use gather_scatter::GATHER_SCATTER;
pub(crate) use pass_through::PASS_THROUGH;
pub(crate) use scattered::SCATTER_GATHER;
pub(crate) use structuring::Structuring;
pub(crate) use transfer_features::TransferFeatures;

use oikos_desk::{KernelError, Parameters};

/// Microseconds in an hour.
const HOUR_MICROS: i64 = 3_600_000_000;

/// The hours between two moments in microseconds.
fn hours_between(from: i64, to: i64) -> f64 {
    (to - from) as f64 / HOUR_MICROS as f64
}

/// A parameter that must be there and above zero.
fn positive(kernel: &'static str, parameters: &Parameters, name: &str) -> Result<f64, KernelError> {
    let refuse = |problem: &str| KernelError::Parameter { kernel, parameter: name.to_owned(), problem: problem.to_owned() };
    let number = parameters.number(name).ok_or_else(|| refuse("it is missing or no number"))?;
    if number.is_finite() && number > 0.0 { Ok(number) } else { Err(refuse("expected a number above 0")) }
}

/// A parameter that counts: a whole number from 1 on.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it was checked to be whole and to fit")]
fn count(kernel: &'static str, parameters: &Parameters, name: &str) -> Result<usize, KernelError> {
    let number = positive(kernel, parameters, name)?;
    if number.fract() == 0.0 && number <= f64::from(u32::MAX) {
        return Ok(number as usize);
    }
    Err(KernelError::Parameter { kernel, parameter: name.to_owned(), problem: "expected a whole number".to_owned() })
}

/// Hours as microseconds.
fn micros(hours: f64) -> i64 {
    // The cast saturates; no parameter in range comes near the ends.
    (hours * HOUR_MICROS as f64).round() as i64
}
