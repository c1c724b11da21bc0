//! One reader per format, streaming, in bounded memory.

mod ais;
mod corridors;
#[cfg(test)]
mod test_sink;
mod vessel_register;

pub(crate) use ais::AisNmea;
pub(crate) use corridors::Corridors;
pub(crate) use vessel_register::VesselRegister;

use oikos_desk::reading::{Origin, lines, record_position};
