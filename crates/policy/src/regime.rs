//! The regime table: what it takes for data under one regime to go to a recipient under another.

use oikos_model::Regime;

use crate::golden::Probe;
use crate::{Policy, RecipientRegime};

/// The least that a release needs. Found by asking policy about ever better prepared releases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Requirement {
    /// An agreement that pre-authorises the kind.
    PreAuthorised,
    /// One named releaser.
    OneReleaser,
    /// One named releaser, and an agreement that names the law for other uses of law-enforcement data.
    OneReleaserAndLaw,
    /// Two named releasers.
    TwoReleasers,
    /// Two named releasers, and an agreement with appropriate safeguards.
    TwoReleasersAndSafeguards,
    /// Two named releasers, and a derogation recorded for this transfer.
    TwoReleasersAndDerogation,
    /// Nothing that policy knows is enough.
    Never,
}

impl Requirement {
    /// What can be enough, least first.
    pub const LADDER: [Self; 6] = [
        Self::PreAuthorised,
        Self::OneReleaser,
        Self::OneReleaserAndLaw,
        Self::TwoReleasers,
        Self::TwoReleasersAndSafeguards,
        Self::TwoReleasersAndDerogation,
    ];

    /// The requirement in words.
    pub const fn text(self) -> &'static str {
        match self {
            Self::PreAuthorised => "pre-authorised",
            Self::OneReleaser => "one releaser",
            Self::OneReleaserAndLaw => "one releaser, reuse law named",
            Self::TwoReleasers => "two releasers",
            Self::TwoReleasersAndSafeguards => "two releasers, safeguards",
            Self::TwoReleasersAndDerogation => "two releasers, derogation",
            Self::Never => "never",
        }
    }
}

/// One cell: from a regime to a recipient's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegimeCell {
    /// The regime of the data.
    pub from: Regime,
    /// The regime of the recipient.
    pub to: RecipientRegime,
    /// What it takes for the purpose of preventing crime.
    pub for_crime_prevention: Requirement,
    /// What it takes for any other purpose.
    pub for_other_purposes: Requirement,
    /// The law the cell rests on.
    pub law: String,
}

/// All cells, as policy answers them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegimeTable(pub Vec<RegimeCell>);

impl RegimeTable {
    /// Asks policy about every cell, with an impersonal finding and, for recipients outside the Union, an adequate third country.
    pub fn of(policy: &Policy) -> Self {
        let cell = |from: Regime, to: RecipientRegime| RegimeCell {
            from,
            to,
            for_crime_prevention: Probe::between(from, to, "crime-prevention").least(policy),
            for_other_purposes: Probe::between(from, to, "infrastructure-protection").least(policy),
            law: policy.cell_law(&format!("regime-{}", from.code().to_lowercase()), to).unwrap_or("no law cited").to_owned(),
        };
        Self(Regime::ALL.iter().flat_map(|from| RecipientRegime::ALL.iter().map(move |to| cell(*from, *to))).collect())
    }
}
