//! oikos-picture
