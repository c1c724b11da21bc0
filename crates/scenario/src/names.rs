//! Fictional names, put together from word lists. A number gives one name; different numbers below the list's size give different names.

const PLACES: [&str; 48] = [
    "Alder",
    "Arven",
    "Birkfeld",
    "Brenn",
    "Calden",
    "Corvin",
    "Dornach",
    "Drau",
    "Eibis",
    "Elster",
    "Falk",
    "Ferrin",
    "Gann",
    "Gelt",
    "Halm",
    "Harrach",
    "Ibis",
    "Inzell",
    "Jura",
    "Kaar",
    "Kelp",
    "Lafnitz",
    "Leith",
    "Marn",
    "Mollen",
    "Narren",
    "Nordach",
    "Ossiach",
    "Ottern",
    "Pell",
    "Quern",
    "Raab",
    "Rheden",
    "Salm",
    "Seewald",
    "Tamsel",
    "Terfen",
    "Ulm-Ost",
    "Umber",
    "Veit",
    "Volder",
    "Wachau-Nord",
    "Wenns",
    "Xanten-Sud",
    "Ybbs-Au",
    "Zell",
    "Zirm",
    "Zwettl-West",
];
const TRADES: [&str; 44] = [
    "Agrar",
    "Anlagen",
    "Bahn",
    "Bau",
    "Biotech",
    "Chemie",
    "Daten",
    "Dienst",
    "Energie",
    "Fracht",
    "Funk",
    "Glas",
    "Guss",
    "Hafen",
    "Handel",
    "Holz",
    "Immobilien",
    "Kabel",
    "Kraftwerk",
    "Kunststoff",
    "Labor",
    "Logistik",
    "Maschinen",
    "Medien",
    "Metall",
    "Mobil",
    "Netz",
    "Optik",
    "Papier",
    "Pharma",
    "Robotik",
    "Schiffs",
    "Sensor",
    "Software",
    "Stahl",
    "Technik",
    "Telekom",
    "Textil",
    "Umwelt",
    "Verlag",
    "Wasser",
    "Werkzeug",
    "Wind",
    "Zement",
];
const GIVEN: [&str; 32] = [
    "Adela", "Anton", "Bruno", "Clara", "Daria", "Emil", "Esther", "Felix", "Greta", "Hanno", "Ida", "Jakob", "Karla", "Leo",
    "Lena", "Maks", "Mira", "Nils", "Nora", "Otto", "Paula", "Quentin", "Rosa", "Samuel", "Selma", "Theo", "Ute", "Viktor",
    "Vera", "Wanda", "Xaver", "Zita",
];
const FAMILY: [&str; 40] = [
    "Achleitner",
    "Auer",
    "Bachl",
    "Brandt",
    "Czerny",
    "Danner",
    "Dvorak",
    "Eder",
    "Egger",
    "Fink",
    "Fuchs",
    "Gruber",
    "Haas",
    "Hofer",
    "Horvat",
    "Jelinek",
    "Kern",
    "Kofler",
    "Lang",
    "Lechner",
    "Mair",
    "Moser",
    "Novak",
    "Ober",
    "Pichler",
    "Prohaska",
    "Raab",
    "Reiter",
    "Rieder",
    "Sailer",
    "Schuster",
    "Stadler",
    "Steiner",
    "Toth",
    "Unger",
    "Vogl",
    "Wagner",
    "Weiss",
    "Winkler",
    "Zauner",
];
const COLOURS: [&str; 24] = [
    "Amber", "Blue", "Bright", "Calm", "Clear", "Early", "Far", "Fair", "Golden", "Green", "High", "Late", "Little", "Long",
    "North", "Old", "Pale", "Quick", "Red", "Silver", "Still", "Swift", "White", "Young",
];
const BIRDS: [&str; 28] = [
    "Auk",
    "Avocet",
    "Bittern",
    "Brant",
    "Coot",
    "Crane",
    "Curlew",
    "Dunlin",
    "Eider",
    "Fulmar",
    "Gannet",
    "Godwit",
    "Grebe",
    "Gull",
    "Heron",
    "Kittiwake",
    "Knot",
    "Lapwing",
    "Merlin",
    "Osprey",
    "Plover",
    "Puffin",
    "Shearwater",
    "Skua",
    "Snipe",
    "Tern",
    "Turnstone",
    "Whimbrel",
];

/// Takes the two lists' words for a number; a number beyond all pairs gets a suffix.
fn pair(number: usize, first: &[&str], second: &[&str], join: &str) -> String {
    let pairs = first.len() * second.len();
    let (round, within) = (number / pairs, number % pairs);
    let (one, two) = (first[within % first.len()], second[within / first.len()]);
    if round == 0 { format!("{one}{join}{two}") } else { format!("{one}{join}{two} {}", round + 1) }
}

/// The name of background company `number`.
pub(crate) fn company(number: usize) -> String {
    let form = ["GmbH", "AG", "GmbH", "KG", "GmbH", "OG", "GmbH"][number % 7];
    format!("{} {form}", pair(number, &PLACES, &TRADES, " "))
}

/// The name of background person `number`: given name and family name.
pub(crate) fn person(number: usize) -> (String, String) {
    let (round, within) = (number / (GIVEN.len() * FAMILY.len()), number % (GIVEN.len() * FAMILY.len()));
    let family = FAMILY[within / GIVEN.len()];
    // People share names; here the second round gets double names, so that a name alone is rarely shared.
    let family = if round == 0 { family.to_owned() } else { format!("{family}-{}", FAMILY[(within + round) % FAMILY.len()]) };
    (GIVEN[within % GIVEN.len()].to_owned(), family)
}

/// The name of background vessel `number`.
pub(crate) fn vessel(number: usize) -> String {
    pair(number, &COLOURS, &BIRDS, " ")
}

/// The name of the shipping company that owns background vessels.
pub(crate) fn ship_owner(number: usize) -> String {
    let form = ["Shipping Oy", "Rederi AB", "Laevandus OÜ", "Line ApS", "Reederei GmbH"][number % 5];
    pair(number, &PLACES, &[form], " ")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_of_different_numbers_differ() {
        let companies: BTreeSet<String> = (0..5_000).map(company).collect();
        let vessels: BTreeSet<String> = (0..2_000).map(vessel).collect();
        assert_eq!((companies.len(), vessels.len()), (5_000, 2_000));
    }

    #[test]
    fn names_of_vessels_fit_into_an_ais_message() {
        assert!((0..2_000).all(|number| vessel(number).len() <= 20));
    }
}
