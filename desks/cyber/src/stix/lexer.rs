//! Words and signs of a pattern.

use super::PatternError;

/// A word or sign, with where it begins.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) at: usize,
    pub(super) kind: Kind,
}

/// What a token is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// A keyword or a name; names of object types may have hyphens.
    Word(String),
    /// A text between quotes, without its escapes.
    Text(String),
    /// `h'…'`, `b'…'` and `t'…'`: the letter and what stands between the quotes.
    Typed(char, String),
    Integer(i64),
    Float(f64),
    /// `[ ] ( ) : . , *` and the operators.
    Sign(&'static str),
}

const SIGNS: [&str; 17] = ["!=", "<>", "==", "<=", ">=", "=", "<", ">", "[", "]", "(", ")", ":", ".", ",", "*", "-"];

pub(super) fn tokens(text: &str) -> Result<Vec<Token>, PatternError> {
    let mut tokens = Vec::new();
    let mut rest = text;
    loop {
        rest = after_blanks_and_comments(rest);
        let at = text.len() - rest.len();
        let Some(first) = rest.chars().next() else { return Ok(tokens) };
        let (kind, used) = token(rest, first).map_err(|problem| PatternError { at, problem })?;
        tokens.push(Token { at, kind });
        rest = &rest[used..];
    }
}

fn after_blanks_and_comments(text: &str) -> &str {
    let mut rest = text.trim_start();
    loop {
        let comment_end = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            let Some(end) = rest.find("*/") else { return rest };
            end + 2
        } else {
            return rest;
        };
        rest = rest[comment_end..].trim_start();
    }
}

fn token(rest: &str, first: char) -> Result<(Kind, usize), String> {
    if let Some(letter) = ['h', 'b', 't'].into_iter().find(|letter| *letter == first && rest[1..].starts_with('\'')) {
        let (content, used) = quoted(&rest[1..])?;
        return Ok((Kind::Typed(letter, content), used + 1));
    }
    if first == '\'' {
        let (content, used) = quoted(rest)?;
        return Ok((Kind::Text(content), used));
    }
    if first.is_ascii_alphabetic() || first == '_' {
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-').unwrap_or(rest.len());
        return Ok((Kind::Word(rest[..end].to_owned()), end));
    }
    if let Some(number) = number(rest)? {
        return Ok(number);
    }
    let sign = SIGNS.into_iter().find(|sign| rest.starts_with(sign));
    sign.map(|sign| (Kind::Sign(sign), sign.len())).ok_or_else(|| format!("{first:?} has no meaning here"))
}

/// A number with a sign, a point or both. A point with digits after it is a number only where no name stands before it, which the parser sees.
fn number(rest: &str) -> Result<Option<(Kind, usize)>, String> {
    let signed = usize::from(rest.starts_with(['-', '+']));
    let digits = |from: usize| rest[from..].bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(signed);
    let after = signed + whole;
    if rest[after..].starts_with('.') && (whole > 0 || digits(after + 1) > 0) {
        let end = after + 1 + digits(after + 1);
        let number = rest[..end].parse().map_err(|_| format!("{:?} is no number", &rest[..end]))?;
        return Ok(Some((Kind::Float(number), end)));
    }
    if whole == 0 {
        return Ok(None);
    }
    let number = rest[..after].parse().map_err(|_| format!("{:?} is no number of 64 bits", &rest[..after]))?;
    Ok(Some((Kind::Integer(number), after)))
}

/// A text between single quotes, in which a backslash takes the next sign as it is.
fn quoted(rest: &str) -> Result<(String, usize), String> {
    let mut content = String::new();
    let mut signs = rest.char_indices().skip(1);
    while let Some((at, sign)) = signs.next() {
        match sign {
            '\'' => return Ok((content, at + 1)),
            '\\' => match signs.next() {
                Some((_, escaped @ ('\'' | '\\'))) => content.push(escaped),
                _ => return Err("after a backslash comes a quote or a backslash".into()),
            },
            sign => content.push(sign),
        }
    }
    Err("the text has no end: a quote is missing".into())
}
