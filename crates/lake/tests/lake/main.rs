//! What the lake promises, tested with the registry it is used with.

mod erasure;
mod house;
mod kernels;
mod killed;
mod queries;
mod round_trip;
mod visibility;
