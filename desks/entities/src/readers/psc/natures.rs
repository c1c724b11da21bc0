//! The register's codes of what control consists of (Companies House `psc_descriptions`), in the terms of BODS 0.4.

/// A nature of control.
pub(super) struct Nature<'t> {
    pub(super) term: &'t str,
    /// The interest in the terms of BODS 0.4; `None` where the code is not known.
    pub(super) interest: Option<&'static str>,
    /// The least and the greatest share, in percent.
    pub(super) share: Option<(f64, f64)>,
}

const INTERESTS: &[(&str, &str)] = &[
    ("ownership-of-shares", "shareholding"),
    ("voting-rights", "votingRights"),
    ("right-to-appoint-and-remove", "appointmentOfBoard"),
    ("right-to-share-surplus-assets", "rightsToSurplusAssetsOnDissolution"),
    ("part-right-to-share-surplus-assets", "rightsToSurplusAssetsOnDissolution"),
    ("significant-influence-or-control", "otherInfluenceOrControl"),
];

const BANDS: &[(&str, (f64, f64))] = &[
    ("-25-to-50-percent", (25.0, 50.0)),
    ("-50-to-75-percent", (50.0, 75.0)),
    ("-75-to-100-percent", (75.0, 100.0)),
    ("-more-than-25-percent", (25.0, 100.0)),
];

/// Reads a code, for example `ownership-of-shares-75-to-100-percent-as-trust`.
pub(super) fn read(term: &str) -> Nature<'_> {
    let interest = INTERESTS.iter().find(|(beginning, _)| term.starts_with(beginning)).map(|(_, interest)| *interest);
    let share = BANDS.iter().find(|(band, _)| term.contains(band)).map(|(_, share)| *share);
    Nature { term, interest, share }
}

/// Adjectives of nationality that are common in the register. It takes any text; one that is not here is counted and left out.
pub(super) const NATIONALITIES: &[(&str, &str)] = &[
    ("British", "GB"),
    ("English", "GB"),
    ("Scottish", "GB"),
    ("Welsh", "GB"),
    ("Northern Irish", "GB"),
    ("Irish", "IE"),
    ("American", "US"),
    ("Australian", "AU"),
    ("Austrian", "AT"),
    ("Bangladeshi", "BD"),
    ("Belgian", "BE"),
    ("Brazilian", "BR"),
    ("Bulgarian", "BG"),
    ("Canadian", "CA"),
    ("Chinese", "CN"),
    ("Croatian", "HR"),
    ("Cypriot", "CY"),
    ("Czech", "CZ"),
    ("Danish", "DK"),
    ("Dutch", "NL"),
    ("Egyptian", "EG"),
    ("Estonian", "EE"),
    ("Finnish", "FI"),
    ("French", "FR"),
    ("German", "DE"),
    ("Ghanaian", "GH"),
    ("Greek", "GR"),
    ("Hungarian", "HU"),
    ("Indian", "IN"),
    ("Iranian", "IR"),
    ("Iraqi", "IQ"),
    ("Israeli", "IL"),
    ("Italian", "IT"),
    ("Japanese", "JP"),
    ("Kenyan", "KE"),
    ("Latvian", "LV"),
    ("Lebanese", "LB"),
    ("Lithuanian", "LT"),
    ("Luxembourger", "LU"),
    ("Malaysian", "MY"),
    ("Maltese", "MT"),
    ("Mexican", "MX"),
    ("Moldovan", "MD"),
    ("New Zealander", "NZ"),
    ("Nigerian", "NG"),
    ("Norwegian", "NO"),
    ("Pakistani", "PK"),
    ("Polish", "PL"),
    ("Portuguese", "PT"),
    ("Romanian", "RO"),
    ("Russian", "RU"),
    ("Saudi Arabian", "SA"),
    ("Singaporean", "SG"),
    ("Slovak", "SK"),
    ("Slovenian", "SI"),
    ("South African", "ZA"),
    ("South Korean", "KR"),
    ("Spanish", "ES"),
    ("Sri Lankan", "LK"),
    ("Swedish", "SE"),
    ("Swiss", "CH"),
    ("Syrian", "SY"),
    ("Thai", "TH"),
    ("Turkish", "TR"),
    ("Ukrainian", "UA"),
    ("Vietnamese", "VN"),
    ("Zimbabwean", "ZW"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_in_the_terms_of_bods() {
        let nature = read("ownership-of-shares-75-to-100-percent-as-trust");
        assert_eq!((nature.interest, nature.share), (Some("shareholding"), Some((75.0, 100.0))));
        let nature = read("ownership-of-shares-more-than-25-percent-registered-overseas-entity");
        assert_eq!((nature.interest, nature.share), (Some("shareholding"), Some((25.0, 100.0))));
        let nature = read("right-to-appoint-and-remove-directors");
        assert_eq!((nature.interest, nature.share), (Some("appointmentOfBoard"), None));
        assert_eq!(read("something-new").interest, None);
    }
}
