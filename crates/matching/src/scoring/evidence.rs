//! What speaks for or against a match beside the name.

use super::weights::EvidenceWeights;
use crate::entity::{DateAgreement, PartialDate};
use crate::names::EntityKind;

/// One piece of evidence and what it gives.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Evidence {
    pub(crate) name: &'static str,
    pub(crate) bits: f32,
}

/// What is known of one side beside its names.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Known<'a> {
    pub(crate) birth_dates: &'a [PartialDate],
    pub(crate) registered_in: &'a [Country],
    pub(crate) nationalities: &'a [Country],
    pub(crate) birth_countries: &'a [Country],
    /// Hashes of scheme and of scheme with value.
    pub(crate) identifiers: &'a [(u32, u64)],
}

/// A country by its two letters.
pub(crate) type Country = [u8; 2];

/// The country of a code, whatever its case; `None` for what is no code of two letters.
pub(crate) fn country(code: &str) -> Option<Country> {
    let bytes = code.trim().as_bytes();
    match bytes {
        [a, b] if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() => Some([a.to_ascii_lowercase(), b.to_ascii_lowercase()]),
        _ => None,
    }
}

/// Weighs what both sides know.
pub(crate) fn weigh(kind: EntityKind, a: &Known<'_>, b: &Known<'_>, weights: &EvidenceWeights, out: &mut Vec<Evidence>) {
    out.clear();
    let mut add = |name, bits: f32| {
        if bits != 0.0 {
            out.push(Evidence { name, bits });
        }
    };
    if let Some((name, bits)) = identifiers(a, b, weights) {
        add(name, bits);
    }
    // The best agreement of any two dates: sources that state several are unsure.
    let agreement = a.birth_dates.iter().flat_map(|date| b.birth_dates.iter().map(|other| date.agreement(*other))).max();
    match agreement {
        None => {}
        Some(DateAgreement::Day) => add("birth_day_agrees", weights.birth_day_agrees),
        Some(DateAgreement::Month) => add("birth_month_agrees", weights.birth_month_agrees),
        Some(DateAgreement::Year) => add("birth_year_agrees", weights.birth_year_agrees),
        Some(DateAgreement::Near) => add("birth_date_near", weights.birth_date_near),
        Some(DateAgreement::NearYear) => add("birth_year_near", weights.birth_year_near),
        Some(DateAgreement::Conflict) => add("birth_date_conflicts", weights.birth_date_conflicts),
    }
    if kind == EntityKind::Person {
        // They never support a match: there is no weight for an agreement, and one above zero counts as none.
        if disjoint(a.nationalities, b.nationalities) {
            add("nationality_conflicts", weights.nationality_conflicts.min(0.0));
        }
        if disjoint(a.birth_countries, b.birth_countries) {
            add("birth_place_conflicts", weights.birth_place_conflicts.min(0.0));
        }
    } else if disjoint(a.registered_in, b.registered_in) {
        add("registration_conflicts", weights.registration_conflicts);
    } else if !a.registered_in.is_empty() && !b.registered_in.is_empty() {
        add("registration_agrees", weights.registration_agrees);
    }
}

/// Both are known, and nothing is in both.
fn disjoint(a: &[Country], b: &[Country]) -> bool {
    !a.is_empty() && !b.is_empty() && !a.iter().any(|country| b.contains(country))
}

/// Schemes of which an entity has one number at a time.
const SINGLE: [&str; 4] = ["imo", "lei", "isin", "company-number"];

fn identifiers(a: &Known<'_>, b: &Known<'_>, weights: &EvidenceWeights) -> Option<(&'static str, f32)> {
    if a.identifiers.is_empty() || b.identifiers.is_empty() {
        return None;
    }
    if a.identifiers.iter().any(|(_, value)| b.identifiers.iter().any(|(_, other)| value == other)) {
        return Some(("identifier_agrees", weights.identifier_agrees));
    }
    let conflict = SINGLE.iter().any(|scheme| {
        let scheme = scheme_hash(scheme);
        let has = |known: &Known<'_>| known.identifiers.iter().any(|(other, _)| *other == scheme);
        has(a) && has(b)
    });
    conflict.then_some(("identifier_conflicts", weights.identifier_conflicts))
}

/// A scheme as a number.
pub(crate) fn scheme_hash(scheme: &str) -> u32 {
    crate::index::hash(scheme.as_bytes()) as u32
}
