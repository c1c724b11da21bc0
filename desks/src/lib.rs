//! oikos-desks
