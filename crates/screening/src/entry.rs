//! One entity as its statements describe it, for the name index.

use std::collections::BTreeSet;

use oikos_matching::{Entity, EntityKind, Identifier, MAXIMUM_FACTS, MAXIMUM_NAMES, MAXIMUM_TEXT, PartialDate, Script, Standard};
use oikos_model::{DatasetId, EntityId, NodeId, PropertyType, Statement, Vocabulary};
use serde::{Deserialize, Serialize};

/// Which entity: ids are scoped to origin and dataset.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key {
    /// The node that first recorded it.
    pub origin: NodeId,
    /// The dataset.
    pub dataset: DatasetId,
    /// The entity.
    pub entity: EntityId,
}

impl Key {
    /// The entity of a statement.
    pub fn of(statement: &Statement) -> Self {
        Self { origin: statement.origin.clone(), dataset: statement.dataset.clone(), entity: statement.content.entity.clone() }
    }

    /// The id in the index. No part of a key has a control character in it.
    pub(crate) fn index_id(&self, kind: EntityKind) -> String {
        format!("{}\n{}\n{}\n{}", self.origin, self.dataset, self.entity, kind as u8)
    }

    /// The key of an id in the index.
    pub fn from_index_id(id: &str) -> Option<Self> {
        let mut parts = id.split('\n');
        let key = Self {
            origin: NodeId::new(parts.next()?).ok()?,
            dataset: DatasetId::new(parts.next()?).ok()?,
            entity: EntityId::new(parts.next()?).ok()?,
        };
        parts.next().is_some().then_some(key)
    }
}

/// How good a name is to find somebody by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AliasStrength {
    /// The name itself.
    Name,
    /// Another name, good enough to find it by.
    Strong,
    /// A name it had before.
    Previous,
    /// Too common or too vague to find it by alone, as its source says.
    Weak,
}

impl AliasStrength {
    /// The code in files.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Strong => "strong",
            Self::Previous => "previous",
            Self::Weak => "weak",
        }
    }

    fn of_property(property: &str) -> Option<Self> {
        Some(match property {
            "name" => Self::Name,
            "alias" => Self::Strong,
            "previous_name" => Self::Previous,
            "weak_alias" => Self::Weak,
            _ => return None,
        })
    }
}

/// A name with what is known of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListedName {
    /// As the source writes it.
    pub text: String,
    /// How good it is.
    pub strength: AliasStrength,
    /// The script of most of its letters.
    pub script: Script,
}

/// The script of most letters of a text.
fn script_of(text: &str) -> Script {
    let mut counts = [0usize; Script::ALL.len()];
    for letter in text.chars().filter(|letter| letter.is_alphabetic()) {
        counts[Script::of(letter) as usize] += 1;
    }
    // Of two that are as many, the one that stands first: Latin before all others.
    let most = counts.iter().enumerate().max_by_key(|(at, count)| (**count, usize::MAX - at));
    most.map_or(Script::Latin, |(at, _)| Script::ALL[at])
}

/// What statements say of one entity, as far as it matters for finding it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Kinds of the vocabulary its statements give it.
    kinds: BTreeSet<String>,
    pub(crate) names: Vec<ListedName>,
    pub(crate) source_lists: Vec<String>,
    birth_dates: Vec<PartialDate>,
    registered_in: Vec<String>,
    nationalities: Vec<String>,
    birth_countries: Vec<String>,
    identifiers: Vec<Identifier>,
}

/// A range of so many years is said year by year; a longer one would agree with almost anybody.
const LONGEST_RANGE_YEARS: u16 = 10;

impl Entry {
    pub(crate) fn take(&mut self, statement: &Statement, vocabulary: &Vocabulary) {
        let content = &statement.content;
        if !self.kinds.contains(&content.kind) {
            self.kinds.insert(content.kind.clone());
        }
        let value = content.value.as_str();
        if let Some(strength) = AliasStrength::of_property(&content.property) {
            self.name(value, strength);
            return;
        }
        match content.property.as_str() {
            "source_list" => add(&mut self.source_lists, value.to_owned()),
            "birth_date" => dates(value).into_iter().for_each(|date| add(&mut self.birth_dates, date)),
            "nationality" => add(&mut self.nationalities, value.to_owned()),
            "birth_country" => add(&mut self.birth_countries, value.to_owned()),
            "flag" => add(&mut self.registered_in, value.to_owned()),
            // Of other kinds it is where they live or work, which neither supports nor excludes.
            "country" if matches!(content.kind.as_str(), "company" | "public-body" | "arrangement") => {
                add(&mut self.registered_in, value.to_owned());
            }
            "bic" => add_normalised(&mut self.identifiers, Standard::Bic, value),
            "tax_number" => add_normalised(&mut self.identifiers, Standard::Vat, value),
            property => {
                if let Some(PropertyType::Selector(kind)) =
                    vocabulary.property(&content.kind, property).map(|it| &it.property_type)
                {
                    add(&mut self.identifiers, Identifier { scheme: kind.code().to_owned(), value: value.to_owned() });
                }
            }
        }
    }

    /// A name that is said twice has the better strength.
    fn name(&mut self, text: &str, strength: AliasStrength) {
        if text.len() > MAXIMUM_TEXT || self.names.len() >= MAXIMUM_NAMES {
            return;
        }
        match self.names.iter_mut().find(|name| name.text == text) {
            Some(name) => name.strength = name.strength.min(strength),
            None => self.names.push(ListedName { text: text.to_owned(), strength, script: script_of(text) }),
        }
    }

    /// The name itself, or whatever name there is.
    pub(crate) fn main_name(&self) -> Option<&str> {
        self.names.iter().min_by_key(|name| name.strength).map(|name| name.text.as_str())
    }

    /// What it is for the index. What may be a person or an organisation is both, unless other statements know more.
    pub(crate) fn kinds(&self) -> &'static [EntityKind] {
        let has = |kinds: &[&str]| kinds.iter().any(|kind| self.kinds.contains(*kind));
        if has(&["person"]) {
            &[EntityKind::Person]
        } else if has(&["vessel", "aircraft"]) {
            &[EntityKind::Vessel]
        } else if has(&["company", "organisation", "public-body", "arrangement"]) {
            &[EntityKind::Organisation]
        } else if has(&["party"]) {
            &[EntityKind::Person, EntityKind::Organisation]
        } else {
            &[]
        }
    }

    /// The entity for the index. Facts beyond its limit are left out, identifiers last: they say most.
    pub(crate) fn entity(&self, key: &Key, kind: EntityKind, with_weak: bool) -> Option<Entity> {
        let names: Vec<String> = self
            .names
            .iter()
            .filter(|name| with_weak || name.strength != AliasStrength::Weak)
            .map(|name| name.text.clone())
            .collect();
        if names.is_empty() {
            return None;
        }
        let mut left = MAXIMUM_FACTS;
        let identifiers = first(&self.identifiers, &mut left);
        let birth_dates = first(&self.birth_dates, &mut left);
        let registered_in = first(&self.registered_in, &mut left);
        let nationalities = first(&self.nationalities, &mut left);
        let birth_countries = first(&self.birth_countries, &mut left);
        Some(Entity {
            id: key.index_id(kind),
            kind,
            names,
            birth_dates,
            registered_in,
            nationalities,
            birth_countries,
            identifiers,
        })
    }

    /// Whether any statement was taken that makes it something to be found.
    pub(crate) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }
}

fn first<T: Clone>(items: &[T], left: &mut usize) -> Vec<T> {
    let taken: Vec<T> = items.iter().take(*left).cloned().collect();
    *left -= taken.len();
    taken
}

fn add<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if list.len() < MAXIMUM_FACTS && !list.contains(&item) {
        list.push(item);
    }
}

fn add_normalised(list: &mut Vec<Identifier>, standard: Standard, value: &str) {
    if let Ok(identifier) = standard.normalise(value) {
        add(list, identifier);
    }
}

/// The dates a text says: one, or one for each year of a short range. What is approximate counts by its year.
fn dates(text: &str) -> Vec<PartialDate> {
    if let Some((from, to)) = text.split_once('/') {
        let year = |date: &str| date.get(..4)?.parse::<u16>().ok();
        let (Some(from), Some(to)) = (year(from), year(to)) else { return Vec::new() };
        let is_short = from <= to && to - from <= LONGEST_RANGE_YEARS;
        return if is_short { (from..=to).filter_map(|year| PartialDate::new(year, 0, 0)).collect() } else { Vec::new() };
    }
    let exact = match text.strip_suffix('~') {
        Some(about) => about.get(..4).unwrap_or(about),
        None => text.get(..10).unwrap_or(text),
    };
    exact.parse().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_as_statements_have_them() {
        let all = |text: &str| dates(text).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(all("1962-04-28"), ["1962-04-28"]);
        assert_eq!(all("1962-04-28T00:00:00Z"), ["1962-04-28"]);
        assert_eq!(all("1961-05~"), ["1961"]);
        assert_eq!(all("1960-02/1962"), ["1960", "1961", "1962"]);
        assert_eq!(all("1900/1999"), [""; 0]);
        assert_eq!(all("é"), [""; 0]);
    }

    #[test]
    fn the_script_is_that_of_most_letters() {
        assert_eq!(script_of("Павел E."), Script::Cyrillic);
        assert_eq!(script_of("محمد علي"), Script::Arabic);
        assert_eq!(script_of("Tarn 1"), Script::Latin);
        assert_eq!(script_of("123"), Script::Latin);
    }

    #[test]
    fn an_index_id_leads_back_to_its_key() {
        let key = Key {
            origin: NodeId::new("fi.customs").unwrap(),
            dataset: DatasetId::new("entities.ofac-sdn").unwrap(),
            entity: EntityId::new("ofac-36 | Ü").unwrap(),
        };
        assert_eq!(Key::from_index_id(&key.index_id(EntityKind::Vessel)), Some(key));
        for wrong in ["", "a", "a\nb", "a\nb\nc", "A\nb\nc\n1"] {
            assert_eq!(Key::from_index_id(wrong), None);
        }
    }
}
