//! oikos-scenario
