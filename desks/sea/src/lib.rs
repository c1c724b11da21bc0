//! oikos-desk-sea
