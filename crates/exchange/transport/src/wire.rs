//! Paths, and what goes over the wire besides sealed bytes and receipts.

use oikos_exchange::Epoch;
use oikos_model::{Purpose, SelectorClass};
use serde::{Deserialize, Serialize};

pub(crate) const PARCELS_PATH: &str = "/exchange/v1/parcels";
pub(crate) const CHUNKS_PATH: &str = "/exchange/v1/chunks";
pub(crate) const RECEIPTS_PATH: &str = "/exchange/v1/receipts";
pub(crate) const IDENTITY_PATH: &str = "/exchange/v1/identity";
pub(crate) const ASK_SETS_PATH: &str = "/exchange/v1/ask-sets";
pub(crate) const ASKS_PATH: &str = "/exchange/v1/asks";

pub(crate) const JOURNAL_KEYS_PATH: &str = "/exchange/v1/journal/keys";
pub(crate) const ADD_CHECKPOINT_PATH: &str = "/exchange/v1/journal/add-checkpoint";

/// What a partner asks of a node as the witness of its journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WitnessRequest {
    /// States the partner's journal keys, and asks for this node's.
    Keys,
    /// C2SP `tlog-witness`: asks for a cosignature.
    AddCheckpoint,
}

impl WitnessRequest {
    pub(crate) const fn path(self) -> &'static str {
        match self {
            Self::Keys => JOURNAL_KEYS_PATH,
            Self::AddCheckpoint => ADD_CHECKPOINT_PATH,
        }
    }

    pub(crate) fn of_path(path: &str) -> Option<Self> {
        [Self::Keys, Self::AddCheckpoint].into_iter().find(|request| request.path() == path)
    }
}

/// The largest body of a witness request or answer: a note may carry many post-quantum signatures.
pub(crate) const MAXIMUM_WITNESS_LENGTH: usize = 128 * 1024;

/// What a witness says, in the words of the protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WitnessAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The body: signature lines, a size, keys, or a reason.
    pub body: String,
}

impl WitnessAnswer {
    /// An answer.
    pub fn new(status: u16, body: impl Into<String>) -> Self {
        Self { status, body: body.into() }
    }
}

/// The content type of sealed bytes: a COSE structure (RFC 9052 section 2).
pub(crate) const SEALED_CONTENT_TYPE: &str = "application/cose";

/// The content type of questions, answers and asked sets.
pub(crate) const CBOR_CONTENT_TYPE: &str = "application/cbor";

/// An answer is a receipt, a card or a refusal; none is longer. Asks have limits of their own.
pub(crate) const MAXIMUM_ANSWER_LENGTH: usize = 64 * 1024;

/// The longest query that names a set.
const MAXIMUM_QUERY_LENGTH: usize = 200;

const CLASSES: [(&str, SelectorClass); 3] =
    [("impersonal", SelectorClass::Impersonal), ("linkable", SelectorClass::Linkable), ("personal", SelectorClass::Personal)];

/// The part of an asked set that a partner wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskSetWanted {
    /// For which purpose it would ask.
    pub purpose: Purpose,
    /// About which class of selector.
    pub class: SelectorClass,
    /// On which day.
    pub epoch: Epoch,
    /// Which page; `None` for the signed header.
    pub page: Option<u32>,
}

impl AskSetWanted {
    /// Reads the query. Each name once, no other names; nothing in it needs escapes.
    pub(crate) fn from_query(query: &str) -> Option<Self> {
        let (mut purpose, mut class, mut epoch, mut page) = (None, None, None, None);
        if query.len() > MAXIMUM_QUERY_LENGTH {
            return None;
        }
        for part in query.split('&') {
            let (name, value) = part.split_once('=')?;
            let repeated = match name {
                "purpose" => purpose.replace(Purpose::new(value).ok()?).is_some(),
                "class" => class.replace(CLASSES.iter().find(|(code, _)| *code == value)?.1).is_some(),
                "epoch" => epoch.replace(Epoch(number(value)?)).is_some(),
                "page" => page.replace(number(value)?).is_some(),
                _ => true,
            };
            if repeated {
                return None;
            }
        }
        Some(Self { purpose: purpose?, class: class?, epoch: epoch?, page })
    }

    /// The path with its query.
    pub(crate) fn to_path(&self) -> String {
        let class = CLASSES.iter().find(|(_, class)| *class == self.class).map_or("", |(code, _)| code);
        let page = self.page.map_or_else(String::new, |page| format!("&page={page}"));
        format!("{ASK_SETS_PATH}?purpose={}&class={class}&epoch={}{page}", self.purpose, self.epoch.0)
    }
}

/// Digits only: no sign, no spaces.
fn number(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

/// Why the other side did not take something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message} ({code})")]
pub struct Refused {
    /// A stable code, for example `bad_signature`.
    pub code: String,
    /// In words.
    pub message: String,
    /// Whether the same bytes may be taken later: the refuser was busy or its store failed.
    #[serde(skip)]
    pub try_again: bool,
}

impl Refused {
    /// The parcel is refused for good.
    pub fn finally(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), try_again: false }
    }

    /// The parcel could not be taken just now.
    pub fn for_now(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), try_again: true }
    }
}

impl From<&oikos_exchange::ReceiveError> for Refused {
    fn from(error: &oikos_exchange::ReceiveError) -> Self {
        match error {
            oikos_exchange::ReceiveError::Refused(refusal) => Self::finally(refusal.code(), refusal.to_string()),
            // What failed inside is not the partner's to know.
            oikos_exchange::ReceiveError::Store(_) => Self::for_now("store", "the node could not store the parcel"),
        }
    }
}

impl From<&oikos_exchange::AskRefusal> for Refused {
    fn from(refusal: &oikos_exchange::AskRefusal) -> Self {
        let refused = Self::finally(refusal.code(), refusal.to_string());
        Self { try_again: matches!(refusal, oikos_exchange::AskRefusal::Busy), ..refused }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_names_each_thing_once_and_nothing_else() {
        let wanted = AskSetWanted {
            purpose: "maritime-safety".parse().unwrap(),
            class: SelectorClass::Linkable,
            epoch: Epoch(20_717),
            page: Some(3),
        };
        for wanted in [wanted.clone(), AskSetWanted { page: None, ..wanted }] {
            let path = wanted.to_path();
            assert_eq!(AskSetWanted::from_query(path.split_once('?').unwrap().1), Some(wanted));
        }
        for wrong in [
            "",
            "purpose=a&class=impersonal",
            "purpose=a&class=impersonal&epoch=1&epoch=1",
            "purpose=a&class=impersonal&epoch=+1",
            "purpose=a&class=impersonal&epoch=4294967296",
            "purpose=a&class=impersonal&epoch=1&page=-1",
            "purpose=a&class=impersonal&epoch=1&page=",
            "purpose=a&class=secret&epoch=1",
            "purpose=A&class=impersonal&epoch=1",
            "purpose=a&class=impersonal&epoch=1&more=1",
            "purpose=a&class=impersonal&epoch=1&",
        ] {
            assert_eq!(AskSetWanted::from_query(wrong), None, "{wrong}");
        }
    }
}
