//! Identifiers in a text. Each is checked by its own standard, so that a random word is none; what cannot be checked needs a sign
//! beside it that says what it is.

mod ibans;
mod phones;
mod refang;

use std::collections::BTreeSet;
use std::net::IpAddr;

use oikos_matching::domains::{Host, domain, host_of};
use oikos_matching::{email, onion, pgp_fingerprint, pgp_keys_in, wallet};
use oikos_model::{Selector, SelectorKind};

use self::refang::refang;

/// The most selectors of one text.
const MOST_SELECTORS: usize = 1_000;

/// Top-level domains that make a bare word with dots a domain name. With `://` or `www.` before it, or a path behind it, any will
/// do.
const TOP_LEVEL: &[&str] = &[
    "com", "org", "net", "info", "biz", "eu", "at", "be", "bg", "cy", "cz", "de", "dk", "ee", "es", "fi", "fr", "gr", "hr", "hu",
    "ie", "it", "lt", "lu", "lv", "mt", "nl", "pl", "pt", "ro", "se", "si", "sk", "uk", "ch", "no", "ua", "ru", "by", "su", "to",
    "cc", "io", "me", "onion", "shop", "site", "online", "xyz", "top", "example",
];

/// The identifiers in a text that was posted on `site`.
pub(crate) fn selectors_in(text: &str, site: &str) -> BTreeSet<Selector> {
    let mut found = BTreeSet::new();
    let mut add = |kind: SelectorKind, value: String| {
        if found.len() < MOST_SELECTORS {
            found.insert(Selector { kind, value });
        }
    };
    defanged_addresses_in(text).into_iter().for_each(|address| add(SelectorKind::IpAddress, address.to_string()));
    let text = refang(text);
    pgp_keys_in(&text).into_iter().for_each(|key| add(SelectorKind::PgpFingerprint, key));
    let text = without_key_blocks(&text);
    ibans::ibans_in(&text).into_iter().for_each(|iban| add(SelectorKind::Iban, iban));
    phones::phones_in(&text).into_iter().for_each(|phone| add(SelectorKind::Phone, phone));
    fingerprints_in(&text).into_iter().for_each(|fingerprint| add(SelectorKind::PgpFingerprint, fingerprint));
    let says_telegram = ["telegram", "t.me", "tg "].iter().any(|word| text.to_lowercase().contains(word));
    let platform = if says_telegram { "telegram" } else { site };
    for token in tokens(&text) {
        for (kind, value) in of_token(token, platform) {
            add(kind, value);
        }
    }
    found
}

/// Words between white space and brackets, without the signs that end a sentence.
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    let ends = |c: char| {
        c.is_whitespace()
            || matches!(c, '<' | '>' | '"' | '\'' | '(' | ')' | '[' | ']' | '{' | '}' | ',' | ';' | '|' | '`' | '„' | '“' | '”')
    };
    text.split(ends)
        .map(|token| token.trim_end_matches(['.', ':', '!', '?', '*', '…']).trim_start_matches(['*', ':']))
        .filter(|token| !token.is_empty())
}

fn of_token(token: &str, platform: &str) -> Vec<(SelectorKind, String)> {
    if let Some(address) = wallet_of(token) {
        return vec![(SelectorKind::Wallet, address)];
    }
    if let Some(name) = token.strip_prefix('@') {
        return handle(platform, name).into_iter().collect();
    }
    if token.contains('@')
        && !token.contains("://")
        && let Ok(address) = email(token.strip_prefix("mailto:").unwrap_or(token))
    {
        return vec![(SelectorKind::Email, address)];
    }
    page(token)
}

/// An address alone, or as a payment link (`bitcoin:ADDRESS?amount=1`, BIP 21).
fn wallet_of(token: &str) -> Option<String> {
    let alone = token.rsplit(':').next().unwrap_or(token).split('?').next().unwrap_or_default();
    wallet(alone).ok().map(|wallet| wallet.address)
}

fn handle(platform: &str, name: &str) -> Option<(SelectorKind, String)> {
    let good =
        (3..=32).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'));
    good.then(|| (SelectorKind::Handle, format!("{platform}:{}", name.to_ascii_lowercase())))
}

/// The address of a page, an onion service or a bare domain name.
fn page(token: &str) -> Vec<(SelectorKind, String)> {
    let has_scheme = token.contains("://");
    let url = if has_scheme { token.to_owned() } else { format!("http://{token}") };
    let path = url.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map(|(_, path)| path).unwrap_or_default();
    match host_of(&url) {
        Some(Host::Address(address)) if has_scheme && is_public(address) => vec![(SelectorKind::IpAddress, address.to_string())],
        Some(Host::Domain(name)) if name.ends_with(".onion") => {
            onion(&name).into_iter().map(|name| (SelectorKind::Domain, name)).collect()
        }
        Some(Host::Domain(name)) if matches!(name.as_str(), "t.me" | "telegram.me") => {
            handle("telegram", path.split(['/', '?']).next().unwrap_or_default()).into_iter().collect()
        }
        Some(Host::Domain(name)) => {
            let bare = !has_scheme && !name.starts_with("www.") && path.is_empty();
            let known = name.rsplit('.').next().is_some_and(|last| TOP_LEVEL.contains(&last));
            let name = name.strip_prefix("www.").map_or(name.clone(), str::to_owned);
            if (bare && !known) || domain(&name).is_err() { Vec::new() } else { vec![(SelectorKind::Domain, name)] }
        }
        _ => Vec::new(),
    }
}

/// IP addresses with a dot in brackets. Without, four numbers with dots between them may be a version of a program.
fn defanged_addresses_in(text: &str) -> Vec<IpAddr> {
    let defanged = text.split_whitespace().filter(|word| word.contains("[.]"));
    let plain = defanged.map(|word| refang(word).trim_matches(|c: char| !c.is_ascii_hexdigit()).to_owned());
    plain.filter_map(|word| word.parse().ok()).filter(|address| is_public(*address)).collect()
}

/// Addresses of a private net or of the machine itself are in too many texts to say anything.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            !(address.is_private() || address.is_loopback() || address.is_link_local() || address.is_unspecified())
        }
        IpAddr::V6(address) => {
            !(address.is_loopback() || address.is_unspecified() || address.is_unique_local() || address.is_unicast_link_local())
        }
    }
}

fn without_key_blocks(text: &str) -> String {
    const BEGIN: &str = "-----BEGIN PGP ";
    const END: &str = "-----END PGP ";
    let mut pieces = text.split(BEGIN);
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.filter_map(|piece| piece.split_once(END)).fold(first, |text, (_, after)| text + " " + after)
}

/// Fingerprints as written: 40 digits in one word or in ten groups of four. Other things are 40 digits long too, so the text must
/// say what it is.
fn fingerprints_in(text: &str) -> Vec<String> {
    let small = text.to_lowercase();
    if !["pgp", "gpg", "fingerprint"].iter().any(|word| small.contains(word)) {
        return Vec::new();
    }
    let words: Vec<&str> = tokens(text).collect();
    let is_group = |word: &&str| word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let alone = words.iter().filter(|word| word.len() == 40).filter_map(|word| pgp_fingerprint(word).ok());
    let groups = words.windows(10).filter(|window| window.iter().all(|word| is_group(word)));
    alone.chain(groups.filter_map(|window| pgp_fingerprint(&window.concat()).ok())).collect()
}

#[cfg(test)]
mod tests;
