//! The transfer table: what lets data go outside the Union. The law's order is adequacy, then appropriate safeguards, then a
//! derogation for one transfer, then no (Dir. (EU) 2016/680 Art. 35 to 38; GDPR Art. 44 to 49; Reg. (EU) 2018/1725 Art. 46 to 50).
//! Adequacy is dated data (`transfers.yaml`), safeguards are a term of the agreement, a derogation is recorded with the release.

use std::collections::BTreeSet;

use oikos_model::{Regime, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{PartnerClass, PolicyError};

const BUILT_IN: &str = include_str!("../transfers.yaml");
/// More rows than there are countries and regimes are a mistake.
const ROWS_MAXIMUM: usize = 2_000;

/// One adequacy decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdequacyDecision {
    /// ISO 3166-1 alpha-2 code of the country.
    pub country: String,
    /// The regime under which it lets data go. Data of a Union body follows the decisions under the GDPR (Reg. (EU) 2018/1725 Art. 47).
    pub regime: Regime,
    /// The Commission's decision.
    pub decision: String,
    /// First day on which it holds, `YYYY-MM-DD` (UTC).
    pub from: String,
    /// First day on which it no longer holds; absent: no end is known.
    #[serde(default)]
    pub until: Option<String>,
    /// Whether it covers public authorities.
    pub authorities: bool,
    /// Whether somebody read it in the Official Journal.
    pub checked: bool,
}

impl AdequacyDecision {
    fn moment(day: &str) -> Option<Timestamp> {
        format!("{day}T00:00:00Z").parse().ok()
    }

    fn check(&self) -> Result<(), String> {
        if self.country.len() != 2 || !self.country.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return Err(format!("{:?} is no country code of two capitals", self.country));
        }
        let from = Self::moment(&self.from).ok_or_else(|| format!("{}: {:?} is no day YYYY-MM-DD", self.decision, self.from))?;
        match self.until.as_deref().map(|day| (day, Self::moment(day))) {
            Some((day, None)) => Err(format!("{}: {day:?} is no day YYYY-MM-DD", self.decision)),
            Some((_, Some(until))) if until <= from => Err(format!("{} ends before it begins", self.decision)),
            _ => Ok(()),
        }
    }

    fn holds(&self, country: &str, regime: Regime, at: Timestamp) -> bool {
        let regime = if regime == Regime::Eudpr { Regime::Gdpr } else { regime };
        self.authorities
            && self.country == country
            && self.regime == regime
            && Self::moment(&self.from).is_some_and(|from| from <= at)
            && self.until.as_deref().is_none_or(|day| Self::moment(day).is_some_and(|until| at < until))
    }
}

/// On which ground one transfer is made though there is neither adequacy nor a safeguard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DerogationGround {
    /// To protect somebody's vital interests.
    VitalInterests,
    /// To prevent an immediate and serious threat to public security.
    ImmediateThreat,
    /// In an individual case, for preventing, investigating or prosecuting crime.
    IndividualCase,
    /// To establish, exercise or defend legal claims.
    LegalClaims,
    /// For important reasons of public interest recognised in law.
    PublicInterest,
}

impl DerogationGround {
    /// The clause, where the regime knows this ground.
    pub const fn law(self, regime: Regime) -> Option<&'static str> {
        match (regime, self) {
            (Regime::Led, Self::VitalInterests) => Some("Dir. (EU) 2016/680 Art. 38(1)(a)"),
            (Regime::Led, Self::ImmediateThreat) => Some("Dir. (EU) 2016/680 Art. 38(1)(c)"),
            (Regime::Led, Self::IndividualCase) => Some("Dir. (EU) 2016/680 Art. 38(1)(d)"),
            (Regime::Led, Self::LegalClaims) => Some("Dir. (EU) 2016/680 Art. 38(1)(e)"),
            (Regime::Gdpr, Self::PublicInterest) => Some("GDPR Art. 49(1)(d)"),
            (Regime::Gdpr, Self::LegalClaims) => Some("GDPR Art. 49(1)(e)"),
            (Regime::Gdpr, Self::VitalInterests) => Some("GDPR Art. 49(1)(f)"),
            (Regime::Eudpr, Self::PublicInterest) => Some("Reg. (EU) 2018/1725 Art. 50(1)(d)"),
            (Regime::Eudpr, Self::LegalClaims) => Some("Reg. (EU) 2018/1725 Art. 50(1)(e)"),
            (Regime::Eudpr, Self::VitalInterests) => Some("Reg. (EU) 2018/1725 Art. 50(1)(f)"),
            _ => None,
        }
    }
}

/// The adequacy decisions a node knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferTable(Vec<AdequacyDecision>);

impl TransferTable {
    /// The built-in rows, and those of a node's own text; an own row replaces the built-in one with the same decision, country and regime.
    ///
    /// # Errors
    /// When a text is no list of decisions, or a row contradicts itself.
    pub fn load(own: Option<&str>) -> Result<Self, PolicyError> {
        let mut rows = read(BUILT_IN)?;
        for row in own.map(read).transpose()?.unwrap_or_default() {
            rows.retain(|kept| (&kept.decision, &kept.country, kept.regime) != (&row.decision, &row.country, row.regime));
            rows.push(row);
        }
        Ok(Self(rows))
    }

    /// The decision that holds for data of this regime at this moment, if there is one.
    pub fn adequacy(&self, country: &str, regime: Regime, at: Timestamp) -> Option<&AdequacyDecision> {
        self.0.iter().find(|row| row.holds(country, regime, at))
    }

    /// What a country outside the Union counts as for data under these regimes: adequate only if each regime has a decision that holds.
    pub fn class_of(&self, country: &str, regimes: &BTreeSet<Regime>, safeguards: bool, at: Timestamp) -> PartnerClass {
        let adequate = !regimes.is_empty() && regimes.iter().all(|regime| self.adequacy(country, *regime, at).is_some());
        match (adequate, safeguards) {
            (true, _) => PartnerClass::ThirdCountryAdequate,
            (false, true) => PartnerClass::ThirdCountrySafeguards,
            (false, false) => PartnerClass::ThirdCountryDerogation,
        }
    }

    /// All rows.
    pub fn rows(&self) -> &[AdequacyDecision] {
        &self.0
    }
}

fn read(text: &str) -> Result<Vec<AdequacyDecision>, PolicyError> {
    let rows: Vec<AdequacyDecision> = yaml_serde::from_str(text).map_err(|error| PolicyError::Transfers(error.to_string()))?;
    if rows.len() > ROWS_MAXIMUM {
        return Err(PolicyError::Transfers(format!("{} rows; at most {ROWS_MAXIMUM} are read", rows.len())));
    }
    rows.iter().try_for_each(AdequacyDecision::check).map_err(PolicyError::Transfers)?;
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: &str) -> Timestamp {
        AdequacyDecision::moment(day).unwrap()
    }

    fn class(table: &TransferTable, regimes: &[Regime], safeguards: bool, day: &str) -> PartnerClass {
        table.class_of("GB", &regimes.iter().copied().collect(), safeguards, at(day))
    }

    #[test]
    fn adequacy_holds_between_its_days_for_its_regime_only() {
        let table = TransferTable::load(None).unwrap();
        assert_eq!(class(&table, &[Regime::Led], false, "2021-06-27"), PartnerClass::ThirdCountryDerogation);
        assert_eq!(class(&table, &[Regime::Led], false, "2021-06-28"), PartnerClass::ThirdCountryAdequate);
        assert_eq!(class(&table, &[Regime::Led], false, "2025-12-27"), PartnerClass::ThirdCountryAdequate);
        assert_eq!(class(&table, &[Regime::Led], false, "2025-12-28"), PartnerClass::ThirdCountryDerogation);
        assert_eq!(class(&table, &[Regime::Led], true, "2025-12-28"), PartnerClass::ThirdCountrySafeguards);
        assert!(table.adequacy("CH", Regime::Gdpr, at("2026-01-01")).is_some());
        assert!(
            table.adequacy("CH", Regime::Led, at("2026-01-01")).is_none(),
            "a decision under the GDPR is none under the directive"
        );
        assert!(table.adequacy("CH", Regime::Eudpr, at("2026-01-01")).is_some(), "Union bodies follow the GDPR's decisions");
    }

    #[test]
    fn data_under_two_regimes_needs_both_decisions() {
        let only_gdpr = "[{country: CH, regime: GDPR, decision: x, from: 2000-01-01, authorities: true, checked: true}]";
        let table = TransferTable::load(Some(only_gdpr)).unwrap();
        let both = [Regime::Gdpr, Regime::Led].into();
        assert_eq!(table.class_of("CH", &both, false, at("2026-01-01")), PartnerClass::ThirdCountryDerogation);
        assert_eq!(table.class_of("CH", &BTreeSet::new(), false, at("2026-01-01")), PartnerClass::ThirdCountryDerogation);
    }

    #[test]
    fn decisions_about_private_recipients_help_no_authority() {
        let table = TransferTable::load(None).unwrap();
        assert!(table.rows().iter().any(|row| row.country == "US"));
        assert!(table.adequacy("US", Regime::Gdpr, at("2026-01-01")).is_none());
    }

    #[test]
    fn an_own_row_renews_or_ends_a_decision() {
        let own = "[{country: GB, regime: LED, decision: \"(EU) 2021/1773\", from: 2021-06-28, until: 2031-12-28, authorities: true, checked: true}]";
        let table = TransferTable::load(Some(own)).unwrap();
        assert_eq!(class(&table, &[Regime::Led], false, "2026-06-01"), PartnerClass::ThirdCountryAdequate);
        assert_eq!(class(&table, &[Regime::Gdpr], false, "2026-06-01"), PartnerClass::ThirdCountryDerogation);
    }

    #[test]
    fn a_row_that_contradicts_itself_is_refused() {
        for text in [
            "[{country: gb, regime: LED, decision: x, from: 2021-06-28, authorities: true, checked: true}]",
            "[{country: GB, regime: LED, decision: x, from: 28.6.2021, authorities: true, checked: true}]",
            "[{country: GB, regime: LED, decision: x, from: 2021-06-28, until: 2020-01-01, authorities: true, checked: true}]",
            "[{country: GB, regime: LED, decision: x, from: 2021-06-28, authority: true, checked: true}]",
            "nonsense",
        ] {
            assert!(matches!(TransferTable::load(Some(text)), Err(PolicyError::Transfers(_))), "{text}");
        }
    }

    #[test]
    fn each_ground_is_some_regime_s_and_cites_it() {
        use DerogationGround::{ImmediateThreat, IndividualCase, LegalClaims, PublicInterest, VitalInterests};
        for ground in [VitalInterests, ImmediateThreat, IndividualCase, LegalClaims, PublicInterest] {
            assert!(Regime::ALL.iter().any(|regime| ground.law(*regime).is_some()), "{ground:?}");
        }
        assert_eq!(PublicInterest.law(Regime::Led), None);
        assert_eq!(IndividualCase.law(Regime::Gdpr), None);
    }
}
