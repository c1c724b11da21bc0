//! Countries by code and by the names lists use for them.

use std::collections::HashMap;
use std::sync::LazyLock;

/// `code;name;other names`: ISO 3166-1 alpha-2, the short name in English, and how lists write it.
const COUNTRIES: &str = include_str!("../../reference/countries.csv");

static BY_NAME: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    let lines = COUNTRIES.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines
        .flat_map(|line| {
            let mut fields = line.split(';');
            let code = fields.next().unwrap_or_default();
            fields.map(move |name| (key(name), code)).chain([(key(code), code)])
        })
        .collect()
});

/// The code of a country by its code, a code with a region, or a name. `None`: no country by that name is known here.
pub(super) fn code(text: &str) -> Option<&'static str> {
    let text = text.trim();
    if let Some(code) = BY_NAME.get(&key(text)) {
        return Some(code);
    }
    let (country, region) = text.split_once('-')?;
    (country.len() == 2 && region.len() <= 3).then(|| BY_NAME.get(&key(country)).copied())?
}

/// Letters only, small: `Korea, North` and `KOREA NORTH` are one name.
fn key(name: &str) -> String {
    name.chars().filter(|character| character.is_alphabetic()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_by_code_and_name() {
        for (text, expected) in [
            ("DE", "DE"),
            ("de", "DE"),
            ("US-MA", "US"),
            ("Korea, North", "KP"),
            ("Democratic Republic of the Congo", "CD"),
            ("Congo, Democratic Republic of the", "CD"),
            ("England & Wales", "GB"),
            ("Iran (Islamic Republic of)", "IR"),
            ("Syria", "SY"),
        ] {
            assert_eq!(code(text), Some(expected), "{text}");
        }
        for text in ["", "West Yorkshire", "00", "UNKNOWN", "-", "ZZ-1"] {
            assert_eq!(code(text), None, "{text}");
        }
    }

    #[test]
    fn every_code_is_two_letters_and_every_name_means_one_country() {
        let mut seen: HashMap<String, &str> = HashMap::new();
        for line in COUNTRIES.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            let mut fields = line.split(';');
            let code = fields.next().unwrap();
            assert!(code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase()), "{line}");
            for name in fields {
                assert!(!key(name).is_empty(), "{line}");
                let other = seen.insert(key(name), code);
                assert!(other.is_none(), "{name} stands for {code} and {other:?}");
            }
        }
        assert!(seen.len() > 240);
    }
}
