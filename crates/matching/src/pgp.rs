//! OpenPGP keys (RFC 4880, RFC 9580): fingerprints as people write them, and those of armoured public keys.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};
use sha2::Sha256;

const BEGIN: &str = "-----BEGIN PGP PUBLIC KEY BLOCK-----";
const END: &str = "-----END PGP PUBLIC KEY BLOCK-----";
/// The longest armoured key that is read.
const MOST_BYTES: usize = 256 * 1_024;
const PUBLIC_KEY: u8 = 6;

/// A fingerprint as large hexadecimal digits: 40 of version 4, 64 of version 6. Spaces between groups and `0x` before it are
/// dropped.
///
/// # Errors
/// Says what a fingerprint needs.
pub fn pgp_fingerprint(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    let digits: String = text.strip_prefix("0x").unwrap_or(text).chars().filter(|c| !matches!(c, ' ' | '\u{a0}' | ':')).collect();
    if !matches!(digits.len(), 40 | 64) || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err("expected 40 or 64 hexadecimal digits");
    }
    Ok(digits.to_ascii_uppercase())
}

/// The fingerprints of all armoured public keys in a text. A block that cannot be read gives none.
pub fn pgp_keys_in(text: &str) -> Vec<String> {
    let blocks = text.split(BEGIN).skip(1).filter_map(|rest| rest.split(END).next());
    blocks.filter(|block| block.len() <= MOST_BYTES).filter_map(fingerprint_of_block).collect()
}

fn fingerprint_of_block(block: &str) -> Option<String> {
    // Armour headers, `Name: value`, stand in lines before the body. A page may have made one line of all.
    let body = block.lines().filter(|line| !line.contains(": ")).flat_map(str::split_whitespace);
    // What begins with `=` is the checksum, which nobody needs (RFC 9580, 6.1).
    let bytes = STANDARD.decode(body.filter(|piece| !piece.starts_with('=')).collect::<String>()).ok()?;
    fingerprint(public_key(&bytes)?)
}

/// The body of the first packet, if that is a public key (RFC 9580, 4.2).
fn public_key(bytes: &[u8]) -> Option<&[u8]> {
    let [tag, rest @ ..] = bytes else { return None };
    let (kind, length, rest) = match tag {
        0xc0..=0xff => {
            let (length, rest) = match rest {
                [one @ 0..=191, rest @ ..] => (usize::from(*one), rest),
                [one @ 192..=223, two, rest @ ..] => ((usize::from(*one) - 192) * 256 + usize::from(*two) + 192, rest),
                [255, a, b, c, d, rest @ ..] => (u32::from_be_bytes([*a, *b, *c, *d]) as usize, rest),
                _ => return None,
            };
            (tag & 0x3f, length, rest)
        }
        0x80..=0xbf => {
            let (length, rest) = match (tag & 3, rest) {
                (0, [one, rest @ ..]) => (usize::from(*one), rest),
                (1, [one, two, rest @ ..]) => (usize::from(u16::from_be_bytes([*one, *two])), rest),
                (2, [a, b, c, d, rest @ ..]) => (u32::from_be_bytes([*a, *b, *c, *d]) as usize, rest),
                _ => return None,
            };
            (tag >> 2 & 0xf, length, rest)
        }
        _ => return None,
    };
    (kind == PUBLIC_KEY).then(|| rest.get(..length))?
}

/// Version 4: SHA-1 over 0x99, two bytes of length and the body. Version 6: SHA-256 over 0x9b, four bytes of length and the body
/// (RFC 9580, 5.5.4).
fn fingerprint(body: &[u8]) -> Option<String> {
    let hexadecimal = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    match body.first()? {
        4 => {
            let length = u16::try_from(body.len()).ok()?;
            let hash = Sha1::new().chain_update([0x99]).chain_update(length.to_be_bytes()).chain_update(body).finalize();
            Some(hexadecimal(&hash))
        }
        6 => {
            let length = u32::try_from(body.len()).ok()?;
            let hash = Sha256::new().chain_update([0x9b]).chain_update(length.to_be_bytes()).chain_update(body).finalize();
            Some(hexadecimal(&hash))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// RFC 9580, A.1: the version 4 Ed25519Legacy key, and A.3: the version 6 certificate; each with the fingerprint the RFC
    /// gives.
    const VERSION_4: &str = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nxjMEU/NfCxYJKwYBBAHaRw8BAQdAPwmJlL3ZFu1AUxl5NOSofIBzOhKA1i+AEJku\nQ+47JAY=\n-----END PGP PUBLIC KEY BLOCK-----";
    const VERSION_6: &str = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nxioGY4d/4xsAAAAg+U2nu0jWCmHlZ3BqZYfQMxmZu52JGggkLq2EVD34laPCsQYf\nGwoAAABCBYJjh3/jAwsJBwUVCg4IDAIWAAKbAwIeCSIhBssYE8GCaaX5NUt+mxyK\nwwfHifBilZwj2Ul7Ce62azJJBScJAgcCAAAAAK0oIBA+LX0ifsDm185Ecds2v8lw\ngyU2kCcUmKfvBXbAf6rhRYWzuQOwEn7E/aLwIwRaLsdry0+VcallHhSu4RN6HWaE\nQsiPlR4zxP/TP7mhfVEe7XWPxtnMUMtf15OyA51YBM4qBmOHf+MZAAAAIIaTJINn\n+eUBXbki+PSAld2nhJh/LVmFsS+60WyvXkQ1wpsGGBsKAAAALAWCY4d/4wKbDCIh\nBssYE8GCaaX5NUt+mxyKwwfHifBilZwj2Ul7Ce62azJJAAAAAAQBIKbpGG2dWTX8\nj+VjFM21J0hqWlEg+bdiojWnKfA5AQpWUWtnNwDEM0g12vYxoWM8Y81W+bHBw805\nI8kWVkXU6vFOi+HWvv/ira7ofJu16NnoUkhclkUrk0mXubZvyl4GBg==\n-----END PGP PUBLIC KEY BLOCK-----";

    #[test]
    fn the_fingerprints_of_the_rfc() {
        assert_eq!(pgp_keys_in(VERSION_4), ["C959BDBAFA32A2F89A153B678CFDE12197965A9A"]);
        assert_eq!(pgp_keys_in(VERSION_6), ["CB186C4F0609A697E4D52DFA6C722B0C1F1E27C18A56708F6525EC27BAD9ACC9"]);
        let with_header = VERSION_4.replace("-----\n\nx", "-----\nVersion: any\n\nx");
        assert_eq!(pgp_keys_in(&VERSION_4.replace('\n', " ")).len(), 1);
        assert_eq!(pgp_keys_in(&format!("a {with_header} b {VERSION_6}")).len(), 2);
    }

    #[test]
    fn written_fingerprints_have_one_form() {
        let written = "c959 bdba fa32 a2f8 9a15  3b67 8cfd e121 9796 5a9a";
        assert_eq!(pgp_fingerprint(written), Ok("C959BDBAFA32A2F89A153B678CFDE12197965A9A".into()));
        assert!(pgp_fingerprint("8CFDE12197965A9A").is_err(), "a key id of 64 bits can be forged");
    }

    proptest! {
        #[test]
        fn changed_blocks_never_panic(place in 0usize..140, letter in "[A-Za-z0-9+/=\n:]") {
            let mut changed = VERSION_4.to_owned();
            changed.replace_range(place..place + 1, &letter);
            let _ = pgp_keys_in(&changed);
        }

        #[test]
        fn arbitrary_packets_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let _ = public_key(&bytes).and_then(fingerprint);
        }
    }
}
