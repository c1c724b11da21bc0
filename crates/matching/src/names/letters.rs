//! From a letter of any script to Latin letters, as passports and press write names. What is not special here is the crate `any_ascii`'s.

use unicode_normalization::char::decompose_canonical;

use super::script::Script;

/// Writes `letter`, in lower case and composed, in small Latin letters and digits behind `word`.
pub(super) fn transliterate(letter: char, script: Script, word: &mut String) {
    match script {
        Script::Latin => latin(letter, word),
        Script::Greek => decompose_canonical(letter, |part| push_ascii(part, word)),
        Script::Arabic => word.push_str(arabic(letter)),
        Script::Hebrew => word.push_str(hebrew(letter)),
        Script::Hangul => hangul(letter, word),
        Script::Cyrillic => match cyrillic(letter) {
            Some(text) => word.push_str(text),
            None => push_ascii(letter, word),
        },
        _ => push_ascii(letter, word),
    }
}

fn push_ascii(letter: char, word: &mut String) {
    let text = any_ascii::any_ascii_char(letter);
    word.extend(text.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| char::from(byte.to_ascii_lowercase())));
}

fn latin(letter: char, word: &mut String) {
    if letter.is_ascii_alphanumeric() {
        word.push(letter.to_ascii_lowercase());
    } else {
        decompose_canonical(letter, |part| push_ascii(part, word));
    }
}

/// Where passports differ from the library standard.
const fn cyrillic(letter: char) -> Option<&'static str> {
    Some(match letter {
        'й' => "i",
        'ё' => "e",
        'ю' => "iu",
        'я' => "ia",
        'є' => "ie",
        'ї' => "i",
        'щ' => "shch",
        'ц' => "ts",
        'х' => "kh",
        'ж' => "zh",
        'ь' | 'ъ' | '’' => "",
        'ў' => "u",
        'ј' => "j",
        'џ' => "dz",
        'љ' => "lj",
        'њ' => "nj",
        'ћ' | 'ч' => "ch",
        'ђ' => "dj",
        'ѓ' => "gj",
        'ќ' => "kj",
        _ => return None,
    })
}

/// Consonants and long vowels; short vowels are not written.
const fn arabic(letter: char) -> &'static str {
    match letter {
        'ا' | 'أ' | 'إ' | 'آ' | 'ٱ' | 'ى' | 'ع' | 'ة' => "a",
        'ب' => "b",
        'پ' => "p",
        'ت' | 'ط' | 'ٹ' => "t",
        'ث' => "th",
        'ج' => "j",
        'چ' => "ch",
        'ح' | 'ه' | 'ہ' | 'ھ' | 'ۀ' | 'ە' => "h",
        'خ' => "kh",
        'د' | 'ض' | 'ڈ' => "d",
        'ذ' => "dh",
        'ر' | 'ڑ' => "r",
        'ز' | 'ظ' => "z",
        'ژ' => "zh",
        'س' | 'ص' => "s",
        'ش' => "sh",
        'غ' => "gh",
        'ف' | 'ڤ' => "f",
        'ق' => "q",
        'ك' | 'ک' => "k",
        'گ' => "g",
        'ل' => "l",
        'م' => "m",
        'ن' | 'ں' => "n",
        'و' | 'ؤ' => "w",
        'ي' | 'ی' | 'ئ' | 'ے' => "y",
        '٠' | '۰' => "0",
        '١' | '۱' => "1",
        '٢' | '۲' => "2",
        '٣' | '۳' => "3",
        '٤' | '۴' => "4",
        '٥' | '۵' => "5",
        '٦' | '۶' => "6",
        '٧' | '۷' => "7",
        '٨' | '۸' => "8",
        '٩' | '۹' => "9",
        _ => "",
    }
}

const fn hebrew(letter: char) -> &'static str {
    match letter {
        'א' | 'ע' => "a",
        'ב' => "b",
        'ג' => "g",
        'ד' => "d",
        'ה' | 'ח' => "h",
        'ו' => "w",
        'ז' => "z",
        'ט' | 'ת' => "t",
        'י' => "y",
        'כ' | 'ך' | 'ק' => "k",
        'ל' => "l",
        'מ' | 'ם' => "m",
        'נ' | 'ן' => "n",
        'ס' => "s",
        'פ' | 'ף' => "p",
        'צ' | 'ץ' => "ts",
        'ר' => "r",
        'ש' => "sh",
        _ => "",
    }
}

const HANGUL_INITIALS: [&str; 19] =
    ["k", "kk", "n", "t", "tt", "r", "m", "p", "pp", "s", "ss", "", "ch", "ch", "ch", "k", "t", "p", "h"];
const HANGUL_VOWELS: [&str; 21] =
    ["a", "ae", "ya", "yae", "o", "e", "yo", "ye", "o", "wa", "wae", "oe", "yo", "u", "wo", "we", "wi", "yu", "u", "ui", "i"];
const HANGUL_FINALS: [&str; 28] = [
    "", "k", "k", "k", "n", "n", "n", "t", "l", "k", "m", "l", "l", "l", "p", "l", "m", "p", "p", "t", "t", "ng", "t", "t", "k",
    "t", "p", "t",
];

/// A syllable by its parts (Unicode, chapter 3.12), with the sounds names are usually written with.
fn hangul(letter: char, word: &mut String) {
    let index = (letter as u32).wrapping_sub(0xac00);
    if index >= 11_172 {
        return push_ascii(letter, word);
    }
    // The commonest family names have written forms of their own.
    match letter {
        '이' if word.is_empty() => return word.push_str("lee"),
        '박' if word.is_empty() => return word.push_str("park"),
        _ => {}
    }
    let (initial, vowel, last) = (index / 588, index % 588 / 28, index % 28);
    for (table, at) in [(&HANGUL_INITIALS[..], initial), (&HANGUL_VOWELS[..], vowel), (&HANGUL_FINALS[..], last)] {
        word.push_str(table.get(at as usize).copied().unwrap_or_default());
    }
}
