//! Readers, one per file format.

mod bods;

pub use bods::BodsReader;
