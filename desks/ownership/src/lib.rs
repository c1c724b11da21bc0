//! The ownership desk: who stands behind an investment, and does a stake stop just short of where screening begins?
//!
//! It reads BODS 0.4 into two tables and statements, brings the screening steps of some states as dated data, and walks ownership
//! chains with kernels over [`oikos_desk::graph`].

mod datasets;
mod kernels;
mod readers;
mod references;
mod tables;

use oikos_desk::Desk;

pub use datasets::{NOTIFIED_DEALS, PUBLIC_REGISTER};
pub use kernels::{CommonParentKernel, ParentsKernel};
pub use readers::BodsReader;
pub use references::SCREENING_STEPS;
pub use tables::{ENTITIES, INTERESTS};

/// The desk.
pub static OWNERSHIP: Desk = Desk {
    name: "ownership",
    question: "An investment-screening officer asks: who stands behind this stake, and does it stop just short of a screening step?",
    purpose: "fdi-screening",
    legal_basis: "Reg. (EU) 2019/452 Art. 3, 4 and 10",
    datasets: &[PUBLIC_REGISTER, NOTIFIED_DEALS],
    tables: &[ENTITIES, INTERESTS],
    references: &[SCREENING_STEPS],
    readers: &[&BodsReader],
    kernels: &[&CommonParentKernel, &ParentsKernel],
    detectors: &[("just-below-step", include_str!("../detectors/just-below-step.md"))],
};
