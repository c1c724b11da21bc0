//! One value against one test.

use std::cmp::Ordering;

use base64::Engine as _;
use jiff::Timestamp;
use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

use super::address::Cidr;
use super::{Literal, MatchError, Operator, Test};

/// How a property's text is to be taken: names that end in `_bin` and `_hex` hold bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    Plain,
    Base64,
    Hexadecimal,
}

impl Coding {
    fn of(property: &str) -> Self {
        if property.ends_with("_bin") {
            Self::Base64
        } else if property.ends_with("_hex") {
            Self::Hexadecimal
        } else {
            Self::Plain
        }
    }

    /// The bytes that the text stands for; `None` where it stands for none. A plain text stands for its characters up to U+00FF.
    fn bytes(self, text: &str) -> Option<Vec<u8>> {
        match self {
            Self::Plain => as_bytes(text),
            Self::Base64 => base64::engine::general_purpose::STANDARD.decode(text).ok(),
            Self::Hexadecimal => hex::decode(text).ok(),
        }
    }
}

fn as_bytes(text: &str) -> Option<Vec<u8>> {
    text.chars().map(|sign| u8::try_from(u32::from(sign)).ok()).collect()
}

/// Whether the value of a property passes the test.
///
/// # Errors
/// When the literal cannot be compared with such values at all.
pub(super) fn passes(test: &Test, property: &str, value: &Value) -> Result<bool, MatchError> {
    let coding = Coding::of(property);
    match test {
        Test::Compare(operator, literal) => compares(*operator, literal, coding, value),
        Test::In(literals) => is_in(literals, coding, value),
        Test::Like(regex) | Test::Matches(regex) => Ok(text_of(coding, value).is_some_and(|text| regex.is_match(&text))),
        Test::IsSubset(network) => Ok(networks(network, value).is_some_and(|(said, held)| said.contains(held))),
        Test::IsSuperset(network) => Ok(networks(network, value).is_some_and(|(said, held)| held.contains(said))),
        Test::Exists => Ok(true),
    }
}

fn networks(said: &str, value: &Value) -> Option<(Cidr, Cidr)> {
    Some((Cidr::parse(said)?, Cidr::parse(value.as_str()?)?))
}

/// The text to which expressions are fitted, in one Unicode form; bytes are characters up to U+00FF.
fn text_of(coding: Coding, value: &Value) -> Option<String> {
    let text = value.as_str()?;
    match coding {
        Coding::Plain => Some(text.nfc().collect()),
        coding => Some(coding.bytes(text)?.into_iter().map(char::from).collect()),
    }
}

fn compares(operator: Operator, literal: &Literal, coding: Coding, value: &Value) -> Result<bool, MatchError> {
    let Some(order) = order(literal, coding, value)? else {
        // What cannot be compared is different.
        return Ok(operator == Operator::NotEqual);
    };
    Ok(match operator {
        Operator::Equal => order == Ordering::Equal,
        Operator::NotEqual => order != Ordering::Equal,
        Operator::Less => order == Ordering::Less,
        Operator::LessOrEqual => order != Ordering::Greater,
        Operator::Greater => order == Ordering::Greater,
        Operator::GreaterOrEqual => order != Ordering::Less,
    })
}

/// How the value stands to the literal; `None` where the two are of kinds that have no order between them.
fn order(literal: &Literal, coding: Coding, value: &Value) -> Result<Option<Ordering>, MatchError> {
    Ok(match (literal, value) {
        (Literal::Text(said), Value::String(held)) if coding == Coding::Plain => Some(held.as_str().cmp(said)),
        (Literal::Text(said), Value::String(held)) => pair(coding.bytes(held), as_bytes(said)),
        (Literal::Bytes(said), Value::String(held)) => pair(coding.bytes(held), Some(said.clone())),
        (Literal::Integer(said), Value::Number(held)) => match held.as_i64() {
            Some(held) => Some(held.cmp(said)),
            None => held.as_f64().and_then(|held| held.partial_cmp(&(*said as f64))),
        },
        (Literal::Float(said), Value::Number(held)) => held.as_f64().and_then(|held| held.partial_cmp(said)),
        (Literal::Boolean(said), Value::Bool(held)) => Some(held.cmp(said)),
        (Literal::Time(said), Value::String(held)) => Some(moment(held)?.cmp(said)),
        (Literal::NoTime, Value::String(held)) => moment(held).map(|_| None)?,
        _ => None,
    })
}

fn pair(held: Option<Vec<u8>>, said: Option<Vec<u8>>) -> Option<Ordering> {
    Some(held?.cmp(&said?))
}

/// A time as STIX writes it.
fn moment(text: &str) -> Result<Timestamp, MatchError> {
    let as_stix_writes_it = text.len() >= 20 && text.as_bytes()[10] == b'T' && text.ends_with('Z') && &text[17..19] < "60";
    let moment = if as_stix_writes_it { text.parse().ok() } else { None };
    moment.ok_or_else(|| MatchError::Incomparable(format!("{text:?} is no time such as 2026-01-01T00:00:00Z")))
}

/// Kinds of literal that a set may hold together.
fn kind(literal: &Literal) -> u8 {
    match literal {
        Literal::Text(_) => 0,
        Literal::Integer(_) | Literal::Float(_) => 1,
        Literal::Boolean(_) => 2,
        Literal::Bytes(_) => 3,
        Literal::Time(_) | Literal::NoTime => 4,
    }
}

fn is_in(literals: &[Literal], coding: Coding, value: &Value) -> Result<bool, MatchError> {
    if literals.windows(2).any(|pair| kind(&pair[0]) != kind(&pair[1])) {
        return Err(MatchError::Incomparable("a set holds literals of one kind".into()));
    }
    for literal in literals {
        if order(literal, coding, value)? == Some(Ordering::Equal) {
            return Ok(true);
        }
    }
    Ok(false)
}
