//! oikos-registry-postgres
