//! Names: an index as bytes, and names and identifiers as text. What is read is searched.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use oikos_matching::{Entity, EntityKind, Index, SearchSettings, Standard, Weights, compare_names, fold};

static WEIGHTS: LazyLock<Weights> = LazyLock::new(Weights::default);

fuzz_target!(|bytes: &[u8]| {
    // As it is, and with a checksum that fits: or the fuzzer would never come past it.
    let sealed = Index::sealed_for_fuzzing(bytes);
    for bytes in [bytes, &sealed] {
        if let Ok(mut index) = Index::from_bytes(bytes) {
            let query = Entity::new("", EntityKind::Person, ["Vladimir Putin", "Мария", "محمد"]);
            let hits = index.searcher().search(&query, &SearchSettings { least_bits: -100.0, ..SearchSettings::new(&WEIGHTS) });
            assert!(hits.windows(2).all(|pair| pair[0].score.bits >= pair[1].score.bits));
            let written = index.to_bytes();
            assert!(Index::from_bytes(&written).is_ok(), "what was read is written and read again");
        }
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for standard in Standard::ALL {
        if let Ok(identifier) = standard.normalise(text) {
            assert_eq!(standard.normalise(&identifier.value).as_ref(), Ok(&identifier), "normalising again changes nothing");
        }
    }
    let folded = fold(text);
    assert_eq!(fold(&folded), folded, "folding again changes nothing");
    let (first, second) = text.split_at(text.floor_char_boundary(text.len() / 2));
    for kind in EntityKind::ALL {
        let score = compare_names(kind, first, second, &WEIGHTS);
        assert!(score.bits.is_finite());
        assert_eq!(score.bits, compare_names(kind, second, first, &WEIGHTS).bits, "a score has no direction");
    }
});
