//! oikos-policy
