//! oikos-matching
