//! What one peer can take of a node's time and memory.

use std::time::Duration;

/// Limits of a server or client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Connections at once; more wait until one ends.
    pub connections: usize,
    /// Requests at once on one connection.
    pub requests_per_connection: u32,
    /// The most bytes of a body.
    pub body_length: usize,
    /// Time to connect and shake hands.
    pub handshake: Duration,
    /// Time for one request, from its first byte to its answer.
    pub request: Duration,
    /// Time after which a server ends a connection, whatever it is doing. The sender tries again; receiving twice changes nothing.
    pub connection: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 64,
            requests_per_connection: 4,
            body_length: oikos_exchange::MAXIMUM_PARCEL_LENGTH,
            handshake: Duration::from_secs(10),
            request: Duration::from_secs(120),
            connection: Duration::from_secs(3600),
        }
    }
}
