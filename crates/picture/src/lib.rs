//! The picture: links between findings, own and received; leads; campaigns.
//!
//! [`recompute`] reads what may be combined, looks for links, and replaces the node's leads. Four rules hold throughout:
//!
//! 1. **Purposes intersect, or nothing is joined.** Everything happens inside one purpose: findings and statements that may not be
//!    used for it are not even compared, nor do they count in a base rate. So the marking of a lead, the join of everything in it,
//!    always keeps a purpose.
//! 2. **Surprise is the weight.** A link weighs as many bits as its coincidence is improbable; what everyone shares says nothing.
//!    The formulas are in [`surprise`].
//! 3. **An echo is no second voice.** A finding derived from another one adds nothing to it, and one statement heard from many nodes is
//!    one statement.
//! 4. **Association is no guilt.** Ownership alone makes at most a lead, never a campaign.
//!
//! Leads and campaigns are local to a node. The picture decides nothing about anyone: it says which findings to read together, and
//! what else could explain them.

mod again;
mod context;
mod echo;
mod entity;
mod error;
mod identity;
mod known;
mod lead;
mod link;
mod neighbourhood;
mod parameters;
mod path;
mod recall;
mod recompute;
mod register;
mod rival;
mod selector;
pub mod surprise;
mod view;

pub use again::{LeadDay, day_by_day, what_if};
pub use entity::{EntityName, Resemblance, ResemblanceKind, Thing, thing};
pub use error::PictureError;
pub use lead::{FindingReference, Lead, LeadMember, Rival, RivalKind, StatementReference};
pub use link::{Link, LinkEvidence, PathStep};
pub use neighbourhood::{Neighbour, neighbourhood};
pub use parameters::{Parameters, PictureInput};
pub use recall::recall_walk;
pub use recompute::{PictureSummary, recompute};
pub use view::{OwnershipView, ViewedEntity, ownership_path_view};
