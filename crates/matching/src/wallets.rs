//! Wallet addresses of crypto-assets, each checked by its own checksum and brought into one written form:
//!
//! | chain | forms | check | written as |
//! |---|---|---|---|
//! | Bitcoin | P2PKH, P2SH (base58check) | first four bytes of SHA-256 twice | as it is |
//! | Bitcoin | segregated witness (BIP 173, BIP 350) | bech32, bech32m | small letters |
//! | Ethereum and chains like it | 20 bytes as hexadecimal | Keccak-256 in the case of letters (EIP-55) | EIP-55 |
//! | Monero | standard, sub- and integrated addresses (base58 in blocks) | first four bytes of Keccak-256 | as it is |
//! | Tron | base58check | as Bitcoin | as it is |
//!
//! An address says nothing about who holds it. It is a linkable selector.

use sha2::{Digest, Sha256};
use sha3::Keccak256;

/// A chain, or a family whose addresses are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Chain {
    /// Bitcoin, its main network.
    Bitcoin,
    /// Ethereum and every chain with its addresses.
    Ethereum,
    /// Monero, its main network.
    Monero,
    /// Tron.
    Tron,
}

impl Chain {
    /// The name in small letters.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Bitcoin => "bitcoin",
            Self::Ethereum => "ethereum",
            Self::Monero => "monero",
            Self::Tron => "tron",
        }
    }
}

/// An address whose checksum holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Wallet {
    /// Its chain.
    pub chain: Chain,
    /// The address in its one written form: the value of a selector of the kind `wallet`.
    pub address: String,
    /// Whether the text itself carried a checksum. Only an Ethereum address in letters of one case carries none.
    pub checked: bool,
}

/// The longest address: Monero's integrated one.
const MOST_BYTES: usize = 106;

/// The wallet that a text, with nothing before or after it, is the address of.
///
/// # Errors
/// Says which check failed.
pub fn wallet(text: &str) -> Result<Wallet, &'static str> {
    let text = text.trim();
    if text.len() > MOST_BYTES || !text.is_ascii() {
        return Err("it is longer than any address, or not of letters and digits");
    }
    if text.len() == 42 && text.starts_with("0x") {
        return ethereum(&text[2..]);
    }
    match text.get(..3) {
        Some(prefix) if prefix.eq_ignore_ascii_case("bc1") => segregated_witness(text),
        _ if matches!(text.len(), 95 | 106) => monero(text),
        _ => base58check(text),
    }
}

fn ethereum(digits: &str) -> Result<Wallet, &'static str> {
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err("behind 0x stand forty hexadecimal digits");
    }
    let written = eip_55(digits);
    let letters = || digits.bytes().filter(u8::is_ascii_alphabetic);
    let one_case = letters().all(|byte| byte.is_ascii_lowercase()) || letters().all(|byte| byte.is_ascii_uppercase());
    if !one_case && written != digits {
        return Err("the case of its letters does not match EIP-55");
    }
    Ok(Wallet { chain: Chain::Ethereum, address: format!("0x{written}"), checked: !one_case })
}

/// Letters large where the hash of the small ones has a half-byte of 8 or more (EIP-55).
fn eip_55(digits: &str) -> String {
    let small = digits.to_ascii_lowercase();
    let hash = Keccak256::digest(small.as_bytes());
    let is_large = |at: usize| hash[at / 2] >> (4 * (1 - at % 2)) & 0xf >= 8;
    small.chars().enumerate().map(|(at, digit)| if is_large(at) { digit.to_ascii_uppercase() } else { digit }).collect()
}

fn segregated_witness(text: &str) -> Result<Wallet, &'static str> {
    bech32::segwit::decode(text).map_err(|_| "it is no segregated-witness address, or its checksum does not match")?;
    Ok(Wallet { chain: Chain::Bitcoin, address: text.to_ascii_lowercase(), checked: true })
}

fn base58check(text: &str) -> Result<Wallet, &'static str> {
    if !(26..=35).contains(&text.len()) {
        return Err("it has the length of no known address");
    }
    let bytes = bs58::decode(text).into_vec().map_err(|_| "it has letters that base58 leaves out")?;
    let (content, checksum) = bytes.split_last_chunk::<4>().ok_or("it is too short")?;
    if Sha256::digest(Sha256::digest(content))[..4] != checksum[..] {
        return Err("its checksum does not match");
    }
    // Version bytes: Bitcoin P2PKH and P2SH, Tron.
    let chain = match content {
        [0x00 | 0x05, hash @ ..] if hash.len() == 20 => Chain::Bitcoin,
        [0x41, hash @ ..] if hash.len() == 20 => Chain::Tron,
        _ => return Err("it is of no known chain"),
    };
    Ok(Wallet { chain, address: text.to_owned(), checked: true })
}

/// Base58 in blocks of eleven digits for eight bytes; a last block of seven digits is five bytes. Network bytes: 18 standard, 19
/// integrated, 42 sub-address.
fn monero(text: &str) -> Result<Wallet, &'static str> {
    let blocks: Option<Vec<Vec<u8>>> = text.as_bytes().chunks(11).map(monero_block).collect();
    let bytes = blocks.ok_or("it has letters that base58 leaves out, or a block beyond its range")?.concat();
    let (content, checksum) = bytes.split_last_chunk::<4>().ok_or("it is too short")?;
    if Keccak256::digest(content)[..4] != checksum[..] {
        return Err("its checksum does not match");
    }
    let known = matches!((content.first(), text.len()), (Some(18 | 42), 95) | (Some(19), 106));
    if !known {
        return Err("it is of no known network");
    }
    Ok(Wallet { chain: Chain::Monero, address: text.to_owned(), checked: true })
}

fn monero_block(digits: &[u8]) -> Option<Vec<u8>> {
    let size = match digits.len() {
        11 => 8,
        7 => 5,
        _ => return None,
    };
    let alphabet = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    let number = digits.iter().try_fold(0u128, |number, digit| {
        let value = alphabet.iter().position(|letter| letter == digit)?;
        Some(number * 58 + value as u128)
    })?;
    (number >> (8 * size) == 0).then(|| number.to_be_bytes()[16 - size..].to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Published addresses: Bitcoin's first block; BIP 173 and BIP 350; EIP-55; Monero's donation address; Tron's documentation.
    const PUBLISHED: [(&str, Chain); 9] = [
        ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", Chain::Bitcoin),
        ("3P14159f73E4gFr7JterCCQh9QjiTjiZrG", Chain::Bitcoin),
        ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", Chain::Bitcoin),
        ("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0", Chain::Bitcoin),
        ("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", Chain::Ethereum),
        ("0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359", Chain::Ethereum),
        ("0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB", Chain::Ethereum),
        ("44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A", Chain::Monero),
        ("TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t", Chain::Tron),
    ];

    #[test]
    fn published_addresses_hold() {
        for (address, chain) in PUBLISHED {
            let found = wallet(address).unwrap_or_else(|problem| panic!("{address}: {problem}"));
            assert_eq!((found.chain, found.address.as_str(), found.checked), (chain, address, true));
        }
    }

    #[test]
    fn forms_are_made_one() {
        let upper = wallet("BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4").unwrap();
        assert_eq!(upper.address, "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4");
        let small = wallet(" 0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed ").unwrap();
        assert_eq!((small.address.as_str(), small.checked), ("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", false));
    }

    #[test]
    fn what_bip_350_calls_invalid_is_refused() {
        for bad in [
            "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd",
            "BC1S0XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ54WELL",
            "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh",
            "bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4",
            "BC130XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ7ZWS8R",
            "bc1pw5dgrnzv",
            "tb1q0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq24jc47",
        ] {
            assert!(wallet(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        /// A change of one letter is noticed, whatever it is.
        #[test]
        fn one_wrong_letter_is_noticed(which in 0..PUBLISHED.len(), place in any::<prop::sample::Index>(), letter in "[1-9A-HJ-NP-Za-km-z]") {
            let (address, _) = PUBLISHED[which];
            let place = place.index(address.len());
            let changed = format!("{}{letter}{}", &address[..place], &address[place + 1..]);
            let same = changed.eq_ignore_ascii_case(address) && address.starts_with("bc1");
            let found = wallet(&changed);
            prop_assert!(changed == address || same || found.is_err(), "{} became {:?}", address, found);
        }

        #[test]
        fn arbitrary_texts_never_panic(text in ".{0,120}") {
            if let Ok(found) = wallet(&text) {
                prop_assert_eq!(wallet(&found.address).map(|again| again.address), Ok(found.address));
            }
        }
    }
}
