use std::collections::BTreeSet;

use super::*;
use crate::extraction::selectors_in;
use crate::kernels::test_output::{Random, Row, batch, ids, parameters, run, texts, times};

/// A found identifier: kind, value, advertiser, site, advert, identifiers in the advert.
type Seen = (String, String, String, String, usize, usize);

const LINKING: [&str; 6] = ["wallet", "iban", "pgp-fingerprint", "phone", "email", "handle"];

/// What the detector's SQL hands the kernel: identifiers that can link, in order.
fn seen(adverts: &[(String, String, String)]) -> Vec<Seen> {
    let mut all: Vec<Seen> = Vec::new();
    for (advert, (advertiser, site, text)) in adverts.iter().enumerate() {
        let found: Vec<_> = selectors_in(text, site).into_iter().filter(|found| LINKING.contains(&found.kind.code())).collect();
        let count = found.len();
        all.extend(
            found
                .into_iter()
                .map(|found| (found.kind.code().into(), found.value, advertiser.clone(), site.clone(), advert, count)),
        );
    }
    all.sort();
    all
}

fn shared(seen: &[Seen], batch_rows: usize) -> Vec<Row> {
    let input = batch(vec![
        ("record_id", ids(seen.len())),
        ("kind", texts(seen.iter().map(|seen| seen.0.as_str()))),
        ("value", texts(seen.iter().map(|seen| seen.1.as_str()))),
        ("advertiser", texts(seen.iter().map(|seen| seen.2.as_str()))),
        ("site", texts(seen.iter().map(|seen| seen.3.as_str()))),
        ("at", times(seen.iter().map(|seen| seen.4 as f64))),
        ("selectors_of_advert", crate::kernels::test_output::whole(seen.iter().map(|seen| seen.5 as i64))),
    ]);
    run(&SharedSelectors, &parameters(&[("most_advertisers", 10.0), ("most_selectors", 20.0)]), &[input], batch_rows)
}

fn pairs(rows: &[Row]) -> BTreeSet<(String, String)> {
    let of_row = |row: &Row| {
        let names: Vec<String> =
            row["advertiser_names"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect();
        let pairs =
            |first: usize| names[first + 1..].iter().map(|other| (names[first].clone(), other.clone())).collect::<Vec<_>>();
        (0..names.len()).flat_map(pairs).collect::<Vec<_>>()
    };
    rows.iter().flat_map(of_row).collect()
}

/// An Ethereum address in small letters: a checksum is no part of it, so any twenty bytes are one.
fn address(random: &mut Random) -> String {
    format!("0x{:016x}{:016x}{:08x}", random.next(), random.next(), random.next() as u32)
}

/// A made-up market place: sellers with one to four accounts, who sign with a wallet, a telephone number or an address; escrow
/// wallets that every advert of a site carries; lists of wallets to beware of; and people who quote a stranger's identifier.
struct Market {
    adverts: Vec<(String, String, String)>,
    /// Accounts of one seller.
    same: BTreeSet<(String, String)>,
}

fn market(seed: u64) -> Market {
    let mut random = Random::new(seed);
    let (mut adverts, mut same, mut wallets) = (Vec::new(), BTreeSet::new(), Vec::new());
    let escrow: Vec<String> = (0..4).map(|_| address(&mut random)).collect();
    for seller in 0..300 {
        let wallet = address(&mut random);
        let phone = format!("+48 {:03} {:03} {:03}", 500 + random.below(300), random.below(1_000), random.below(1_000));
        let email = format!("seller{seller}[at]mail[.]example");
        let accounts = [1, 1, 1, 2, 2, 3, 4][random.below(7)];
        let mut names = Vec::new();
        for account in 0..accounts {
            let site = random.below(4);
            let name = format!("board{site}.example:s{seller}-{account}");
            let sign = match random.below(4) {
                0 | 1 => format!("pay to {wallet}"),
                2 => format!("call {phone}, or {wallet}"),
                _ => format!("mail {email} / {phone}"),
            };
            let text = format!("Good things for {} EUR. Escrow {}. {sign}", random.below(900), escrow[site]);
            adverts.push((name.clone(), format!("board{site}.example"), text));
            names.push(name);
        }
        names.sort();
        for first in 0..names.len() {
            same.extend(names[first + 1..].iter().map(|other| (names[first].clone(), other.clone())));
        }
        wallets.push(wallet);
    }
    for list in 0..5 {
        let listed: Vec<&str> = (0..40).map(|_| wallets[random.below(wallets.len())].as_str()).collect();
        adverts.push((format!("warn.example:w{list}"), "warn.example".into(), format!("Beware of these: {}", listed.join(" "))));
    }
    // One who quotes another's wallet is a false link, and there are such.
    for quoter in 0..2 {
        let quoted = wallets[random.below(wallets.len())].clone();
        adverts.push((format!("board0.example:q{quoter}"), "board0.example".into(), format!("who was paid from {quoted}?")));
    }
    Market { adverts, same }
}

#[test]
fn planted_links_are_found_on_unseen_seeds() {
    for seed in 201..=210 {
        let market = market(seed);
        let found = pairs(&shared(&seen(&market.adverts), 500));
        let right = found.intersection(&market.same).count() as f64;
        let (precision, recall) = (right / found.len() as f64, right / market.same.len() as f64);
        println!("seed {seed}: {} links found of {}: P {precision:.3} R {recall:.3}", found.len(), market.same.len());
        assert!(precision >= 0.95, "seed {seed}: precision {precision}");
        assert!(recall >= 0.5, "seed {seed}: recall {recall}");
    }
}

#[test]
fn what_too_many_share_links_nobody_and_batches_change_nothing() {
    let market = market(1);
    let seen = seen(&market.adverts);
    let rows = shared(&seen, 3);
    assert_eq!(rows, shared(&seen, 10_000));
    assert!(rows.iter().all(|row| (2..=10).contains(&row["advertisers"].as_i64().unwrap())));
    assert!(!pairs(&rows).iter().any(|(left, right)| left.starts_with("warn.") || right.starts_with("warn.")));
}

#[test]
fn one_seller_with_many_adverts_is_no_link() {
    let advert = |advertiser: &str| {
        (advertiser.to_owned(), "board0.example".to_owned(), "pay to 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa".to_owned())
    };
    assert!(shared(&seen(&[advert("a"), advert("a"), advert("a")]), 10).is_empty());
    let rows = shared(&seen(&[advert("a"), advert("b"), advert("a")]), 10);
    assert_eq!((&rows[0]["adverts"], &rows[0]["advertisers"], &rows[0]["kind"]), (&3.into(), &2.into(), &"wallet".into()));
}
