//! Where a finding without a place of its own is drawn: in the middle of the state of its origin, and marked as such.

use std::collections::BTreeMap;
use std::sync::LazyLock;

static CENTROIDS: LazyLock<BTreeMap<String, [f64; 2]>> =
    LazyLock::new(|| yaml_serde::from_str(include_str!("centroids.yaml")).unwrap_or_default());

/// Degrees north and east of the middle of a state (ISO 3166-1 alpha-2), where it is known.
pub(crate) fn centroid(country: &str) -> Option<[f64; 2]> {
    CENTROIDS.get(country).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_member_state_has_a_middle_on_earth() {
        let members = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK";
        for country in members.split(' ') {
            let [north, east] = centroid(country).unwrap();
            assert!((34.0..71.0).contains(&north) && (-11.0..35.0).contains(&east), "{country}");
        }
        assert_eq!(centroid("XY"), None);
    }
}
