//! The influence desk: accounts that act as one, and stories with where and when they first appeared.
//!
//! It looks at behaviour and at infrastructure, never at opinions: no detector reads what a text claims, none says whether it is
//! true, and none ranks or names an author. Everything a node needs is in [`INFLUENCE`].

mod datasets;
mod kernels;
mod readers;
mod tables;

use oikos_desk::Desk;

/// The influence desk.
pub static INFLUENCE: Desk = Desk {
    name: "influence",
    question: "An analyst of foreign information manipulation asks: which accounts act as one, and where and when did a story first appear?",
    purpose: "information-integrity",
    legal_basis: "Reg. (EU) 2016/679 Art. 6(1)(e) and 9(2)(g) with the authority's national law; Reg. (EU) 2024/2642",
    datasets: datasets::ALL,
    tables: tables::ALL,
    references: &[],
    readers: &[&readers::CoorTweet, &readers::PostsCsv, &readers::PostsJsonLines, &readers::Feed, &readers::WatchedAssets],
    kernels: &[&kernels::NearDuplicateTexts, &kernels::TextBursts, &kernels::Coordination, &kernels::NamedAssets],
    detectors: &[
        ("coordination.md", include_str!("../detectors/coordination.md")),
        ("narrative.md", include_str!("../detectors/narrative.md")),
    ],
};

#[cfg(test)]
mod tests {
    use super::INFLUENCE;

    #[test]
    fn the_desk_is_in_order() {
        oikos_desk::check(&INFLUENCE).unwrap();
    }
}
