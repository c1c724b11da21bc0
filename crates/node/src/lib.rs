//! oikos-node
