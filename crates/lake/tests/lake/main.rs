//! What the lake promises, tested with the registry it is used with.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a test that cannot go on says so by a panic")]

mod erasure;
mod house;
mod kernels;
mod killed;
mod queries;
mod round_trip;
mod visibility;
