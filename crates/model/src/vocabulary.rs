//! The vocabulary: which kinds of entity there are, which properties each has, and for which purposes data may be held.
//! One YAML file per entity kind in `vocabulary/`; the files are compiled in and checked by a test.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::SelectorKind;

/// How a property's text is to be read.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PropertyType {
    /// Free text.
    Text,
    /// A name of the thing.
    Name,
    /// A decimal number.
    Number,
    /// A date or a moment, ISO 8601.
    Time,
    /// ISO 3166-1 alpha-2 code.
    Country,
    /// An identifier: its normalised value is a selector of this kind.
    Selector(SelectorKind),
    /// The id of an entity of one of these kinds.
    Reference(Vec<String>),
}

/// One property of an entity kind.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PropertyDefinition {
    /// How its text is to be read.
    #[serde(rename = "type", with = "yaml_serde::with::singleton_map")]
    pub property_type: PropertyType,
    /// What it means, in one sentence.
    pub description: String,
    /// Unit of a number.
    #[serde(default)]
    pub unit: Option<String>,
    /// Whether it is a protected attribute, which may only exclude a false match (invariant 6).
    #[serde(default)]
    pub protected: bool,
}

/// A kind of entity: a thing (`company`, `person`, `vessel`) or a relationship (`ownership`).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntityKind {
    /// The kind's name.
    pub kind: String,
    /// What it means, in one sentence.
    pub description: String,
    /// Whether it is about a natural person: then every statement needs a person category.
    #[serde(default)]
    pub is_person: bool,
    /// For a relationship: the properties that point to the two ends, from and to.
    #[serde(default)]
    pub relationship: Option<(String, String)>,
    /// Its properties by name.
    pub properties: BTreeMap<String, PropertyDefinition>,
}

/// Why a vocabulary file is refused.
#[derive(Debug, thiserror::Error)]
pub enum VocabularyError {
    /// The file is not the YAML it should be.
    #[error("vocabulary file {file}: {source}")]
    Syntax {
        /// The file.
        file: &'static str,
        /// What the YAML reader says.
        source: yaml_serde::Error,
    },
    /// The file contradicts itself or another one.
    #[error("vocabulary file {file}: {problem}")]
    Content {
        /// The file.
        file: &'static str,
        /// What is wrong.
        problem: String,
    },
}

/// All kinds and purposes.
#[derive(Debug, Clone)]
pub struct Vocabulary {
    kinds: BTreeMap<String, EntityKind>,
    purposes: BTreeMap<String, String>,
}

macro_rules! kind_files {
    ($($name:literal),+ $(,)?) => {
        &[$((concat!("vocabulary/", $name, ".yaml"), include_str!(concat!("../vocabulary/", $name, ".yaml")))),+]
    };
}

const KIND_FILES: &[(&str, &str)] = kind_files![
    "aircraft",
    "arrangement",
    "asset",
    "association",
    "company",
    "directorship",
    "listing",
    "organisation",
    "ownership",
    "party",
    "person",
    "public-body",
    "vessel",
];
const PURPOSES_FILE: (&str, &str) = ("vocabulary/purposes.yaml", include_str!("../vocabulary/purposes.yaml"));

impl Vocabulary {
    /// Reads the compiled-in files.
    ///
    /// # Errors
    /// When a file is malformed, a kind is defined twice, or a reference names an unknown kind or property. A test proves that the
    /// files in the repository give none of these.
    pub fn load() -> Result<Self, VocabularyError> {
        let mut kinds = BTreeMap::new();
        for &(file, text) in KIND_FILES {
            let kind: EntityKind = yaml_serde::from_str(text).map_err(|source| VocabularyError::Syntax { file, source })?;
            if file != format!("vocabulary/{}.yaml", kind.kind) {
                return Err(VocabularyError::Content { file, problem: format!("defines the kind {:?}", kind.kind) });
            }
            kinds.insert(kind.kind.clone(), kind);
        }
        let purposes =
            yaml_serde::from_str(PURPOSES_FILE.1).map_err(|source| VocabularyError::Syntax { file: PURPOSES_FILE.0, source })?;
        let vocabulary = Self { kinds, purposes };
        vocabulary.check()?;
        Ok(vocabulary)
    }

    fn check(&self) -> Result<(), VocabularyError> {
        for &(file, _) in KIND_FILES {
            for kind in self.kinds.values().filter(|kind| file == format!("vocabulary/{}.yaml", kind.kind)) {
                self.check_kind(kind).map_err(|problem| VocabularyError::Content { file, problem })?;
            }
        }
        Ok(())
    }

    fn check_kind(&self, kind: &EntityKind) -> Result<(), String> {
        for (name, property) in &kind.properties {
            if let PropertyType::Reference(targets) = &property.property_type
                && let Some(unknown) = targets.iter().find(|target| !self.kinds.contains_key(*target))
            {
                return Err(format!("property {name:?} points to the unknown kind {unknown:?}"));
            }
            if property.unit.is_some() && property.property_type != PropertyType::Number {
                return Err(format!("property {name:?} has a unit but is no number"));
            }
        }
        let Some((from, to)) = &kind.relationship else { return Ok(()) };
        for end in [from, to] {
            match kind.properties.get(end).map(|property| &property.property_type) {
                Some(PropertyType::Reference(_)) => {}
                _ => return Err(format!("the relationship's end {end:?} is not a property of type reference")),
            }
        }
        Ok(())
    }

    /// The kind of this name.
    pub fn kind(&self, name: &str) -> Option<&EntityKind> {
        self.kinds.get(name)
    }

    /// All kinds, by name.
    pub fn kinds(&self) -> impl Iterator<Item = &EntityKind> {
        self.kinds.values()
    }

    /// The property of a kind.
    pub fn property(&self, kind: &str, property: &str) -> Option<&PropertyDefinition> {
        self.kinds.get(kind)?.properties.get(property)
    }

    /// The kind of selector that a property's values are, where it is an identifier.
    pub fn selector_kind(&self, kind: &str, property: &str) -> Option<SelectorKind> {
        match self.property(kind, property)?.property_type {
            PropertyType::Selector(selector) => Some(selector),
            _ => None,
        }
    }

    /// All purposes: code and what it means.
    pub fn purposes(&self) -> impl Iterator<Item = (&str, &str)> {
        self.purposes.iter().map(|(code, meaning)| (code.as_str(), meaning.as_str()))
    }

    /// Whether this purpose code is known.
    pub fn knows_purpose(&self, code: &str) -> bool {
        self.purposes.contains_key(code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_in_the_folder_is_compiled_in_and_holds() {
        let vocabulary = Vocabulary::load().unwrap();
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/vocabulary");
        let mut on_disk: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| format!("vocabulary/{}", entry.unwrap().file_name().to_string_lossy()))
            .filter(|file| file != PURPOSES_FILE.0)
            .collect();
        on_disk.sort();
        let mut listed: Vec<String> = KIND_FILES.iter().map(|(file, _)| (*file).to_owned()).collect();
        listed.sort();
        assert_eq!(on_disk, listed);
        assert_eq!(vocabulary.kinds().count(), KIND_FILES.len());
        assert!(vocabulary.knows_purpose("fdi-screening"));
    }

    #[test]
    fn descriptions_are_sentences_and_names_are_slugs() {
        let vocabulary = Vocabulary::load().unwrap();
        for kind in vocabulary.kinds() {
            assert!(kind.description.ends_with('.'), "{}: description", kind.kind);
            for (name, property) in &kind.properties {
                assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{}.{name}", kind.kind);
                assert!(property.description.ends_with('.'), "{}.{name}: description", kind.kind);
            }
        }
    }

    #[test]
    fn a_reference_to_nowhere_is_refused() {
        let mut vocabulary = Vocabulary::load().unwrap();
        vocabulary.kinds.remove("company");
        assert!(vocabulary.check().is_err());
    }
}
