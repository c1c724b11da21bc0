//! Policy: decides every act, in one place, deny by default.
//!
//! The rules are Cedar text (`policies/*.cedar` under `schema.cedarschema`), compiled in. Everything a person or a partner can do is
//! one action of the model, and every question is one of two:
//!
//! * [`Policy::decide`]: may this principal do this act, at all (asked of the node) or with a thing that carries this label?
//!   [`Policy::permitted_labels`] asks once per distinct label, so that lists, counts and searches filter by label id.
//! * [`Policy::check_release`]: may this one thing go to this one recipient under this agreement? The answer names every rule that
//!   refuses, so that a person can be shown why a field stays home.
//!
//! The golden tables (`golden/*.md`) print what the rules amount to; a test keeps them equal to what Cedar answers.

mod entities;
mod error;
pub mod golden;
mod policy;
mod principal;
mod regime;
mod release;
mod request;
mod transfer;

pub use error::PolicyError;
pub use policy::Policy;
pub use principal::{PartnerClass, Principal, Role, UnknownCode};
pub use regime::{RegimeCell, RegimeTable, Requirement};
pub use release::{Ceilings, Item, ItemKind, Passage, Recipient, RecipientRegime, Refusal};
pub use request::{Decision, PolicyReason, Request, Resource};
pub use transfer::{AdequacyDecision, DerogationGround, TransferTable};
