//! oikos-desk-ownership
