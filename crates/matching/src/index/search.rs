//! Searching: candidates by shared keys, ranked by how much of the query they cover; then every candidate compared in full.

use std::cmp::Ordering;

use serde::Serialize;

use super::dictionary::{WordId, keys};
use super::multimap::spread;
use super::{Facts, Index, facts};
use crate::entity::Entity;
use crate::names::{EntityKind, Name, Role, Traits};
use crate::scoring::align::{View, compare_words};
use crate::scoring::evidence::{Evidence, weigh};
use crate::scoring::features::compare;
use crate::scoring::score::{Score, explain};
use crate::scoring::weights::Weights;

/// How a search is done.
#[derive(Debug, Clone)]
pub struct SearchSettings<'a> {
    /// The weights.
    pub weights: &'a Weights,
    /// The fewest bits of a hit.
    pub least_bits: f32,
    /// The most hits.
    pub limit: usize,
    /// The most names that are compared in full. More find more, and cost more.
    pub candidates: usize,
    /// The share of the query, by the weight of its words, that a name must cover to be compared.
    pub least_share: f32,
}

impl<'a> SearchSettings<'a> {
    /// Usual settings: what is as likely as not, at most 10 hits.
    pub fn new(weights: &'a Weights) -> Self {
        Self { weights, least_bits: 0.0, limit: 10, candidates: 64, least_share: 0.5 }
    }
}

/// An entity that was found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Hit {
    /// The entity's id.
    pub entity: String,
    /// Which of the query's names was matched.
    pub name: String,
    /// Which of the entity's names it was matched with.
    pub alias: String,
    /// How much speaks for it, and why.
    pub score: Score,
}

/// Searches an index, with memory that is used again from query to query.
#[derive(Debug)]
pub struct Searcher<'a> {
    index: &'a Index,
    /// Per name: what the query's words gave so far.
    covered: Vec<f32>,
    /// Per name: the last word of a query that counted.
    counted: Vec<u32>,
    /// Per word: the last query's word that met it.
    met: Vec<u32>,
    stamp: u32,
    touched: Vec<u32>,
    keys: Vec<u32>,
    query_facts: Facts,
    facts: Facts,
    evidence: Vec<Evidence>,
}

/// A word of the query, or what two of them are together, and the index's words it may stand for.
struct Sought {
    weight: f32,
    /// Best first.
    words: Vec<(WordId, f32)>,
}

/// The least similarity of words by which candidates are found.
const LEAST_SIMILARITY: f32 = 0.55;
/// A word this near tells how rare the query's word is.
const TELLS_RARITY: f32 = 0.85;
/// Words this long may be two written together.
const SHORTEST_JOINED: usize = 7;

impl<'a> Searcher<'a> {
    pub(super) fn new(index: &'a Index) -> Self {
        Self {
            index,
            covered: vec![0.0; index.names.len()],
            counted: vec![0; index.names.len()],
            met: vec![0; index.dictionary.len()],
            stamp: 0,
            touched: Vec::new(),
            keys: Vec::new(),
            query_facts: Facts::default(),
            facts: Facts::default(),
            evidence: Vec::new(),
        }
    }

    /// Entities of the query's kind, the most likely first. Ties are in the order of ids.
    pub fn search(&mut self, query: &Entity, settings: &SearchSettings<'_>) -> Vec<Hit> {
        let mut query_facts = std::mem::take(&mut self.query_facts);
        query_facts.read(&facts(query));
        let mut best: Vec<(u32, f32, u32, usize)> = Vec::new();
        let names: Vec<Name> = query.names.iter().map(|name| Name::new(query.kind, name)).collect();
        let mut rarities: Vec<Vec<f32>> = Vec::with_capacity(names.len());
        for (number, name) in names.iter().enumerate() {
            let (candidates, rarity) = self.candidates(query.kind, name, settings);
            let views = views(name, &rarity);
            rarities.push(rarity);
            for candidate in candidates {
                let bits = self.bits(query.kind, (&views, name), candidate, &query_facts, settings.weights);
                keep_best(&mut best, self.index.names[candidate as usize].entity, bits, candidate, number);
            }
        }
        self.by_identifiers(query, &names, &rarities, &query_facts, settings, &mut best);
        best.retain(|found| found.1 >= settings.least_bits);
        let index = self.index;
        best.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then_with(|| index.id(a.0).cmp(index.id(b.0))));
        best.truncate(settings.limit);
        let hits = best.iter().map(|found| {
            let name = &names[found.3];
            self.hit(query, (&query.names[found.3], name, &rarities[found.3]), found.2, &query_facts, settings.weights)
        });
        let hits = hits.collect();
        self.query_facts = query_facts;
        hits
    }

    /// The highest score of any entity, without its reasons.
    pub fn best_bits(&mut self, query: &Entity, settings: &SearchSettings<'_>) -> Option<f32> {
        let settings = SearchSettings { limit: 1, least_bits: f32::NEG_INFINITY, ..settings.clone() };
        self.search(query, &settings).first().map(|hit| hit.score.bits)
    }

    fn by_identifiers(
        &mut self,
        query: &Entity,
        names: &[Name],
        rarities: &[Vec<f32>],
        query_facts: &Facts,
        settings: &SearchSettings<'_>,
        best: &mut Vec<(u32, f32, u32, usize)>,
    ) {
        for (_, value) in &query_facts.identifiers {
            let slots: Vec<u32> = self.index.identifiers.iter(*value as u32).collect();
            for slot in slots {
                let entity = &self.index.entities[slot as usize];
                let shares = self.index.facts_of(slot).iter().any(|fact| fact.identifier() == Some(*value));
                if !entity.alive || entity.kind != query.kind || !shares {
                    continue;
                }
                for candidate in entity.first_name..entity.first_name + entity.names {
                    for (number, name) in names.iter().enumerate() {
                        let views = views(name, &rarities[number]);
                        let bits = self.bits(query.kind, (&views, name), candidate, query_facts, settings.weights);
                        keep_best(best, slot, bits, candidate, number);
                    }
                }
            }
        }
    }

    fn bits(&mut self, kind: EntityKind, query: (&[View<'_>], &Name), candidate: u32, known: &Facts, weights: &Weights) -> f32 {
        let index = self.index;
        let slot = &index.names[candidate as usize];
        let mut views = [EMPTY; crate::names::words::MAXIMUM_WORDS];
        let count = fill_views(index, candidate, &mut views);
        let (values, _, _) = compare(kind, (query.0, query.1.form), (&views[..count], slot.form));
        self.facts.read(index.facts_of(slot.entity));
        weigh(kind, &known.known(), &self.facts.known(), &weights.evidence, &mut self.evidence);
        self.evidence.iter().fold(weights.names(kind).sum(&values), |sum, evidence| sum + evidence.bits)
    }

    fn hit(&mut self, query: &Entity, name: (&str, &Name, &[f32]), candidate: u32, known: &Facts, weights: &Weights) -> Hit {
        let index = self.index;
        let slot = &index.names[candidate as usize];
        let mut listed = [EMPTY; crate::names::words::MAXIMUM_WORDS];
        let count = fill_views(index, candidate, &mut listed);
        self.facts.read(index.facts_of(slot.entity));
        weigh(query.kind, &known.known(), &self.facts.known(), &weights.evidence, &mut self.evidence);
        let score =
            explain(query.kind, (&views(name.1, name.2), name.1.form), (&listed[..count], slot.form), &self.evidence, weights);
        Hit { entity: index.id(slot.entity).to_owned(), name: name.0.to_owned(), alias: index.text(slot.text).to_owned(), score }
    }

    /// Names that cover enough of the query, and how rare its words are.
    fn candidates(&mut self, kind: EntityKind, name: &Name, settings: &SearchSettings<'_>) -> (Vec<u32>, Vec<f32>) {
        let mut rarities = vec![1.0; name.tokens.len()];
        let mut sought: Vec<Sought> = Vec::with_capacity(name.tokens.len() * 2);
        let only_initials = name.tokens.iter().all(|token| token.role.is_minor() || token.role == Role::Initial);
        for (at, token) in name.tokens.iter().enumerate() {
            let minor = token.role.is_minor() || (token.role == Role::Initial && !only_initials);
            let words =
                if minor { self.exactly(&token.text) } else { self.similar(token.text.as_bytes(), token.role, &token.traits) };
            rarities[at] = self.rarity_of(&words);
            if !minor && name.tokens[..at].iter().all(|before| before.text != token.text) {
                sought.push(Sought { weight: token.role.weight() * rarities[at], words });
            }
        }
        sought.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        let total: f32 = sought.iter().map(|sought| sought.weight).sum();
        let needed = settings.least_share * total;
        let mut rest = total;
        for sought in &sought {
            rest -= sought.weight;
            // Where this word and those behind it cannot give enough, it only adds to names that are candidates already.
            let least = (needed - rest) / sought.weight.max(1e-6) - 1e-4;
            self.count(kind, sought, least);
        }
        for sought in self.together_and_apart(name, &rarities) {
            self.count(kind, &sought, 0.0);
        }
        (self.select(name, needed, settings.candidates), rarities)
    }

    /// The words of the index that a word may stand for, best first.
    fn similar(&mut self, text: &[u8], role: Role, traits: &Traits) -> Vec<(WordId, f32)> {
        let index = self.index;
        self.stamp += 1;
        let mut found_keys = std::mem::take(&mut self.keys);
        keys(text, traits, &mut found_keys);
        let query = View { text, role, traits: *traits, rarity: 1.0 };
        let mut found = Vec::new();
        for key in &found_keys {
            for word in index.dictionary.sharing(*key) {
                if std::mem::replace(&mut self.met[word as usize], self.stamp) == self.stamp {
                    continue;
                }
                if index.dictionary.counts[word as usize] == 0 {
                    continue;
                }
                let text = index.dictionary.text(word).as_bytes();
                let role = if text.iter().all(u8::is_ascii_digit) { Role::Number } else { Role::Core };
                let listed = View { text, role, traits: *index.dictionary.traits(word), rarity: 1.0 };
                if let Some((similarity, _)) = compare_words(&query, &listed)
                    && similarity >= LEAST_SIMILARITY
                {
                    found.push((word, similarity));
                }
            }
        }
        self.keys = found_keys;
        found.sort_unstable_by(|a, b| {
            b.1.total_cmp(&a.1).then_with(|| index.dictionary.text(a.0).cmp(index.dictionary.text(b.0)))
        });
        found
    }

    fn exactly(&self, text: &str) -> Vec<(WordId, f32)> {
        self.index.dictionary.find_any(text).map(|word| (word, 1.0)).into_iter().collect()
    }

    /// A word is as rare as the commonest way of writing it.
    fn rarity_of(&self, words: &[(WordId, f32)]) -> f32 {
        let near = words.iter().filter(|(_, similarity)| *similarity >= TELLS_RARITY);
        near.map(|(word, _)| self.index.dictionary.rarities[*word as usize]).fold(1.0, f32::min)
    }

    /// Two neighbours of the query as one word, and one word of it as two.
    fn together_and_apart(&mut self, name: &Name, rarities: &[f32]) -> Vec<Sought> {
        let mut found = Vec::new();
        for (at, pair) in name.tokens.windows(2).enumerate() {
            if pair[1].role == Role::Title || pair[0].role == Role::Title || pair[0].traits.script != pair[1].traits.script {
                continue;
            }
            let text = format!("{}{}", pair[0].text, pair[1].text);
            if (4..=crate::names::words::MAXIMUM_LETTERS).contains(&text.len()) {
                let mut words = self.similar(text.as_bytes(), Role::Core, &Traits::of(&text, pair[0].traits.script));
                words.retain(|(_, similarity)| *similarity >= 0.75);
                let weight = pair[0].role.weight() * rarities[at] + pair[1].role.weight() * rarities[at + 1];
                found.push(Sought { weight, words });
            }
        }
        for (at, token) in name.tokens.iter().enumerate() {
            if token.text.len() < SHORTEST_JOINED || token.role != Role::Core || !token.text.is_ascii() {
                continue;
            }
            for cut in 3..=token.text.len() - 3 {
                let (left, right) = token.text.split_at(cut);
                let (left, right) = (self.exactly(left), self.exactly(right));
                if !left.is_empty() && !right.is_empty() {
                    let weight = token.role.weight() * rarities[at] / 2.0;
                    found.extend([left, right].map(|words| Sought { weight, words }));
                }
            }
        }
        found.retain(|sought| !sought.words.is_empty());
        found
    }

    /// Adds what a word of the query gives to every name that has one it may stand for. One at least this similar makes a name a candidate.
    fn count(&mut self, kind: EntityKind, sought: &Sought, least: f32) {
        let index = self.index;
        self.stamp += 1;
        let postings = |word: WordId| index.postings.get(spread(word));
        let length: usize =
            sought.words.iter().map(|(word, _)| postings(*word)).map(|(sorted, recent)| sorted.len() + recent.len()).sum();
        if least > 1.0 && length > 8 * self.touched.len() {
            // Fewer candidates than names with this word: look it up in the candidates.
            let mut words = sought.words.clone();
            words.sort_unstable_by_key(|(word, _)| *word);
            for name in &self.touched {
                let similarity = |word: &WordId| words.binary_search_by_key(word, |(word, _)| *word).ok().map(|at| words[at].1);
                let own = index.words_of_name(&index.names[*name as usize]);
                let best = own.iter().filter_map(|(word, _)| similarity(word)).max_by(f32::total_cmp);
                self.covered[*name as usize] += sought.weight * best.unwrap_or_default();
            }
            return;
        }
        for (word, similarity) in &sought.words {
            let introduces = *similarity >= least;
            let (sorted, recent) = postings(*word);
            if !introduces && sorted.len() + recent.len() > 8 * self.touched.len() {
                for name in &self.touched {
                    let at = *name as usize;
                    if self.counted[at] != self.stamp && index.words_of_name(&index.names[at]).iter().any(|(own, _)| own == word)
                    {
                        self.counted[at] = self.stamp;
                        self.covered[at] += sought.weight * similarity;
                    }
                }
                continue;
            }
            for name in sorted.iter().chain(recent) {
                let at = *name as usize;
                if self.counted[at] == self.stamp {
                    continue;
                }
                if self.covered[at] == 0.0 {
                    let entity = &index.entities[index.names[at].entity as usize];
                    if !introduces || !entity.alive || entity.kind != kind {
                        continue;
                    }
                    self.touched.push(*name);
                }
                self.counted[at] = self.stamp;
                self.covered[at] += sought.weight * similarity;
            }
        }
    }

    /// The candidates that cover most, at most `most`; the working memory is clean again afterwards.
    fn select(&mut self, name: &Name, needed: f32, most: usize) -> Vec<u32> {
        let index = self.index;
        let words = name.tokens.iter().filter(|token| !token.role.is_minor()).count() as f32;
        let rank =
            |candidate: u32, covered: f32| covered - 0.05 * (f32::from(index.names[candidate as usize].words) - words).abs();
        let mut ranked: Vec<(u32, f32)> = Vec::with_capacity(self.touched.len());
        for candidate in self.touched.drain(..) {
            let covered = std::mem::take(&mut self.covered[candidate as usize]);
            self.counted[candidate as usize] = 0;
            if covered >= needed - 1e-4 {
                ranked.push((candidate, rank(candidate, covered)));
            }
        }
        // Ties go by a number that does not depend on how the index came to be.
        let order = |a: &(u32, f32), b: &(u32, f32)| -> Ordering {
            b.1.total_cmp(&a.1).then_with(|| {
                let slot = |candidate: u32| &index.names[candidate as usize];
                let (a, b) = (slot(a.0), slot(b.0));
                let texts = || (index.id(a.entity), index.text(a.text)).cmp(&(index.id(b.entity), index.text(b.text)));
                a.tie.cmp(&b.tie).then_with(texts)
            })
        };
        if ranked.len() > most {
            ranked.select_nth_unstable_by(most, order);
            ranked.truncate(most);
        }
        ranked.sort_unstable_by(order);
        ranked.into_iter().map(|(candidate, _)| candidate).collect()
    }
}

const EMPTY: View<'static> = View {
    text: &[],
    role: Role::Core,
    traits: Traits { script: crate::names::script::Script::Latin, sound: 0, letters: 0, groups: [0; 3] },
    rarity: 1.0,
};

fn fill_views<'a>(index: &'a Index, name: u32, views: &mut [View<'a>]) -> usize {
    let words = index.words_of_name(&index.names[name as usize]);
    for (view, (word, role)) in views.iter_mut().zip(words) {
        let dictionary = &index.dictionary;
        let rarity = dictionary.rarities[*word as usize];
        *view = View { text: dictionary.text(*word).as_bytes(), role: *role, traits: *dictionary.traits(*word), rarity };
    }
    words.len().min(views.len())
}

fn views<'a>(name: &'a Name, rarities: &[f32]) -> Vec<View<'a>> {
    name.tokens.iter().zip(rarities).map(|(token, rarity)| View::of(token, *rarity)).collect()
}

fn keep_best(best: &mut Vec<(u32, f32, u32, usize)>, entity: u32, bits: f32, name: u32, query: usize) {
    match best.iter_mut().find(|found| found.0 == entity) {
        Some(found) if found.1 < bits => *found = (entity, bits, name, query),
        Some(_) => {}
        None => best.push((entity, bits, name, query)),
    }
}
