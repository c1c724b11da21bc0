//! oikos-lab
