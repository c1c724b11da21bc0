//! What can go wrong while writing a scenario.

use std::path::PathBuf;

/// Why a scenario was not written.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    /// An option is out of its bounds.
    #[error("option {option} is {value}; expected {expected}")]
    Option {
        /// The option.
        option: &'static str,
        /// Its value.
        value: u64,
        /// What it may be.
        expected: &'static str,
    },
    /// A file cannot be written.
    #[error("cannot write {path}: {source}")]
    Write {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// A message cannot be encoded; then the scenario's own data is wrong.
    #[error("cannot encode an AIS message of {mmsi}: {problem}")]
    Encode {
        /// The sender.
        mmsi: u32,
        /// What the encoder says.
        problem: String,
    },
    /// A day lies outside the calendar.
    #[error("day zero {day_zero} lies too near the end of the calendar")]
    Calendar {
        /// Day zero.
        day_zero: jiff::civil::Date,
    },
}
