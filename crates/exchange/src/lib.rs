//! oikos-exchange
