//! Which of many queries a listed name could meet: the search turned round.

use super::dictionary::keys;
use super::multimap::Multimap;
use super::{Fact, facts};
use crate::entity::Entity;
use crate::names::words::MAXIMUM_LETTERS;
use crate::names::{Name, Traits};

/// Keys of many queries, by key.
#[derive(Debug, Clone)]
pub(crate) struct Blocks(Multimap);

impl Blocks {
    /// Takes the keys of each query, in the order of the queries.
    pub(crate) fn new(queries: impl Iterator<Item = Vec<u32>>) -> Self {
        Self(Multimap::from_entries(
            (0u32..).zip(queries).flat_map(|(place, keys)| keys.into_iter().map(move |key| (key, place))).collect(),
        ))
    }

    /// The places of the queries that have one of these keys, each once, in order.
    pub(crate) fn sharing(&self, keys: &[u32]) -> Vec<usize> {
        let mut places: Vec<usize> = keys.iter().flat_map(|key| self.0.iter(*key)).map(|place| place as usize).collect();
        places.sort_unstable();
        places.dedup();
        places
    }
}

/// Every key by which a search for this entity looks: of its words, of neighbours together, of words taken apart, of identifiers.
pub(crate) fn block_keys(query: &Entity) -> Vec<u32> {
    let (mut all, mut found) = (Vec::new(), Vec::new());
    let mut take = |text: &str, traits: &Traits| {
        keys(text.as_bytes(), traits, &mut found);
        all.append(&mut found);
    };
    for name in &query.names {
        let name = Name::new(query.kind, name);
        for token in &name.tokens {
            take(&token.text, &token.traits);
            if token.text.is_ascii() {
                // Halves are looked up as they stand: a script of no importance.
                for cut in 3..token.text.len().saturating_sub(2) {
                    let (left, right) = token.text.split_at(cut);
                    take(left, &Traits::of(left, token.traits.script));
                    take(right, &Traits::of(right, token.traits.script));
                }
            }
        }
        for pair in name.tokens.windows(2) {
            let text = format!("{}{}", pair[0].text, pair[1].text);
            if text.len() <= MAXIMUM_LETTERS {
                take(&text, &Traits::of(&text, pair[0].traits.script));
            }
        }
    }
    all.extend(facts(query).iter().filter_map(Fact::identifier).map(|value| value as u32));
    all.sort_unstable();
    all.dedup();
    all
}
