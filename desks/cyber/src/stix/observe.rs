//! A pattern against observations.
//!
//! A pattern is satisfied by a choice of observations, each used once; one that was observed several times counts as several. The choice is sought
//! depth first, and the number of steps is limited: what is not found within it is said to be too much, not to be absent.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::compare::passes;
use super::{Comparison, MatchError, Observed, Path, Pattern, Step, Test};

const MOST_STEPS: usize = 2_000_000;
/// An observation counts at most so often.
const MOST_TIMES: u64 = 100;
/// References are followed at most so far.
const MOST_VALUES: usize = 100_000;

/// What was observed at one time.
#[derive(Debug, Clone)]
pub(crate) struct Observation {
    pub(crate) first: Timestamp,
    pub(crate) last: Timestamp,
    pub(crate) times: u64,
    /// Objects by their ids.
    pub(crate) objects: Map<String, Value>,
}

/// Whether the pattern is satisfied.
///
/// # Errors
/// When a literal cannot be compared with what was observed, or there are too many choices.
pub(crate) fn matches(pattern: &Pattern, observations: &[Observation]) -> Result<bool, MatchError> {
    let mut slots: Vec<usize> = Vec::new();
    for (place, observation) in observations.iter().enumerate() {
        slots.extend(std::iter::repeat_n(place, usize::try_from(observation.times.clamp(1, MOST_TIMES)).unwrap_or(1)));
    }
    let mut search =
        Search { observations, used: vec![false; slots.len()], slots, fits: BTreeMap::new(), steps: 0, failed: None };
    let found = search.satisfy(pattern, 0, &mut |_, _| true);
    search.failed.map_or(Ok(found), Err)
}

/// The observations chosen for an expression, by slot.
type Chosen = Vec<usize>;
type Then<'t> = dyn FnMut(&mut Search<'_>, &Chosen) -> bool + 't;

struct Search<'a> {
    observations: &'a [Observation],
    /// Which observation each slot is.
    slots: Vec<usize>,
    used: Vec<bool>,
    /// Which observations fit a bracket, by the bracket's address in the tree.
    fits: BTreeMap<usize, Vec<bool>>,
    steps: usize,
    failed: Option<MatchError>,
}

impl Search<'_> {
    fn fail(&mut self, error: MatchError) -> bool {
        self.failed.get_or_insert(error);
        // The search ends as if it had found something; the error is what counts.
        true
    }

    /// Tries choices for the expression, none of slots before `from` first, until `then` is content with one.
    fn satisfy(&mut self, pattern: &Pattern, from: usize, then: &mut Then<'_>) -> bool {
        match pattern {
            Pattern::One(observed) => self.one(observed, from, then),
            Pattern::And(one, other) => self.satisfy(one, from, &mut |search, first| {
                search.satisfy(other, 0, &mut |search, second| then(search, &[first.as_slice(), second].concat()))
            }),
            Pattern::Or(one, other) => self.satisfy(one, from, then) || self.satisfy(other, from, then),
            Pattern::FollowedBy(one, other) => self.satisfy(one, from, &mut |search, first| {
                search.satisfy(other, 0, &mut |search, second| {
                    let ended = search.of(first).map(|observation| observation.last).max();
                    let began = search.of(second).map(|observation| observation.first).min();
                    ended <= began && then(search, &[first.as_slice(), second].concat())
                })
            }),
            Pattern::Within(inner, seconds) => {
                if *seconds <= 0.0 {
                    return self.fail(MatchError::Incomparable("WITHIN needs more than 0 seconds".into()));
                }
                self.satisfy(inner, from, &mut |search, chosen| search.is_within(chosen, *seconds) && then(search, chosen))
            }
            Pattern::Repeats(inner, times) => self.repeats(inner, *times, from, &Vec::new(), then),
            Pattern::Between(inner, start, stop) => self.satisfy(inner, from, &mut |search, chosen| {
                let all_between = search.of(chosen).all(|observation| observation.last >= *start && observation.first < *stop);
                all_between && then(search, chosen)
            }),
        }
    }

    fn of<'s>(&'s self, chosen: &'s [usize]) -> impl Iterator<Item = &'s Observation> {
        chosen.iter().map(|slot| &self.observations[self.slots[*slot]])
    }

    /// An observation lasts from its first to its last moment; the closest moments of all of them count.
    fn is_within(&self, chosen: &[usize], seconds: f64) -> bool {
        let latest_begin = self.of(chosen).map(|observation| observation.first).max();
        let earliest_end = self.of(chosen).map(|observation| observation.last).min();
        latest_begin.zip(earliest_end).is_none_or(|(begin, end)| begin.duration_since(end).as_secs_f64() <= seconds)
    }

    fn one(&mut self, observed: &Observed, from: usize, then: &mut Then<'_>) -> bool {
        let address = std::ptr::from_ref(observed) as usize;
        if !self.fits.contains_key(&address) {
            let fits =
                self.observations.iter().map(|observation| fitting(observed, &observation.objects).map(|ids| !ids.is_empty()));
            match fits.collect::<Result<Vec<bool>, MatchError>>() {
                Ok(fits) => self.fits.insert(address, fits),
                Err(error) => return self.fail(error),
            };
        }
        let mut tried = None;
        for slot in from..self.slots.len() {
            let place = self.slots[slot];
            // Several slots of one observation are alike: the first free one stands for them all.
            let fits = self.fits.get(&address).is_some_and(|fits| fits[place]);
            if self.used[slot] || !fits || tried == Some(place) {
                continue;
            }
            tried = Some(place);
            self.steps += 1;
            if self.steps > MOST_STEPS {
                return self.fail(MatchError::TooMany(MOST_STEPS));
            }
            self.used[slot] = true;
            let content = then(self, &vec![slot]);
            self.used[slot] = false;
            if content {
                return true;
            }
        }
        false
    }

    /// The repetitions are tried in the order of their first observations: another order would be the same choice.
    fn repeats(&mut self, inner: &Pattern, times: u32, from: usize, chosen: &Chosen, then: &mut Then<'_>) -> bool {
        if times == 0 {
            return then(self, chosen);
        }
        self.satisfy(inner, from, &mut |search, more| {
            let next = more.iter().min().map_or(from, |first| first + 1);
            search.repeats(inner, times - 1, next, &[chosen.as_slice(), more].concat(), &mut *then)
        })
    }
}

/// Objects that an expression is true of: their type and id.
type Fitting<'a> = BTreeSet<(&'a str, &'a str)>;

fn fitting<'a>(observed: &Observed, objects: &'a Map<String, Value>) -> Result<Fitting<'a>, MatchError> {
    Ok(match observed {
        Observed::Is(comparison) => compared(comparison, objects)?,
        Observed::Or(one, other) => &fitting(one, objects)? | &fitting(other, objects)?,
        Observed::And(one, other) => {
            let (one, other) = (fitting(one, objects)?, fitting(other, objects)?);
            both(&one, &other)
        }
    })
}

/// Objects of a type that both sides are about must be the same; objects of types that only one side is about may be any.
fn both<'a>(one: &Fitting<'a>, other: &Fitting<'a>) -> Fitting<'a> {
    if one.is_empty() || other.is_empty() {
        return Fitting::new();
    }
    let types = |fitting: &Fitting<'a>| fitting.iter().map(|(object_type, _)| *object_type).collect::<BTreeSet<_>>();
    let shared: BTreeSet<&str> = &types(one) & &types(other);
    if shared.is_empty() {
        return one | other;
    }
    one & other
}

fn compared<'a>(comparison: &Comparison, objects: &'a Map<String, Value>) -> Result<Fitting<'a>, MatchError> {
    let path = &comparison.path;
    let mut fitting = Fitting::new();
    for (id, object) in objects {
        let Some(object_type) = object["type"].as_str().filter(|found| *found == path.object_type) else { continue };
        for (property, value) in values(path, object, objects) {
            if value.is_null() && !matches!(comparison.test, Test::Compare(..)) {
                continue;
            }
            if passes(&comparison.test, property, value)? != comparison.is_negated {
                fitting.insert((object_type, id.as_str()));
                break;
            }
        }
    }
    Ok(fitting)
}

/// The values a path leads to, each with the name of its property.
fn values<'a>(path: &Path, object: &'a Value, objects: &'a Map<String, Value>) -> Vec<(&'a str, &'a Value)> {
    let mut reached: Vec<(&str, &Value)> = vec![("", object)];
    for step in &path.steps {
        let mut next = Vec::new();
        for (property, value) in reached {
            let value = dereferenced(property, value, objects);
            match step {
                Step::Property(name) => next.extend(value.as_object().and_then(|object| object.get_key_value(name)).map(named)),
                Step::Index(index) => next.extend(value.get(*index).map(|element| (property, element))),
                Step::Any => match value {
                    Value::Array(elements) => next.extend(elements.iter().map(|element| (property, element))),
                    Value::Object(members) => next.extend(members.iter().map(named)),
                    _ => {}
                },
            }
            if next.len() > MOST_VALUES {
                return next;
            }
        }
        reached = next;
    }
    reached
}

fn named<'a>((name, value): (&'a String, &'a Value)) -> (&'a str, &'a Value) {
    (name.as_str(), value)
}

/// The object that a value of a property named `…_ref` or `…_refs` names; the value itself otherwise.
fn dereferenced<'a>(property: &str, value: &'a Value, objects: &'a Map<String, Value>) -> &'a Value {
    let is_reference = property.ends_with("_ref") || property.ends_with("_refs");
    value.as_str().filter(|_| is_reference).and_then(|id| objects.get(id)).unwrap_or(value)
}
