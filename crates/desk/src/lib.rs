//! oikos-desk
