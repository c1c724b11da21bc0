//! Markings: what may be done with a thing. Combining two things combines their markings, and the result is never looser
//! than either: a lattice join, so the order and grouping in which things are combined do not matter.

use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{IdentifierError, hash::ContentHasher};

/// The data-protection regime that governs a thing. A combination of things under two regimes is governed by both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Regime {
    /// Regulation (EU) 2016/679: most authorities, CSIRTs, investment screening, many FIUs.
    Gdpr,
    /// Directive (EU) 2016/680: competent authorities in criminal matters.
    Led,
    /// Regulation (EU) 2018/1725: Union bodies.
    Eudpr,
}

impl Regime {
    /// All regimes, in the order in which golden tables print them.
    pub const ALL: [Self; 3] = [Self::Gdpr, Self::Led, Self::Eudpr];

    /// The short name in capitals.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Gdpr => "GDPR",
            Self::Led => "LED",
            Self::Eudpr => "EUDPR",
        }
    }
}

/// Traffic Light Protocol 2.0 (FIRST), from least to most restricted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Tlp {
    /// Disclosure is not limited.
    Clear,
    /// Within the community.
    Green,
    /// Recipients and their clients, on a need-to-know basis.
    Amber,
    /// Recipients' organisation only.
    AmberStrict,
    /// Named recipients only.
    Red,
}

impl Tlp {
    /// All levels, least restricted first.
    pub const ALL: [Self; 5] = [Self::Clear, Self::Green, Self::Amber, Self::AmberStrict, Self::Red];

    /// The level as FIRST writes it, for example `TLP:AMBER+STRICT`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Clear => "TLP:CLEAR",
            Self::Green => "TLP:GREEN",
            Self::Amber => "TLP:AMBER",
            Self::AmberStrict => "TLP:AMBER+STRICT",
            Self::Red => "TLP:RED",
        }
    }
}

/// What a recipient may do with a thing. The join keeps only what both markings permit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PermittedAction {
    /// Read it.
    Read,
    /// Let detectors and the picture work on it.
    Process,
    /// Pass it on to others.
    Share,
    /// Act on it outside: seize, block, notify.
    Act,
}

impl PermittedAction {
    /// All permitted actions.
    pub const ALL: [Self; 4] = [Self::Read, Self::Process, Self::Share, Self::Act];
}

/// Europol handling codes (Council document 6243).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum HandlingCode {
    /// Only for preventing and combating crime, under the Europol Regulation.
    H0,
    /// Not disclosed in judicial proceedings without the provider's permission.
    H1,
    /// Not disseminated without the provider's permission.
    H2,
    /// Other restrictions in free text: automation must not share it.
    H3,
}

impl HandlingCode {
    /// All handling codes.
    pub const ALL: [Self; 4] = [Self::H0, Self::H1, Self::H2, Self::H3];

    /// Whether the provider must be asked before the thing goes on to anyone else.
    pub const fn forbids_onward_sharing(self) -> bool {
        matches!(self, Self::H2 | Self::H3)
    }
}

/// Why data is held and used, as a short code from `vocabulary/purposes.yaml`, for example `fdi-screening`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Purpose(String);

impl Purpose {
    /// Checks the form of the code. Whether the code is known is the vocabulary's business.
    ///
    /// # Errors
    /// When the text is not 1 to 63 of `a-z`, `0-9` and `-`.
    pub fn new(text: impl Into<String>) -> Result<Self, IdentifierError> {
        let text = text.into();
        let good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if text.is_empty() || text.len() > 63 || !text.bytes().all(good) {
            return Err(IdentifierError::new("purpose", &text, "expected 1 to 63 of a-z, 0-9 and '-'"));
        }
        Ok(Self(text))
    }

    /// The code.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::str::FromStr for Purpose {
    type Err = IdentifierError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::new(text)
    }
}

impl TryFrom<String> for Purpose {
    type Error = IdentifierError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::new(text)
    }
}

impl From<Purpose> for String {
    fn from(purpose: Purpose) -> Self {
        purpose.0
    }
}

/// What may be done with a thing, by whom it may be seen, for what, and until when.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Marking {
    /// The regimes that govern it; a combination is governed by all of its parts'.
    pub regimes: BTreeSet<Regime>,
    /// Traffic light.
    pub tlp: Tlp,
    /// What a reader may do with it.
    pub permitted: BTreeSet<PermittedAction>,
    /// Handling codes, all of which bind.
    pub handling: BTreeSet<HandlingCode>,
    /// The purposes it may be used for. Empty: unusable for anything.
    pub purposes: BTreeSet<Purpose>,
    /// When it must be erased. `None`: no date of its own.
    pub expires: Option<Timestamp>,
}

impl Marking {
    /// A marking under one regime, for these purposes, everything permitted, no handling code, no date.
    pub fn new(regime: Regime, tlp: Tlp, purposes: impl IntoIterator<Item = Purpose>) -> Self {
        Self {
            regimes: BTreeSet::from([regime]),
            tlp,
            permitted: PermittedAction::ALL.into(),
            handling: BTreeSet::new(),
            purposes: purposes.into_iter().collect(),
            expires: None,
        }
    }

    /// The least marking that is at least as strict as both: the lattice's join.
    ///
    /// Regimes and handling codes unite, the traffic light rises, permitted actions and purposes intersect, the earlier expiry wins.
    #[must_use]
    pub fn join(&self, other: &Self) -> Self {
        Self {
            regimes: &self.regimes | &other.regimes,
            tlp: self.tlp.max(other.tlp),
            permitted: &self.permitted & &other.permitted,
            handling: &self.handling | &other.handling,
            purposes: &self.purposes & &other.purposes,
            expires: match (self.expires, other.expires) {
                (Some(one), Some(two)) => Some(one.min(two)),
                (one, two) => one.or(two),
            },
        }
    }

    /// Whether the thing can be used for nothing at all: no purpose is left.
    pub fn is_unusable(&self) -> bool {
        self.purposes.is_empty()
    }

    /// Whether `purpose` is among the purposes and the thing has not expired at `now`.
    pub fn allows(&self, purpose: &Purpose, now: Timestamp) -> bool {
        self.purposes.contains(purpose) && !self.is_expired(now)
    }

    /// Whether the thing should have been erased by `now`.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }

    /// Adds the marking to a content hash, every field in a fixed order.
    pub(crate) fn hash_into(&self, hasher: ContentHasher) -> ContentHasher {
        // Sorted sets and a derived serialiser give one text per marking.
        #[expect(clippy::expect_used, reason = "a marking has only string keys and serialises always")]
        let text = serde_json::to_vec(self).expect("a marking serialises");
        hasher.field(&text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::btree_set;
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    fn any_marking() -> impl Strategy<Value = Marking> {
        let purposes = ["fdi-screening", "maritime-safety", "crime", "oversight"].map(|code| Purpose::new(code).unwrap());
        (
            btree_set(select(Regime::ALL.to_vec()), 1..=3),
            select(Tlp::ALL.to_vec()),
            btree_set(select(PermittedAction::ALL.to_vec()), 0..=4),
            btree_set(select(HandlingCode::ALL.to_vec()), 0..=4),
            btree_set(select(purposes.to_vec()), 0..=4),
            prop::option::of((0i64..4_000_000_000).prop_map(|second| Timestamp::from_second(second).unwrap())),
        )
            .prop_map(|(regimes, tlp, permitted, handling, purposes, expires)| Marking {
                regimes,
                tlp,
                permitted,
                handling,
                purposes,
                expires,
            })
    }

    /// `a` is at most as strict as `b`: everything that `b` allows, `a` allows too.
    fn at_most_as_strict(a: &Marking, b: &Marking) -> bool {
        a.regimes.is_subset(&b.regimes)
            && a.tlp <= b.tlp
            && b.permitted.is_subset(&a.permitted)
            && a.handling.is_subset(&b.handling)
            && b.purposes.is_subset(&a.purposes)
            && match (a.expires, b.expires) {
                (Some(a), Some(b)) => b <= a,
                (Some(_), None) => false,
                (None, _) => true,
            }
    }

    proptest! {
        #[test]
        fn join_is_commutative(a in any_marking(), b in any_marking()) {
            prop_assert_eq!(a.join(&b), b.join(&a));
        }

        #[test]
        fn join_is_associative(a in any_marking(), b in any_marking(), c in any_marking()) {
            prop_assert_eq!(a.join(&b).join(&c), a.join(&b.join(&c)));
        }

        #[test]
        fn join_is_idempotent(a in any_marking()) {
            prop_assert_eq!(a.join(&a), a);
        }

        #[test]
        fn join_is_the_least_upper_bound(a in any_marking(), b in any_marking(), c in any_marking()) {
            let joined = a.join(&b);
            prop_assert!(at_most_as_strict(&a, &joined) && at_most_as_strict(&b, &joined));
            if at_most_as_strict(&a, &c) && at_most_as_strict(&b, &c) {
                prop_assert!(at_most_as_strict(&joined, &c));
            }
        }

        #[test]
        fn a_combination_never_allows_what_a_part_denies(a in any_marking(), b in any_marking(), second in 0i64..4_000_000_000) {
            let now = Timestamp::from_second(second).unwrap();
            let joined = a.join(&b);
            for purpose in &joined.purposes {
                if joined.allows(purpose, now) {
                    prop_assert!(a.allows(purpose, now) && b.allows(purpose, now));
                }
            }
        }

        #[test]
        fn markings_survive_json(a in any_marking()) {
            let text = serde_json::to_string(&a).unwrap();
            prop_assert_eq!(serde_json::from_str::<Marking>(&text).unwrap(), a);
        }
    }
}
