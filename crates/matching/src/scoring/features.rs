//! What the comparison of two names is described by: a few named numbers from 0 to 1.

use super::align::{Alignment, Means, View, align};
use crate::names::tables::FormClass;
use crate::names::{EntityKind, Role};

macro_rules! features {
    ($($(#[$doc:meta])* $variant:ident = $name:literal;)+) => {
        /// A feature of the comparison of two names. Each is a number from 0 to 1.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum NameFeature {
            $($(#[$doc])* #[serde(rename = $name)] $variant,)+
        }

        impl NameFeature {
            /// Every feature, in the order of their weights.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];
            /// How many there are.
            pub const COUNT: usize = Self::ALL.len();

            /// The name by which weights and reasons call it.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }
    };
}

features! {
    /// The share of both names, weighted by how rare each word is, that has a counterpart as alike as it is.
    Agreement = "agreement";
    /// The share of the name with less in it that has no counterpart.
    ShorterMissing = "shorter_missing";
    /// The share of the name with more in it that has no counterpart.
    LongerExtra = "longer_extra";
    /// The share of what has a counterpart that is spelt differently, by how differently.
    Misspelt = "misspelt";
    /// How unlike the least alike pair of words is.
    Weakest = "weakest";
    /// The share matched by sound rather than by letters.
    Sound = "sound";
    /// The share matched as known variants or short forms.
    Variant = "variant";
    /// The share matched only by initials.
    Initials = "initials";
    /// Words stand in another order: a half where the whole name is turned round, one where it is mixed.
    Order = "order";
    /// The first words have no counterpart, on both sides.
    FirstDiffers = "first_differs";
    /// The last words have no counterpart, on both sides.
    LastDiffers = "last_differs";
    /// One name is a single word, the other is not.
    OneWord = "one_word";
    /// Both are single words.
    BothOneWord = "both_one_word";
    /// How much agrees in all, by rarity: four rare words and more give one.
    Amount = "amount";
    /// Numbers in the names differ.
    Numbers = "numbers_differ";
    /// Legal forms differ in kind.
    FormDiffers = "form_differs";
    /// Legal forms are of one kind.
    FormAgrees = "form_agrees";
    /// Words written together or apart, or as initials.
    Joined = "joined";
    /// Nothing differs but case, marks, particles and titles.
    Identical = "identical";
    /// The share of what agrees that thousands of names have.
    Common = "common";
}

/// The features of one comparison.
pub(crate) type Values = [f32; NameFeature::COUNT];

/// Compares two names that are put in the same order whichever comes first, so that the result is the same.
pub(crate) fn compare(
    kind: EntityKind,
    a: (&[View<'_>], Option<FormClass>),
    b: (&[View<'_>], Option<FormClass>),
) -> (Values, Alignment, bool) {
    let key = |views: &[View<'_>]| views.len();
    let swapped = match key(a.0).cmp(&key(b.0)) {
        std::cmp::Ordering::Equal => a.0.iter().map(|view| view.text).gt(b.0.iter().map(|view| view.text)),
        order => order.is_gt(),
    };
    let (a, b) = if swapped { (b, a) } else { (a, b) };
    let alignment = align(a.0, b.0);
    (describe(kind, a, b, &alignment), alignment, swapped)
}

fn describe(
    kind: EntityKind,
    a: (&[View<'_>], Option<FormClass>),
    b: (&[View<'_>], Option<FormClass>),
    alignment: &Alignment,
) -> Values {
    let mut values = [0.0; NameFeature::COUNT];
    let mut set = |feature: NameFeature, value: f32| values[feature as usize] = value.clamp(0.0, 1.0);
    let (views_a, views_b) = (a.0, b.0);
    let sums = Sums::of(views_a, views_b, alignment);
    let (total_a, total_b) = (sums.total.0.max(1e-3), sums.total.1.max(1e-3));
    // The shorter name is the one with less weight; of two alike, the one with more left over.
    let (left_a, left_b) = (1.0 - sums.covered.0 / total_a, 1.0 - sums.covered.1 / total_b);
    let (shorter, longer) = match (total_a - total_b).abs() < 1e-4 {
        true => (left_a.max(left_b), left_a.min(left_b)),
        false if total_a < total_b => (left_a, left_b),
        false => (left_b, left_a),
    };
    set(NameFeature::Agreement, (sums.alike.0 + sums.alike.1) / (total_a + total_b));
    set(NameFeature::ShorterMissing, shorter);
    set(NameFeature::LongerExtra, longer);
    let covered = (sums.covered.0 + sums.covered.1).max(1e-3);
    set(NameFeature::Misspelt, 2.0 * sums.misspelt / covered);
    set(NameFeature::Weakest, 2.0 * (1.0 - sums.weakest));
    set(NameFeature::Sound, sums.sound / covered);
    set(NameFeature::Variant, sums.variant / covered);
    set(NameFeature::Initials, sums.initials / covered);
    set(NameFeature::Order, order(views_a, views_b, alignment));
    let unmatched = |views: &[View<'_>], matched: u32, first: bool| {
        let mut own = (0..views.len()).filter(|at| !views[*at].role.is_minor());
        let at = if first { own.next() } else { own.next_back() };
        at.is_some_and(|at| matched & (1 << at) == 0)
    };
    let (matched_a, matched_b) = alignment.matched;
    let differs = |first| f32::from(unmatched(views_a, matched_a, first) && unmatched(views_b, matched_b, first));
    set(NameFeature::FirstDiffers, differs(true));
    set(NameFeature::LastDiffers, differs(false));
    let proper = |views: &[View<'_>]| views.iter().filter(|view| !view.role.is_minor() && view.role != Role::Initial).count();
    let (proper_a, proper_b) = (proper(views_a), proper(views_b));
    set(NameFeature::OneWord, f32::from((proper_a == 1) != (proper_b == 1)));
    set(NameFeature::BothOneWord, f32::from(proper_a == 1 && proper_b == 1));
    set(NameFeature::Amount, (sums.alike.0 + sums.alike.1) / 8.0);
    if kind != EntityKind::Person {
        set(NameFeature::Numbers, f32::from(numbers_differ(views_a, views_b, alignment)));
    }
    if let (Some(a), Some(b)) = (a.1, b.1) {
        set(NameFeature::FormDiffers, f32::from(a.conflicts(b)));
        set(NameFeature::FormAgrees, f32::from(a == b));
    }
    set(NameFeature::Joined, sums.joined / covered);
    let complete = shorter < 0.05 && longer < 0.05;
    let identical = complete
        && alignment.pairs.iter().all(|pair| views_a[usize::from(pair.first)].role.is_minor() || pair.means == Means::Same);
    set(NameFeature::Identical, f32::from(identical));
    set(NameFeature::Common, sums.common / covered);
    values
}

/// Sums over the words of both names.
#[derive(Default)]
struct Sums {
    total: (f32, f32),
    covered: (f32, f32),
    alike: (f32, f32),
    misspelt: f32,
    sound: f32,
    variant: f32,
    initials: f32,
    joined: f32,
    common: f32,
    weakest: f32,
}

impl Sums {
    fn of(a: &[View<'_>], b: &[View<'_>], alignment: &Alignment) -> Self {
        let mut sums = Self { weakest: 1.0, ..Self::default() };
        sums.total = (a.iter().map(View::weight).sum(), b.iter().map(View::weight).sum());
        let (mut seen_a, mut seen_b) = (0u32, 0u32);
        for pair in &alignment.pairs {
            let (x, y) = (&a[usize::from(pair.first)], &b[usize::from(pair.second)]);
            // A word of a joined run has several partners and counts once.
            let weight_a = if seen_a & (1 << pair.first) == 0 { x.weight() } else { 0.0 };
            let weight_b = if seen_b & (1 << pair.second) == 0 { y.weight() } else { 0.0 };
            seen_a |= 1 << pair.first;
            seen_b |= 1 << pair.second;
            sums.covered = (sums.covered.0 + weight_a, sums.covered.1 + weight_b);
            sums.alike = (sums.alike.0 + weight_a * pair.similarity, sums.alike.1 + weight_b * pair.similarity);
            let weight = weight_a + weight_b;
            match pair.means {
                Means::Same => {}
                Means::Variant | Means::ShortForm => sums.variant += weight,
                Means::Initial => sums.initials += weight,
                Means::Joined | Means::Acronym => sums.joined += weight,
                Means::Sound => sums.sound += weight,
                Means::Spelling => {}
            }
            if matches!(pair.means, Means::Sound | Means::Spelling) {
                sums.misspelt += weight * (1.0 - pair.similarity);
                if !x.role.is_minor() {
                    sums.weakest = sums.weakest.min(pair.similarity);
                }
            }
            if x.role == Role::Generic || x.rarity < 0.5 {
                sums.common += weight;
            }
        }
        sums
    }
}

fn order(a: &[View<'_>], b: &[View<'_>], alignment: &Alignment) -> f32 {
    let mut seconds = [0u8; 32];
    let mut count = 0;
    let proper = |view: &View<'_>| !view.role.is_minor();
    for pair in alignment.pairs.iter().filter(|pair| !matches!(pair.means, Means::Joined | Means::Acronym)) {
        if proper(&a[usize::from(pair.first)]) && proper(&b[usize::from(pair.second)]) && count < seconds.len() {
            seconds[count] = pair.second;
            count += 1;
        }
    }
    let descents = (1..count).filter(|at| seconds[*at] < seconds[at - 1]).count();
    match descents {
        0 => 0.0,
        // One step down, and the end stands before the start: turned round.
        1 if seconds[count - 1] < seconds[0] => 0.5,
        _ => 1.0,
    }
}

fn numbers_differ(a: &[View<'_>], b: &[View<'_>], alignment: &Alignment) -> bool {
    let unmatched =
        |views: &[View<'_>], matched: u32| (0..views.len()).any(|at| views[at].role == Role::Number && matched & (1 << at) == 0);
    let any = |views: &[View<'_>]| views.iter().any(|view| view.role == Role::Number);
    (unmatched(a, alignment.matched.0) && any(b)) || (unmatched(b, alignment.matched.1) && any(a))
}
