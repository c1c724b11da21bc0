//! The named companies and ships of the story, and of the decoys. All are fictional.

use crate::identifiers::lei;
use crate::{CompanyTruth, ScenarioOptions};

/// A company or state body with a name in the story.
#[derive(Debug, Clone)]
pub(crate) struct Company {
    /// The local part of its record ids.
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) lei: String,
    pub(crate) country: &'static str,
}

impl Company {
    pub(crate) fn truth(&self) -> CompanyTruth {
        CompanyTruth { name: self.name.clone(), lei: self.lei.clone(), country: self.country.to_owned() }
    }
}

/// Everyone with a name in the story.
#[derive(Debug, Clone)]
pub(crate) struct Cast {
    /// The common parent of event 1's buyer and event 5's shipowner.
    pub(crate) meridian: Company,
    /// The state body above the parent.
    pub(crate) state_fund: Company,
    /// Between the parent and Calder Reach.
    pub(crate) calder_intermediate: Company,
    /// Buys 24.9 % of Danuva Port Data.
    pub(crate) calder: Company,
    /// Between the parent and both Tarn companies.
    pub(crate) tarn_intermediate: Company,
    /// Owns *Grey Petrel*.
    pub(crate) tarn_shipping: Company,
    /// Forwards goods; its events come in a later issue.
    pub(crate) tarn_logistics: Company,
    /// The target of event 1's deal.
    pub(crate) danuva: Company,
    /// Decoy: buys 24.9 % of another target, honestly.
    pub(crate) honest_buyer: Company,
    /// The honest buyer's own parent, related to nobody else.
    pub(crate) honest_parent: Company,
    /// The honest buyer's target.
    pub(crate) honest_target: Company,
    /// Decoy: owns the ferry that stops for repairs.
    pub(crate) ferry_owner: Company,
    /// The nominee that holds hundreds of companies, so that sharing it says little.
    pub(crate) nominee: Company,
}

/// Numbers of LEIs below this belong to the cast; above to the background.
pub(crate) const CAST_NUMBERS: u64 = 1_000;

/// The LEI of legal entity `number` in the scenario of this seed.
pub(crate) fn lei_of(options: &ScenarioOptions, number: u64) -> String {
    lei((options.seed & 0xffff) << 24 | (number & 0xff_ffff))
}

impl Cast {
    pub(crate) fn new(options: &ScenarioOptions) -> Self {
        let company = |number: u64, key: &str, name: &str, country| Company {
            key: key.to_owned(),
            name: name.to_owned(),
            lei: lei_of(options, number),
            country,
        };
        Self {
            meridian: company(1, "meridian-strait", "Meridian Strait Holding", "XY"),
            state_fund: company(2, "state-property-fund", "State Property Fund of XY", "XY"),
            calder_intermediate: company(3, "velden-bridge", "Velden Bridge Capital S.à r.l.", "LU"),
            calder: company(4, "calder-reach", "Calder Reach Investments B.V.", "NL"),
            tarn_intermediate: company(5, "ostrel-maritime", "Ostrel Maritime Holdings Ltd", "CY"),
            tarn_shipping: company(6, "tarn-shipping", "Tarn Shipping Ltd", "XY"),
            tarn_logistics: company(7, "tarn-logistics", "Tarn Logistics B.V.", "NL"),
            danuva: company(8, "danuva-port-data", "Danuva Port Data GmbH", "AT"),
            honest_buyer: company(9, "korvald-beteiligung", "Korvald Beteiligung AG", "DE"),
            honest_parent: company(10, "korvald-family", "Korvald Familienstiftung", "DE"),
            honest_target: company(11, "traunsee-sensorik", "Traunsee Sensorik GmbH", "AT"),
            ferry_owner: company(12, "saarelinja", "Saarelinja Ferries Oy", "FI"),
            nominee: company(13, "lindhof-treuhand", "Lindhof Treuhand AG", "AT"),
        }
    }
}

/// The name of the ship of event 5.
pub(crate) const PETREL: &str = "GREY PETREL";
/// The name of the ferry that stops for repairs.
pub(crate) const FERRY: &str = "SAARELINJA III";
