//! The text of a page or of a marked-up summary: tags dropped, entities read. It is no HTML parser: it follows no document
//! structure, loads nothing and runs nothing. What stands inside `script`, `style`, `template` and comments is no text.

/// Elements whose content is no text for a reader.
const SILENT: [&str; 5] = ["script", "style", "template", "noscript", "svg"];
/// Elements within a line: where others begin or end, a word ends.
const WITHIN_A_LINE: [&str; 14] =
    ["a", "abbr", "b", "bdi", "bdo", "code", "em", "font", "i", "mark", "small", "span", "strong", "u"];
/// The longest entity that is looked at, with `&` and `;`.
const MOST_ENTITY_BYTES: usize = 12;

/// The text between tags, white space made one space.
pub fn text_of_html(html: &str) -> String {
    let mut text = String::with_capacity(html.len() / 2);
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        push_text(&rest[..open], &mut text);
        rest = after_tag(&rest[open..], &mut text);
    }
    push_text(rest, &mut text);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What comes after the tag or comment that begins here; a `<` that begins none is text.
fn after_tag<'a>(tag: &'a str, text: &mut String) -> &'a str {
    if let Some(comment) = tag.strip_prefix("<!--") {
        return comment.find("-->").map_or("", |end| &comment[end + 3..]);
    }
    let name = tag[1..].trim_start_matches('/');
    if !name.starts_with(|first: char| first.is_ascii_alphabetic() || matches!(first, '!' | '?')) {
        text.push('<');
        return &tag[1..];
    }
    let length = name.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(name.len());
    let name = name[..length].to_ascii_lowercase();
    if !WITHIN_A_LINE.contains(&name.as_str()) {
        text.push(' ');
    }
    let after = tag_end(tag).map_or("", |end| &tag[end..]);
    if SILENT.contains(&name.as_str()) && !tag.starts_with("</") { after_silent(after, &name) } else { after }
}

/// Behind the `>` that ends a tag, not counting those in quoted values.
fn tag_end(tag: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in tag.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(at + 1),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    // A quote that nobody closed: the first `>` ends the tag, as a reader would see it.
    tag.find('>').map(|at| at + 1)
}

fn after_silent<'a>(rest: &'a str, name: &str) -> &'a str {
    let mut from = 0;
    while let Some(close) = rest[from..].find("</") {
        let at = from + close;
        let ends = rest.as_bytes()[at + 2..].get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes()));
        if ends {
            return &rest[at..];
        }
        from = at + 2;
    }
    ""
}

fn push_text(piece: &str, text: &mut String) {
    let mut rest = piece;
    while let Some(at) = rest.find('&') {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.as_bytes().iter().take(MOST_ENTITY_BYTES).position(|byte| *byte == b';');
        match end.and_then(|end| entity(&rest[1..end]).map(|letter| (letter, end))) {
            Some((letter, end)) => {
                text.push(letter);
                rest = &rest[end + 1..];
            }
            None => {
                text.push('&');
                rest = &rest[1..];
            }
        }
    }
    text.push_str(rest);
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).filter(|letter| !letter.is_control() || letter.is_whitespace());
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        "euro" => '€',
        "ndash" => '–',
        "mdash" => '—',
        "hellip" => '…',
        "laquo" => '«',
        "raquo" => '»',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn tags_go_and_text_stays() {
        let html = "<!DOCTYPE html><title>Film &amp; earn</title><style>p{}</style><p class=\"a>b\">400&nbsp;&euro; for a <b>sub</b>station\
                    <script>if (a</b) evil()</script><br>write&#58; <a href='x'>@me</a> 1 < 2 &unknown; <!-- no --> end";
        assert_eq!(text_of_html(html), "Film & earn 400 € for a substation write: @me 1 < 2 &unknown; end");
        assert_eq!(text_of_html("plain"), "plain");
        assert_eq!(text_of_html("<p unclosed"), "");
    }

    proptest! {
        #[test]
        fn arbitrary_texts_never_panic(html in "[<>/!a-z&;# \"'é-]{0,200}") {
            let text = text_of_html(&html);
            prop_assert!(text.len() <= 2 * html.len() + 1);
        }
    }
}
