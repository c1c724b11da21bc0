//! The online desk: what pages and posts that somebody lawfully captured say, judged by the identifiers in them.
//!
//! Oikos fetches nothing: a capture is handed in, with the reference of the decision under which it was made. Everything a node
//! needs is in [`ONLINE`]; [`removal_order_draft`] and [`referral_draft`] write two different drafts, each for a person.

mod datasets;
mod drafts;
mod extraction;
mod kernels;
mod readers;
mod tables;

pub use drafts::{DraftError, Referral, RemovalOrder, TerroristContent, referral_draft, removal_order_draft};

use oikos_desk::Desk;

/// The online desk.
pub static ONLINE: Desk = Desk {
    name: "online",
    question: "An investigator asks: which adverts come from one seller, and who offers money for deeds at critical sites?",
    purpose: "crime-prevention",
    legal_basis: "Dir. (EU) 2016/680 Art. 8 with the authority's national law; Dir. (EU) 2017/541 Art. 6 and 21",
    datasets: datasets::ALL,
    tables: tables::ALL,
    references: &[],
    readers: &[&readers::CapturesJsonLines, &readers::Warc, &readers::WatchedAssets],
    kernels: &[&kernels::SharedSelectors, &kernels::TaskAdverts, &kernels::NamedAssets],
    detectors: &[
        ("same-seller.md", include_str!("../detectors/same-seller.md")),
        ("recruitment.md", include_str!("../detectors/recruitment.md")),
    ],
};

#[cfg(test)]
mod tests {
    use super::ONLINE;

    #[test]
    fn the_desk_is_in_order() {
        oikos_desk::check(&ONLINE).unwrap();
    }
}
