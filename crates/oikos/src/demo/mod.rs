//! The demonstration: the stage (two nodes, their people, the agreement between them), the story day by day, and the verdict.
//!
//! Nothing here finds anything: it imports files, lets detectors run, and plays the releasers, who answer after four hours.

mod narrator;
mod stage;
mod story;
mod verdict;

pub(crate) use narrator::Narrator;
pub(crate) use stage::Stage;
pub(crate) use story::live_through;
pub(crate) use verdict::Verdict;
