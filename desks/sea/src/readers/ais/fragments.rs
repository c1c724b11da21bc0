//! Putting together messages that came in several sentences, from a feed in which other messages come in between.
//!
//! The kept crate's assembler holds one message at a time and wants its parts in a row; feeds of several receivers mix them.

use std::collections::{HashMap, VecDeque};

use aivdm::Sentence;
use oikos_model::Timestamp;

/// ITU-R M.1371 allows no longer messages.
const MAX_FRAGMENTS: u8 = 9;
/// Messages waiting for parts at a time.
const MAX_WAITING: usize = 256;
/// A part that came so many lines earlier is no part of the same message: sequence numbers repeat after ten messages.
const MAX_AGE_LINES: u64 = 128;

/// A message whose parts all came.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Assembled {
    pub(super) payload: Vec<u8>,
    pub(super) fill_bits: u8,
    pub(super) time: Option<Timestamp>,
    pub(super) station: Option<String>,
}

/// A message that will stay incomplete.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Incomplete {
    /// The line of the part that came first.
    pub(super) line: u64,
    pub(super) came: usize,
    pub(super) total: u8,
    /// The payload of the part that came first.
    pub(super) payload: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    group: Option<u32>,
    sequence: Option<u8>,
    channel: u8,
    total: u8,
}

#[derive(Debug)]
struct Waiting {
    first_line: u64,
    first_number: usize,
    parts: Vec<Option<Vec<u8>>>,
    fill_bits: u8,
    time: Option<Timestamp>,
    station: Option<String>,
}

/// Who and when, as one part has it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Part<'a> {
    pub(super) line: u64,
    pub(super) group: Option<u32>,
    pub(super) time: Option<Timestamp>,
    pub(super) station: Option<&'a str>,
}

/// The messages that wait for parts.
#[derive(Debug, Default)]
pub(super) struct Fragments {
    waiting: HashMap<Key, Waiting>,
    /// Keys with the line they began at, oldest first; an entry whose message is gone or began anew says nothing.
    ages: VecDeque<(u64, Key)>,
    given_up: Vec<Incomplete>,
}

impl Fragments {
    /// Takes a part. Returns the message if it was the last one missing. `None` also where the sentence claims too many parts.
    pub(super) fn push(&mut self, sentence: &Sentence<'_>, part: Part<'_>) -> Option<Assembled> {
        self.expire(part.line);
        let total = sentence.fragment_count;
        let index = usize::from(sentence.fragment_number.checked_sub(1)?);
        if total > MAX_FRAGMENTS || index >= usize::from(total) {
            return None;
        }
        let key = Key { group: part.group, sequence: sentence.seq_id, channel: sentence.channel.to_byte(), total };
        if self
            .waiting
            .get(&key)
            .is_some_and(|waiting| waiting.parts[index].as_deref().is_some_and(|old| old != sentence.payload))
        {
            // The same number with other content: the sequence number was taken again before the old message was complete.
            self.give_up(key);
        }
        if !self.waiting.contains_key(&key) {
            self.begin(key, index, part.line);
        }
        let waiting = self.waiting.get_mut(&key)?;
        waiting.parts[index] = Some(sentence.payload.to_vec());
        waiting.time = waiting.time.or(part.time);
        if waiting.station.is_none() {
            waiting.station = part.station.map(str::to_owned);
        }
        if sentence.fragment_number == total {
            waiting.fill_bits = sentence.fill_bits;
        }
        if waiting.parts.iter().any(Option::is_none) {
            return None;
        }
        let Waiting { parts, fill_bits, time, station, .. } = self.waiting.remove(&key)?;
        Some(Assembled { payload: parts.into_iter().flatten().flatten().collect(), fill_bits, time, station })
    }

    /// Whether this many parts are more than a message may have.
    pub(super) fn is_too_many(total: u8) -> bool {
        total > MAX_FRAGMENTS
    }

    /// The messages that were given up since it was asked last.
    pub(super) fn take_given_up(&mut self) -> Vec<Incomplete> {
        std::mem::take(&mut self.given_up)
    }

    /// Gives up all that still wait, at the end of the file.
    pub(super) fn finish(&mut self) -> Vec<Incomplete> {
        while let Some((line, key)) = self.ages.pop_front() {
            self.give_up_if_begun_at(line, key);
        }
        self.take_given_up()
    }

    fn begin(&mut self, key: Key, index: usize, line: u64) {
        while self.waiting.len() >= MAX_WAITING {
            let Some((line, key)) = self.ages.pop_front() else { break };
            self.give_up_if_begun_at(line, key);
        }
        let parts = vec![None; usize::from(key.total)];
        let waiting = Waiting { first_line: line, first_number: index, parts, fill_bits: 0, time: None, station: None };
        self.waiting.insert(key, waiting);
        self.ages.push_back((line, key));
    }

    fn expire(&mut self, line: u64) {
        while let Some(&(begun, key)) = self.ages.front() {
            let gone = self.waiting.get(&key).is_none_or(|waiting| waiting.first_line != begun);
            if !gone && line.saturating_sub(begun) <= MAX_AGE_LINES {
                break;
            }
            self.ages.pop_front();
            self.give_up_if_begun_at(begun, key);
        }
    }

    fn give_up_if_begun_at(&mut self, line: u64, key: Key) {
        if self.waiting.get(&key).is_some_and(|waiting| waiting.first_line == line) {
            self.give_up(key);
        }
    }

    fn give_up(&mut self, key: Key) {
        if let Some(mut waiting) = self.waiting.remove(&key) {
            let came = waiting.parts.iter().flatten().count();
            let payload = waiting.parts.swap_remove(waiting.first_number).unwrap_or_default();
            self.given_up.push(Incomplete { line: waiting.first_line, came, total: key.total, payload });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aivdm::Channel;

    fn sentence(total: u8, number: u8, sequence: u8, payload: &[u8]) -> Sentence<'_> {
        Sentence {
            is_own_ship: false,
            fragment_count: total,
            fragment_number: number,
            seq_id: Some(sequence),
            channel: Channel::A,
            payload,
            fill_bits: if number == total { 2 } else { 0 },
        }
    }

    fn line(line: u64) -> Part<'static> {
        Part { line, ..Part::default() }
    }

    #[test]
    fn parts_of_two_messages_may_mix_and_come_in_any_order() {
        let mut fragments = Fragments::default();
        assert!(fragments.push(&sentence(2, 2, 1, b"b"), line(1)).is_none());
        assert!(fragments.push(&sentence(2, 1, 2, b"c"), line(2)).is_none());
        assert_eq!(fragments.push(&sentence(2, 1, 1, b"a"), line(3)).unwrap().payload, b"ab");
        let second = fragments.push(&sentence(2, 2, 2, b"d"), line(4)).unwrap();
        assert_eq!((second.payload.as_slice(), second.fill_bits), (b"cd".as_slice(), 2));
        assert!(fragments.finish().is_empty());
    }

    #[test]
    fn the_first_time_and_station_of_any_part_hold() {
        let mut fragments = Fragments::default();
        let time = Timestamp::from_second(9).unwrap();
        let first = Part { line: 1, time: Some(time), station: Some("r1"), group: Some(5) };
        let second = Part { line: 2, time: None, station: None, group: Some(5) };
        fragments.push(&sentence(2, 1, 1, b"a"), first);
        let whole = fragments.push(&sentence(2, 2, 1, b"b"), second).unwrap();
        assert_eq!((whole.time, whole.station.as_deref()), (Some(time), Some("r1")));
    }

    #[test]
    fn old_parts_are_given_up_and_never_joined_to_new_ones() {
        let mut fragments = Fragments::default();
        fragments.push(&sentence(2, 1, 1, b"old"), line(1));
        assert!(fragments.push(&sentence(2, 2, 1, b"new"), line(2 + MAX_AGE_LINES)).is_none());
        let given_up = fragments.take_given_up();
        assert_eq!(given_up, [Incomplete { line: 1, came: 1, total: 2, payload: b"old".to_vec() }]);
        assert_eq!(fragments.finish().len(), 1);
    }

    #[test]
    fn a_reused_sequence_number_begins_a_new_message() {
        let mut fragments = Fragments::default();
        fragments.push(&sentence(2, 1, 1, b"old"), line(1));
        fragments.push(&sentence(2, 1, 1, b"new"), line(2));
        assert_eq!(fragments.push(&sentence(2, 2, 1, b"end"), line(3)).unwrap().payload, b"newend");
        assert_eq!(fragments.finish().len(), 1);
    }

    #[test]
    fn a_part_heard_twice_changes_nothing() {
        let mut fragments = Fragments::default();
        fragments.push(&sentence(2, 1, 1, b"a"), line(1));
        fragments.push(&sentence(2, 1, 1, b"a"), line(2));
        assert_eq!(fragments.push(&sentence(2, 2, 1, b"b"), line(3)).unwrap().payload, b"ab");
        assert!(fragments.finish().is_empty());
    }

    #[test]
    fn the_table_is_bounded() {
        let mut fragments = Fragments::default();
        for group in 0..10_000 {
            let part = Part { line: 1, group: Some(group), ..Part::default() };
            fragments.push(&sentence(2, 1, 1, b"a"), part);
            assert!(fragments.waiting.len() <= MAX_WAITING && fragments.ages.len() <= MAX_WAITING);
        }
        assert_eq!(fragments.take_given_up().len(), 10_000 - MAX_WAITING);
    }
}
