//! Screening: from statements to a list that names are screened against, and files of names through it.
//!
//! - [`Names`] makes the entries of the name index out of statements, entity by entity, and says of every hit which list it is
//! on, how good   the alias is and what legal force the list has where the node is. It is pure: statements in,
//! [`oikos_matching::Entity`] and   [`oikos_matching::ListChange`] out.
//! - [`subjects`] reads files of names, [`hits`] writes what was found, and [`screen_file`] goes from one to the other in
//! batches, with   progress, and on from any row.

mod entry;
mod file;
pub mod hits;
mod labels;
mod names;
pub mod subjects;

pub use entry::{AliasStrength, Key, ListedName};
pub use file::{FileProgress, FileSettings, FileSummary, ScreenFileError, screen_file};
pub use labels::{ListLabel, ListLabels};
pub use names::{Described, Listing, Names, NamesSettings};
