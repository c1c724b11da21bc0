//! Every word of every name, once, with what is known of it, and the keys by which similar words are found.

use super::hash;
use super::multimap::Multimap;
use crate::names::Traits;
use crate::names::script::Script;
use crate::names::sound::{self, Sound};

/// A word's place in the dictionary.
pub(super) type WordId = u32;

/// The words.
#[derive(Debug, Clone, Default)]
pub(super) struct Dictionary {
    text: String,
    /// Where each word starts in the text, and one more for the end.
    starts: Vec<u32>,
    traits: Vec<Traits>,
    /// In how many entities each word is now.
    pub(super) counts: Vec<u32>,
    /// How rare each word is, 0 to 1, as of the last settling.
    pub(super) rarities: Vec<f32>,
    /// Hash of the word, of the word without one letter, of its sound, and of its sound without one consonant.
    keys: Multimap,
}

/// Words this short must be right letter by letter.
const SHORTEST_WITH_ERROR: usize = 4;
/// Sounds this short must be right.
const SHORTEST_SOUND_WITH_ERROR: u32 = 4;
/// A word and its sound share one space of keys.
const SOUND_SALT: u64 = 0x5bd1_e995_0000_0001;
const GROUP_SALT: u64 = 0x27d4_eb2f_0000_0003;

fn folded(hash: u64) -> u32 {
    (hash ^ (hash >> 32)) as u32
}

fn number_key(number: u64, salt: u64) -> u32 {
    let mixed = (number ^ salt).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    folded((mixed ^ (mixed >> 29)).wrapping_mul(0x94d0_49bb_1331_11eb))
}

/// The keys of a word: the first is that of the word itself. The same for words of the dictionary and of a query.
pub(super) fn keys(text: &[u8], traits: &Traits, out: &mut Vec<u32>) {
    out.clear();
    out.push(folded(hash(text)));
    // One letter longer than the least, so that a shorter query still meets it.
    if text.len() >= SHORTEST_WITH_ERROR {
        let mut shorter = [0u8; 64];
        for place in 0..text.len().min(shorter.len()) {
            if place > 0 && text[place] == text[place - 1] {
                continue;
            }
            let length = text.len() - 1;
            let Some(buffer) = shorter.get_mut(..length) else { break };
            buffer[..place].copy_from_slice(&text[..place]);
            buffer[place..].copy_from_slice(&text[place + 1..]);
            out.push(folded(hash(buffer)));
        }
    }
    sound_keys(traits.sound, out);
    if matches!(traits.script, Script::Arabic | Script::Hebrew)
        && let Ok(text) = std::str::from_utf8(text)
    {
        sound_keys(sound::sound_without_glides(text), out);
    }
    for group in traits.groups.into_iter().filter(|group| *group != 0) {
        out.push(number_key(u64::from(group), GROUP_SALT));
    }
    out.sort_unstable();
    out.dedup();
}

fn sound_keys(sound: Sound, out: &mut Vec<u32>) {
    let length = sound::length(sound);
    if length >= 2 {
        out.push(number_key(sound, SOUND_SALT));
    }
    if length >= SHORTEST_SOUND_WITH_ERROR {
        out.extend((0..length).map(|place| number_key(sound::without(sound, place), SOUND_SALT)));
    }
}

impl Dictionary {
    pub(super) fn new() -> Self {
        Self { starts: vec![0], ..Self::default() }
    }

    pub(super) fn len(&self) -> usize {
        self.traits.len()
    }

    pub(super) fn text(&self, word: WordId) -> &str {
        let at = word as usize;
        &self.text[self.starts[at] as usize..self.starts[at + 1] as usize]
    }

    pub(super) fn traits(&self, word: WordId) -> &Traits {
        &self.traits[word as usize]
    }

    /// The word as it stands here.
    pub(super) fn find(&self, text: &str, script: Script) -> Option<WordId> {
        let key = folded(hash(text.as_bytes()));
        self.keys.iter(key).find(|word| self.text(*word) == text && self.traits(*word).script == script)
    }

    /// The word in any script.
    pub(super) fn find_any(&self, text: &str) -> Option<WordId> {
        self.keys.iter(folded(hash(text.as_bytes()))).find(|word| self.text(*word) == text)
    }

    /// Adds a word that is not here yet. The keys go into `entries` while an index is built, or straight in.
    pub(super) fn add(&mut self, text: &str, traits: Traits, entries: Option<&mut Vec<(u32, u32)>>) -> WordId {
        let word = self.traits.len() as WordId;
        self.text.push_str(text);
        self.starts.push(self.text.len() as u32);
        self.traits.push(traits);
        self.counts.push(0);
        self.rarities.push(1.0);
        let mut keys_of_word = Vec::new();
        keys(text.as_bytes(), &traits, &mut keys_of_word);
        match entries {
            Some(entries) => entries.extend(keys_of_word.into_iter().map(|key| (key, word))),
            None => keys_of_word.into_iter().for_each(|key| self.keys.add(key, word)),
        }
        word
    }

    pub(super) fn set_keys(&mut self, entries: Vec<(u32, u32)>) {
        self.keys = Multimap::from_entries(entries);
    }

    /// Words that share the key.
    pub(super) fn sharing(&self, key: u32) -> impl Iterator<Item = WordId> + '_ {
        self.keys.iter(key)
    }

    /// Computes how rare each word is among `entities`, and merges what was added.
    pub(super) fn settle(&mut self, entities: usize) {
        self.keys.merge();
        let whole = (entities.max(2) as f32 + 1.0).ln();
        self.rarities = self.counts.iter().map(|count| rarity(*count, whole)).collect();
    }

    pub(super) fn bytes(&self) -> usize {
        self.text.capacity()
            + self.starts.capacity() * 4
            + self.traits.capacity() * size_of::<Traits>()
            + self.counts.capacity() * 8
            + self.keys.bytes()
    }

    pub(super) fn key_parts(&self) -> (&[u32], &[u32]) {
        self.keys.parts()
    }

    pub(super) fn from_parts(text: String, starts: Vec<u32>, traits: Vec<Traits>, keys: Multimap) -> Self {
        let count = traits.len();
        Self { text, starts, traits, counts: vec![0; count], rarities: vec![1.0; count], keys }
    }

    pub(super) fn raw_text(&self) -> (&str, &[u32]) {
        (&self.text, &self.starts)
    }
}

/// 1 for a word of one entity, a quarter for a word of all.
fn rarity(count: u32, whole: f32) -> f32 {
    let share = 1.0 - (count.max(1) as f32).ln() / whole;
    0.25 + 0.75 * share.clamp(0.0, 1.0)
}
