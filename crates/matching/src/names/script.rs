//! Scripts, as far as they matter for comparing names.

use serde::{Deserialize, Serialize};

/// The script a word was written in. It decides how much a difference in vowels says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Script {
    /// Latin letters, and digits.
    Latin,
    /// Cyrillic.
    Cyrillic,
    /// Greek.
    Greek,
    /// Arabic, with the letters of Persian and Urdu: short vowels are not written.
    Arabic,
    /// Hebrew: short vowels are not written.
    Hebrew,
    /// Han characters, read in Mandarin.
    Han,
    /// Hiragana and katakana.
    Kana,
    /// Hangul.
    Hangul,
    /// Georgian.
    Georgian,
    /// Armenian.
    Armenian,
    /// Scripts of South and South-East Asia, of which some vowels get lost.
    Indic,
    /// Any other.
    Other,
}

impl Script {
    /// Every script, in the order of their numbers.
    pub const ALL: [Self; 12] = [
        Self::Latin,
        Self::Cyrillic,
        Self::Greek,
        Self::Arabic,
        Self::Hebrew,
        Self::Han,
        Self::Kana,
        Self::Hangul,
        Self::Georgian,
        Self::Armenian,
        Self::Indic,
        Self::Other,
    ];

    /// The script of a letter.
    pub const fn of(letter: char) -> Self {
        match letter as u32 {
            0..=0x24f | 0x1e00..=0x1eff | 0x2c60..=0x2c7f | 0xa720..=0xa7ff => Self::Latin,
            0x370..=0x3ff | 0x1f00..=0x1fff => Self::Greek,
            0x400..=0x52f | 0x1c80..=0x1c8f | 0x2de0..=0x2dff | 0xa640..=0xa69f => Self::Cyrillic,
            0x530..=0x58f => Self::Armenian,
            0x590..=0x5ff => Self::Hebrew,
            0x600..=0x6ff | 0x750..=0x77f | 0x8a0..=0x8ff | 0xfb50..=0xfdff | 0xfe70..=0xfeff => Self::Arabic,
            0x900..=0x109f | 0x1780..=0x17ff => Self::Indic,
            0x10a0..=0x10ff | 0x1c90..=0x1cbf | 0x2d00..=0x2d2f => Self::Georgian,
            0x1100..=0x11ff | 0x3130..=0x318f | 0xac00..=0xd7af => Self::Hangul,
            0x3040..=0x30ff | 0x31f0..=0x31ff => Self::Kana,
            0x3005 | 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xf900..=0xfaff | 0x20000..=0x323af => Self::Han,
            _ => Self::Other,
        }
    }

    /// How much a vowel counts, compared with one that was surely written down.
    pub(crate) const fn vowel_weight(self) -> f32 {
        match self {
            Self::Arabic | Self::Hebrew => 0.1,
            Self::Indic => 0.35,
            Self::Han | Self::Kana | Self::Hangul | Self::Other => 0.6,
            Self::Latin | Self::Cyrillic | Self::Greek | Self::Georgian | Self::Armenian => 1.0,
        }
    }

    /// The script with this number.
    pub(crate) fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }

    /// The name, as reports write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Latin => "latin",
            Self::Cyrillic => "cyrillic",
            Self::Greek => "greek",
            Self::Arabic => "arabic",
            Self::Hebrew => "hebrew",
            Self::Han => "han",
            Self::Kana => "kana",
            Self::Hangul => "hangul",
            Self::Georgian => "georgian",
            Self::Armenian => "armenian",
            Self::Indic => "indic",
            Self::Other => "other",
        }
    }
}
