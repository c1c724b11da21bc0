//! The blocking index: entities by the words of their names, found in spite of other spellings, scripts, orders and missing words.
//!
//! Built once, changed entity by entity, written and read as bytes. How rare words are is settled when the index is built or
//! [`Index::settle`] is called, not at every change: so a change never alters the score of entities it does not touch.

mod blocks;
mod bytes;
mod dictionary;
mod multimap;
mod search;

use crate::entity::{Entity, PartialDate};
use crate::names::tables::FormClass;
use crate::names::{EntityKind, Name, Role, Token};
use crate::scoring::evidence::{Country, Known, country, scheme_hash};
use dictionary::{Dictionary, WordId};
use multimap::{Multimap, spread};

pub(crate) use blocks::{Blocks, block_keys};
pub use bytes::NotAnIndex;
pub use search::{Hit, SearchSettings, Searcher};

/// Fowler, Noll and Vo's hash, mixed once more.
pub(crate) fn hash(bytes: &[u8]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    for byte in bytes {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    hash ^ (hash >> 29)
}

/// The most names of one entity that are kept.
pub const MAXIMUM_NAMES: usize = 1000;
/// The most dates, countries and identifiers of one entity that are kept, together.
pub const MAXIMUM_FACTS: usize = 200;
/// The longest id and the longest name as written, in bytes.
pub const MAXIMUM_TEXT: usize = 4096;

/// Why an entity cannot be taken into the index.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotIndexed {
    /// There is one with this id.
    #[error("an entity with the id {0:?} is in the index; remove it first")]
    AlreadyThere(String),
    /// Too much of something.
    #[error("the entity {id:?} has {what}")]
    TooMuch {
        /// The entity.
        id: String,
        /// What there is too much of, and the limit.
        what: &'static str,
    },
    /// Offsets are 32 bits wide.
    #[error("the index is full: it holds at most 4 GiB of text; split it")]
    Full,
}

/// Where a text stands among all texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    start: u32,
    length: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct EntitySlot {
    id: Place,
    kind: EntityKind,
    alive: bool,
    first_name: u32,
    names: u32,
    first_fact: u32,
    facts: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct NameSlot {
    entity: u32,
    text: Place,
    first_word: u32,
    words: u8,
    form: Option<FormClass>,
    /// Decides between names that cover as much of a query.
    tie: u32,
}

/// What is known of an entity beside its names, by what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fact {
    BirthDate(PartialDate),
    RegisteredIn(Country),
    Nationality(Country),
    BirthCountry(Country),
    /// The hashes of the scheme, and of scheme and value.
    Identifier(u32, u64),
}

/// Entities, found by their names and identifiers.
#[derive(Debug, Clone)]
pub struct Index {
    texts: String,
    entities: Vec<EntitySlot>,
    names: Vec<NameSlot>,
    words: Vec<(WordId, Role)>,
    facts: Vec<Fact>,
    dictionary: Dictionary,
    /// Names by word.
    postings: Multimap,
    /// Entities by id.
    ids: Multimap,
    /// Entities by identifier.
    identifiers: Multimap,
    alive: usize,
}

/// Lists that are sorted at the end, while an index is built.
#[derive(Default)]
struct Building {
    keys: Vec<(u32, u32)>,
    postings: Vec<(u32, u32)>,
    ids: Vec<(u32, u32)>,
    identifiers: Vec<(u32, u32)>,
}

impl Default for Index {
    fn default() -> Self {
        Self::new()
    }
}

impl Index {
    /// An index of nothing.
    pub fn new() -> Self {
        Self {
            texts: String::new(),
            entities: Vec::new(),
            names: Vec::new(),
            words: Vec::new(),
            facts: Vec::new(),
            dictionary: Dictionary::new(),
            postings: Multimap::default(),
            ids: Multimap::default(),
            identifiers: Multimap::default(),
            alive: 0,
        }
    }

    /// Builds an index.
    ///
    /// # Errors
    /// When two entities have one id or one is beyond the limits.
    pub fn build(entities: impl IntoIterator<Item = Entity>) -> Result<Self, NotIndexed> {
        let mut index = Self::new();
        let mut building = Building::default();
        let mut words = std::collections::HashMap::new();
        for entity in entities {
            index.check(&entity)?;
            index.put(&entity, Some((&mut building, &mut words)))?;
        }
        index.postings = Multimap::from_entries(building.postings);
        index.identifiers = Multimap::from_entries(building.identifiers);
        index.ids = Multimap::from_entries(building.ids);
        index.dictionary.set_keys(building.keys);
        if let Some(id) = index.doubled_id() {
            return Err(NotIndexed::AlreadyThere(id));
        }
        index.settle();
        Ok(index)
    }

    fn doubled_id(&self) -> Option<String> {
        (0..self.entities.len() as u32).find_map(|slot| {
            let id = self.id(slot);
            self.ids.iter(id_key(id)).any(|other| other != slot && self.id(other) == id).then(|| id.to_owned())
        })
    }

    /// Adds an entity.
    ///
    /// # Errors
    /// When its id is there already or it is beyond the limits.
    pub fn add(&mut self, entity: &Entity) -> Result<(), NotIndexed> {
        self.check(entity)?;
        if self.slot(&entity.id).is_some() {
            return Err(NotIndexed::AlreadyThere(entity.id.clone()));
        }
        self.put(entity, None)
    }

    /// Removes an entity. `false`: there was none. Its memory is free again when the index is built anew; see [`Index::removed`].
    pub fn remove(&mut self, id: &str) -> bool {
        let Some(slot) = self.slot(id) else { return false };
        self.entities[slot as usize].alive = false;
        self.alive -= 1;
        for word in self.words_of(slot) {
            self.dictionary.counts[word as usize] -= 1;
        }
        true
    }

    /// Puts an entity in the place of the one with its id, if there is one.
    ///
    /// # Errors
    /// When it is beyond the limits; what was there then stays.
    pub fn replace(&mut self, entity: &Entity) -> Result<(), NotIndexed> {
        self.check(entity)?;
        self.remove(&entity.id);
        self.put(entity, None)
    }

    /// Computes anew how rare words are, and sorts what was added since. Scores may change.
    pub fn settle(&mut self) {
        self.dictionary.settle(self.alive);
        self.postings.merge();
        self.ids.merge();
        self.identifiers.merge();
    }

    /// How many entities there are.
    pub fn len(&self) -> usize {
        self.alive
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.alive == 0
    }

    /// How many removed entities still take memory.
    pub fn removed(&self) -> usize {
        self.entities.len() - self.alive
    }

    /// Whether an entity with this id is in the index.
    pub fn contains(&self, id: &str) -> bool {
        self.slot(id).is_some()
    }

    /// Searches in the index. One searcher serves one thread, query after query: it keeps its working memory.
    pub fn searcher(&self) -> Searcher<'_> {
        Searcher::new(self)
    }

    /// The keys by which an entity's names and identifiers can be met.
    pub(crate) fn keys_of(&self, id: &str) -> Vec<u32> {
        let Some(slot) = self.slot(id) else { return Vec::new() };
        let (mut all, mut keys) = (Vec::new(), Vec::new());
        for word in self.words_of(slot) {
            dictionary::keys(self.dictionary.text(word).as_bytes(), self.dictionary.traits(word), &mut keys);
            all.append(&mut keys);
        }
        all.extend(self.facts_of(slot).iter().filter_map(Fact::identifier).map(|value| value as u32));
        all
    }

    /// Roughly how much memory the index takes.
    pub fn bytes_in_memory(&self) -> usize {
        self.texts.capacity()
            + self.entities.capacity() * size_of::<EntitySlot>()
            + self.names.capacity() * size_of::<NameSlot>()
            + self.words.capacity() * size_of::<(WordId, Role)>()
            + self.facts.capacity() * size_of::<Fact>()
            + self.dictionary.bytes()
            + self.postings.bytes()
            + self.ids.bytes()
            + self.identifiers.bytes()
    }

    fn check(&self, entity: &Entity) -> Result<(), NotIndexed> {
        let too_much = |what| Err(NotIndexed::TooMuch { id: entity.id.chars().take(80).collect(), what });
        let facts = entity.birth_dates.len()
            + entity.registered_in.len()
            + entity.nationalities.len()
            + entity.birth_countries.len()
            + entity.identifiers.len();
        if entity.names.len() > MAXIMUM_NAMES {
            return too_much("more than 1000 names");
        }
        if facts > MAXIMUM_FACTS {
            return too_much("more than 200 dates, countries and identifiers");
        }
        if entity.id.len() > MAXIMUM_TEXT || entity.names.iter().any(|name| name.len() > MAXIMUM_TEXT) {
            return too_much("an id or a name above 4096 bytes");
        }
        let text: usize = entity.id.len() + entity.names.iter().map(String::len).sum::<usize>();
        let fits = |length: usize| u32::try_from(length).is_ok();
        let full = !fits(self.texts.len() + text)
            || !fits(self.words.len() + 32 * entity.names.len())
            || !fits(self.facts.len() + facts);
        if full { Err(NotIndexed::Full) } else { Ok(()) }
    }

    fn put(
        &mut self,
        entity: &Entity,
        mut building: Option<(&mut Building, &mut std::collections::HashMap<String, WordId>)>,
    ) -> Result<(), NotIndexed> {
        let slot = self.entities.len() as u32;
        let (first_name, first_fact) = (self.names.len() as u32, self.facts.len() as u32);
        let id = self.write(&entity.id);
        for text in &entity.names {
            let name = Name::new(entity.kind, text);
            if name.is_empty() {
                continue;
            }
            let name_slot = self.names.len() as u32;
            let first_word = self.words.len() as u32;
            for token in &name.tokens {
                let word = self.word(token, &mut building);
                self.words.push((word, token.role));
                match &mut building {
                    Some((lists, _)) => lists.postings.push((spread(word), name_slot)),
                    None => self.postings.add(spread(word), name_slot),
                }
            }
            let tie = tie(&entity.id, text);
            let text = self.write(text);
            self.names.push(NameSlot { entity: slot, text, first_word, words: name.tokens.len() as u8, form: name.form, tie });
        }
        self.facts.extend(facts(entity));
        let (names, facts) = (self.names.len() as u32 - first_name, self.facts.len() as u32 - first_fact);
        self.entities.push(EntitySlot { id, kind: entity.kind, alive: true, first_name, names, first_fact, facts });
        self.alive += 1;
        for word in self.words_of(slot) {
            self.dictionary.counts[word as usize] += 1;
        }
        let identifiers: Vec<u64> = self.facts_of(slot).iter().filter_map(Fact::identifier).collect();
        match building {
            Some((lists, _)) => {
                lists.ids.push((id_key(&entity.id), slot));
                lists.identifiers.extend(identifiers.into_iter().map(|value| (value as u32, slot)));
            }
            None => {
                self.ids.add(id_key(&entity.id), slot);
                identifiers.into_iter().for_each(|value| self.identifiers.add(value as u32, slot));
            }
        }
        Ok(())
    }

    fn word(
        &mut self,
        token: &Token,
        building: &mut Option<(&mut Building, &mut std::collections::HashMap<String, WordId>)>,
    ) -> WordId {
        match building {
            Some((lists, words)) => {
                let key = format!("{}{}", token.traits.script as u8, token.text);
                *words.entry(key).or_insert_with(|| self.dictionary.add(&token.text, token.traits, Some(&mut lists.keys)))
            }
            None => self
                .dictionary
                .find(&token.text, token.traits.script)
                .unwrap_or_else(|| self.dictionary.add(&token.text, token.traits, None)),
        }
    }

    fn write(&mut self, text: &str) -> Place {
        let start = self.texts.len() as u32;
        self.texts.push_str(text);
        Place { start, length: text.len() as u32 }
    }

    fn text(&self, place: Place) -> &str {
        &self.texts[place.start as usize..(place.start + place.length) as usize]
    }

    fn id(&self, slot: u32) -> &str {
        self.text(self.entities[slot as usize].id)
    }

    fn slot(&self, id: &str) -> Option<u32> {
        self.ids.iter(id_key(id)).find(|slot| self.entities[*slot as usize].alive && self.id(*slot) == id)
    }

    fn names_of(&self, slot: u32) -> &[NameSlot] {
        let entity = &self.entities[slot as usize];
        &self.names[entity.first_name as usize..(entity.first_name + entity.names) as usize]
    }

    fn words_of_name(&self, name: &NameSlot) -> &[(WordId, Role)] {
        &self.words[name.first_word as usize..name.first_word as usize + usize::from(name.words)]
    }

    /// The words of an entity's names, each once.
    fn words_of(&self, slot: u32) -> Vec<WordId> {
        let mut words: Vec<WordId> =
            self.names_of(slot).iter().flat_map(|name| self.words_of_name(name)).map(|(word, _)| *word).collect();
        words.sort_unstable();
        words.dedup();
        words
    }

    fn facts_of(&self, slot: u32) -> &[Fact] {
        let entity = &self.entities[slot as usize];
        &self.facts[entity.first_fact as usize..(entity.first_fact + entity.facts) as usize]
    }
}

fn id_key(id: &str) -> u32 {
    let hash = hash(id.as_bytes());
    spread((hash ^ (hash >> 32)) as u32)
}

/// Two names share it by chance only.
fn tie(id: &str, text: &str) -> u32 {
    (hash(id.as_bytes()).rotate_left(17) ^ hash(text.as_bytes())) as u32
}

impl Fact {
    const fn identifier(&self) -> Option<u64> {
        match self {
            Self::Identifier(_, value) => Some(*value),
            _ => None,
        }
    }
}

/// What an entity says beside its names; what is no country is left out.
fn facts(entity: &Entity) -> Vec<Fact> {
    let countries =
        |codes: &[String], fact: fn(Country) -> Fact| codes.iter().filter_map(|code| country(code)).map(fact).collect::<Vec<_>>();
    let mut facts: Vec<Fact> = entity.birth_dates.iter().copied().map(Fact::BirthDate).collect();
    facts.extend(countries(&entity.registered_in, Fact::RegisteredIn));
    facts.extend(countries(&entity.nationalities, Fact::Nationality));
    facts.extend(countries(&entity.birth_countries, Fact::BirthCountry));
    facts.extend(entity.identifiers.iter().map(|identifier| {
        let both = format!("{}:{}", identifier.scheme, identifier.value);
        // Spread, so that the low half serves as a key.
        Fact::Identifier(
            scheme_hash(&identifier.scheme),
            hash(both.as_bytes()).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(32),
        )
    }));
    facts
}

/// Facts sorted by what they are, in memory that is used again.
#[derive(Debug, Default)]
struct Facts {
    birth_dates: Vec<PartialDate>,
    registered_in: Vec<Country>,
    nationalities: Vec<Country>,
    birth_countries: Vec<Country>,
    identifiers: Vec<(u32, u64)>,
}

impl Facts {
    fn read(&mut self, facts: &[Fact]) {
        self.birth_dates.clear();
        self.registered_in.clear();
        self.nationalities.clear();
        self.birth_countries.clear();
        self.identifiers.clear();
        for fact in facts {
            match *fact {
                Fact::BirthDate(date) => self.birth_dates.push(date),
                Fact::RegisteredIn(country) => self.registered_in.push(country),
                Fact::Nationality(country) => self.nationalities.push(country),
                Fact::BirthCountry(country) => self.birth_countries.push(country),
                Fact::Identifier(scheme, value) => self.identifiers.push((scheme, value)),
            }
        }
    }

    fn known(&self) -> Known<'_> {
        Known {
            birth_dates: &self.birth_dates,
            registered_in: &self.registered_in,
            nationalities: &self.nationalities,
            birth_countries: &self.birth_countries,
            identifiers: &self.identifiers,
        }
    }
}
