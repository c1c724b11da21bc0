//! Asking for more and answering: after a hit one side names the one selector it asks about, and a person of the other side releases,
//! part-releases or refuses. Both travel in parcels; which request is open and by when it is due is the node's to keep.

use std::fmt;
use std::str::FromStr;

use oikos_model::{LegalBasis, Purpose, Selector, SelectorClass, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::content::{ContentProblem, at_most, must};
use crate::limits::{MAXIMUM_NAME_LENGTH, MAXIMUM_TEXT_LENGTH};

/// A text is not the name it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is no {0}: expected 32 hexadecimal digits")]
pub struct NotAName(&'static str);

macro_rules! opaque {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; 16]);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }

        impl FromStr for $name {
            type Err = NotAName;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let mut bytes = [0u8; 16];
                hex::decode_to_slice(text, &mut bytes).map_err(|_| NotAName($what))?;
                Ok(Self(bytes))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

opaque! {
    /// Names a request for release, chosen at random by whoever asks.
    RequestId, "request id"
}

opaque! {
    /// What a hit hands out instead of what was hit: only the node that gave it knows what it stands for.
    HitReference, "hit reference"
}

/// The law whose clock runs on a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockRegime {
    /// Prüm II, Reg. (EU) 2024/982 Art. 47: core data within 48 hours of a confirmed match.
    Prum2,
    /// Dir. (EU) 2023/977 Art. 5: 8 hours, 3 days or 7 days.
    #[serde(rename = "directive_2023_977")]
    Directive2023977,
    /// Cooperation between financial intelligence units.
    Fiu,
    /// Cooperation on foreign direct investment, Reg. (EU) 2019/452.
    FdiCooperation,
    /// What the agreement says and nothing else.
    Agreement,
}

/// How soon an answer is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// A life is in danger: at once.
    ThreatToLife,
    /// Urgent in the sense of the regime.
    Urgent,
    /// Neither.
    Normal,
}

/// A request for release: names the one selector that it is about, so it discloses it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleaseAsk {
    /// Its name.
    pub id: RequestId,
    /// What the asked node gave for the hit, where an ask went before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<HitReference>,
    /// What it is about.
    pub selector: Selector,
    /// What the answer would be used for.
    pub purpose: Purpose,
    /// The law that the request rests on.
    pub legal_basis: LegalBasis,
    /// The asker's case under a name that says nothing to others. Needed wherever the selector can lead to a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case_reference: Option<String>,
    /// The law whose clock runs.
    pub regime: ClockRegime,
    /// How soon an answer is needed.
    pub urgency: Urgency,
    /// Whether the asker believes that the answer is directly available, where the regime's clock depends on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub directly_available: Option<bool>,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// Words for the person who decides.
    pub message: String,
}

/// What came of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerOutcome {
    /// What there was is released.
    Released,
    /// A part of it is released.
    PartReleased,
    /// Nothing is released; the reason says why.
    Refused,
    /// The law wants neither yes nor no.
    NeitherConfirmedNorDenied,
}

/// The answer to a request. What is released travels beside it in the same parcel or an earlier one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleaseAnswer {
    /// Which request.
    pub request: RequestId,
    /// What came of it.
    pub outcome: AnswerOutcome,
    /// Why, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When it was decided.
    pub answered_at: Timestamp,
}

impl ReleaseAsk {
    /// Checks what holds for a request between any two nodes.
    pub(crate) fn check(&self) -> Result<(), ContentProblem> {
        let name = || format!("request {}", self.id);
        must(!self.selector.value.is_empty(), name, "its selector is empty")?;
        at_most(|| format!("{}: selector", name()), self.selector.value.len(), MAXIMUM_NAME_LENGTH)?;
        at_most(|| format!("{}: message", name()), self.message.len(), MAXIMUM_TEXT_LENGTH)?;
        if let Some(case) = &self.case_reference {
            at_most(|| format!("{}: case_reference", name()), case.len(), MAXIMUM_NAME_LENGTH)?;
            let printable = !case.trim().is_empty() && !case.chars().any(char::is_control);
            must(printable, name, "its case reference is empty or not printable")?;
        }
        let bound = self.selector.class() == SelectorClass::Impersonal || self.case_reference.is_some();
        must(bound, name, "its selector can lead to a person, so it must name a case")
    }
}

impl ReleaseAnswer {
    /// Checks what holds for an answer between any two nodes.
    pub(crate) fn check(&self) -> Result<(), ContentProblem> {
        let name = || format!("answer to {}", self.request);
        let reason = self.reason.as_deref().unwrap_or_default().trim();
        at_most(|| format!("{}: reason", name()), reason.len(), MAXIMUM_TEXT_LENGTH)?;
        must(self.outcome != AnswerOutcome::Refused || !reason.is_empty(), name, "it refuses without a reason")
    }
}
