//! oikos-registry
