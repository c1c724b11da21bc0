//! Names: from what a source wrote to words that can be compared, with what each word is in the name.

mod letters;
pub(crate) mod script;
pub(crate) mod similar;
pub(crate) mod sound;
pub(crate) mod tables;
pub(crate) mod words;

use serde::{Deserialize, Serialize};

use script::Script;
use sound::Sound;
use tables::{FormClass, Groups, LONGEST_FORM, TABLES, WordKind};
use words::Word;

/// What bears a name. Names of each kind are built differently, and compared with weights of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum EntityKind {
    /// A natural person.
    Person,
    /// A company, authority, armed group or any other organisation.
    Organisation,
    /// A ship or an aircraft.
    Vessel,
}

impl EntityKind {
    /// Every kind, in the order of their numbers.
    pub const ALL: [Self; 3] = [Self::Person, Self::Organisation, Self::Vessel];

    pub(crate) fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }
}

/// What a word is in a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Role {
    /// Part of the name proper.
    Core,
    /// A single letter of a person's name.
    Initial,
    /// von, de, bin, al; of an organisation: the, of, and.
    Particle,
    /// Form of address, rank or office; before a ship's name: MV.
    Title,
    /// What thousands of organisations have in their names.
    Generic,
    /// A number.
    Number,
}

impl Role {
    const ALL: [Self; 6] = [Self::Core, Self::Initial, Self::Particle, Self::Title, Self::Generic, Self::Number];

    pub(crate) fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }

    /// How much a word counts, compared with one of the name proper.
    pub(crate) const fn weight(self) -> f32 {
        match self {
            Self::Core => 1.0,
            Self::Number => 0.6,
            Self::Initial | Self::Generic => 0.4,
            Self::Particle => 0.12,
            Self::Title => 0.05,
        }
    }

    /// Whether the name stands without it.
    pub(crate) const fn is_minor(self) -> bool {
        matches!(self, Self::Particle | Self::Title)
    }
}

/// A word of a prepared name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) text: String,
    pub(crate) role: Role,
    pub(crate) traits: Traits,
}

/// What is known of a word without its name: computed once, compared often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Traits {
    pub(crate) script: Script,
    pub(crate) sound: Sound,
    pub(crate) letters: u32,
    pub(crate) groups: Groups,
}

impl Traits {
    pub(crate) fn of(text: &str, script: Script) -> Self {
        Self { script, sound: sound::sound(text), letters: similar::letters(text), groups: TABLES.groups(text) }
    }
}

/// A name, prepared for comparing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    pub(crate) tokens: Vec<Token>,
    pub(crate) form: Option<FormClass>,
}

impl Name {
    /// Prepares a name of a bearer of this kind.
    pub fn new(kind: EntityKind, text: &str) -> Self {
        let mut words = words::words(text, kind != EntityKind::Person);
        let (roles, form) = match kind {
            EntityKind::Person => (person(&mut words), None),
            EntityKind::Organisation => organisation(&mut words),
            EntityKind::Vessel => (vessel(&mut words), None),
        };
        let mut tokens: Vec<Token> = words
            .into_iter()
            .zip(roles)
            .map(|(word, role)| Token { traits: Traits::of(&word.text, word.script), text: word.text, role })
            .collect();
        if tokens.iter().all(|token| token.role.is_minor()) {
            tokens.iter_mut().for_each(|token| token.role = Role::Core);
        }
        Self { tokens, form }
    }

    /// The normalised name: its words in order, without the legal form.
    pub fn normalised(&self) -> String {
        self.tokens.iter().map(|token| token.text.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// The class of the legal form it states.
    pub fn form(&self) -> Option<FormClass> {
        self.form
    }

    /// The script most of it was written in.
    pub fn script(&self) -> Script {
        let count = |script| {
            self.tokens.iter().filter(|token| token.traits.script == script).map(|token| token.text.len()).sum::<usize>()
        };
        Script::ALL.into_iter().rev().max_by_key(|script| count(*script)).unwrap_or(Script::Latin)
    }

    /// Whether there is nothing to compare.
    pub fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }
}

/// Digits that stand for letters inside a word.
fn without_digits(text: &str) -> Option<String> {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    if digits == 0 || digits * 2 > text.len() || text.len() < 3 {
        return None;
    }
    let letter = |letter| match letter {
        '0' => 'o',
        '1' => 'i',
        '3' => 'e',
        '4' => 'a',
        '5' => 's',
        '9' => 'g',
        other => other,
    };
    Some(text.chars().map(letter).collect())
}

/// Starts of Arabic names that are written together with what follows.
const SERVANT_OF: [&str; 8] = ["abdul", "abdel", "abdal", "abdil", "abdur", "abder", "abdir", "abdoul"];

fn person(words: &mut Vec<Word>) -> Vec<Role> {
    // "Family, Given": the given name comes first. Titles behind a comma ("Smith, Jr") stay behind.
    let commas: Vec<usize> = (0..words.len()).filter(|at| words[*at].after_comma).collect();
    if let [comma] = commas[..]
        && words[comma..].iter().any(|word| TABLES.person(&word.text) != Some(WordKind::Title))
    {
        words.rotate_left(comma);
    }
    let mut parts: Vec<Word> = Vec::with_capacity(words.len());
    for mut word in words.drain(..) {
        if let Some(text) = without_digits(&word.text) {
            word.text = text;
        }
        let prefix = SERVANT_OF.iter().find(|prefix| word.text.starts_with(**prefix));
        let rest = prefix.map_or("", |prefix| &word.text[prefix.len()..]);
        if rest.len() >= 4 && TABLES.groups(&word.text)[0] == 0 {
            let rest = Word { text: rest.to_owned(), after_comma: false, ..word.clone() };
            word.text.truncate(word.text.len() - rest.text.len());
            parts.push(word);
            parts.push(rest);
        } else {
            parts.push(word);
        }
    }
    parts.truncate(words::MAXIMUM_WORDS);
    *words = parts;
    let role = |word: &Word| match TABLES.person(&word.text) {
        Some(WordKind::Particle) => Role::Particle,
        Some(WordKind::Title) => Role::Title,
        _ if word.text.len() == 1 && word.script == Script::Latin => Role::Initial,
        _ if word.text.bytes().all(|byte| byte.is_ascii_digit()) => Role::Number,
        _ => Role::Core,
    };
    words.iter().map(role).collect()
}

fn organisation(words: &mut Vec<Word>) -> (Vec<Role>, Option<FormClass>) {
    let form = strip_forms(words);
    plain_words(words);
    let role = |word: &Word| match TABLES.organisation(&word.text) {
        Some(WordKind::Link) => Role::Particle,
        Some(WordKind::Generic) => Role::Generic,
        _ if word.text.bytes().all(|byte| byte.is_ascii_digit()) => Role::Number,
        _ => Role::Core,
    };
    (words.iter().map(role).collect(), form)
}

fn vessel(words: &mut Vec<Word>) -> Vec<Role> {
    plain_words(words);
    let leading = words.iter().take_while(|word| TABLES.vessel(&word.text).is_some()).count();
    let number = |word: &Word| word.text.bytes().all(|byte| byte.is_ascii_digit());
    let role = |(at, word): (usize, &Word)| match () {
        () if at < leading => Role::Title,
        () if number(word) => Role::Number,
        () => Role::Core,
    };
    words.iter().enumerate().map(role).collect()
}

/// Takes legal forms off the end and the start, as long as something of the name stays.
fn strip_forms(words: &mut Vec<Word>) -> Option<FormClass> {
    let mut found: Option<FormClass> = None;
    let name_stays = |words: &[Word]| words.iter().any(|word| TABLES.organisation(&word.text) != Some(WordKind::Link));
    loop {
        let text = |words: &[Word]| words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
        let lengths = || (1..=LONGEST_FORM.min(words.len().saturating_sub(1))).rev();
        let at_end = lengths().find_map(|length| {
            let (name, form) = words.split_at(words.len() - length);
            Some((length, TABLES.form(&text(form)).filter(|_| name_stays(name))?))
        });
        if let Some((length, class)) = at_end {
            words.truncate(words.len() - length);
            found = Some(found.map_or(class, |known| known.max(class)));
            continue;
        }
        let at_start = lengths().find_map(|length| {
            let (form, name) = words.split_at(length);
            let form = text(form);
            let plain = length > 1 || form.len() > 2 || matches!(form.as_str(), "ao" | "as" | "ab" | "pt" | "ad" | "oy");
            Some((length, TABLES.form(&form).filter(|_| plain && name_stays(name))?))
        });
        let Some((length, class)) = at_start else { return found };
        words.drain(..length);
        found = Some(found.map_or(class, |known| known.max(class)));
    }
}

const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

/// Replaces words by the plain word they mean, and number words by numbers.
fn plain_words(words: &mut Vec<Word>) {
    for at in 0..words.len() {
        // A single letter at the start is an initial, not a Roman number.
        if at > 0 || words[at].text.len() > 1 {
            words[at].text = TABLES.plain(&words[at].text).to_owned();
        }
    }
    let mut at = 0;
    while at < words.len() {
        if let Some(tens) = TENS.iter().position(|tens| *tens == words[at].text) {
            let ones = words.get(at + 1).and_then(|word| word.text.parse::<usize>().ok()).filter(|ones| (1..10).contains(ones));
            words[at].text = ((tens + 2) * 10 + ones.unwrap_or_default()).to_string();
            if ones.is_some() {
                words.remove(at + 1);
            }
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normalised(kind: EntityKind, text: &str) -> String {
        Name::new(kind, text).normalised()
    }

    fn roles(kind: EntityKind, text: &str) -> Vec<Role> {
        Name::new(kind, text).tokens.into_iter().map(|token| token.role).collect()
    }

    #[test]
    fn persons() {
        assert_eq!(normalised(EntityKind::Person, "PUTIN, Vladimir Vladimirovich"), "vladimir vladimirovich putin");
        assert_eq!(normalised(EntityKind::Person, "Abdulrahman al-Tikriti"), "abdul rahman al tikriti");
        assert_eq!(normalised(EntityKind::Person, "Ig0r Sech1n"), "igor sechin");
        assert_eq!(
            roles(EntityKind::Person, "Dr. Ursula von der L."),
            [Role::Title, Role::Core, Role::Particle, Role::Particle, Role::Initial]
        );
        assert_eq!(roles(EntityKind::Person, "van de"), [Role::Core, Role::Core]);
        assert_eq!(normalised(EntityKind::Person, "习近平"), "xi jinping");
    }

    #[test]
    fn organisations() {
        let name = Name::new(EntityKind::Organisation, "The Homs Refinery Company, Inc.");
        assert_eq!((name.normalised().as_str(), name.form()), ("the homs refinery", Some(FormClass::Corporation)));
        let name = Name::new(EntityKind::Organisation, "Общество с ограниченной ответственностью \"БАЙ\"");
        assert_eq!((name.normalised().as_str(), name.form()), ("bai", Some(FormClass::Private)));
        let name = Name::new(EntityKind::Organisation, "SiemensAG");
        assert_eq!((name.normalised().as_str(), name.form()), ("siemens", Some(FormClass::Public)));
        assert_eq!(normalised(EntityKind::Organisation, "Brigade Forty-Four"), "brigade 44");
        assert_eq!(normalised(EntityKind::Organisation, "GmbH"), "gmbh");
        assert_eq!(normalised(EntityKind::Organisation, "1st Int’l Centre"), "1 international center");
    }

    #[test]
    fn vessels() {
        assert_eq!(roles(EntityKind::Vessel, "MV Hellenic Spirit 3"), [Role::Title, Role::Core, Role::Core, Role::Number]);
    }
}
