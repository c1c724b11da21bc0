//! An index as bytes: little-endian arrays, one after another, each with its length, and a checksum at the end.
//!
//! Whoever reads does not trust what they read: every number that is used as a place is checked against what it points into.

use super::dictionary::Dictionary;
use super::multimap::Multimap;
use super::{EntitySlot, Fact, Index, NameSlot, Place, id_key, tie};
use crate::entity::PartialDate;
use crate::names::tables::FormClass;
use crate::names::words::{MAXIMUM_LETTERS, MAXIMUM_WORDS};
use crate::names::{EntityKind, Role, Traits, script::Script};

/// Why bytes are not an index.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an index of names: {problem} at byte {at}; build it anew from its source")]
pub struct NotAnIndex {
    problem: &'static str,
    at: usize,
}

/// The first bytes. The number changes with the format and with everything that names are normalised by.
const MAGIC: &[u8; 16] = b"oikos names 0001";
const NO_FORM: u8 = 255;

impl Index {
    /// Writes the index. What was added is settled first.
    pub fn to_bytes(&mut self) -> Vec<u8> {
        self.settle();
        let mut out = Writer(MAGIC.to_vec());
        out.bytes(self.texts.as_bytes());
        let (text, starts) = self.dictionary.raw_text();
        out.bytes(text.as_bytes());
        out.numbers(starts.iter().copied());
        out.bytes(&(0..self.dictionary.len() as u32).map(|word| self.dictionary.traits(word).script as u8).collect::<Vec<_>>());
        let (keys, words) = self.dictionary.key_parts();
        out.numbers(keys.iter().copied());
        out.numbers(words.iter().copied());
        out.bytes(&self.entities.iter().flat_map(|entity| [entity.kind as u8, u8::from(entity.alive)]).collect::<Vec<_>>());
        out.numbers(self.entities.iter().flat_map(|entity| [entity.id.start, entity.id.length, entity.names, entity.facts]));
        out.bytes(
            &self.names.iter().flat_map(|name| [name.words, name.form.map_or(NO_FORM, |form| form as u8)]).collect::<Vec<_>>(),
        );
        out.numbers(self.names.iter().flat_map(|name| [name.text.start, name.text.length]));
        out.numbers(self.words.iter().map(|(word, _)| *word));
        out.bytes(&self.words.iter().map(|(_, role)| *role as u8).collect::<Vec<_>>());
        let facts: Vec<(u8, u32, u64)> = self.facts.iter().map(packed).collect();
        out.bytes(&facts.iter().map(|fact| fact.0).collect::<Vec<_>>());
        out.numbers(facts.iter().flat_map(|fact| [fact.1, fact.2 as u32, (fact.2 >> 32) as u32]));
        let (keys, names) = self.postings.parts();
        out.numbers(keys.iter().copied());
        out.numbers(names.iter().copied());
        let sum = checksum(&out.0);
        out.0.extend(sum.to_le_bytes());
        out.0
    }

    /// The first bytes and a checksum around a body: so that a fuzzer reaches what reads it.
    #[doc(hidden)]
    pub fn sealed_for_fuzzing(body: &[u8]) -> Vec<u8> {
        let mut bytes = [&MAGIC[..], body].concat();
        let sum = checksum(&bytes);
        bytes.extend(sum.to_le_bytes());
        bytes
    }

    /// Reads an index.
    ///
    /// # Errors
    /// When the bytes are not one this version wrote, whole.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NotAnIndex> {
        let refuse = |problem, at| NotAnIndex { problem, at };
        let body = bytes.len().checked_sub(8).ok_or_else(|| refuse("too short", 0))?;
        if bytes.get(..MAGIC.len()) != Some(&MAGIC[..]) {
            return Err(refuse("other first bytes: another kind of file, or written by another version", 0));
        }
        if bytes[body..] != checksum(&bytes[..body]).to_le_bytes() {
            return Err(refuse("the checksum does not match: the file is damaged", body));
        }
        let mut reader = Reader { bytes: &bytes[..body], at: MAGIC.len() };
        let index = reader.index()?;
        if reader.at != body { Err(refuse("bytes behind the end", reader.at)) } else { Ok(index) }
    }
}

/// Eight bytes at a time; it finds damage, it does not keep out forgers.
fn checksum(bytes: &[u8]) -> u64 {
    let mix = |sum: u64, word: u64| (sum ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
    let mut chunks = bytes.chunks_exact(8);
    let mut sum = bytes.len() as u64;
    for chunk in &mut chunks {
        sum = mix(sum, chunk.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)));
    }
    chunks.remainder().iter().fold(sum, |sum, byte| mix(sum, u64::from(*byte)))
}

fn packed(fact: &Fact) -> (u8, u32, u64) {
    let letters = |country: [u8; 2]| u32::from(u16::from_le_bytes(country));
    match *fact {
        Fact::BirthDate(date) => (0, date.packed(), 0),
        Fact::RegisteredIn(country) => (1, letters(country), 0),
        Fact::Nationality(country) => (2, letters(country), 0),
        Fact::BirthCountry(country) => (3, letters(country), 0),
        Fact::Identifier(scheme, value) => (4, scheme, value),
    }
}

fn unpacked(tag: u8, number: u32, value: u64) -> Option<Fact> {
    let country =
        || u16::try_from(number).ok().map(u16::to_le_bytes).filter(|letters| letters.iter().all(u8::is_ascii_lowercase));
    Some(match tag {
        0 => Fact::BirthDate(PartialDate::unpacked(number)?),
        1 => Fact::RegisteredIn(country()?),
        2 => Fact::Nationality(country()?),
        3 => Fact::BirthCountry(country()?),
        4 => Fact::Identifier(number, value),
        _ => return None,
    })
}

struct Writer(Vec<u8>);

impl Writer {
    fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend((bytes.len() as u64).to_le_bytes());
        self.0.extend_from_slice(bytes);
    }

    fn numbers(&mut self, numbers: impl Iterator<Item = u32>) {
        let at = self.0.len();
        self.0.extend([0; 8]);
        let mut count = 0u64;
        for number in numbers {
            self.0.extend(number.to_le_bytes());
            count += 1;
        }
        self.0[at..at + 8].copy_from_slice(&count.to_le_bytes());
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn refuse<T>(&self, problem: &'static str) -> Result<T, NotAnIndex> {
        Err(NotAnIndex { problem, at: self.at })
    }

    fn take(&mut self, size: usize) -> Result<&'a [u8], NotAnIndex> {
        let count = self.bytes.get(self.at..).and_then(|rest| rest.get(..8));
        let Some(count) = count.and_then(|count| count.try_into().ok()).map(u64::from_le_bytes) else {
            return self.refuse("it ends early");
        };
        let start = self.at + 8;
        let end =
            usize::try_from(count).ok().and_then(|count| count.checked_mul(size)).and_then(|length| start.checked_add(length));
        let Some(taken) = end.and_then(|end| self.bytes.get(start..end)) else { return self.refuse("it ends early") };
        self.at = start + taken.len();
        Ok(taken)
    }

    fn text(&mut self) -> Result<&'a str, NotAnIndex> {
        let bytes = self.take(1)?;
        std::str::from_utf8(bytes).or_else(|_| self.refuse("a text is not UTF-8"))
    }

    fn numbers(&mut self) -> Result<Vec<u32>, NotAnIndex> {
        let bytes = self.take(4)?;
        Ok(bytes.chunks_exact(4).map(|four| u32::from_le_bytes([four[0], four[1], four[2], four[3]])).collect())
    }

    fn place(&self, texts: &str, start: u32, length: u32) -> Result<Place, NotAnIndex> {
        let end = u64::from(start) + u64::from(length);
        let fits = usize::try_from(end).is_ok_and(|end| texts.get(start as usize..end).is_some());
        if fits { Ok(Place { start, length }) } else { self.refuse("a text is outside") }
    }

    fn dictionary(&mut self) -> Result<Dictionary, NotAnIndex> {
        let (text, starts) = (self.text()?.to_owned(), self.numbers()?);
        let scripts = self.take(1)?;
        let whole = starts.first() == Some(&0) && starts.last().map(|end| *end as usize) == Some(text.len());
        if !whole || starts.len() != scripts.len() + 1 || starts.windows(2).any(|pair| pair[0] >= pair[1]) {
            return self.refuse("words do not cover their text");
        }
        let mut traits = Vec::with_capacity(scripts.len());
        for (pair, script) in starts.windows(2).zip(scripts) {
            let word =
                text.get(pair[0] as usize..pair[1] as usize).filter(|word| word.len() <= 2 * MAXIMUM_LETTERS && word.is_ascii());
            let Some((word, script)) = word.zip(Script::from_number(*script)) else { return self.refuse("a word is none") };
            traits.push(Traits::of(word, script));
        }
        let keys = self.multimap(traits.len())?;
        Ok(Dictionary::from_parts(text, starts, traits, keys))
    }

    /// Sorted keys with values below `bound`.
    fn multimap(&mut self, bound: usize) -> Result<Multimap, NotAnIndex> {
        let (keys, values) = (self.numbers()?, self.numbers()?);
        if keys.len() != values.len() || values.iter().any(|value| *value as usize >= bound) {
            return self.refuse("a key leads outside");
        }
        let entry = |at: usize| (keys[at], values[at]);
        if (1..keys.len()).any(|at| entry(at - 1) >= entry(at)) {
            return self.refuse("keys are not sorted");
        }
        Ok(Multimap::from_sorted(keys, values))
    }

    fn index(&mut self) -> Result<Index, NotAnIndex> {
        let texts = self.text()?.to_owned();
        let dictionary = self.dictionary()?;
        let mut index = Index { texts, dictionary, ..Index::new() };
        self.entities(&mut index)?;
        self.names(&mut index)?;
        self.words(&mut index)?;
        self.facts(&mut index)?;
        index.postings = self.multimap(index.names.len())?;
        Self::derive(&mut index);
        Ok(index)
    }

    fn entities(&mut self, index: &mut Index) -> Result<(), NotAnIndex> {
        let (flags, numbers) = (self.take(1)?, self.numbers()?);
        if flags.len() % 2 != 0 || numbers.len() != flags.len() * 2 {
            return self.refuse("entities are incomplete");
        }
        let (mut first_name, mut first_fact) = (0u32, 0u32);
        for (flags, numbers) in flags.chunks_exact(2).zip(numbers.chunks_exact(4)) {
            let id = self.place(&index.texts, numbers[0], numbers[1])?;
            let ends = first_name.checked_add(numbers[2]).zip(first_fact.checked_add(numbers[3]));
            let (Some(kind), Some(ends)) = (EntityKind::from_number(flags[0]), ends) else {
                return self.refuse("an entity is none");
            };
            index.entities.push(EntitySlot {
                id,
                kind,
                alive: flags[1] == 1,
                first_name,
                names: numbers[2],
                first_fact,
                facts: numbers[3],
            });
            (first_name, first_fact) = ends;
        }
        Ok(())
    }

    fn names(&mut self, index: &mut Index) -> Result<(), NotAnIndex> {
        let (flags, numbers) = (self.take(1)?, self.numbers()?);
        let total = index.entities.last().map_or(0, |last| last.first_name as usize + last.names as usize);
        if flags.len() != total * 2 || numbers.len() != total * 2 {
            return self.refuse("names are incomplete");
        }
        let mut first_word = 0u32;
        let owners = (0u32..).zip(&index.entities).flat_map(|(slot, entity)| std::iter::repeat_n(slot, entity.names as usize));
        for ((flags, numbers), entity) in flags.chunks_exact(2).zip(numbers.chunks_exact(2)).zip(owners) {
            let text = self.place(&index.texts, numbers[0], numbers[1])?;
            let form = FormClass::from_number(flags[1]);
            let end = first_word.checked_add(u32::from(flags[0])).filter(|_| usize::from(flags[0]) <= MAXIMUM_WORDS);
            let Some(end) = end.filter(|_| form.is_some() || flags[1] == NO_FORM) else { return self.refuse("a name is none") };
            let tie = tie(index.id(entity), index.text(text));
            index.names.push(NameSlot { entity, text, first_word, words: flags[0], form, tie });
            first_word = end;
        }
        Ok(())
    }

    fn words(&mut self, index: &mut Index) -> Result<(), NotAnIndex> {
        let words = self.numbers()?;
        let roles = self.take(1)?;
        let total = index.names.last().map_or(0, |last| last.first_word as usize + usize::from(last.words));
        if words.len() != total || roles.len() != total || words.iter().any(|word| *word as usize >= index.dictionary.len()) {
            return self.refuse("words of names are incomplete or lead outside");
        }
        for (word, role) in words.into_iter().zip(roles) {
            let Some(role) = Role::from_number(*role) else { return self.refuse("a word has no role") };
            index.words.push((word, role));
        }
        Ok(())
    }

    fn facts(&mut self, index: &mut Index) -> Result<(), NotAnIndex> {
        let tags = self.take(1)?;
        let numbers = self.numbers()?;
        let total = index.entities.last().map_or(0, |last| last.first_fact as usize + last.facts as usize);
        if tags.len() != total || numbers.len() != total * 3 {
            return self.refuse("facts are incomplete");
        }
        for (tag, numbers) in tags.iter().zip(numbers.chunks_exact(3)) {
            let value = u64::from(numbers[1]) | u64::from(numbers[2]) << 32;
            let Some(fact) = unpacked(*tag, numbers[0], value) else { return self.refuse("a fact is none") };
            index.facts.push(fact);
        }
        Ok(())
    }

    /// What follows from the rest: who is alive, how often words occur, where ids and identifiers lead.
    fn derive(index: &mut Index) {
        let mut ids = Vec::with_capacity(index.entities.len());
        let mut identifiers = Vec::new();
        for slot in 0..index.entities.len() as u32 {
            ids.push((id_key(index.id(slot)), slot));
            identifiers.extend(index.facts_of(slot).iter().filter_map(Fact::identifier).map(|value| (value as u32, slot)));
            if index.entities[slot as usize].alive {
                index.alive += 1;
                for word in index.words_of(slot) {
                    index.dictionary.counts[word as usize] += 1;
                }
            }
        }
        (index.ids, index.identifiers) = (Multimap::from_entries(ids), Multimap::from_entries(identifiers));
        index.settle();
    }
}
