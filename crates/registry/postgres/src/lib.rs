//! The registry in PostgreSQL, for a node that outgrew one machine. So far the groups [`Labels`](oikos_registry::Labels),
//! [`Statements`](oikos_registry::Statements) and [`JournalEntries`](oikos_registry::JournalEntries): enough to prove the seam.
//! [`oikos_registry::Store`] follows when every group is here.
//!
//! Transactions are serializable. Two that contradict each other do not wait: one fails with a serialization failure and must be
//! run again from the start, which [`PostgresStore::write`] does. There are no advisory locks, no LISTEN/NOTIFY and no sequences, so
//! the same SQL runs on servers that speak PostgreSQL's wire protocol.
//!
//! Known limits: the connection is not encrypted, so the server must be reached over a Unix socket or the loopback interface; and
//! deleted rows stay in PostgreSQL's files until it vacuums them.

mod columns;
mod filter;
mod journal_entries;
mod labels;
mod migrations;
mod statements;
mod store;
mod transaction;

pub use store::PostgresStore;
pub use transaction::PostgresTransaction;
