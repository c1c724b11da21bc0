//! oikos-registry-sqlite
