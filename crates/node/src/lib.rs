//! The node: wires the rooms. Services decide and journal in one place ([`Node`]); the HTTP API, the page and the command line
//! are faces of the same services; one process owns a node's folder.

mod caller;
mod config;
mod error;
mod folder;
mod import;
mod node;
mod people;
mod sink;

pub use caller::Caller;
pub use config::NodeConfig;
pub use error::NodeError;
pub use folder::NodeFolder;
pub use import::{ImportReport, ImportRequest};
pub use node::Node;
pub(crate) use node::Noted;
