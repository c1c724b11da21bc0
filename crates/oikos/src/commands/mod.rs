//! One file per command.

pub(crate) mod ask;
pub(crate) mod bundle;
pub(crate) mod case;
pub(crate) mod demo;
pub(crate) mod detect;
pub(crate) mod detector;
pub(crate) mod entity;
pub(crate) mod erase;
pub(crate) mod findings;
pub(crate) mod import;
pub(crate) mod init;
pub(crate) mod journal;
pub(crate) mod leads;
pub(crate) mod oversight;
pub(crate) mod parcel;
pub(crate) mod partner;
pub(crate) mod recall;
pub(crate) mod registry;
pub(crate) mod release;
pub(crate) mod request;
pub(crate) mod screen;
mod screen_file;
pub(crate) mod serve;
pub(crate) mod sql;
pub(crate) mod subject;
pub(crate) mod user;
