//! What SQL cannot say well: identifiers that adverts share, adverts that offer money for deeds at critical sites, and assets
//! that texts name.

mod columns;
mod named_assets;
mod shared_selectors;
mod task_adverts;
mod terms;
#[cfg(test)]
mod test_output;

pub(crate) use named_assets::NamedAssets;
pub(crate) use shared_selectors::SharedSelectors;
pub(crate) use task_adverts::TaskAdverts;

use oikos_desk::{KernelError, Parameters};

/// A parameter that must be there and at least `least`.
fn at_least(kernel: &'static str, parameters: &Parameters, name: &str, least: f64) -> Result<f64, KernelError> {
    let refuse = |problem: String| KernelError::Parameter { kernel, parameter: name.to_owned(), problem };
    let number = parameters.number(name).ok_or_else(|| refuse("it is missing or no number".to_owned()))?;
    if number.is_finite() && number >= least { Ok(number) } else { Err(refuse(format!("expected a number from {least} on"))) }
}
