//! What SQL cannot say well: gaps between mirror statistics with their completeness, and surges against a series' own history.

mod export_surge;
mod mirror_gaps;
mod student;
#[cfg(test)]
mod tests;

pub(crate) use export_surge::ExportSurge;
pub(crate) use mirror_gaps::MirrorGaps;

use oikos_desk::{KernelError, Parameters};

/// A parameter that must be there and within these bounds.
fn within(kernel: &'static str, parameters: &Parameters, name: &str, least: f64, most: f64) -> Result<f64, KernelError> {
    let refuse = |problem: String| KernelError::Parameter { kernel, parameter: name.to_owned(), problem };
    let number = parameters.number(name).ok_or_else(|| refuse("it is missing or no number".to_owned()))?;
    if (least..=most).contains(&number) { Ok(number) } else { Err(refuse(format!("expected a number from {least} to {most}"))) }
}
