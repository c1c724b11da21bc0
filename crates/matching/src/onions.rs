//! Onion addresses of version 3 (Tor rendezvous specification, rend-spec-v3, section 6): 56 letters of base32 that hold a public
//! key, two bytes of a checksum and the version.

use sha3::{Digest, Sha3_256};

const LETTERS: usize = 56;
const BYTES: usize = 35;
const VERSION: u8 = 3;

/// The address in small letters with `.onion`, without a sub-domain.
///
/// # Errors
/// Says which check failed.
pub fn onion(text: &str) -> Result<String, &'static str> {
    let text = text.trim().trim_end_matches('.').to_ascii_lowercase();
    let name = text.strip_suffix(".onion").ok_or("it does not end in .onion")?;
    let name = name.rsplit('.').next().unwrap_or(name);
    let bytes = decoded(name).ok_or("expected 56 letters of base32 before .onion")?;
    let [key @ .., check_one, check_two, version] = &bytes;
    if *version != VERSION {
        return Err("it is not of version 3");
    }
    let mut hasher = Sha3_256::new();
    hasher.update(b".onion checksum");
    hasher.update(key);
    hasher.update([VERSION]);
    if hasher.finalize()[..2] != [*check_one, *check_two] {
        return Err("its checksum does not match");
    }
    Ok(format!("{name}.onion"))
}

/// Base32 (RFC 4648) of 56 letters, which are 35 bytes without a rest.
fn decoded(name: &str) -> Option<[u8; BYTES]> {
    if name.len() != LETTERS {
        return None;
    }
    let (mut bytes, mut held, mut bits) = ([0; BYTES], 0u32, 0);
    let mut places = bytes.iter_mut();
    for letter in name.bytes() {
        let value = match letter {
            b'a'..=b'z' => letter - b'a',
            b'2'..=b'7' => letter - b'2' + 26,
            _ => return None,
        };
        held = held << 5 | u32::from(value);
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            *places.next()? = (held >> bits & 0xff) as u8;
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Published by the Tor Project and, the second, the specification's example.
    const PUBLISHED: [&str; 2] = [
        "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion",
        "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion",
    ];

    #[test]
    fn published_addresses_hold_with_and_without_a_sub_domain() {
        for address in PUBLISHED {
            assert_eq!(onion(&address.to_uppercase()), Ok(address.to_owned()));
            assert_eq!(onion(&format!("www.{address}.")), Ok(address.to_owned()));
        }
        assert!(onion("expyuzz4wqqyqhjn.onion").is_err(), "version 2 has no checksum and is gone");
        assert!(onion("example.org").is_err());
    }

    /// Two bytes of checksum let one wrong address in 65,536 pass; of all those with one wrong letter, it is one.
    #[test]
    fn one_wrong_letter_is_noticed() {
        let mut passed = 0;
        for address in PUBLISHED {
            for (place, right) in address[..LETTERS].char_indices() {
                let wrong = ('a'..='z').chain('2'..='7').filter(|letter| *letter != right);
                let changed = wrong.map(|letter| format!("{}{letter}{}", &address[..place], &address[place + 1..]));
                passed += changed.filter(|changed| onion(changed).is_ok()).count();
            }
        }
        assert_eq!(passed, 1);
    }

    proptest! {
        #[test]
        fn arbitrary_texts_never_panic(text in ".{0,80}") {
            let _ = onion(&text);
        }
    }
}
