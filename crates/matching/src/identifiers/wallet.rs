//! Addresses of crypto-asset wallets: one written form, and the chains' own checks where an address carries one.
//!
//! | form | check | written as |
//! |---|---|---|
//! | Bitcoin P2PKH and P2SH, and whatever else is base58check | double SHA-256 | as it is: base58 tells case apart |
//! | Bitcoin segregated witness (BIP 173, BIP 350) | bech32 for version 0, bech32m from version 1 on | lower case |
//! | Ethereum and its kin | EIP-55 where the letters are of both cases | the EIP-55 form |
//!
//! Other chains' addresses are only bounded in length and alphabet: they are selectors as they stand.

use bech32::segwit;
use sha2::{Digest, Sha256};
use sha3::Keccak256;

/// Shortest and longest address of a chain that is not checked here.
const OTHER_CHARACTERS: std::ops::RangeInclusive<usize> = 20..=128;

/// Base58check addresses of Bitcoin have a version byte, twenty bytes of hash and four of checksum.
const BASE58CHECK_BYTES: usize = 25;

/// Brings an address into its one written form.
pub(super) fn wallet(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    let text = text.strip_prefix("bitcoin:").or_else(|| text.strip_prefix("ethereum:")).unwrap_or(text);
    if text.len() > *OTHER_CHARACTERS.end() || !text.is_ascii() {
        return Err("expected at most 128 letters and digits");
    }
    let lower = text.to_ascii_lowercase();
    if let Some(digits) = lower.strip_prefix("0x").filter(|digits| digits.len() == 40) {
        return ethereum(&text[2..], digits);
    }
    if ["bc1", "tb1"].iter().any(|start| lower.starts_with(start)) {
        return bech32_address(text, &lower);
    }
    // Mainnet P2PKH and P2SH begin with 1 and 3 and have 26 to 35 characters.
    if text.starts_with(['1', '3']) && (26..=35).contains(&text.len()) {
        return base58check(text);
    }
    let alphabet = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b':');
    if OTHER_CHARACTERS.contains(&text.len()) && text.bytes().all(alphabet) {
        return Ok(text.to_owned());
    }
    Err("expected an address of Bitcoin, of Ethereum, or 20 to 128 letters and digits of another chain")
}

fn base58check(text: &str) -> Result<String, &'static str> {
    let bytes = bs58::decode(text).into_vec().map_err(|_| "it has letters that base58 leaves out")?;
    if bytes.len() != BASE58CHECK_BYTES {
        return Err("it is longer or shorter than a Bitcoin address");
    }
    let (payload, checksum) = bytes.split_at(BASE58CHECK_BYTES - 4);
    if Sha256::digest(Sha256::digest(payload))[..4] != *checksum {
        return Err("the checksum does not match");
    }
    Ok(text.to_owned())
}

/// BIP 173 for version 0 and BIP 350 for the versions after it; mixed case is refused by both.
fn bech32_address(text: &str, lower: &str) -> Result<String, &'static str> {
    let (part, _, _) = segwit::decode(text).map_err(|_| "the bech32 or bech32m checksum, length or case does not hold")?;
    match part.to_lowercase().as_str() {
        "bc" | "tb" => Ok(lower.to_owned()),
        _ => Err("expected the human-readable part bc or tb"),
    }
}

/// EIP-55: a letter is a capital where the nibble of the Keccak-256 of the lower-case digits is 8 or more.
fn ethereum(digits: &str, lower: &str) -> Result<String, &'static str> {
    if !lower.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err("expected 40 hexadecimal digits after 0x");
    }
    let hash = Keccak256::digest(lower.as_bytes());
    let nibble = |at: usize| if at.is_multiple_of(2) { hash[at / 2] >> 4 } else { hash[at / 2] & 15 };
    let cased = |(at, c): (usize, char)| if nibble(at) >= 8 { c.to_ascii_uppercase() } else { c };
    let checked: String = lower.chars().enumerate().map(cased).collect();
    let of_both_cases =
        digits.bytes().any(|byte| byte.is_ascii_uppercase()) && digits.bytes().any(|byte| byte.is_ascii_lowercase());
    if of_both_cases && digits != checked {
        return Err("the case of its letters does not match (EIP-55)");
    }
    Ok(format!("0x{checked}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of EIP-55.
    #[test]
    fn ethereum_addresses_keep_their_case_check() {
        for address in [
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
            "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
            "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
            "0x52908400098527886E0F7030069857D2E4169EE7",
            "0xde709f2102306220921060314715629080e2fb77",
        ] {
            assert_eq!(wallet(address), Ok(address.into()));
            assert_eq!(wallet(&address.to_lowercase()), Ok(address.into()));
        }
        assert!(wallet("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1Beaed").is_err());
        assert!(wallet("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeg").is_err());
    }

    /// Valid and invalid examples of BIP 173 and BIP 350.
    #[test]
    fn segregated_witness_addresses() {
        for address in [
            "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
            "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7",
            "bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y",
            "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
        ] {
            assert_eq!(wallet(address), Ok(address.to_lowercase()), "{address}");
        }
        for wrong in [
            "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd",
            "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh",
            "tb1q0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq24jc47",
            "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5",
            "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sL5k7",
            "bc1gmk9yu",
        ] {
            assert!(wallet(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn base58_addresses() {
        // The address of the first block, and the example of BIP 13's form in the Bitcoin wiki.
        for address in ["1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy"] {
            assert_eq!(wallet(address), Ok(address.into()));
        }
        assert_eq!(wallet(" bitcoin:1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa "), Ok("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa".into()));
        assert!(wallet("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb").is_err());
        assert!(wallet("1A1zP1eP5QGefi2DMPTfTL5SLmv7Div0Oa").is_err());
    }

    #[test]
    fn other_chains_are_bounded_only() {
        assert_eq!(wallet("TJCnKsPa7y5okkXvQAidZBzqx3QyQ6sxMW"), Ok("TJCnKsPa7y5okkXvQAidZBzqx3QyQ6sxMW".into()));
        for wrong in ["", "W1", "with a space in the middle of it", "ä0123456789012345678901234567890123456789", &"x".repeat(200)]
        {
            assert!(wallet(wrong).is_err(), "{wrong}");
        }
    }
}
