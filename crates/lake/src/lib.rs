//! The lake: records as Parquet files, their catalogue in the registry's database, and query sessions over them.
//!
//! This is the one room that links the query engine. What goes in goes through a [`Staging`]: files are written and synced first
//! and become visible when their rows in the catalogue are committed, together with the statements and the journal entry of the
//! same import. What comes out comes through a [`Session`], which sees only the tables, columns and files its [`Permits`] name.
//! Everything else looks as if it did not exist.
//!
//! A process that is killed leaves the old or the new state. Files the catalogue does not know are removed by [`Lake::sweep`].

mod columns;
mod erasure;
mod error;
mod files_table;
mod functions;
mod kernel_step;
mod lake;
mod limits;
mod memory;
mod permits;
mod session;
mod sql;
mod staging;
mod statistics;
mod sweep;
mod workers;

pub use columns::catalogue_table;
pub use erasure::{ErasedFiles, Erasure};
pub use error::LakeError;
pub use lake::Lake;
pub use limits::{LakeLimits, SessionLimits};
pub use permits::{ColumnsPermit, Permits};
pub use session::{QueryResult, Session};
pub use staging::Staging;
pub use sweep::SweptFiles;
