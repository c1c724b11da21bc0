//! The registry in one SQLite file: what a node uses until it outgrows one machine.
//!
//! [`SqliteStore`] keeps write-ahead logging on, so readers never wait for the writer; one writer at a time, others queue.
//! Rows are deleted for good: freed space is overwritten and given back, and the write-ahead log is emptied after an erasure.
//! Times are kept to the microsecond. The SQL is plain, so that the PostgreSQL backend can say the same.

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
mod witnesses;
mod work;

pub use store::SqliteStore;
