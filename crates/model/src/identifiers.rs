//! Identifiers as types, so that a case is never passed where a run is meant. Each has one written form and one length limit.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::ContentHash;

/// Why a text is not the identifier it was taken for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a {what}: {problem}")]
pub struct IdentifierError {
    what: &'static str,
    text: String,
    problem: &'static str,
}

impl IdentifierError {
    pub(crate) fn new(what: &'static str, text: &str, problem: &'static str) -> Self {
        // The offending text is echoed shortened: it is input, and input has a limit.
        Self { what, text: text.chars().take(80).collect(), problem }
    }
}

fn is_slug_byte(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.' | b'_')
}

fn check_slug(what: &'static str, text: &str) -> Result<(), IdentifierError> {
    if text.is_empty() || text.len() > 63 {
        return Err(IdentifierError::new(what, text, "expected 1 to 63 characters"));
    }
    if !text.as_bytes()[0].is_ascii_lowercase() {
        return Err(IdentifierError::new(what, text, "must begin with a lower-case letter"));
    }
    if !text.bytes().all(is_slug_byte) {
        return Err(IdentifierError::new(what, text, "only a-z, 0-9, '-', '.' and '_' are allowed"));
    }
    Ok(())
}

fn check_free_text(what: &'static str, text: &str) -> Result<(), IdentifierError> {
    if text.is_empty() || text.len() > 255 {
        return Err(IdentifierError::new(what, text, "expected 1 to 255 bytes"));
    }
    if text.chars().any(char::is_control) {
        return Err(IdentifierError::new(what, text, "control characters are not allowed"));
    }
    Ok(())
}

macro_rules! text_identifier {
    ($(#[$doc:meta])* $name:ident, $what:literal, $check:path) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            #[doc = concat!("Checks that `text` is a ", $what, ".\n\n# Errors\nSays what is wrong with the text.")]
            pub fn new(text: impl Into<String>) -> Result<Self, IdentifierError> {
                let text = text.into();
                $check($what, &text)?;
                Ok(Self(text))
            }

            /// The written form.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdentifierError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::new(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdentifierError;
            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(identifier: $name) -> Self {
                identifier.0
            }
        }
    };
}

text_identifier!(
    /// A node: one authority's installation, for example `fi.coast-guard`. It outlives the node's keys.
    NodeId, "node id", check_slug
);
text_identifier!(
    /// A named collection of what one source says, for example `ownership.public-register`. The desk comes first.
    DatasetId, "dataset id", check_slug
);
text_identifier!(
    /// A detector, for example `sea.gap`. The desk comes first.
    DetectorId, "detector id", check_slug
);
text_identifier!(
    /// A table of records in the lake, for example `ais_positions`. Names are unique in the whole house.
    TableName, "table name", check_slug
);
text_identifier!(
    /// A person's account at a node, for example `anna.virtanen`.
    UserName, "user name", check_slug
);
text_identifier!(
    /// An entity as one source names it. Scoped to origin and dataset: the same text elsewhere is another entity
    /// until a judgement says otherwise. Written `dataset/local-id`.
    EntityId, "entity id", check_free_text
);
text_identifier!(
    /// A case at this node. Partners only ever see an opaque reference to it.
    CaseId, "case id", check_slug
);

macro_rules! hash_identifier {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub ContentHash);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = IdentifierError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    };
}

hash_identifier!(
    /// A statement: hash of origin, dataset, entity, property, value and `valid_from`.
    StatementId
);
hash_identifier!(
    /// An interned label: hash of its marking, origin and scope.
    LabelId
);
hash_identifier!(
    /// A source: hash of the bytes of the imported file. Importing the same bytes again changes nothing.
    SourceId
);
hash_identifier!(
    /// A run: hash of detector, parameters, lake snapshot and span.
    RunId
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_ids_are_slugs() {
        assert!(NodeId::new("fi.coast-guard").is_ok());
        for bad in ["", "Fi", "1fi", "fi coast", "fi/../x", &"a".repeat(64)] {
            assert!(NodeId::new(bad).is_err(), "{bad:?} must be refused");
        }
    }

    #[test]
    fn entity_ids_keep_what_a_source_wrote_but_no_control_characters() {
        assert!(EntityId::new("public-register/openownership-register-123 Ü").is_ok());
        assert!(EntityId::new("a\nb").is_err());
    }

    #[test]
    fn deserialising_checks_too() {
        assert!(serde_json::from_str::<NodeId>("\"NOT A NODE\"").is_err());
    }
}
