//! Tests of the picture on small worlds. One program, because each links the query engine.

mod again;
mod at_and_fi;
mod entity;
mod neighbourhood;
mod rules;
mod world;
