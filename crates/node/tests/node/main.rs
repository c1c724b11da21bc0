//! Tests of a node as people and partners use it. One program, because each links the whole house.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test may panic, and says so when it skips")]

mod abroad;
mod asks;
mod bundle;
mod cases;
mod desks;
mod endpoints;
mod entities;
mod house;
mod import;
mod inbox;
mod journal;
mod office;
mod oversight;
mod parcels;
mod people;
mod picture;
mod screening;
mod subjects;
mod uploads;
