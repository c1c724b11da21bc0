//! oikos-exchange-transport
