//! One reader per format, streaming, in bounded memory.

mod benchmark;
mod flat;
mod goods;
mod lines;
mod rows;
#[cfg(test)]
pub(crate) mod test_sink;
mod values;

pub(crate) use benchmark::BenchmarkDeclarations;
pub(crate) use goods::{Declarations, Inspections};
