//! What SQL cannot say well: baselines, joint p-values and scans of streams of events.

mod baseline;
#[cfg(test)]
mod campaigns;
mod columns;
mod combine;
mod joint_surge;
mod normal;
mod scan;
mod streams;
mod surges;

pub(crate) use joint_surge::JointSurge;
