//! How parameters are named: the unit comes last, in letters.

/// Units and the endings that say them. A unit that is not here binds no name.
pub(crate) const ENDINGS: &[(&str, &[&str])] = &[
    ("s", &["seconds"]),
    ("min", &["minutes"]),
    ("h", &["hours"]),
    ("d", &["days"]),
    ("m", &["metres", "m"]),
    ("km", &["km"]),
    ("nm", &["nm"]),
    ("kn", &["knots"]),
    ("%", &["percent"]),
    ("°", &["degrees"]),
    ("bits", &["bits"]),
    ("EUR", &["eur"]),
];

/// The endings a name may have for this unit; `None` where the unit binds no name.
pub(crate) fn endings(unit: &str) -> Option<&'static [&'static str]> {
    ENDINGS.iter().find(|(known, _)| *known == unit).map(|(_, endings)| *endings)
}

/// Whether `name` ends in its unit, for example `gap_hours` in `h`.
pub(crate) fn name_ends_in_unit(name: &str, unit: &str) -> bool {
    let Some(endings) = endings(unit) else { return true };
    let last_word = name.rsplit('_').next().unwrap_or(name);
    endings.contains(&last_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unit_is_the_last_word() {
        assert!(name_ends_in_unit("gap_hours", "h"));
        assert!(name_ends_in_unit("distance_km", "km"));
        assert!(name_ends_in_unit("speed_knots", "kn"));
        assert!(!name_ends_in_unit("hours_of_gap", "h"));
        assert!(!name_ends_in_unit("gap", "h"));
        assert!(name_ends_in_unit("least_rows", "rows"));
    }
}
