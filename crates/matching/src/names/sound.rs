//! A key for how a word sounds, the same for the usual ways of writing one foreign name in Latin letters.
//!
//! Phonetic keys of single languages (Soundex, Metaphone) know how that language is read. Names on lists are written by clerks of
//! many languages, so this one keeps the consonants and folds those that transliterations exchange: k, q, c and g; s, z and ts; b, p,
//! v, w and f stay apart only as far as sources keep them apart. Vowels are dropped, except that a word starts with one.

/// Up to twelve consonants of five bits each; the first in the lowest bits. Zero: no sound at all.
pub(crate) type Sound = u64;

/// How many consonants a key holds.
const LONGEST: u32 = 12;

const VOWEL: u8 = 1;

/// The key of a word in small Latin letters.
pub(crate) fn sound(word: &str) -> Sound {
    build(word.as_bytes(), false)
}

/// The same for a word of a script without short vowels, where w and y are vowels as often as consonants: they are left out.
pub(crate) fn sound_without_glides(word: &str) -> Sound {
    build(word.as_bytes(), true)
}

fn build(word: &[u8], without_glides: bool) -> Sound {
    let (mut key, mut length, mut last) = (0u64, 0u32, 0u8);
    let mut at = 0;
    while at < word.len() && length < LONGEST {
        let (code, taken) = consonant(&word[at..], at == 0, without_glides);
        at += taken;
        if code != 0 && code != last {
            key |= u64::from(code) << (5 * length);
            length += 1;
        }
        if code != 0 || !matches!(word.get(at.wrapping_sub(1)), Some(b'h')) {
            last = code;
        }
    }
    key
}

/// The code of the sound that `rest` starts with, and how many letters write it. Zero: nothing that is kept.
fn consonant(rest: &[u8], first: bool, without_glides: bool) -> (u8, usize) {
    let at = |index: usize| rest.get(index).copied().unwrap_or_default();
    match (rest[0], at(1), at(2)) {
        (b's', b'c', b'h') => (10, 3),
        (b't', b'c', b'h') => (10, 3),
        (b's', b'h', _) | (b'c', b'h', _) | (b'z', b'h', _) | (b'd', b'j', _) | (b'd', b'z', _) => (10, 2),
        (b't', b's', _) | (b't', b'z', _) => (9, 2),
        (b'p', b'h', _) => (5, 2),
        (b'k', b'h', _) | (b'g', b'h', _) | (b'c', b'k', _) | (b'k', b's', _) => (4, 2),
        (b't', b'h', _) | (b'd', b'h', _) => (6, 2),
        (b'b' | b'p', _, _) => (3, 1),
        (b'f' | b'v', _, _) => (5, 1),
        (b'w', _, _) if without_glides => (0, 1),
        (b'w', _, _) => (5, 1),
        (b'c', b'e' | b'i' | b'y', _) => (9, 1),
        (b'c' | b'k' | b'q' | b'g', _, _) => (4, 1),
        (b'x', _, _) if first => (9, 1),
        (b'x', _, _) => (4, 1),
        (b'd' | b't', _, _) => (6, 1),
        (b'j', _, _) => (10, 1),
        (b'l', _, _) => (11, 1),
        (b'm', _, _) => (12, 1),
        (b'n', _, _) => (13, 1),
        (b'r', _, _) => (14, 1),
        (b's' | b'z', _, _) => (9, 1),
        (b'0'..=b'9', _, _) => (15 + (rest[0] - b'0'), 1),
        (b'h', _, _) if first => (2, 1),
        (b'a' | b'e' | b'i' | b'o' | b'u' | b'y', _, _) if first => (VOWEL, 1),
        _ => (0, 1),
    }
}

/// How many consonants a key has.
pub(crate) const fn length(key: Sound) -> u32 {
    (64 - key.leading_zeros()).div_ceil(5)
}

/// The key without the consonant at `place`.
pub(crate) const fn without(key: Sound, place: u32) -> Sound {
    let low = key & ((1 << (5 * place)) - 1);
    low | (key >> (5 * (place + 1))) << (5 * place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_written_by_many() {
        for names in [
            &["mohammed", "muhamad", "mohamed", "mahomed"][..],
            &["sergei", "sergey", "serghiy"],
            &["yusuf", "youssef", "yusef"],
            &["qadhafi", "gaddafi", "kadafi", "khadhafi"],
            &["kemal", "camal", "gamal", "qamal"],
            &["filipp", "philip", "filip"],
        ] {
            assert!(names.iter().all(|name| sound(name) == sound(names[0])), "{names:?}");
        }
        assert_ne!(sound("ivanov"), sound("petrov"));
        assert_eq!((sound(""), length(sound("")), length(sound("putin"))), (0, 0, 3));
    }

    #[test]
    fn a_consonant_is_left_out() {
        let key = sound("putin");
        assert_eq!(without(key, 0), sound("tin"));
        assert_eq!(without(key, 1), sound("pin"));
        assert_eq!(without(key, 2), sound("put"));
    }

    #[test]
    fn glides_of_scripts_without_vowels() {
        assert_eq!(sound_without_glides("mwsy"), sound("musa"));
    }
}
