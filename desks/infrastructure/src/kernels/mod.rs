//! What SQL cannot say well: cascades through the dependency graph, and the inoperability of sectors.

mod cascade;
mod sectors;
#[cfg(test)]
mod tests;

pub(crate) use cascade::Cascade;
pub(crate) use sectors::SectorInoperability;

use oikos_desk::{KernelError, Parameters};

/// A parameter that must be there, above zero and at most `most`.
fn positive(kernel: &'static str, parameters: &Parameters, name: &str, most: f64) -> Result<f64, KernelError> {
    let refuse = |problem: String| KernelError::Parameter { kernel, parameter: name.to_owned(), problem };
    let number = parameters.number(name).ok_or_else(|| refuse("it is missing or no number".to_owned()))?;
    if number > 0.0 && number <= most { Ok(number) } else { Err(refuse(format!("expected a number above 0, at most {most}"))) }
}
