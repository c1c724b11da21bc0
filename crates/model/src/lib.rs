//! oikos-model
