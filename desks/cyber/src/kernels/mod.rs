//! What SQL cannot say well: correlation by networks and suffixes, patterns, and sequences of connections.

mod beacon_regularity;
mod correlate;
mod scan_walk;
mod stix_patterns;

pub(crate) use beacon_regularity::BeaconRegularity;
pub(crate) use correlate::Correlate;
pub(crate) use scan_walk::ScanWalk;
pub(crate) use stix_patterns::StixPatterns;

use oikos_desk::{Column, ColumnType, KernelError, Parameters};

const fn column(name: &'static str, column_type: ColumnType, nullable: bool, description: &'static str) -> Column {
    Column { name, column_type, nullable, description }
}

/// A parameter that must be there and above zero.
fn positive(kernel: &'static str, parameters: &Parameters, name: &str) -> Result<f64, KernelError> {
    let refuse = |problem: &str| KernelError::Parameter { kernel, parameter: name.to_owned(), problem: problem.to_owned() };
    let number = parameters.number(name).ok_or_else(|| refuse("it is missing or no number"))?;
    if number.is_finite() && number > 0.0 { Ok(number) } else { Err(refuse("expected a number above 0")) }
}

/// What the tests share.
#[cfg(test)]
mod test_input {
    use oikos_desk::{ParameterValue, Parameters};

    pub(super) fn parameters(numbers: &[(&str, f64)]) -> Parameters {
        Parameters(numbers.iter().map(|(name, number)| ((*name).to_owned(), ParameterValue::Number(*number))).collect())
    }

    /// A moment so many seconds after the beginning of 2026.
    pub(super) fn at(seconds: f64) -> oikos_model::Timestamp {
        let start: oikos_model::Timestamp = "2026-01-01T00:00:00Z".parse().expect("a time");
        oikos_model::Timestamp::from_microsecond(start.as_microsecond() + (seconds * 1e6).round() as i64).expect("a time")
    }
}
