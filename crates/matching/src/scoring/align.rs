//! Which word of one name stands for which word of the other.

use crate::names::script::Script;
use crate::names::similar::{differ, similarity};
use crate::names::words::{MAXIMUM_LETTERS, MAXIMUM_WORDS};
use crate::names::{Role, Token, Traits};

/// A word as the comparison sees it, from a prepared name or from the index.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) text: &'a [u8],
    pub(crate) role: Role,
    pub(crate) traits: Traits,
    /// How rare the word is, 0 to 1.
    pub(crate) rarity: f32,
}

impl<'a> View<'a> {
    pub(crate) fn of(token: &'a Token, rarity: f32) -> Self {
        Self { text: token.text.as_bytes(), role: token.role, traits: token.traits, rarity }
    }

    /// How much the word counts in its name.
    pub(crate) fn weight(&self) -> f32 {
        self.role.weight() * self.rarity
    }
}

/// How one word stands for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Means {
    /// The same letters.
    Same,
    /// Two ways of writing one name.
    Variant,
    /// A short form or a translation.
    ShortForm,
    /// Different letters that sound alike.
    Sound,
    /// A few different letters.
    Spelling,
    /// An initial.
    Initial,
    /// Several words written together.
    Joined,
    /// The initials of several words.
    Acronym,
}

/// Two words, by their places, that stand for one another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Pair {
    pub(crate) first: u8,
    pub(crate) second: u8,
    pub(crate) similarity: f32,
    pub(crate) means: Means,
}

/// The best way to read one name as the other.
#[derive(Debug, Clone, Default)]
pub(crate) struct Alignment {
    /// Pairs in the order of the first name.
    pub(crate) pairs: Vec<Pair>,
    /// Which words of each name have a partner, as bits.
    pub(crate) matched: (u32, u32),
}

/// How alike two words are, and how.
pub(crate) fn compare_words(a: &View<'_>, b: &View<'_>) -> Option<(f32, Means)> {
    if a.text == b.text {
        return Some((1.0, Means::Same));
    }
    if a.role == Role::Number || b.role == Role::Number {
        return None;
    }
    let (groups, others) = (&a.traits.groups, &b.traits.groups);
    if groups[0] != 0 && groups[0] == others[0] {
        return Some((0.95, Means::Variant));
    }
    let short_form = |group: &u16| *group != 0 && others[1..].contains(group);
    if groups[1..].iter().any(short_form) {
        return Some((0.85, Means::ShortForm));
    }
    let (short, long) = if a.text.len() <= b.text.len() { (a, b) } else { (b, a) };
    if short.text.len() == 1 {
        let fits = short.role == Role::Initial && long.role == Role::Core && long.text.first() == short.text.first();
        return fits.then_some((0.8, Means::Initial));
    }
    let (longest, vowels) = (long.text.len(), a.traits.script.vowel_weight().min(b.traits.script.vowel_weight()));
    // Where vowels are written, a third more letters are another word.
    let far = vowels >= 0.6 && longest - short.text.len() > 2.max(longest / 3);
    if far || differ(a.traits.letters, b.traits.letters, longest) {
        return None;
    }
    let mut similar = similarity(a.text, b.text, (a.traits.script, b.traits.script));
    if similar == 0.0 {
        return None;
    }
    let same_sound = a.traits.sound == b.traits.sound && a.traits.sound != 0;
    if same_sound {
        similar += (1.0 - similar) * 0.3;
    }
    Some((similar.min(0.97), if same_sound { Means::Sound } else { Means::Spelling }))
}

/// Aligns two names: the assignment of words with the greatest weight, then words written together, then initials written together.
pub(crate) fn align(a: &[View<'_>], b: &[View<'_>]) -> Alignment {
    let (a, b) = (&a[..a.len().min(MAXIMUM_WORDS)], &b[..b.len().min(MAXIMUM_WORDS)]);
    let mut alignment = Alignment::default();
    let mut links: Vec<(Pair, f32)> = Vec::with_capacity(a.len() + b.len());
    for (first, x) in (0u8..).zip(a) {
        for (second, y) in (0u8..).zip(b) {
            // A particle or title only stands for another one, unless it is the very same word.
            if x.role.is_minor() != y.role.is_minor() && x.text != y.text {
                continue;
            }
            if let Some((similarity, means)) = compare_words(x, y) {
                // A tie goes to the words at the same place.
                let apart = (f32::from(first) / a.len() as f32 - f32::from(second) / b.len() as f32).abs();
                let profit = x.weight().min(y.weight()).max(0.01) * similarity * similarity - 1e-3 * apart;
                links.push((Pair { first, second, similarity, means }, profit.max(1e-4)));
            }
        }
    }
    assign(&links, a.len(), b.len(), &mut alignment);
    join(a, b, &mut alignment);
    alignment.pairs.sort_unstable_by_key(|pair| (pair.first, pair.second));
    alignment
}

impl Alignment {
    fn push(&mut self, pair: Pair) {
        self.matched.0 |= 1 << pair.first;
        self.matched.1 |= 1 << pair.second;
        self.pairs.push(pair);
    }
}

/// Takes the links that give the greatest profit with each word used once.
fn assign(links: &[(Pair, f32)], rows: usize, columns: usize, alignment: &mut Alignment) {
    let (mut seen_rows, mut seen_columns, mut contested) = (0u32, 0u32, false);
    for (pair, _) in links {
        contested |= seen_rows & (1 << pair.first) != 0 || seen_columns & (1 << pair.second) != 0;
        seen_rows |= 1 << pair.first;
        seen_columns |= 1 << pair.second;
    }
    if !contested {
        links.iter().for_each(|(pair, _)| alignment.push(*pair));
        return;
    }
    let size = rows.max(columns);
    let mut profit = [[0.0f32; MAXIMUM_WORDS]; MAXIMUM_WORDS];
    for (pair, gain) in links {
        profit[usize::from(pair.first)][usize::from(pair.second)] = *gain;
    }
    let partners = hungarian(&profit, size);
    for (pair, _) in links {
        if partners[usize::from(pair.first)] == usize::from(pair.second) {
            alignment.push(*pair);
        }
    }
}

/// Kuhn's and Munkres' assignment with potentials, in O(n³): the column of each row, for the greatest sum.
fn hungarian(profit: &[[f32; MAXIMUM_WORDS]; MAXIMUM_WORDS], size: usize) -> [usize; MAXIMUM_WORDS] {
    const N: usize = MAXIMUM_WORDS + 1;
    let (mut row_potential, mut column_potential) = ([0.0f32; N], [0.0f32; N]);
    let mut row_of = [0usize; N];
    for row in 1..=size {
        let (mut least, mut used, mut before) = ([f32::INFINITY; N], [false; N], [0usize; N]);
        row_of[0] = row;
        let mut column = 0;
        loop {
            used[column] = true;
            let (current, mut delta, mut next) = (row_of[column], f32::INFINITY, 0);
            for other in 1..=size {
                if used[other] {
                    continue;
                }
                let cost = -profit[current - 1][other - 1] - row_potential[current] - column_potential[other];
                if cost < least[other] {
                    (least[other], before[other]) = (cost, column);
                }
                if least[other] < delta {
                    (delta, next) = (least[other], other);
                }
            }
            for other in 0..=size {
                if used[other] {
                    row_potential[row_of[other]] += delta;
                    column_potential[other] -= delta;
                } else {
                    least[other] -= delta;
                }
            }
            column = next;
            if row_of[column] == 0 {
                break;
            }
        }
        while column != 0 {
            let previous = before[column];
            row_of[column] = row_of[previous];
            column = previous;
        }
    }
    let mut column_of = [usize::MAX; MAXIMUM_WORDS];
    for column in 1..=size {
        if row_of[column] != 0 {
            column_of[row_of[column] - 1] = column - 1;
        }
    }
    column_of
}

/// How alike words must be, or known for one another, not to be tried as parts of a longer word.
const FIRM: f32 = 0.8;

/// Words left over on both sides may be one word written apart, or the initials of several. What is only half alike is left over too.
fn join(a: &[View<'_>], b: &[View<'_>], alignment: &mut Alignment) {
    if a.len() + b.len() < 3
        || (alignment.matched.0.count_ones() as usize == a.len() && alignment.matched.1.count_ones() as usize == b.len())
    {
        return;
    }
    let firm = |pair: &&Pair| pair.similarity >= FIRM;
    let held = alignment
        .pairs
        .iter()
        .filter(firm)
        .fold((0u32, 0u32), |held, pair| (held.0 | 1 << pair.first, held.1 | 1 << pair.second));
    for with_minor in [false, true] {
        let left = |views: &[View<'_>], held: u32| -> u32 {
            let free = |at: &usize| held & (1 << at) == 0 && (with_minor || !views[*at].role.is_minor());
            (0..views.len()).filter(free).fold(0, |left, at| left | (1 << at))
        };
        let left = (left(a, held.0), left(b, held.1));
        if left.0 == 0 || left.1 == 0 || left.0.count_ones() + left.1.count_ones() < 3 {
            continue;
        }
        let short = if left.0.count_ones() == 1 || left.1.count_ones() == 1 { acronym(a, b, left) } else { None };
        let Some((similarity, means)) = short.or_else(|| joined(a, b, left)) else { continue };
        // What was half alike is part of the longer word now.
        alignment.pairs.retain(|pair| left.0 & (1 << pair.first) == 0 && left.1 & (1 << pair.second) == 0);
        let (places_a, places_b): (Vec<u8>, Vec<u8>) = (places(left.0), places(left.1));
        for step in 0..places_a.len().max(places_b.len()) {
            let first = places_a[step.min(places_a.len() - 1)];
            let second = places_b[step.min(places_b.len() - 1)];
            alignment.push(Pair { first, second, similarity, means });
        }
        return;
    }
}

fn places(bits: u32) -> Vec<u8> {
    (0..32).filter(|place| bits & (1 << place) != 0).collect()
}

fn joined(a: &[View<'_>], b: &[View<'_>], left: (u32, u32)) -> Option<(f32, Means)> {
    let (mut text_a, mut text_b) = ([0u8; 2 * MAXIMUM_LETTERS], [0u8; 2 * MAXIMUM_LETTERS]);
    let (length_a, script_a) = concatenate(a, left.0, &mut text_a)?;
    let (length_b, script_b) = concatenate(b, left.1, &mut text_b)?;
    if length_a.min(length_b) < 4 || length_a.abs_diff(length_b) > 3 {
        return None;
    }
    let similar = similarity(&text_a[..length_a], &text_b[..length_b], (script_a, script_b));
    (similar >= 0.75).then_some((similar.min(0.95), Means::Joined))
}

/// The words in a row, with the script of them all; `None` if they do not fit.
fn concatenate(views: &[View<'_>], chosen: u32, text: &mut [u8]) -> Option<(usize, Script)> {
    let mut length = 0;
    let mut script = Script::Latin;
    for (at, view) in views.iter().enumerate().filter(|(at, _)| chosen & (1 << at) != 0) {
        text.get_mut(length..length + view.text.len())?.copy_from_slice(view.text);
        length += view.text.len();
        script = if at == 0 || view.traits.script != Script::Latin { view.traits.script } else { script };
    }
    Some((length, script))
}

/// One short word on one side, as many words on the other.
fn acronym(a: &[View<'_>], b: &[View<'_>], left: (u32, u32)) -> Option<(f32, Means)> {
    let (short, long, long_left) = if left.0.count_ones() == 1 {
        (a[left.0.trailing_zeros() as usize], b, left.1)
    } else {
        (b[left.1.trailing_zeros() as usize], a, left.0)
    };
    let initials = || (0..long.len()).filter(|at| long_left & (1 << at) != 0).filter_map(|at| long[at].text.first());
    let fits = (2..=6).contains(&short.text.len()) && initials().count() == short.text.len() && initials().eq(short.text.iter());
    fits.then_some((0.8, Means::Acronym))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::{EntityKind, Name};

    fn aligned(kind: EntityKind, a: &str, b: &str) -> Vec<(u8, u8, Means)> {
        let (a, b) = (Name::new(kind, a), Name::new(kind, b));
        fn views(name: &Name) -> Vec<View<'_>> {
            name.tokens.iter().map(|token| View::of(token, 1.0)).collect()
        }
        align(&views(&a), &views(&b)).pairs.iter().map(|pair| (pair.first, pair.second, pair.means)).collect()
    }

    #[test]
    fn order_and_variants() {
        let pairs = aligned(EntityKind::Person, "Mohammed bin Salman", "SALMAN, Muhammad ibn");
        assert!(pairs.contains(&(0, 0, Means::Variant)) && pairs.iter().any(|pair| pair.2 == Means::Same), "{pairs:?}");
    }

    #[test]
    fn the_best_assignment_is_not_the_first() {
        // Each word alone would rather have "anna"; together they give it to the one that fits nothing else.
        let pairs = aligned(EntityKind::Person, "Anna Hanna", "Anna Hannah");
        assert_eq!(pairs.iter().map(|pair| (pair.0, pair.1)).collect::<Vec<_>>(), [(0, 0), (1, 1)]);
    }

    #[test]
    fn joined_split_and_initials() {
        assert_eq!(
            aligned(EntityKind::Person, "Nikolai Plat Ono Vich Patrushev", "Nikolai Platonovich Patrushev")[1].2,
            Means::Joined
        );
        assert_eq!(aligned(EntityKind::Organisation, "vanderbilt", "van der bilt")[0].2, Means::Joined);
        assert_eq!(aligned(EntityKind::Person, "J.-C. Juncker", "Jean-Claude Juncker")[1].2, Means::Initial);
        assert_eq!(aligned(EntityKind::Person, "JC Juncker", "Jean-Claude Juncker")[0].2, Means::Acronym);
    }
}
