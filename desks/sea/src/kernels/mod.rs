//! What SQL cannot say well: silences in a ship's reports, distance to a route, and lingering that goes on from run to run.

mod ais_gaps;
mod corridor_distance;
mod loitering;
#[cfg(test)]
mod test_output;

pub(crate) use ais_gaps::AisGaps;
pub(crate) use corridor_distance::CorridorDistance;
pub(crate) use loitering::Loitering;

use oikos_desk::{KernelError, Parameters, kernel_input};

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

/// Hours as microseconds.
fn micros(hours: f64) -> i64 {
    // The cast saturates; no parameter in range comes near the ends.
    (hours * HOUR_MICROS as f64).round() as i64
}
