//! Countries by code, number and name. Every statistics office names them in its own way; a flow is compared with its mirror by code.

use std::collections::HashMap;
use std::sync::LazyLock;

const COUNTRIES: &str = include_str!("../reference/countries.csv");

/// The 27 Member States together, as Comext reports them.
pub(crate) const UNION: &str = "EU27";

/// All countries together.
pub(crate) const WORLD: &str = "WORLD";

/// The countries that are known.
struct Countries {
    by_name: HashMap<String, String>,
    by_baci_number: HashMap<String, String>,
    members: Vec<String>,
}

static TABLE: LazyLock<Countries> = LazyLock::new(|| {
    let mut table = Countries { by_name: HashMap::new(), by_baci_number: HashMap::new(), members: Vec::new() };
    let mut reader = csv::Reader::from_reader(COUNTRIES.as_bytes());
    for row in reader.records().filter_map(Result::ok) {
        let field = |place: usize| row.get(place).unwrap_or_default();
        let code = field(0).to_owned();
        if field(3) == "yes" {
            table.members.push(code.clone());
        }
        if !field(2).is_empty() {
            table.by_baci_number.insert(field(2).trim_start_matches('0').to_owned(), code.clone());
        }
        table.by_name.extend(field(4).split(';').map(|name| (name.to_lowercase(), code.clone())));
    }
    table
});

/// Whether this is a Member State.
pub(crate) fn is_member(code: &str) -> bool {
    TABLE.members.iter().any(|member| member == code)
}

/// How many Member States there are.
pub(crate) fn member_count() -> usize {
    TABLE.members.len()
}

/// The code of a country as BACI numbers it.
pub(crate) fn of_baci_number(number: &str) -> Option<&'static str> {
    TABLE.by_baci_number.get(number.trim_start_matches('0')).map(String::as_str)
}

/// The code of a name: ISO 3166-1 alpha-2, [`UNION`] or [`WORLD`]. What stands in brackets at the end explains and is left out.
pub(crate) fn of_name(name: &str) -> Option<&'static str> {
    let name = name.trim().to_lowercase();
    if name.contains("27 countries") || name.contains("27 pays") {
        return Some(UNION);
    }
    if name == "world" {
        return Some(WORLD);
    }
    let known = |name: &str| TABLE.by_name.get(name).map(String::as_str);
    known(&name).or_else(|| name.split_once(" (").and_then(|(short, _)| known(short)))
}

/// The code of a country as Comext's bulk files write it: Greece is EL in some, Serbia XS.
pub(crate) fn of_comext_code(code: &str) -> String {
    match code {
        "EL" => "GR".to_owned(),
        "XS" => "RS".to_owned(),
        code => code.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offices_names_are_one_country() {
        for (name, code) in [
            ("Czechia", "CZ"),
            ("Czech Republic", "CZ"),
            ("Словакия", "SK"),
            ("Korea, Republic of (South Korea)", "KR"),
            ("Korea (DPRK)", "KP"),
            ("Germany (incl. German Democratic Republic 'DD' from 1991)", "DE"),
            ("kyrgyzstan", "KG"),
            ("European Union - 27 countries (from 2020)", UNION),
            ("Union européenne - 27 pays (AT, BE)", UNION),
            ("World", WORLD),
        ] {
            assert_eq!(of_name(name), Some(code), "{name}");
        }
        for aggregate in ["Africa", "European Union (EU)", "Eurasian Economic Union", "Unknown country", ""] {
            assert_eq!(of_name(aggregate), None, "{aggregate}");
        }
    }

    #[test]
    fn there_are_27_member_states_and_no_name_stands_for_two() {
        assert_eq!(member_count(), 27);
        assert!(is_member("FI") && !is_member("KG") && !is_member("GB"));
        let mut reader = csv::Reader::from_reader(COUNTRIES.as_bytes());
        let mut seen = HashMap::new();
        for row in reader.records() {
            let row = row.unwrap();
            for name in row[4].split(';') {
                assert_eq!(seen.insert(name.to_lowercase(), row[0].to_owned()), None, "{name}");
            }
        }
    }

    #[test]
    fn baci_has_its_own_numbers() {
        assert_eq!((of_baci_number("4"), of_baci_number("004"), of_baci_number("251")), (Some("AF"), Some("AF"), Some("FR")));
        assert_eq!((of_baci_number("842"), of_baci_number("710"), of_baci_number("999")), (Some("US"), Some("ZA"), None));
    }
}
