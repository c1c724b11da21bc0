//! The inoperability input-output model: how the loss of one sector or asset becomes the loss of others.
//!
//! q is the inoperability of each sector, the share of its service that is lost; c* the share lost to the event itself; A* says how
//! much inoperability one sector hands to another.
//!
//! - Static: q = (I − A*)⁻¹ c* (Haimes and Jiang 2001; Santos and Haimes 2004; Haimes et al. 2005).
//! - Dynamic: q(t+1) = q(t) + K [A* q(t) + c*(t) − q(t)] with the resilience coefficients K (Lian and Haimes 2006).
//! - Recovery: q(t) = e^(−K (I − A*) t) q(0).
//! - Dependency and influence: means of the rows and columns of A* (Setola, De Porcellinis, Sforna 2009).

mod dynamic;
mod matrix;
mod model;
mod normalise;
#[cfg(test)]
mod tests;

pub use dynamic::{DynamicModel, loss};
pub use matrix::{Matrix, MatrixError};
pub use model::{InoperabilityModel, ModelError};
pub use normalise::{InputOutputTable, Mode};
