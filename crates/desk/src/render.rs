//! Pages made from detectors, and the files with which a new one begins.

mod manual;
mod scaffold;

pub use manual::manual;
pub use scaffold::{ScaffoldError, detector_template};

#[cfg(test)]
mod tests;
