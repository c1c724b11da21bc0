//! The registry in PostgreSQL, for a node that outgrew one machine. It is SQLite's room with another driver: the same files,
//! names and promises, and the same contract tests.
//!
//! Writers queue by holding one row, readers see one state and wait for nobody. There are no advisory locks, no LISTEN/NOTIFY, no
//! sequences and no extensions, so the same SQL runs on servers that speak PostgreSQL's wire protocol and have READ COMMITTED. As
//! writers queue, none has to be run again. Text is compared by its bytes, whatever the language of the database.
//!
//! Known limits: the connection is not encrypted, so only a Unix socket or loopback is accepted. Deleted rows stay in
//! PostgreSQL's files until it vacuums them, and in its log and copies until these are gone: the server's disk must be encrypted
//! and its log kept short. A text with a NUL character is refused. Of a name or title, 2,000 words are found.

mod approvals;
mod asks;
mod attempts;
mod bundles;
mod cases;
mod catalogue;
mod chunks;
mod columns;
mod credentials;
mod derivations;
mod detectors;
mod failure;
mod filter;
mod findings;
mod imports;
mod inbox;
mod journal_entries;
mod journal_index;
mod labels;
mod leads;
mod migrations;
mod notices;
mod parcels;
mod partners;
mod people;
mod reviews;
mod runs;
mod screenings;
mod search;
mod statements;
mod store;
mod subjects;
mod tables;
mod transaction;
mod values;
mod witnesses;
mod words;
mod work;

pub use store::{PostgresStore, names_password};
