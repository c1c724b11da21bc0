//! Which entities of different sources are one. Ids are never rewritten: what is the same is computed each time, from shared identifiers
//! and from the log of judgements, so every merge can be undone.

use std::collections::{BTreeMap, BTreeSet};

use oikos_model::{DatasetId, EntityId, Judgement, NodeId, Selector, SelectorKind, Statement, Verdict};

/// An entity as one source names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct EntityKey {
    pub(crate) origin: NodeId,
    pub(crate) dataset: DatasetId,
    pub(crate) entity: EntityId,
}

impl EntityKey {
    /// An entity of the source that made the statement.
    pub(crate) fn beside(statement: &Statement, entity: EntityId) -> Self {
        Self { origin: statement.origin.clone(), dataset: statement.dataset.clone(), entity }
    }
}

/// Entities, numbered in the order of their keys, in groups that are one thing. A group goes by its lowest number.
#[derive(Debug, Default)]
pub(crate) struct Identities {
    keys: Vec<EntityKey>,
    leader: Vec<usize>,
    /// By leader: the statements whose shared identifiers made the group, by position in the caller's list.
    joined_by: BTreeMap<usize, BTreeSet<usize>>,
    /// Every identifier, with the entity it is given to and the statement that does, in order.
    carriers: BTreeMap<Selector, Vec<(usize, usize)>>,
    groups: BTreeMap<usize, Vec<usize>>,
    populations: BTreeMap<SelectorKind, usize>,
}

impl Identities {
    /// Groups `entities`: first by judgements, then by the identifiers that `identifying` statements (selector, entity, position of the
    /// statement) give them.
    ///
    /// A judgement names ids without their origin, so it speaks of every origin's entity of that id. An identifier that two
    /// entities carry which were judged not to be the same is wrong on one of them, so it joins nothing. A join that would bring
    /// such two together in a roundabout way is left out; joins are tried in the order of the identifiers.
    pub(crate) fn compute(
        entities: BTreeSet<EntityKey>,
        identifying: impl IntoIterator<Item = (Selector, EntityKey, usize)>,
        judgements: &[Judgement],
    ) -> Self {
        let mut all = entities;
        let identifying: Vec<_> = identifying.into_iter().collect();
        all.extend(identifying.iter().map(|(_, key, _)| key.clone()));
        let keys: Vec<EntityKey> = all.into_iter().collect();
        let mut identities = Self { leader: (0..keys.len()).collect(), keys, ..Self::default() };
        for (selector, key, statement) in identifying {
            if let Some(number) = identities.number(&key) {
                identities.carriers.entry(selector).or_default().push((number, statement));
            }
        }
        for (selector, carriers) in &mut identities.carriers {
            carriers.sort_unstable();
            *identities.populations.entry(selector.kind).or_default() += 1;
        }
        identities.join(judgements);
        for number in 0..identities.keys.len() {
            identities.groups.entry(identities.leader(number)).or_default().push(number);
        }
        identities
    }

    /// The number of an entity.
    pub(crate) fn number(&self, key: &EntityKey) -> Option<usize> {
        self.keys.binary_search(key).ok()
    }

    /// The entity's own key.
    pub(crate) fn key(&self, number: usize) -> &EntityKey {
        &self.keys[number]
    }

    /// The number that the entity's group goes by.
    pub(crate) fn leader(&self, number: usize) -> usize {
        self.leader[number]
    }

    /// All entities of a group.
    pub(crate) fn group(&self, leader: usize) -> &[usize] {
        self.groups.get(&leader).map_or(&[], Vec::as_slice)
    }

    /// The statements that made the group one.
    pub(crate) fn joined_by(&self, leader: usize) -> impl Iterator<Item = usize> {
        self.joined_by.get(&leader).into_iter().flatten().copied()
    }

    /// The entity that carries an identifier, by its group, and a statement that says so. An identifier of two groups names neither.
    pub(crate) fn carrier(&self, selector: &Selector) -> Option<(usize, usize)> {
        let carriers = self.carriers.get(selector)?;
        let (number, statement) = *carriers.first()?;
        let leader = self.leader(number);
        carriers.iter().all(|(other, _)| self.leader(*other) == leader).then_some((leader, statement))
    }

    /// Every identifier that names one thing, with the thing and a statement that gives it. An identifier of two groups names neither.
    pub(crate) fn identifiers(&self) -> impl Iterator<Item = (&Selector, usize, usize)> {
        self.carriers.keys().filter_map(|selector| self.carrier(selector).map(|(thing, statement)| (selector, thing, statement)))
    }

    /// How many identifiers of a kind there are.
    pub(crate) fn population(&self, kind: SelectorKind) -> usize {
        self.populations.get(&kind).copied().unwrap_or(0)
    }

    fn join(&mut self, judgements: &[Judgement]) {
        let verdicts = latest(judgements);
        let apart = Apart::new(&verdicts);
        let mut members: Vec<BTreeSet<EntityId>> = self.keys.iter().map(|key| apart.concerns(&key.entity)).collect();
        for ((left, right), _) in verdicts.iter().filter(|(_, verdict)| **verdict == Verdict::Same) {
            let named = self.keys.iter().enumerate().filter(|(_, key)| key.entity == **left || key.entity == **right);
            let numbers: Vec<usize> = named.map(|(number, _)| number).collect();
            for pair in numbers.windows(2) {
                self.unite(pair[0], pair[1], &mut members, &apart);
            }
        }
        let carriers = std::mem::take(&mut self.carriers);
        for carriers in carriers.values() {
            let ids: BTreeSet<&EntityId> = carriers.iter().map(|(number, _)| &self.keys[*number].entity).collect();
            if apart.separates(&ids, &ids) {
                continue;
            }
            for pair in carriers.windows(2) {
                if self.unite(pair[0].0, pair[1].0, &mut members, &apart) {
                    let leader = self.find(pair[0].0);
                    self.joined_by.entry(leader).or_default().extend([pair[0].1, pair[1].1]);
                }
            }
        }
        self.carriers = carriers;
        for number in 0..self.keys.len() {
            self.leader[number] = self.find(number);
        }
    }

    /// The group's leader while groups are still being joined; shortens the way for the next time.
    fn find(&mut self, number: usize) -> usize {
        let mut number = number;
        while self.leader[number] != number {
            self.leader[number] = self.leader[self.leader[number]];
            number = self.leader[number];
        }
        number
    }

    fn unite(&mut self, one: usize, other: usize, members: &mut [BTreeSet<EntityId>], apart: &Apart) -> bool {
        let (one, other) = (self.find(one), self.find(other));
        if one == other || apart.separates(&members[one].iter().collect(), &members[other].iter().collect()) {
            return false;
        }
        let (leader, follower) = (one.min(other), one.max(other));
        self.leader[follower] = leader;
        let moved = std::mem::take(&mut members[follower]);
        members[leader].extend(moved);
        let statements = self.joined_by.remove(&follower).unwrap_or_default();
        self.joined_by.entry(leader).or_default().extend(statements);
        true
    }
}

/// The latest word on each pair.
fn latest(judgements: &[Judgement]) -> BTreeMap<(&EntityId, &EntityId), Verdict> {
    judgements.iter().map(|judgement| ((&judgement.left, &judgement.right), judgement.verdict)).collect()
}

/// Pairs of ids that were judged not to be the same.
struct Apart(BTreeMap<EntityId, BTreeSet<EntityId>>);

impl Apart {
    fn new(verdicts: &BTreeMap<(&EntityId, &EntityId), Verdict>) -> Self {
        let mut apart: BTreeMap<EntityId, BTreeSet<EntityId>> = BTreeMap::new();
        for (left, right) in verdicts.iter().filter(|(_, verdict)| **verdict == Verdict::NotSame).map(|(pair, _)| *pair) {
            apart.entry(left.clone()).or_default().insert(right.clone());
            apart.entry(right.clone()).or_default().insert(left.clone());
        }
        Self(apart)
    }

    /// The id itself, if some judgement sets it apart from another.
    fn concerns(&self, id: &EntityId) -> BTreeSet<EntityId> {
        self.0.contains_key(id).then(|| id.clone()).into_iter().collect()
    }

    fn separates(&self, ones: &BTreeSet<&EntityId>, others: &BTreeSet<&EntityId>) -> bool {
        ones.iter().any(|one| self.0.get(*one).is_some_and(|apart| others.iter().any(|other| apart.contains(*other))))
    }
}

#[cfg(test)]
mod tests {
    use oikos_model::{Actor, Timestamp, UserName};

    use super::*;

    fn key(origin: &str, entity: &str) -> EntityKey {
        EntityKey {
            origin: NodeId::new(origin).unwrap(),
            dataset: DatasetId::new("ownership.register").unwrap(),
            entity: EntityId::new(entity).unwrap(),
        }
    }

    fn lei(value: &str) -> Selector {
        Selector { kind: SelectorKind::Lei, value: value.into() }
    }

    fn judgement(one: &str, other: &str, verdict: Verdict) -> Judgement {
        let actor = Actor::Person(UserName::new("anna").unwrap());
        let id = |text| EntityId::new(text).unwrap();
        Judgement::new(id(one), id(other), verdict, actor, "checked", Timestamp::UNIX_EPOCH)
    }

    fn are_one(identities: &Identities, one: &EntityKey, other: &EntityKey) -> bool {
        identities.leader(identities.number(one).unwrap()) == identities.leader(identities.number(other).unwrap())
    }

    fn tarn_three_times(judgements: &[Judgement]) -> Identities {
        let stated = [(lei("T"), key("at.fdi", "a"), 0), (lei("T"), key("fi.sea", "b"), 1), (lei("C"), key("at.fdi", "c"), 2)];
        Identities::compute(BTreeSet::from([key("at.fdi", "d")]), stated, judgements)
    }

    #[test]
    fn a_shared_identifier_joins_and_is_cited() {
        let identities = tarn_three_times(&[]);
        assert!(are_one(&identities, &key("at.fdi", "a"), &key("fi.sea", "b")));
        assert!(!are_one(&identities, &key("at.fdi", "a"), &key("at.fdi", "c")));
        let (leader, statement) = identities.carrier(&lei("T")).unwrap();
        assert_eq!((identities.group(leader).len(), statement), (2, 0));
        assert_eq!(identities.joined_by(leader).collect::<Vec<_>>(), [0, 1]);
    }

    #[test]
    fn judgements_join_part_and_can_be_withdrawn() {
        let same = judgement("a", "d", Verdict::Same);
        let joined = tarn_three_times(std::slice::from_ref(&same));
        assert!(are_one(&joined, &key("fi.sea", "b"), &key("at.fdi", "d")));
        let undone = tarn_three_times(&[same.clone(), judgement("a", "d", Verdict::Withdrawn)]);
        assert!(!are_one(&undone, &key("at.fdi", "a"), &key("at.fdi", "d")));
        let parted = tarn_three_times(&[judgement("b", "a", Verdict::NotSame)]);
        assert!(!are_one(&parted, &key("at.fdi", "a"), &key("fi.sea", "b")));
        assert_eq!(parted.carrier(&lei("T")), None, "an identifier of two groups names neither");
        let roundabout = tarn_three_times(&[same, judgement("b", "d", Verdict::NotSame)]);
        assert!(!are_one(&roundabout, &key("fi.sea", "b"), &key("at.fdi", "d")));
    }
}
