//! oikos-lake
