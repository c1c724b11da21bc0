//! What a pattern says, as a tree.

use jiff::Timestamp;
use regex::Regex;

/// An expression over observations.
#[derive(Debug, Clone)]
pub(crate) enum Pattern {
    /// One observation that fits, between brackets.
    One(Box<Observed>),
    /// Both, by different observations.
    And(Box<Pattern>, Box<Pattern>),
    /// Either.
    Or(Box<Pattern>, Box<Pattern>),
    /// Both, the second not before the first.
    FollowedBy(Box<Pattern>, Box<Pattern>),
    /// So many seconds between the first and the last observation at most.
    Within(Box<Pattern>, f64),
    /// So many times, by different observations.
    Repeats(Box<Pattern>, u32),
    /// Not before the first moment, and before the second.
    Between(Box<Pattern>, Timestamp, Timestamp),
}

/// An expression over the objects of one observation.
#[derive(Debug, Clone)]
pub(crate) enum Observed {
    /// A comparison.
    Is(Comparison),
    /// Both, by the same object where they are about objects of one type.
    And(Box<Observed>, Box<Observed>),
    /// Either.
    Or(Box<Observed>, Box<Observed>),
}

/// A path to values and what must hold of one of them.
#[derive(Debug, Clone)]
pub(crate) struct Comparison {
    pub(crate) path: Path,
    pub(crate) is_negated: bool,
    pub(crate) test: Test,
}

/// The type of an object, and the way to a property.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Path {
    pub(crate) object_type: String,
    pub(crate) steps: Vec<Step>,
}

impl Path {
    /// The last property's name.
    pub(crate) fn last_property(&self) -> &str {
        let names =
            self.steps.iter().rev().filter_map(|step| if let Step::Property(name) = step { Some(name.as_str()) } else { None });
        names.into_iter().next().unwrap_or_default()
    }
}

/// A step of a path.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Step {
    /// A member of an object.
    Property(String),
    /// An element of a list.
    Index(usize),
    /// Any element.
    Any,
}

/// What must hold of a value.
#[derive(Debug, Clone)]
pub(crate) enum Test {
    /// Compared with a literal.
    Compare(Operator, Literal),
    /// One of several.
    In(Vec<Literal>),
    /// Like a text in which `%` stands for any characters and `_` for one.
    Like(Regex),
    /// Fits a regular expression somewhere.
    Matches(Regex),
    /// Lies in a network.
    IsSubset(String),
    /// Holds a network.
    IsSuperset(String),
    /// Is there.
    Exists,
}

/// How a value is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// A literal.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Literal {
    Text(String),
    Integer(i64),
    Float(f64),
    Boolean(bool),
    /// Written in hexadecimal or base 64.
    Bytes(Vec<u8>),
    Time(Timestamp),
    /// A time that the grammar allows and the calendar does not, such as 30 February: it equals no time.
    NoTime,
}
