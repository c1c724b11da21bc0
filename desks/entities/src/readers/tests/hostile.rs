//! Whatever the bytes: no panic, and what lands is in order.

use proptest::prelude::*;

use super::*;

fn survives(format: &str, bytes: &[u8]) {
    let (kept, summary) = read_from(format, bytes);
    kept.check();
    if let Ok(summary) = summary {
        assert!(kept.rejects.len() as u64 <= summary.rows, "{format}");
        assert!(kept.rejects.is_empty() || summary.coverage == Coverage::Part, "{format}");
    }
}

/// What means something to a parser of any of the forms.
const TOKENS: &[&[u8]] = &[
    b"<",
    b">",
    b"</",
    b"/>",
    b"&",
    b"&amp;",
    b"&#x0;",
    b"&#1114112;",
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"-->",
    b"<?",
    b"<!",
    b"\"",
    b"'",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b";",
    b":",
    b"\n",
    b"\r\n",
    b"\\",
    b"\\u",
    b"\0",
    b"\x1a",
    b"\xff",
    b"\xef\xbb\xbf",
    b"-0- ",
    b"null",
    b"{\"",
    b"1e999",
    b"-",
    b"9999-99-99",
    b"~",
    b"a.k.a. '",
    b"DOB ",
    b"Linked To:",
    b"Passport ",
    "é".as_bytes(),
    "ı".as_bytes(),
];

#[derive(Debug, Clone)]
enum Change {
    Set(usize, u8),
    Insert(usize, usize),
    Remove(usize, usize),
    Repeat(usize, usize),
    Cut(usize),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (any::<usize>(), any::<u8>()).prop_map(|(at, byte)| Change::Set(at, byte)),
        (any::<usize>(), 0..TOKENS.len()).prop_map(|(at, token)| Change::Insert(at, token)),
        (any::<usize>(), 1..80usize).prop_map(|(at, length)| Change::Remove(at, length)),
        (any::<usize>(), 1..400usize).prop_map(|(at, length)| Change::Repeat(at, length)),
        any::<usize>().prop_map(Change::Cut),
    ]
}

fn changed(mut bytes: Vec<u8>, changes: &[Change]) -> Vec<u8> {
    for change in changes {
        let length = bytes.len().max(1);
        match change {
            Change::Set(at, byte) => {
                if let Some(place) = bytes.get_mut(at % length) {
                    *place = *byte;
                }
            }
            Change::Insert(at, token) => {
                let at = (at % length).min(bytes.len());
                bytes.splice(at..at, TOKENS[*token].iter().copied());
            }
            Change::Remove(at, count) => {
                let at = (at % length).min(bytes.len());
                bytes.drain(at..(at + count).min(bytes.len()));
            }
            Change::Repeat(at, count) => {
                let at = (at % length).min(bytes.len());
                let piece = bytes[at..(at + count).min(bytes.len())].to_vec();
                bytes.splice(at..at, piece);
            }
            Change::Cut(at) => bytes.truncate(at % length),
        }
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn arbitrary_bytes(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        for reader in ENTITIES.readers {
            survives(reader.format().name, &bytes);
            reader.recognises(&bytes);
        }
    }

    #[test]
    fn tokens_in_any_order(tokens in prop::collection::vec(0..TOKENS.len(), 0..60)) {
        let bytes: Vec<u8> = tokens.iter().flat_map(|token| TOKENS[*token].iter().copied()).collect();
        for reader in ENTITIES.readers {
            survives(reader.format().name, &bytes);
            reader.recognises(&bytes);
        }
    }

    #[test]
    fn changed_files(changes in prop::collection::vec(change(), 1..8)) {
        for (format, bytes) in seeds() {
            survives(format, &changed(bytes, &changes));
        }
    }
}

/// Prefixes of every seed.
#[test]
fn truncated_files() {
    for (format, bytes) in seeds() {
        for length in (0..bytes.len()).step_by(5) {
            survives(format, &bytes[..length]);
        }
    }
}

/// A file that comes byte by byte is the same file.
#[test]
fn the_size_of_the_buffer_does_not_matter() {
    for (format, bytes) in seeds() {
        let (whole, summary) = read(format, &bytes);
        let mut kept = Kept::default();
        let mut input = BufReader::with_capacity(1, &bytes[..]);
        let again = reader(format).read(&source(), &mut input, &mut kept).unwrap();
        assert_eq!((again, kept.statements), (summary, whole.statements), "{format}");
    }
}
