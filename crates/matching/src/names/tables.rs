//! The word lists in `data/`, read once.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::words::{fold, words};

/// What kind of legal form a name states, comparable across laws. Approximate: see `data/legal_forms.tsv`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum FormClass {
    /// Only says that it is a company.
    Company,
    /// Limited liability, and the law does not tell whether shares may be offered to the public.
    Corporation,
    /// Limited liability, shares not offered to the public: GmbH, Ltd, LLC, Srl, OOO.
    Private,
    /// Limited liability, shares may be offered to the public: AG, SA, plc, JSC.
    Public,
    /// Some or all partners are liable.
    Partnership,
    /// A cooperative.
    Cooperative,
    /// A foundation or trust fund.
    Foundation,
    /// An association.
    Association,
    /// A person who trades.
    Sole,
    /// A state enterprise.
    State,
}

impl FormClass {
    /// Every class, in the order of their numbers.
    pub const ALL: [Self; 10] = [
        Self::Company,
        Self::Corporation,
        Self::Private,
        Self::Public,
        Self::Partnership,
        Self::Cooperative,
        Self::Foundation,
        Self::Association,
        Self::Sole,
        Self::State,
    ];

    /// The name in `data/legal_forms.tsv`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Company => "company",
            Self::Corporation => "corporation",
            Self::Private => "private",
            Self::Public => "public",
            Self::Partnership => "partnership",
            Self::Cooperative => "cooperative",
            Self::Foundation => "foundation",
            Self::Association => "association",
            Self::Sole => "sole",
            Self::State => "state",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.name() == name)
    }

    pub(crate) fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }

    /// Whether one company can hardly have both.
    pub const fn conflicts(self, other: Self) -> bool {
        let vague = matches!(self, Self::Company | Self::Corporation) || matches!(other, Self::Company | Self::Corporation);
        !vague && self as u8 != other as u8
    }
}

/// What a word is in the names of one kind of bearer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WordKind {
    Particle,
    Title,
    Link,
    Generic,
    Vessel,
}

/// Groups of words that stand for one another: the first is strong, the others are short forms and translations.
pub(crate) type Groups = [u16; 3];

/// The most words of a legal form.
pub(super) const LONGEST_FORM: usize = 9;

pub(super) struct Tables {
    person: HashMap<String, WordKind>,
    organisation: HashMap<String, WordKind>,
    vessel: HashMap<String, WordKind>,
    same: HashMap<String, String>,
    given: HashMap<String, Groups>,
    forms: HashMap<String, FormClass>,
}

pub(super) static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let mut tables = Tables {
        person: HashMap::new(),
        organisation: HashMap::new(),
        vessel: HashMap::new(),
        same: HashMap::new(),
        given: HashMap::new(),
        forms: HashMap::new(),
    };
    tables.read_words(include_str!("../../data/words.tsv"));
    tables.read_given(include_str!("../../data/given_names.txt"));
    tables.read_forms(include_str!("../../data/legal_forms.tsv"));
    tables
});

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.starts_with('#') && !line.is_empty())
}

impl Tables {
    fn read_words(&mut self, text: &str) {
        for line in lines(text) {
            let Some((kind, words)) = line.split_once('\t') else { continue };
            match kind {
                "particle" => insert(&mut self.person, words, WordKind::Particle),
                "title" => insert(&mut self.person, words, WordKind::Title),
                "link" => insert(&mut self.organisation, words, WordKind::Link),
                "generic" | "country" => insert(&mut self.organisation, words, WordKind::Generic),
                "vessel" => insert(&mut self.vessel, words, WordKind::Vessel),
                _ => {
                    let mut words = words.split('|');
                    let plain = words.next().unwrap_or_default();
                    for word in words {
                        self.same.entry(word.to_owned()).or_insert_with(|| plain.to_owned());
                    }
                }
            }
        }
    }

    fn read_given(&mut self, text: &str) {
        for (number, line) in (1u16..).zip(lines(text)) {
            let (weak, words) = line.strip_prefix("~ ").map_or((false, line), |words| (true, words));
            for word in words.split(' ') {
                let groups = self.given.entry(word.to_owned()).or_default();
                let places = if weak { &mut groups[1..] } else { &mut groups[..1] };
                if let Some(place) = places.iter_mut().find(|place| **place == 0) {
                    *place = number;
                }
            }
        }
    }

    fn read_forms(&mut self, text: &str) {
        for line in lines(text) {
            let mut fields = line.split('\t').skip(1);
            let (Some(class), Some(forms)) = (fields.next().and_then(FormClass::from_name), fields.next()) else { continue };
            for form in forms.split('|') {
                for joined in [false, true] {
                    let words = words(form, joined);
                    let text = words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
                    if !text.is_empty() && words.len() <= LONGEST_FORM {
                        self.forms.entry(text).and_modify(|known| *known = vaguer(*known, class)).or_insert(class);
                    }
                }
            }
        }
    }

    pub(super) fn person(&self, word: &str) -> Option<WordKind> {
        self.person.get(word).copied()
    }

    pub(super) fn organisation(&self, word: &str) -> Option<WordKind> {
        self.organisation.get(word).copied()
    }

    pub(super) fn vessel(&self, word: &str) -> Option<WordKind> {
        self.vessel.get(word).copied()
    }

    /// The plain word for a word of an organisation's name.
    pub(super) fn plain<'a>(&'a self, word: &'a str) -> &'a str {
        self.same.get(word).map_or(word, String::as_str)
    }

    pub(super) fn groups(&self, word: &str) -> Groups {
        self.given.get(word).copied().unwrap_or_default()
    }

    /// The class of a legal form, its words folded and separated by spaces.
    pub(super) fn form(&self, words: &str) -> Option<FormClass> {
        self.forms.get(words).copied()
    }
}

fn insert(table: &mut HashMap<String, WordKind>, words: &str, kind: WordKind) {
    for word in words.split(' ') {
        table.entry(fold(word)).or_insert(kind);
    }
}

/// One written form has different meanings in different laws: the vaguer one that fits both.
fn vaguer(a: FormClass, b: FormClass) -> FormClass {
    match a == b {
        true => a,
        false => FormClass::Corporation,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_many_laws_have_comparable_classes() {
        let class = |form: &str| TABLES.form(&fold(form));
        for private in
            ["GmbH", "ООО", "Sp. z o.o.", "Kft", "UAB", "SIA", "OÜ", "d.o.o.", "B.V.", "S.r.l.", "LLC", "Lda", "ApS", "有限公司"]
        {
            assert_eq!(class(private), Some(FormClass::Private), "{private}");
        }
        for public in ["plc", "S.p.A.", "Aktiengesellschaft", "ПАО", "Zrt", "Oyj", "A/S", "N.V.", "JSC"] {
            assert_eq!(class(public), Some(FormClass::Public), "{public}");
        }
        // AS: public in Estonia, private in Norway. AB: private in Sweden, public in Lithuania.
        assert_eq!((class("AS"), class("AB")), (Some(FormClass::Corporation), Some(FormClass::Corporation)));
        assert!(FormClass::Private.conflicts(FormClass::Public) && !FormClass::Company.conflicts(FormClass::Public));
    }

    #[test]
    fn every_member_state_has_forms() {
        let states = "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE";
        let text = include_str!("../../data/legal_forms.tsv");
        for state in states.split(' ') {
            for class in ["private", "public"] {
                assert!(text.contains(&format!("\n{state}\t{class}\t")), "{state} {class}");
            }
        }
        let count = lines(text).map(|line| line.split('|').count()).sum::<usize>();
        assert!(count > 400, "{count}");
        assert!(lines(text).all(|line| FormClass::from_name(line.split('\t').nth(1).unwrap()).is_some()));
    }

    #[test]
    fn plain_words_stay_plain() {
        assert!(TABLES.same.values().all(|plain| TABLES.plain(plain) == plain), "a plain word has another plain word");
    }
}
