//! The contract every backend must keep, as tests that a backend's crate calls with its own store.
