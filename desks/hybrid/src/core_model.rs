//! The words of the CORE model: 13 domains, and an ecosystem of 3 spaces and 3 levels (Giannopoulos, Smith and Theocharidou
//! (eds.), JRC EUR 30585 EN, 2021; Jungwirth et al., EUR 31104 EN, 2023).

use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray};
use arrow::record_batch::RecordBatch;
use oikos_desk::ReferenceTable;

/// The domains.
pub(crate) const DOMAINS: [&str; 13] = [
    "infrastructure",
    "cyber",
    "space",
    "economy",
    "military",
    "culture",
    "social",
    "public_administration",
    "legal",
    "intelligence",
    "diplomacy",
    "political",
    "information",
];
/// The spaces.
pub(crate) const SPACES: [&str; 3] = ["governance", "civic", "services"];
/// The levels.
pub(crate) const LEVELS: [&str; 3] = ["international", "national", "local"];

/// Every cell of the map, for queries that want to show the empty ones too.
pub(crate) const CORE_CELLS: ReferenceTable =
    ReferenceTable { name: "core_cells", description: "The 117 cells of the CORE map: domain, space and level.", rows: cells };

#[expect(clippy::expect_used, reason = "three columns of one length; a test reads them")]
fn cells() -> RecordBatch {
    let cells = || {
        DOMAINS
            .iter()
            .flat_map(|domain| SPACES.iter().flat_map(move |space| LEVELS.iter().map(move |level| [*domain, *space, *level])))
    };
    let column = |place: usize| -> ArrayRef { Arc::new(cells().map(|cell| Some(cell[place])).collect::<StringArray>()) };
    RecordBatch::try_from_iter([("domain", column(0)), ("space", column(1)), ("level", column(2))])
        .expect("columns of one length")
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_map_has_117_cells() {
        assert_eq!(super::cells().num_rows(), 13 * 3 * 3);
    }
}
