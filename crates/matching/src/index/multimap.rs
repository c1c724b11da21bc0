//! Many numbers under one number: sorted once, searched through a directory, with a small part beside it for what was added since.

use std::collections::HashMap;

/// Numbers under keys that are spread evenly (hashes, or numbers multiplied by an odd constant).
#[derive(Debug, Clone, Default)]
pub(super) struct Multimap {
    keys: Vec<u32>,
    values: Vec<u32>,
    /// Where the keys with these leading bits start.
    directory: Vec<u32>,
    recent: HashMap<u32, Vec<u32>>,
    recent_count: usize,
}

/// Makes consecutive numbers spread evenly, and no two the same: an odd factor can be undone.
pub(super) const fn spread(number: u32) -> u32 {
    number.wrapping_mul(0x9e37_79b1)
}

/// How many recent entries are merged at once, at the least.
const FEWEST_MERGED: usize = 4096;

impl Multimap {
    /// Takes entries that are not sorted yet.
    pub(super) fn from_entries(mut entries: Vec<(u32, u32)>) -> Self {
        entries.sort_unstable();
        entries.dedup();
        let (keys, values) = entries.into_iter().unzip();
        Self::from_sorted(keys, values)
    }

    /// Takes sorted entries. The caller has checked that keys ascend and both are as long.
    pub(super) fn from_sorted(keys: Vec<u32>, values: Vec<u32>) -> Self {
        let mut map = Self { keys, values, ..Self::default() };
        let bits = map.directory_bits();
        map.directory = vec![0; (1 << bits) + 1];
        let mut at = 0;
        for (bucket, start) in map.directory.iter_mut().enumerate() {
            while at < map.keys.len() && (map.keys[at] as u64 >> (32 - bits)) < bucket as u64 {
                at += 1;
            }
            *start = at as u32;
        }
        map
    }

    fn directory_bits(&self) -> u32 {
        (usize::BITS - (self.keys.len() / 2).leading_zeros()).clamp(1, 28)
    }

    pub(super) fn add(&mut self, key: u32, value: u32) {
        self.recent.entry(key).or_default().push(value);
        self.recent_count += 1;
        if self.recent_count > FEWEST_MERGED.max(self.keys.len() / 4) {
            self.merge();
        }
    }

    /// Sorts what was added since among the rest.
    pub(super) fn merge(&mut self) {
        if self.recent_count == 0 {
            return;
        }
        let mut entries: Vec<(u32, u32)> = self.keys.iter().copied().zip(self.values.iter().copied()).collect();
        entries.extend(self.recent.drain().flat_map(|(key, values)| values.into_iter().map(move |value| (key, value))));
        *self = Self::from_entries(entries);
    }

    /// Everything under the key: what was sorted, and what was added since.
    pub(super) fn get(&self, key: u32) -> (&[u32], &[u32]) {
        let recent = if self.recent_count == 0 { &[][..] } else { self.recent.get(&key).map_or(&[][..], Vec::as_slice) };
        if self.keys.is_empty() {
            return (&[], recent);
        }
        let bucket = (u64::from(key) >> (32 - self.directory_bits())) as usize;
        let (start, end) = (self.directory[bucket] as usize, self.directory[bucket + 1] as usize);
        let keys = &self.keys[start..end];
        let from = keys.partition_point(|known| *known < key);
        let to = from + keys[from..].iter().take_while(|known| **known == key).count();
        (&self.values[start + from..start + to], recent)
    }

    pub(super) fn iter(&self, key: u32) -> impl Iterator<Item = u32> + '_ {
        let (sorted, recent) = self.get(key);
        sorted.iter().chain(recent).copied()
    }

    /// The sorted entries. What was added since must be merged before.
    pub(super) fn parts(&self) -> (&[u32], &[u32]) {
        (&self.keys, &self.values)
    }

    pub(super) fn bytes(&self) -> usize {
        4 * (self.keys.capacity() + self.values.capacity() + self.directory.capacity()) + self.recent_count * 40
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_added_is_found_before_and_after_merging() {
        let mut map = Multimap::from_entries((0..1000).map(|n| (spread(n % 97), n)).collect());
        map.add(spread(5), 5000);
        for merged in [false, true] {
            if merged {
                map.merge();
            }
            for key in 0..97 {
                let expected = (0..1000).filter(|n| n % 97 == key).chain((key == 5).then_some(5000)).collect::<Vec<u32>>();
                assert_eq!(map.iter(spread(key)).collect::<Vec<_>>(), expected, "{key}");
            }
            assert_eq!(map.iter(12_345).count(), 0);
        }
    }
}
