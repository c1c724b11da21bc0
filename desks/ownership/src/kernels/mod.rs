//! Kernels, one per file, over the shared ownership graph.

mod common_parent;
mod input;
mod parents;

#[cfg(test)]
mod tests;

pub use common_parent::CommonParentKernel;
pub use parents::ParentsKernel;
