//! The entries of the name index, made out of statements, and kept in step with them.
//!
//! ```text
//! snapshot of statements ─▶ Names ─▶ entities() ─▶ Index::build ─▶ Screener
//! entities that changed, with all their statements ─▶ Names::update ─▶ ListChange ─▶ Screener::change ─▶ Screener::rescreen
//! a hit ─▶ Names::describe ─▶ list, legal force, strength and script of the alias, programmes
//! ```

use std::collections::{BTreeMap, BTreeSet};

use oikos_matching::{Entity, Hit, ListChange, Script};
use oikos_model::{EntityId, Statement, Timestamp, Vocabulary, VocabularyError};
use serde::Serialize;

use crate::entry::{AliasStrength, Entry, Key};
use crate::labels::{ListLabel, ListLabels};

/// How entries are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NamesSettings {
    /// Whether weak aliases are in the index. OFAC does not ask to screen against them; a hit on one says so.
    pub with_weak_aliases: bool,
}

impl Default for NamesSettings {
    fn default() -> Self {
        Self { with_weak_aliases: true }
    }
}

/// That a list names an entity.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Listing {
    /// Programmes or regimes.
    pub programmes: BTreeSet<String>,
    /// The list's own numbers.
    pub references: BTreeSet<String>,
    /// Legal acts.
    pub legal_acts: BTreeSet<String>,
    /// When it was listed.
    pub listed_on: BTreeSet<String>,
}

/// A hit with what the list says of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Described<'n> {
    /// The entity.
    pub key: Key,
    /// Its name, if another alias was matched.
    pub name: &'n str,
    /// How good the matched alias is.
    pub strength: AliasStrength,
    /// The alias' script.
    pub script: Script,
    /// The lists it is on, with their legal force where the node is.
    pub lists: Vec<&'n ListLabel>,
    /// Its listings.
    pub listings: Vec<&'n Listing>,
}

/// Entities with names, as the statements of a snapshot describe them.
#[derive(Debug)]
pub struct Names {
    vocabulary: Vocabulary,
    labels: ListLabels,
    settings: NamesSettings,
    entries: BTreeMap<Key, Entry>,
    /// Listings by the id of their own, and the ids of those of each party.
    listings: BTreeMap<Key, (Option<EntityId>, Listing)>,
    listings_of: BTreeMap<Key, BTreeSet<EntityId>>,
}

impl Names {
    /// Without any entity.
    ///
    /// # Errors
    /// When the vocabulary is not in order.
    pub fn new(labels: ListLabels, settings: NamesSettings) -> Result<Self, VocabularyError> {
        Ok(Self {
            vocabulary: Vocabulary::load()?,
            labels,
            settings,
            entries: BTreeMap::new(),
            listings: BTreeMap::new(),
            listings_of: BTreeMap::new(),
        })
    }

    /// Takes a snapshot's statements, in any order; only those count that are current at `at` and in a dataset with a label. May
    /// be called again with more statements of the same snapshot.
    pub fn take<'s>(&mut self, statements: impl IntoIterator<Item = &'s Statement>, at: Timestamp) {
        for statement in statements.into_iter().filter(|statement| is_current(statement, at)) {
            if !self.labels.has(statement.dataset.as_str()) {
                continue;
            }
            let key = Key::of(statement);
            let is_relation = self.vocabulary.kind(&statement.content.kind).is_none_or(|kind| kind.relationship.is_some());
            if statement.content.kind == "listing" {
                self.take_listing(key, statement);
            } else if !is_relation {
                self.entries.entry(key).or_default().take(statement, &self.vocabulary);
            }
        }
    }

    /// How many entities have a name.
    pub fn len(&self) -> usize {
        self.entries.values().filter(|entry| !entry.is_empty()).count()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The entities for [`oikos_matching::Index::build`].
    pub fn entities(&self) -> impl Iterator<Item = Entity> {
        self.entries.iter().flat_map(|(key, entry)| self.entities_of(key, entry))
    }

    /// Describes these entities anew: `statements` are all statements of theirs that there are now. What is to be changed in the
    /// list comes back; an entity that is described as before is not in it.
    pub fn update<'s>(
        &mut self,
        changed: &BTreeSet<Key>,
        statements: impl IntoIterator<Item = &'s Statement>,
        at: Timestamp,
    ) -> ListChange {
        let before: BTreeMap<&Key, Vec<Entity>> = changed
            .iter()
            .map(|key| (key, self.entries.get(key).map_or_else(Vec::new, |entry| self.entities_of(key, entry))))
            .collect();
        for key in changed {
            self.entries.remove(key);
            self.remove_listing(key);
        }
        self.take(statements.into_iter().filter(|statement| changed.contains(&Key::of(statement))), at);
        let mut change = ListChange::default();
        for (key, before) in before {
            let now = self.entries.get(key).map_or_else(Vec::new, |entry| self.entities_of(key, entry));
            let gone = before.iter().filter(|old| !now.iter().any(|new| new.id == old.id)).map(|old| old.id.clone());
            change.removed.extend(gone);
            change.put.extend(now.into_iter().filter(|new| !before.contains(new)));
        }
        change
    }

    /// What the list says of a hit. `None`: the hit is on no entity that is described here.
    pub fn describe(&self, hit: &Hit) -> Option<Described<'_>> {
        let key = Key::from_index_id(&hit.entity)?;
        let entry = self.entries.get(&key)?;
        let alias = entry.names.iter().find(|name| name.text == hit.alias)?;
        let listings = self.listings_of.get(&key).into_iter().flatten().filter_map(|listing| {
            let listing = Key { entity: listing.clone(), ..key.clone() };
            self.listings.get(&listing).map(|(_, listing)| listing)
        });
        Some(Described {
            name: entry.main_name().unwrap_or(&alias.text),
            strength: alias.strength,
            script: alias.script,
            lists: self.labels.of(key.dataset.as_str(), &entry.source_lists),
            listings: listings.collect(),
            key,
        })
    }

    fn entities_of(&self, key: &Key, entry: &Entry) -> Vec<Entity> {
        let entity = |kind| entry.entity(key, kind, self.settings.with_weak_aliases);
        entry.kinds().iter().filter_map(|kind| entity(*kind)).collect()
    }

    fn take_listing(&mut self, key: Key, statement: &Statement) {
        let content = &statement.content;
        let (party, listing) = self.listings.entry(key.clone()).or_default();
        let set = match content.property.as_str() {
            "party" => {
                let Ok(id) = EntityId::new(content.value.as_str()) else { return };
                *party = Some(id.clone());
                self.listings_of.entry(Key { entity: id, ..key.clone() }).or_default().insert(key.entity);
                return;
            }
            "programme" => &mut listing.programmes,
            "reference" => &mut listing.references,
            "legal_act" => &mut listing.legal_acts,
            "listed_on" => &mut listing.listed_on,
            _ => return,
        };
        set.insert(content.value.clone());
    }

    fn remove_listing(&mut self, key: &Key) {
        let Some((Some(party), _)) = self.listings.remove(key) else { return };
        if let Some(listings) = self.listings_of.get_mut(&Key { entity: party, ..key.clone() }) {
            listings.remove(&key.entity);
        }
    }
}

fn is_current(statement: &Statement, at: Timestamp) -> bool {
    statement.ended_at.is_none() && statement.content.valid_to.is_none_or(|until| until > at)
}

#[cfg(test)]
mod tests;
