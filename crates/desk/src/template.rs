//! Texts with `{column}` in them, and how a value reads in a text.

use oikos_model::Timestamp;

use crate::cells::Cell;

/// How many characters a filled text may have. A longer one ends in `…`.
pub(crate) const TEXT_CHARACTERS: usize = 500;

/// How many values of a list a text shows.
const LIST_VALUES: usize = 5;

enum Piece {
    Words(String),
    Column(String),
}

/// A text in which `{column}` stands for a row's value.
pub(crate) struct Template(Vec<Piece>);

impl Template {
    /// Reads a template. Braces must come in pairs with a column's name between them.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(open) = rest.find(['{', '}']) {
            let (words, tail) = rest.split_at(open);
            let close = tail.find('}').filter(|close| *close > 1 && !tail[1..*close].contains('{'));
            let Some(close) = close else {
                return Err(format!("the braces in {text:?} do not pair up; write {{column}}"));
            };
            pieces.push(Piece::Words(words.to_owned()));
            pieces.push(Piece::Column(tail[1..close].to_owned()));
            rest = &tail[close + 1..];
        }
        pieces.push(Piece::Words(rest.to_owned()));
        Ok(Self(pieces))
    }

    /// The columns it names.
    pub(crate) fn columns(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Column(column) => Some(column.as_str()),
            Piece::Words(_) => None,
        })
    }

    /// The text with each column replaced by what `value` gives for it: printable and of limited length.
    pub(crate) fn fill<'a>(&self, mut value: impl FnMut(&str) -> Cell<'a>) -> String {
        let mut text = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Words(words) => text.push_str(words),
                Piece::Column(column) => text.push_str(&in_words(&value(column))),
            }
        }
        shorten(&text, TEXT_CHARACTERS)
    }
}

/// Makes control characters visible and cuts a text to at most `limit` characters, the last of which is then `…`.
pub(crate) fn shorten(text: &str, limit: usize) -> String {
    let visible = text.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c });
    if text.chars().count() <= limit {
        return visible.collect();
    }
    visible.take(limit.saturating_sub(1)).chain(['…']).collect()
}

/// A value as a person reads it.
fn in_words(cell: &Cell<'_>) -> String {
    match cell {
        Cell::Empty => "unknown".to_owned(),
        Cell::Text(text) => (*text).to_owned(),
        Cell::Integer(number) => number.to_string(),
        Cell::Number(number) => readable_number(*number),
        Cell::Boolean(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Cell::Time(at) => readable_time(*at),
        Cell::List(values) => {
            let shown: Vec<String> = values.iter().take(LIST_VALUES).map(in_words).collect();
            match values.len().saturating_sub(LIST_VALUES) {
                0 => shown.join(", "),
                more => format!("{} and {more} more", shown.join(", ")),
            }
        }
    }
}

/// A number with four significant digits, or with all of its whole ones, and without zeros that say nothing.
fn readable_number(number: f64) -> String {
    if !number.is_finite() {
        return "unknown".to_owned();
    }
    if number == 0.0 {
        return "0".to_owned();
    }
    #[expect(clippy::cast_possible_truncation, reason = "the logarithm of a double lies between -324 and 308")]
    let magnitude = number.abs().log10().floor() as i32;
    let decimals = usize::try_from((3 - magnitude).clamp(0, 9)).unwrap_or_default();
    let text = format!("{number:.decimals$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// A moment in ISO 8601, to the second.
fn readable_time(at: Timestamp) -> String {
    Timestamp::from_second(at.as_second()).unwrap_or(at).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(text: &str, cell: impl Fn(&str) -> Cell<'static>) -> String {
        Template::parse(text).unwrap().fill(cell)
    }

    #[test]
    fn columns_are_replaced_and_the_rest_stays() {
        let template = Template::parse("{a} was dark for {b} h").unwrap();
        assert_eq!(template.columns().collect::<Vec<_>>(), ["a", "b"]);
        let text = template.fill(|column| if column == "a" { Cell::Text("Grey Petrel") } else { Cell::Number(7.25) });
        assert_eq!(text, "Grey Petrel was dark for 7.25 h");
    }

    #[test]
    fn braces_that_do_not_pair_are_refused() {
        for bad in ["{a", "a}", "{}", "{a{b}}", "} {"] {
            assert!(Template::parse(bad).is_err(), "{bad:?} must be refused");
        }
    }

    #[test]
    fn numbers_are_rounded_so_that_nothing_said_is_lost() {
        let said = [0.0, 24.99, 24.9, 100.0, 1234.56, 123_456.7, 0.001_234_56, -3.5, f64::NAN].map(readable_number).join(" ");
        assert_eq!(said, "0 24.99 24.9 100 1235 123457 0.001235 -3.5 unknown");
    }

    #[test]
    fn times_have_no_fraction_and_lists_are_short() {
        let at: Timestamp = "2026-03-01T12:00:00.25Z".parse().unwrap();
        assert_eq!(fill("{at}", |_| Cell::Time(at)), "2026-03-01T12:00:00Z");
        let list = (1..=7).map(Cell::Integer).collect::<Vec<_>>();
        assert_eq!(in_words(&Cell::List(list)), "1, 2, 3, 4, 5 and 2 more");
    }

    #[test]
    fn hostile_values_stay_printable_and_short() {
        assert_eq!(fill("{a}", |_| Cell::Text("a\u{1b}[2Jb\n")), "a\u{fffd}[2Jb\u{fffd}");
        let long: &'static str = Box::leak("x".repeat(10_000).into_boxed_str());
        let text = fill("{a}", |_| Cell::Text(long));
        assert_eq!(text.chars().count(), TEXT_CHARACTERS);
        assert!(text.ends_with('…'));
    }
}
