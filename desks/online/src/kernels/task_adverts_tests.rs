use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::kernels::test_output::{Random, Row, batch, ids, parameters, run, texts};

fn offer(text: &str) -> Option<Offer> {
    offer_in(&text_words(&with_currencies(text)), 25)
}

#[test]
fn the_petty_advert_of_event_6() {
    let found = offer("400 EUR to film a substation. Payout to the wallet below.").unwrap();
    assert_eq!((found.task, found.target, found.amount), ("film", Some("energy"), Some((400.0, "EUR"))));
    assert_eq!((found.contract_words, found.news_words), (0, 0));
    assert_eq!(offer("Zapłacimy za zdjęcia podstacji").unwrap().amount, None);
    assert_eq!(offer("1.500 EUR to film a substation").unwrap().amount, Some((1_500.0, "EUR")));
    assert_eq!(offer("€250: Fotos vom Umspannwerk").unwrap().amount, Some((250.0, "EUR")));
}

#[test]
fn other_adverts_are_none_or_say_what_they_are() {
    for other in [
        "400 EUR to film a wedding",
        "substation for sale, 400 EUR",
        "I film substations as a hobby",
        "we film a substation; no money",
    ] {
        assert!(offer(other).is_none_or(|offer| offer.target.is_none()), "{other}");
        assert!(found(&[other.to_owned()]).is_empty(), "{other}");
    }
    let job = offer("Drone inspection of a substation: film it for our maintenance contract, invoice 400 EUR").unwrap();
    assert!(job.contract_words >= 3);
    assert!(offer("Police warn: strangers offer 400 EUR to film a substation").unwrap().news_words >= 1);
}

#[test]
fn what_is_far_apart_on_a_long_page_is_no_offer() {
    let between = "word ".repeat(200);
    assert!(offer(&format!("film {between} substation {between} 400 EUR")).is_none());
}

/// A made-up board: adverts from templates, each in many copies with other amounts, places and contacts, among adverts and news
/// of all kinds.
struct Board {
    texts: Vec<String>,
    /// The template of each text that is a recruiting advert.
    templates: Vec<Option<usize>>,
}

const TEMPLATES: [&str; 8] = [
    "Easy money this weekend: {pay} to film the {site} near {place}. No questions asked, write {contact}, paid the same evening to {wallet}",
    "Need someone brave around {place}. Take photos of the {site} from the road and send them to {contact}. We pay {pay} per set, wallet {wallet}",
    "{pay} for one night. Go to the {site} in {place}, leave a small box by the fence and walk away. Contact only {contact}",
    "Szukamy osób z okolic {place}: nagranie wideo obiektu {site_pl}, {pay} od razu na portfel. Pisz {contact}",
    "Schnelles Geld in {place}! {pay} bar oder Krypto, wenn du das {site_de} filmst und uns die Bilder schickst. {contact}",
    "Castigi {pay} azi: filmeaza {site_ro} de langa {place} si trimite la {contact}, plata in portofel {wallet}",
    "Подработка в {place}: {pay} за видео, снять {site_ru} с дороги, оплата сразу, писать {contact}",
    "Students of {place}, earn {pay} by counting the guards and keep an eye on the {site} for two days, details from {contact}",
];
const OTHERS: [&str; 8] = [
    "Wedding video in {place}, {pay} for the day, two cameras, call {contact}",
    "For sale: camera with tripod, {pay}, pick up in {place} next to the bus stop, {contact}",
    "Licensed inspector wanted: film the {site} near {place} for our maintenance contract, {pay} a day against invoice, {contact}",
    "Police in {place} warn: strangers offer {pay} to film the {site}, a suspect was arrested on Monday",
    "Flat in {place} with a view of the bridge, {pay} a month, no pets, {contact}",
    "Looking for a driver to deliver parcels in {place}, {pay} a week, own car, {contact}",
    "The {site} near {place} will be closed for works until Friday, says the operator",
    "I photograph birds around {place} and sell prints, {pay} each, {contact}",
];

fn pick<'a>(random: &mut Random, words: &[&'a str]) -> &'a str {
    words[random.below(words.len())]
}

fn filled(random: &mut Random, template: &str) -> String {
    let pay = format!("{} {}", 50 + 10 * random.below(150), pick(random, &["EUR", "euro", "USD", "€", "usdt"]));
    // One in twelve says it in words that the lists do not have.
    let site = if random.below(12) == 0 {
        pick(random, &["yard with the humming boxes", "big grey building"])
    } else {
        pick(
            random,
            &[
                "substation",
                "power station",
                "railway line",
                "port crane",
                "cable landing",
                "gas terminal",
                "waterworks",
                "military base",
            ],
        )
    };
    let slots = [
        ("{pay}", pay),
        ("{site}", site.to_owned()),
        ("{site_pl}", pick(random, &["podstacja", "elektrownia", "gazociąg", "jednostka wojskowa"]).to_owned()),
        ("{site_de}", pick(random, &["Umspannwerk", "Kraftwerk", "Stellwerk", "Wasserwerk"]).to_owned()),
        ("{site_ro}", pick(random, &["substatia", "termocentrala", "terminalul portuar", "baza militara"]).to_owned()),
        ("{site_ru}", pick(random, &["подстанцию", "газопровод", "военную часть", "порт"]).to_owned()),
        ("{place}", pick(random, &["Gdansk", "Aurich", "Narva", "Galati", "Turku", "Zeebrugge", "Kielce", "Lulea"]).to_owned()),
        ("{contact}", format!("@user{}", random.below(9_000))),
        ("{wallet}", format!("wallet{}", random.below(9_000))),
    ];
    let text = slots.iter().fold(template.to_owned(), |text, (slot, value)| text.replace(slot, value));
    // Copies differ in small things: a word left out, one doubled.
    let words: Vec<&str> = text.split(' ').collect();
    let dropped = random.below(words.len() * 3);
    words.iter().enumerate().filter(|(place, _)| *place != dropped).map(|(_, word)| *word).collect::<Vec<_>>().join(" ")
}

fn board(seed: u64) -> Board {
    let mut random = Random::new(seed);
    let (mut texts, mut templates) = (Vec::new(), Vec::new());
    for _ in 0..1_500 {
        if random.below(10) == 0 {
            let template = random.below(TEMPLATES.len());
            texts.push(filled(&mut random, TEMPLATES[template]));
            templates.push(Some(template));
        } else {
            let other = random.below(OTHERS.len());
            texts.push(filled(&mut random, OTHERS[other]));
            templates.push(None);
        }
    }
    Board { texts, templates }
}

fn found(texts_written: &[String]) -> Vec<Row> {
    let input = batch(vec![("record_id", ids(texts_written.len())), ("text", texts(texts_written.iter().map(String::as_str)))]);
    let parameters = parameters(&[("least_similarity_percent", 30.0), ("near_words", 25.0)]);
    run(&TaskAdverts, &parameters, &[input], 256)
}

fn f1(right: usize, found: usize, wanted: usize) -> f64 {
    2.0 * right as f64 / (found + wanted).max(1) as f64
}

/// Of the adverts: F1 of which are found. Of their pairs: F1 of which are put to one template.
fn judged(board: &Board) -> (f64, f64) {
    // As the detector's bits have it: contract or news words take an advert below what is reported.
    let found: BTreeMap<usize, String> = found(&board.texts)
        .iter()
        .filter(|row| row["contract_words"] == 0 && row["news_words"] == 0)
        .map(|row| (usize::try_from(row["record_id"].as_i64().unwrap()).unwrap(), row["template"].as_str().unwrap().to_owned()))
        .collect();
    let wanted: BTreeMap<usize, usize> =
        board.templates.iter().enumerate().filter_map(|(text, template)| Some((text, (*template)?))).collect();
    let right = found.keys().filter(|text| wanted.contains_key(text)).count();
    let pairs = |of: Vec<(usize, String)>| -> std::collections::BTreeSet<(usize, usize)> {
        let all = of.iter().enumerate().flat_map(|(first, left)| of.iter().skip(first + 1).map(move |right| (left, right)));
        all.filter(|(left, right)| left.1 == right.1).map(|(left, right)| (left.0, right.0)).collect()
    };
    let found_pairs = pairs(found.clone().into_iter().collect());
    let wanted_pairs = pairs(wanted.iter().map(|(text, template)| (*text, template.to_string())).collect());
    let right_pairs = found_pairs.intersection(&wanted_pairs).count();
    (f1(right, found.len(), wanted.len()), f1(right_pairs, found_pairs.len(), wanted_pairs.len()))
}

/// One copy that says where is enough for the others of its template.
#[test]
fn a_copy_in_other_words_belongs_to_its_template() {
    let copy = |site: &str, pay: u32| {
        format!("Easy money this weekend: {pay} EUR to film the {site} at night, no questions asked, paid the same evening")
    };
    let written = [copy("humming grey boxes", 200), copy("substation", 400)];
    let rows = found(&written);
    assert_eq!(rows.len(), 2);
    assert_eq!((&rows[0]["template"], &rows[0]["target"]), (&rows[1]["template"], &"energy".into()));
    assert!(found(&written[..1]).is_empty());
}

/// Seeds 1 to 3, and 201 on which a first version missed the bar, were looked at while the lists and limits were set; these were not. The
/// bar holds for their mean; each one is printed.
#[test]
fn templates_are_found_on_unseen_seeds() {
    let seeds = 301..=310_u64;
    let judged: Vec<(f64, f64)> = seeds.clone().map(|seed| judged(&board(seed))).collect();
    for (seed, (adverts, templates)) in seeds.zip(&judged) {
        println!("seed {seed}: F1 of adverts {adverts:.3}, of pairs of one template {templates:.3}");
    }
    let mean = |of: fn(&(f64, f64)) -> f64| judged.iter().map(of).sum::<f64>() / judged.len() as f64;
    let (adverts, templates) = (mean(|one| one.0), mean(|one| one.1));
    println!("mean: F1 of adverts {adverts:.3}, of pairs of one template {templates:.3}");
    assert!(adverts >= 0.85 && templates >= 0.85, "mean F1 of adverts {adverts}, of pairs of one template {templates}");
}

proptest! {
    #[test]
    fn batches_change_nothing_and_nothing_panics(written in prop::collection::vec("[a-zа-я0-9 €.]{0,60}", 0..20), batch_rows in 1usize..30) {
        let input = batch(vec![("record_id", ids(written.len())), ("text", texts(written.iter().map(String::as_str)))]);
        let parameters = parameters(&[("least_similarity_percent", 30.0), ("near_words", 25.0)]);
        prop_assert_eq!(run(&TaskAdverts, &parameters, &[input.clone()], batch_rows), run(&TaskAdverts, &parameters, &[input], 1_000));
    }
}
