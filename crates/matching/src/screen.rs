//! Screening: many subjects against one list, ranked, and again when the list changes, as far as the change can matter.

use serde::Serialize;

use crate::entity::Entity;
use crate::index::{Blocks, Hit, Index, NotIndexed, SearchSettings, block_keys};
use crate::scoring::weights::Weights;

/// How subjects are screened.
#[derive(Debug, Clone, PartialEq)]
pub struct ScreenSettings {
    /// The weights.
    pub weights: Weights,
    /// The fewest bits of a hit: the threshold. [`crate::bits_of`] gives the bits of a threshold between 0 and 1.
    pub least_bits: f32,
    /// The most hits of one subject.
    pub hits_per_subject: usize,
    /// The most names that are compared in full for one subject's name.
    pub candidates: usize,
}

impl Default for ScreenSettings {
    fn default() -> Self {
        Self { weights: Weights::default(), least_bits: 0.0, hits_per_subject: 10, candidates: 64 }
    }
}

/// A list, ready to screen against.
#[derive(Debug, Clone)]
pub struct Screener {
    index: Index,
    settings: ScreenSettings,
}

/// A hit among those of all subjects.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Alert<'a> {
    /// The place in the ranking, from 1.
    pub rank: usize,
    /// Whether it is among as many as can be looked at. The others stay in the list: a budget ranks, it does not hide.
    pub within_budget: bool,
    /// The subject's id.
    pub subject: &'a str,
    /// What was found.
    pub hit: &'a Hit,
}

/// Subjects with what was found for each of them.
#[derive(Debug, Clone)]
pub struct Screening {
    subjects: Vec<Entity>,
    hits: Vec<Vec<Hit>>,
    /// Which subjects a listed name with a key could ever meet.
    blocks: Blocks,
}

/// A change of the list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ListChange {
    /// Entities that are new or described anew.
    pub put: Vec<Entity>,
    /// Ids of entities that are gone.
    pub removed: Vec<String>,
}

/// What of a change can matter to a subject: the keys of all names that came or went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touched {
    keys: Vec<u32>,
}

/// The places of those subjects to whom a change of these listed entities can matter. To the others it cannot: they need not be searched
/// again, whoever kept what was found for them.
///
/// # Errors
/// When two entities have one id or one is beyond the index's limits.
pub fn subjects_touched(subjects: &[Entity], changed: &[Entity]) -> Result<Vec<usize>, NotIndexed> {
    let index = Index::build(changed.iter().cloned())?;
    let keys: Vec<u32> = changed.iter().flat_map(|entity| index.keys_of(&entity.id)).collect();
    Ok(Blocks::new(subjects.iter().map(block_keys)).sharing(&keys))
}

/// How much a re-screening did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Rescreened {
    /// Subjects that were searched again, because the change could matter to them.
    pub searched: usize,
    /// Subjects of which the hits are others now.
    pub changed: usize,
    /// All subjects.
    pub subjects: usize,
}

impl Screener {
    /// Screens against `index`.
    pub fn new(index: Index, settings: ScreenSettings) -> Self {
        Self { index, settings }
    }

    /// The list.
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// Screens subjects. Each is an entity with an id of its own.
    pub fn screen(&self, subjects: Vec<Entity>) -> Screening {
        let mut searcher = self.index.searcher();
        let settings = self.search_settings();
        let hits = subjects.iter().map(|subject| searcher.search(subject, &settings)).collect();
        let blocks = Blocks::new(subjects.iter().map(block_keys));
        Screening { subjects, hits, blocks }
    }

    /// Changes the list. How rare words are stays as it was, until [`Screener::settle`]: so that only what a change touches changes.
    ///
    /// # Errors
    /// When an entity is beyond the limits. What came before it in the change is done.
    pub fn change(&mut self, change: &ListChange) -> Result<Touched, NotIndexed> {
        let mut keys = Vec::new();
        for id in change.removed.iter().chain(change.put.iter().map(|entity| &entity.id)) {
            keys.extend(self.index.keys_of(id));
            self.index.remove(id);
        }
        for entity in &change.put {
            self.index.replace(entity)?;
            keys.extend(self.index.keys_of(&entity.id));
        }
        keys.sort_unstable();
        keys.dedup();
        Ok(Touched { keys })
    }

    /// Screens again those subjects to which the change can matter. The result is that of screening all of them.
    pub fn rescreen(&self, screening: &mut Screening, touched: &Touched) -> Rescreened {
        let places = screening.blocks.sharing(&touched.keys);
        let mut searcher = self.index.searcher();
        let settings = self.search_settings();
        let mut changed = 0;
        for place in &places {
            let hits = searcher.search(&screening.subjects[*place], &settings);
            changed += usize::from(hits != screening.hits[*place]);
            screening.hits[*place] = hits;
        }
        Rescreened { searched: places.len(), changed, subjects: screening.subjects.len() }
    }

    /// Computes anew how rare words are on the list. Earlier screenings are to be done anew afterwards.
    pub fn settle(&mut self) {
        self.index.settle();
    }

    fn search_settings(&self) -> SearchSettings<'_> {
        let ScreenSettings { weights, least_bits, hits_per_subject, candidates } = &self.settings;
        SearchSettings {
            least_bits: *least_bits,
            limit: *hits_per_subject,
            candidates: *candidates,
            ..SearchSettings::new(weights)
        }
    }
}

impl Screening {
    /// The hits of each subject, in the order the subjects came in.
    pub fn hits(&self) -> impl Iterator<Item = (&Entity, &[Hit])> {
        self.subjects.iter().zip(self.hits.iter().map(Vec::as_slice))
    }

    /// All hits, the strongest first; `budget` is how many can be looked at.
    pub fn alerts(&self, budget: usize) -> Vec<Alert<'_>> {
        let mut all: Vec<(&str, &Hit)> =
            self.hits().flat_map(|(subject, hits)| hits.iter().map(|hit| (subject.id.as_str(), hit))).collect();
        all.sort_by(|a, b| b.1.score.bits.total_cmp(&a.1.score.bits).then_with(|| (a.0, &a.1.entity).cmp(&(b.0, &b.1.entity))));
        let ranked = all.into_iter().zip(1..);
        ranked.map(|((subject, hit), rank)| Alert { rank, within_budget: rank <= budget, subject, hit }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::EntityKind;

    fn person(id: &str, name: &str) -> Entity {
        Entity::new(id, EntityKind::Person, [name])
    }

    fn listed() -> Vec<Entity> {
        vec![person("putin", "Vladimir Putin"), person("lavrov", "Sergey Lavrov"), person("maduro", "Nicolas Maduro Moros")]
    }

    fn subjects() -> Vec<Entity> {
        ["Wladimir Putin", "Sergej Lawrow", "Anna Schmidt", "Nicolás Maduro", "John Vander Bilt", "Kim Jong Un"]
            .iter()
            .enumerate()
            .map(|(number, name)| person(&format!("s{number}"), name))
            .collect()
    }

    #[test]
    fn a_budget_ranks_and_hides_nothing() {
        let screener = Screener::new(Index::build(listed()).unwrap(), ScreenSettings::default());
        let screening = screener.screen(subjects());
        let alerts = screening.alerts(1);
        assert_eq!(alerts.len(), 3);
        assert_eq!(alerts.iter().filter(|alert| alert.within_budget).count(), 1);
        assert!(alerts.windows(2).all(|pair| pair[0].hit.score.bits >= pair[1].hit.score.bits));
    }

    #[test]
    fn only_those_are_touched_to_whom_a_change_can_matter() {
        let subjects = subjects();
        let touched = subjects_touched(&subjects, &[person("x", "Anna Schmidtt"), person("y", "Vanderbilt John")]).unwrap();
        assert!(touched.contains(&2) && touched.contains(&4), "{touched:?}");
        assert!(touched.len() < subjects.len(), "{touched:?}");
        assert!(subjects_touched(&subjects, &[]).unwrap().is_empty());
    }

    #[test]
    fn screening_again_does_what_screening_anew_does_and_less() {
        let mut screener = Screener::new(Index::build(listed()).unwrap(), ScreenSettings::default());
        let mut screening = screener.screen(subjects());
        let change = ListChange {
            put: vec![
                person("schmidt", "Anna Schmid"),
                person("bilt", "John Vanderbilt"),
                person("putin", "Vladimir Vladimirovich Putin"),
            ],
            removed: vec!["maduro".into()],
        };
        let touched = screener.change(&change).unwrap();
        let done = screener.rescreen(&mut screening, &touched);
        let anew = screener.screen(subjects());
        assert_eq!(screening.hits, anew.hits);
        assert_eq!((done.subjects, done.changed), (6, 4), "{done:?}");
        assert!(done.searched < 6, "{done:?}");
        assert_eq!(screening.alerts(10).iter().map(|alert| alert.subject).filter(|subject| *subject == "s3").count(), 0);
    }
}
