//! From text to words: composed, in lower case, without marks, in Latin letters.

use unicode_normalization::UnicodeNormalization;

use super::letters::transliterate;
use super::script::Script;

/// The most characters of a name that are read. What is longer is cut there.
pub const MAXIMUM_CHARACTERS: usize = 512;
/// The most words of a name that are compared.
pub const MAXIMUM_WORDS: usize = 24;
/// The most letters of a word that are compared.
pub(crate) const MAXIMUM_LETTERS: usize = 40;

/// A word of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    /// Small Latin letters and digits.
    pub(crate) text: String,
    /// What it was written in.
    pub(crate) script: Script,
    /// A full stop without a space stands between the word before and this one.
    pub(super) dotted: bool,
    /// A comma stands before it.
    pub(crate) after_comma: bool,
}

/// Brings a name of any script into small Latin words: `"Société  Générale S.A."` gives `"societe generale s a"`.
pub fn fold(text: &str) -> String {
    let words = words(text, false);
    words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
}

/// The words of a text. With `join_letters`, letters with full stops between them are one word, as in `S.A.`.
pub(crate) fn words(text: &str, join_letters: bool) -> Vec<Word> {
    // A dot between Han characters is how foreign names are written: they do not start with the family name.
    let foreign = text.contains(['·', '・', '•']);
    let mut splitter = Splitter { foreign, ..Splitter::default() };
    for letter in text.nfkc().take(MAXIMUM_CHARACTERS) {
        splitter.take(letter);
    }
    splitter.end_word();
    let words = if join_letters { joined(splitter.words) } else { splitter.words };
    words.into_iter().take(MAXIMUM_WORDS).collect()
}

#[derive(Default)]
struct Splitter {
    words: Vec<Word>,
    word: String,
    /// Letters of the word as they were written, to see a change from small to large.
    written: usize,
    /// Where the second written letter starts in the word: Han and Hangul write the family name as the first of a few signs.
    second: usize,
    script: Option<Script>,
    before_small: bool,
    foreign: bool,
    dotted: bool,
    comma: bool,
}

impl Splitter {
    fn take(&mut self, letter: char) {
        match letter {
            '\''
            | '’'
            | '‘'
            | 'ʼ'
            | '`'
            | '´'
            | 'ʿ'
            | 'ʾ'
            | 'ʻ'
            | '′'
            | '׳'
            | '״'
            | '\u{200b}'..='\u{200f}'
            | '\u{feff}'
            | '\u{ad}'
            | 'ـ' => {}
            '&' | '+' => {
                self.end_word();
                "and".chars().for_each(|letter| self.letter(letter));
                self.end_word();
            }
            '.' if !self.word.is_empty() => {
                self.end_word();
                self.dotted = true;
            }
            ',' | '،' | '，' => {
                self.end_word();
                self.comma = !self.words.is_empty();
            }
            letter if letter.is_alphanumeric() => self.letter(letter),
            letter if is_mark(letter) => {
                if let Some(script) = self.script {
                    self.mark(letter, script);
                }
            }
            _ => self.end_word(),
        }
    }

    /// A vowel sign of a script that needs it; other marks say nothing.
    fn mark(&mut self, letter: char, script: Script) {
        if script == Script::Indic || script == Script::Kana {
            transliterate(letter, script, &mut self.word);
        }
    }

    fn letter(&mut self, letter: char) {
        let script = if letter.is_ascii_digit() { self.script.unwrap_or(Script::Latin) } else { Script::of(letter) };
        // A change of script ends a word; kana behind Han belongs to it.
        let changed = self.script.is_some_and(|before| before != script && !(before == Script::Han && script == Script::Kana));
        let risen = self.before_small && letter.is_uppercase() && self.written >= 4;
        if changed || risen {
            self.end_word();
        }
        self.script.get_or_insert(script);
        self.before_small = letter.is_lowercase();
        self.written += 1;
        if self.written == 2 {
            self.second = self.word.len();
        }
        letter.to_lowercase().for_each(|letter| transliterate(letter, script, &mut self.word));
    }

    fn end_word(&mut self) {
        let script = self.script.take().unwrap_or(Script::Latin);
        let mut text = std::mem::take(&mut self.word);
        let written = std::mem::take(&mut self.written);
        self.before_small = false;
        if text.is_empty() {
            // A space behind a full stop ends what the full stop glues.
            self.dotted = false;
            return;
        }
        text.truncate(MAXIMUM_LETTERS);
        let (dotted, after_comma) = (std::mem::take(&mut self.dotted), std::mem::take(&mut self.comma));
        let family_first = !self.foreign
            && matches!(script, Script::Han | Script::Hangul)
            && (2..=4).contains(&written)
            && self.second < text.len();
        let given = if family_first && self.second > 0 { text.split_off(self.second) } else { String::new() };
        self.words.push(Word { text, script, dotted, after_comma });
        if !given.is_empty() {
            self.words.push(Word { text: given, script, dotted: false, after_comma: false });
        }
    }
}

const fn is_mark(letter: char) -> bool {
    matches!(letter as u32,
        0x300..=0x36f | 0x591..=0x5c7 | 0x610..=0x61a | 0x64b..=0x65f | 0x670 | 0x6d6..=0x6ed | 0x900..=0x109f | 0x1780..=0x17ff | 0x3099 | 0x309a)
}

/// Joins single letters that full stops stand between.
fn joined(words: Vec<Word>) -> Vec<Word> {
    let mut out: Vec<Word> = Vec::with_capacity(words.len());
    let mut letters_only = false;
    for word in words {
        let single = word.text.len() == 1;
        match out.last_mut() {
            Some(last) if word.dotted && single && letters_only && last.text.len() < MAXIMUM_LETTERS => {
                last.text.push_str(&word.text);
            }
            _ => {
                letters_only = single;
                out.push(word);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str, join: bool) -> Vec<String> {
        words(text, join).into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn marks_case_and_signs() {
        assert_eq!(fold("  Société   GÉNÉRALE  "), "societe generale");
        assert_eq!(fold("Straße Æsir Łódź Øre ĐORĐE"), "strasse aesir lodz ore dorde");
        assert_eq!(fold("Al-Qa'ida"), "al qaida");
        assert_eq!(fold("Procter & Gamble"), "procter and gamble");
        assert_eq!(fold("ﬁnance Ⅳ"), "finance iv");
    }

    #[test]
    fn letters_with_full_stops() {
        assert_eq!(texts("Bowne S.A.R.L.", true), ["bowne", "sarl"]);
        assert_eq!(texts("J. P. Morgan", true), ["j", "p", "morgan"]);
        assert_eq!(texts("Sp. z o.o.", true), ["sp", "z", "oo"]);
        assert_eq!(texts("Amazon.com", true), ["amazon", "com"]);
        assert_eq!(texts("SiemensAG McDonald", true), ["siemens", "ag", "mcdonald"]);
    }

    #[test]
    fn scripts() {
        assert_eq!(fold("Владимир Путин"), "vladimir putin");
        assert_eq!(fold("Αλέξανδρος"), "alexandros");
        assert_eq!(fold("محمد علي"), "mhmd aly");
        assert_eq!(fold("משה דוד"), "mshh dwd");
        assert_eq!(fold("バラク・オバマ"), "baraku obama");
        assert_eq!(fold("김정은"), "kim chongun");
        assert_eq!(fold("ბარაკ ობამა"), "barak obama");
        assert_eq!(fold("Բարակ Օբամա"), "barak obama");
    }

    #[test]
    fn folding_again_changes_nothing_and_length_is_bounded() {
        for text in ["Société", "Владимир", "李明", "สมชาย", "a.b.c", "İstanbul"] {
            let once = fold(text);
            assert_eq!(fold(&once), once);
        }
        assert!(fold(&"я ".repeat(100_000)).len() < MAXIMUM_WORDS * 4);
        assert!(fold(&"q".repeat(100_000)).len() <= MAXIMUM_LETTERS);
    }
}
