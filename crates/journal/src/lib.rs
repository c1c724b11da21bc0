//! oikos-journal
