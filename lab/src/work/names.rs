//! Names: labelled pairs scored out of fold, queries screened against a list, lookups among generated entities.

use std::collections::BTreeMap;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::Instant;

use oikos_matching::calibrate::{Labelled, fit};
use oikos_matching::{
    Entity, EntityKind, Index, MUTATIONS, NameFeature, NameWeights, PartialDate, SearchSettings, Weights, fold, mutate,
    name_features, self_recall,
};

use super::Found;
use crate::Failure;

/// How many parts the pairs are cut into: each is scored by weights fitted to the other parts.
const FOLDS: usize = 10;
/// The seed by which groups of names fall into parts. Chosen once, not among several.
const FOLD_SEED: u64 = 7;
/// The seed of the generated entities, which nothing was tuned on.
const ENTITY_SEED: u64 = 260_701;
/// The seed of badly written names, which nothing was tuned on.
const MUTATION_SEED: u64 = 260_702;
/// How many names are looked up.
const LOOKUPS: usize = 3000;
/// One in so many listed entities is looked up under badly written names.
const RECALL_EVERY: usize = 20;

/// A labelled pair of the file: schema, both names, whether they are the same, and the group of names it belongs to.
struct Case {
    kind: EntityKind,
    names: [String; 2],
    labelled: Labelled,
    group: u64,
}

fn kind(schema: &str) -> EntityKind {
    match schema {
        "Person" => EntityKind::Person,
        "Vessel" => EntityKind::Vessel,
        _ => EntityKind::Organisation,
    }
}

fn rows(path: &Path) -> Result<Vec<csv::StringRecord>, Failure> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_path(path)?;
    Ok(reader.records().collect::<Result<_, _>>()?)
}

fn cases(path: &Path) -> Result<Vec<Case>, Failure> {
    let mut cases = Vec::new();
    for row in rows(path)? {
        let field = |at: usize| row.get(at).unwrap_or_default();
        let kind = kind(field(0));
        let labelled = Labelled { features: name_features(kind, field(1), field(2)), same: field(3) == "true" };
        cases.push(Case { kind, names: [field(1).to_owned(), field(2).to_owned()], labelled, group: field(4).parse()? });
    }
    Ok(cases)
}

fn bits(weights: &NameWeights, case: &Case) -> f32 {
    NameFeature::ALL
        .iter()
        .fold(weights.base, |sum, feature| sum + weights.get(*feature) * case.labelled.features[*feature as usize])
}

/// Persons have weights of their own; organisations and vessels share theirs.
const fn is_person(case: &Case) -> bool {
    matches!(case.kind, EntityKind::Person)
}

/// The threshold with the best F1 on these pairs, in tenths of a bit.
fn best_threshold(weights: &NameWeights, cases: &[&Case]) -> f32 {
    let f1 = |threshold: f32| {
        let (mut right, mut wrong) = (0.0f32, 0.0f32);
        for case in cases {
            match (bits(weights, case) >= threshold, case.labelled.same) {
                (true, true) => right += 1.0,
                (said, same) if said != same => wrong += 1.0,
                _ => {}
            }
        }
        2.0 * right / (2.0 * right + wrong).max(1.0)
    };
    (-20..=20i16).map(|tenths| f32::from(tenths) / 10.0).max_by(|a, b| f1(*a).total_cmp(&f1(*b))).unwrap_or_default()
}

/// Scores every pair by weights and a threshold that were fitted to pairs of other groups. Writes, a line each: label, decision, score.
pub(super) fn pairs(path: &Path, out: &Path) -> Result<Found, Failure> {
    let cases = cases(path)?;
    let fold_of = |case: &Case| SplitMix(FOLD_SEED ^ case.group.wrapping_mul(0x9e37_79b9_7f4a_7c15)).below(FOLDS);
    let mut decided = vec![(false, 0.0f32); cases.len()];
    for part in 0..FOLDS {
        for persons in [true, false] {
            let others: Vec<&Case> = cases.iter().filter(|case| is_person(case) == persons && fold_of(case) != part).collect();
            let weights = fit(&others.iter().map(|case| case.labelled.clone()).collect::<Vec<_>>());
            let threshold = best_threshold(&weights, &others);
            for (case, decided) in cases.iter().zip(&mut decided) {
                if is_person(case) == persons && fold_of(case) == part {
                    let bits = bits(&weights, case);
                    *decided = (bits >= threshold, bits);
                }
            }
        }
    }
    let mut file = BufWriter::new(std::fs::File::create(out)?);
    for (case, (said, bits)) in cases.iter().zip(&decided) {
        writeln!(file, "{}\t{said}\t{}", case.labelled.same, oikos_matching::value_of(*bits))?;
    }
    file.flush()?;
    Ok(Found::facts([("pairs", cases.len() as i64)]))
}

/// Entities of a file of key, name and birth date, as persons: the peer takes them as persons too.
fn entities(path: &Path) -> Result<Vec<Entity>, Failure> {
    let mut all: BTreeMap<String, Entity> = BTreeMap::new();
    for row in rows(path)? {
        let field = |at: usize| row.get(at).unwrap_or_default();
        let entity = all.entry(field(0).to_owned()).or_insert_with(|| Entity::new(field(0), EntityKind::Person, [] as [&str; 0]));
        if !entity.names.iter().any(|name| name == field(1)) {
            entity.names.push(field(1).to_owned());
        }
        entity.birth_dates.extend(field(2).parse::<PartialDate>());
    }
    Ok(all.into_values().collect())
}

/// Weights fitted to those labelled pairs of which no name is one of the queries that should be found.
fn weights_without(path: &Path, queries: &[csv::StringRecord]) -> Result<(Weights, usize), Failure> {
    let words = |name: &str| {
        let folded = fold(name);
        let mut words: Vec<&str> = folded.split(' ').collect();
        words.sort_unstable();
        words.join(" ")
    };
    let asked: std::collections::BTreeSet<String> = queries
        .iter()
        .filter(|row| row.get(0) != Some(""))
        .flat_map(|row| [row.get(1), row.get(3)])
        .flatten()
        .map(words)
        .collect();
    let cases = cases(path)?;
    let used: Vec<&Case> = cases.iter().filter(|case| !case.names.iter().any(|name| asked.contains(&words(name)))).collect();
    let fitted = |persons| {
        fit(&used.iter().filter(|case| is_person(case) == persons).map(|case| case.labelled.clone()).collect::<Vec<_>>())
    };
    let organisation = fitted(false);
    Ok((Weights { person: fitted(true), vessel: organisation.clone(), organisation, ..Weights::default() }, used.len()))
}

/// Screens queries against a list. Writes, a line each: the best score, and the score of the query's own entity, in bits.
pub(super) fn screen(cases: &Path, list: &Path, queries: &Path, out: &Path) -> Result<Found, Failure> {
    let listed = entities(list)?;
    let queries = rows(queries)?;
    let (weights, fitted_to) = weights_without(cases, &queries)?;
    let index = Index::build(listed.iter().cloned())?;
    let mut searcher = index.searcher();
    let settings = SearchSettings { least_bits: -30.0, limit: 64, ..SearchSettings::new(&weights) };
    let mut file = BufWriter::new(std::fs::File::create(out)?);
    for row in &queries {
        let field = |at: usize| row.get(at).unwrap_or_default();
        let mut query = Entity::new("", EntityKind::Person, [field(1)]);
        query.birth_dates.extend(field(2).parse::<PartialDate>());
        let hits = searcher.search(&query, &settings);
        let best = hits.first().map_or(-30.0, |hit| hit.score.bits);
        let own = hits.iter().find(|hit| hit.entity == field(0)).map_or(-30.0, |hit| hit.score.bits);
        writeln!(file, "{best}\t{own}")?;
    }
    file.flush()?;
    let (queries, entities) = (queries.len() as i64, listed.len() as i64);
    Ok(Found::facts([
        ("queries", queries),
        ("entities", entities),
        ("fitted_to", fitted_to as i64),
        ("index_bytes", index.bytes_in_memory() as i64),
    ]))
}

/// How a list finds its own names, badly written.
pub(super) fn recall(list: &Path) -> Result<Found, Failure> {
    let listed = entities(list)?;
    let index = Index::build(listed.iter().cloned())?;
    let weights = Weights::default();
    let chosen = listed.iter().step_by(RECALL_EVERY);
    let mut facts = BTreeMap::new();
    for row in self_recall(&index, chosen, &MUTATIONS, MUTATION_SEED, &SearchSettings::new(&weights)) {
        let name = serde_json::to_value(row.mutation)?;
        let name = name.as_str().unwrap_or_default();
        *facts.entry(format!("tried/{name}")).or_default() += row.tried as i64;
        *facts.entry(format!("found/{name}")).or_default() += row.found as i64;
        *facts.entry(format!("first/{name}")).or_default() += row.first as i64;
    }
    Ok(Found { facts, ..Found::default() })
}

/// Builds an index of generated entities, writes it, reads it, and looks up badly written names.
pub(super) fn lookup(count: usize) -> Result<Found, Failure> {
    let started = Instant::now();
    let mut built = Index::build((0..count).map(generated))?;
    let build = started.elapsed();
    let bytes = built.to_bytes();
    drop(built);
    let started = Instant::now();
    let index = Index::from_bytes(&bytes)?;
    let load = started.elapsed();
    let written = bytes.len() as i64;
    drop(bytes);
    let weights = Weights::default();
    let settings = SearchSettings::new(&weights);
    let mut searcher = index.searcher();
    let mut random = SplitMix(MUTATION_SEED);
    let (mut times, mut found) = (Vec::with_capacity(LOOKUPS), 0);
    for number in 0..LOOKUPS {
        let wanted = generated(random.below(count));
        let mutation = MUTATIONS[number % MUTATIONS.len()];
        let name = mutate(&wanted.names[0], mutation, MUTATION_SEED ^ number as u64).unwrap_or_else(|| wanted.names[0].clone());
        let query = Entity::new("", wanted.kind, [name]);
        // Other work on the machine interrupts: the quicker of two runs is nearer to what the lookup costs.
        let mut quickest = u128::MAX;
        for _ in 0..2 {
            let started = Instant::now();
            let hits = searcher.search(&query, &settings);
            quickest = quickest.min(started.elapsed().as_nanos());
            std::hint::black_box(&hits);
        }
        // Thousands share a common name: found is who has the very same name as the wanted one.
        let hits = searcher.search(&query, &settings);
        let same = |alias: &str| wanted.names.iter().any(|name| fold(name) == fold(alias));
        found += i64::from(hits.iter().any(|hit| hit.entity == wanted.id || same(&hit.alias)));
        times.push(quickest);
    }
    times.sort_unstable();
    let at = |share: f64| (times[((times.len() - 1) as f64 * share) as usize] / 1000) as i64;
    Ok(Found::facts([
        ("entities", index.len() as i64),
        ("lookups", LOOKUPS as i64),
        ("found", found),
        ("microseconds_p50", at(0.5)),
        ("microseconds_p99", at(0.99)),
        ("microseconds_mean", (times.iter().sum::<u128>() / times.len() as u128 / 1000) as i64),
        ("build_milliseconds", build.as_millis() as i64),
        ("load_milliseconds", load.as_millis() as i64),
        ("bytes", written),
        ("index_bytes", index.bytes_in_memory() as i64),
    ]))
}

/// Syllables of the naming habits that entities are generated by.
const HABITS: [(&[&str], &[&str], &[&str]); 6] = [
    (
        &["an", "ber", "chris", "diet", "el", "fried", "ger", "hein", "jo", "karl", "lud", "mat", "ru", "wil"],
        &["a", "e", "i", "hold", "rich", "helm", "mar", "dolf"],
        &["mann", "er", "berg", "stein", "hof", "bach", "ing", "meyer", "lein"],
    ),
    (
        &["al", "bo", "dmi", "ev", "gri", "il", "kon", "leo", "mi", "nik", "ole", "pav", "ser", "vla"],
        &["a", "e", "i", "ro", "sta", "ge", "ki", "li"],
        &["ov", "ev", "in", "sky", "enko", "uk", "ovich", "yan", "adze"],
    ),
    (
        &["ab", "ah", "ha", "ib", "kha", "mah", "mu", "na", "om", "ra", "sa", "ta", "yu", "za"],
        &["ma", "ha", "li", "ra", "sa", "ssa", "di", "ba"],
        &["d", "n", "r", "l", "di", "ri", "ni", "wi", "bi"],
    ),
    (
        &["car", "da", "fer", "gon", "her", "jo", "lo", "mar", "nu", "or", "pe", "ra", "san", "val"],
        &["e", "i", "na", "ti", "ra", "lo", "de", "mi"],
        &["ez", "es", "as", "o", "a", "eira", "al", "on", "ado"],
    ),
    (
        &["bai", "chen", "feng", "guo", "hua", "jin", "li", "mei", "ping", "qi", "shan", "wei", "xiao", "zhi"],
        &["", "an", "en", "ing", "ong", "u", "ei", "ao"],
        &["", "hai", "jun", "lan", "ming", "ning", "rong", "tao", "yan"],
    ),
    (
        &["de", "ja", "kri", "la", "mo", "na", "pra", "ra", "sha", "su", "tri", "u", "vi", "yo"],
        &["ni", "ka", "sh", "ma", "ra", "va", "de", "ti"],
        &["ya", "na", "kumar", "sh", "pur", "wal", "lal", "das", "raj"],
    ),
];

/// The name with this number in a habit's vocabulary: small numbers are common and short.
fn word(habit: usize, number: usize) -> String {
    let (starts, middles, ends) = HABITS[habit];
    let mut rest = number;
    let mut take = |parts: &[&'static str]| {
        let part = parts[rest % parts.len()];
        rest /= parts.len();
        part
    };
    let (start, end) = (take(starts), take(ends));
    let mut middle = take(middles).to_owned();
    while rest > 0 {
        let part = middles[rest % middles.len()];
        rest /= middles.len();
        middle.push_str(part);
    }
    let word = format!("{start}{middle}{end}");
    word[..1].to_uppercase() + &word[1..]
}

/// The entity with this number: names by Zipf's law within six habits (the number of a name is log-uniform), one in five a company, one in four
/// with a second name.
fn generated(number: usize) -> Entity {
    let mut random = SplitMix(ENTITY_SEED ^ (number as u64).wrapping_mul(0xd134_2543_de82_ef95));
    let habit = random.below(HABITS.len());
    let mut zipf = |size: f64| (size.powf(random.unit()) - 1.0) as usize;
    let (given, second, family) = (zipf(4000.0), zipf(4000.0), zipf(120_000.0));
    let (given, second, family) = (word(habit, given), word(habit, second), word(habit, family));
    let id = format!("g{number}");
    if random.below(5) == 0 {
        const TRADES: [&str; 8] = ["Trading", "Shipping", "Holding", "Logistics", "Energy", "Metals", "Consulting", "Group"];
        const FORMS: [&str; 8] = ["GmbH", "Ltd", "S.A.", "LLC", "AG", "OOO", "s.r.o.", "B.V."];
        let trade = TRADES[random.below(TRADES.len())];
        return Entity::new(
            id,
            EntityKind::Organisation,
            [format!("{family} {second} {trade} {}", FORMS[random.below(FORMS.len())])],
        );
    }
    let mut names = vec![if random.below(3) == 0 { format!("{given} {second} {family}") } else { format!("{given} {family}") }];
    if random.below(4) == 0 {
        names.push(format!("{family}, {second}"));
    }
    Entity::new(id, EntityKind::Person, names)
}

/// Steele, Lea and Flood's SplitMix64.
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }

    /// From 0 to below 1.
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
}
