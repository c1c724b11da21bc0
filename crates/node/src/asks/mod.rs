//! Asks at a node: what a partner's ask may hit, answering it, asking partners, and what came of it.

mod answer;
mod ask;
mod hits;
mod offer;
mod round;

pub(crate) use answer::AskSets;
pub use ask::{AskLine, AskReport, AskRequest, PartnerAsked, PersonName, SelectorName};
pub use hits::HitLine;
pub(crate) use offer::ASK_HOPS;
pub use round::Asked;
pub(crate) use round::Standing;
