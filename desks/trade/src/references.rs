//! Reference data the desk brings along.

use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray};
use arrow::record_batch::RecordBatch;
use oikos_desk::ReferenceTable;

const HIGH_PRIORITY: &str = include_str!("../reference/common_high_priority.csv");
const COUNTRIES: &str = include_str!("../reference/countries.csv");

/// Battlefield items that are not to be re-exported.
pub(crate) const COMMON_HIGH_PRIORITY: ReferenceTable = ReferenceTable {
    name: "common_high_priority",
    description: "The 50 HS subheadings of the Common High Priority list with their tiers; from a copy, not checked against the edition in force.",
    rows: common_high_priority,
};

/// Countries.
pub(crate) const COUNTRY_CODES: ReferenceTable = ReferenceTable {
    name: "country_codes",
    description: "Countries: ISO 3166-1 alpha-2 and numeric codes, BACI's numbers, whether a Member State, and the names offices use.",
    rows: country_codes,
};

#[expect(clippy::expect_used, reason = "the file is compiled in, and a test reads it")]
fn common_high_priority() -> RecordBatch {
    parse(HIGH_PRIORITY).expect("the compiled-in list is in order")
}

#[expect(clippy::expect_used, reason = "the file is compiled in, and a test reads it")]
fn country_codes() -> RecordBatch {
    parse(COUNTRIES).expect("the compiled-in countries are in order")
}

/// Every column as text.
fn parse(text: &str) -> Result<RecordBatch, String> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| error.to_string())?.clone();
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().map_err(|error| error.to_string())?;
    let columns = header.iter().enumerate().map(|(place, name)| {
        let column: ArrayRef =
            Arc::new(rows.iter().map(|row| row.get(place).filter(|cell| !cell.is_empty())).collect::<StringArray>());
        (name.to_owned(), column, true)
    });
    RecordBatch::try_from_iter_with_nullable(columns.collect::<Vec<_>>()).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use oikos_desk::collected::json_rows;

    use super::*;

    #[test]
    fn the_list_has_fifty_subheadings_in_six_tiers() {
        let rows = json_rows(&parse(HIGH_PRIORITY).unwrap());
        let mut tiers: BTreeMap<String, usize> = BTreeMap::new();
        let mut codes: Vec<&str> = rows.iter().map(|row| row["hs6"].as_str().unwrap()).collect();
        for row in &rows {
            *tiers.entry(row["tier"].as_str().unwrap().to_owned()).or_default() += 1;
            assert!(row["source"].as_str().unwrap().contains("not checked"));
        }
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), 50);
        assert!(codes.iter().all(|code| code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit())));
        let counts: Vec<(&str, usize)> = tiers.iter().map(|(tier, count)| (tier.as_str(), *count)).collect();
        assert_eq!(counts, [("1", 4), ("2", 5), ("3A", 16), ("3B", 9), ("4A", 11), ("4B", 5)]);
        assert!(codes.contains(&"852691"), "radio navigational aid apparatus");
    }

    #[test]
    fn countries_have_a_code_each() {
        assert!(json_rows(&parse(COUNTRIES).unwrap()).iter().all(|row| row["code"].as_str().unwrap().len() == 2));
    }
}
