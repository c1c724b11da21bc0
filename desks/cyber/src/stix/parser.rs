//! From words and signs to a tree.
//!
//! FOLLOWEDBY binds least, then OR, then AND, both between observations and within one. Nesting is limited, so that no pattern can exhaust the stack.

use base64::Engine as _;
use jiff::Timestamp;
use regex::{Regex, RegexBuilder};
use unicode_normalization::UnicodeNormalization;

use super::lexer::{Kind, Token, tokens};
use super::{Comparison, Literal, Observed, Operator, Path, Pattern, PatternError, Step, Test, Version};

const PATTERN_MAX_BYTES: usize = 64 * 1_024;
const MOST_NESTED: usize = 64;
const REGEX_MAX_BYTES: usize = 1 << 20;

/// Reads a pattern.
///
/// # Errors
/// When it is not in the grammar, or larger or deeper than allowed.
pub(crate) fn parse(text: &str, version: Version) -> Result<Pattern, PatternError> {
    if text.len() > PATTERN_MAX_BYTES {
        return Err(PatternError { at: PATTERN_MAX_BYTES, problem: format!("a pattern has at most {PATTERN_MAX_BYTES} bytes") });
    }
    let mut parser = Parser { tokens: tokens(text)?, next: 0, end: text.len(), nested: 0, version };
    let pattern = parser.followed_by()?;
    if parser.next < parser.tokens.len() {
        return Err(parser.expected("the end of the pattern"));
    }
    Ok(pattern)
}

struct Parser {
    tokens: Vec<Token>,
    next: usize,
    end: usize,
    nested: usize,
    version: Version,
}

type Parsed<T> = Result<T, PatternError>;

impl Parser {
    fn peek(&self) -> Option<&Kind> {
        self.tokens.get(self.next).map(|token| &token.kind)
    }

    fn at(&self) -> usize {
        self.tokens.get(self.next).map_or(self.end, |token| token.at)
    }

    fn error(&self, problem: impl Into<String>) -> PatternError {
        PatternError { at: self.at(), problem: problem.into() }
    }

    fn expected(&self, what: &str) -> PatternError {
        match self.peek() {
            None => self.error(format!("the pattern ends where {what} is expected")),
            Some(_) => self.error(format!("expected {what}")),
        }
    }

    /// Takes the next token if it is this sign.
    fn takes_sign(&mut self, sign: &str) -> bool {
        let is_next = matches!(self.peek(), Some(Kind::Sign(next)) if *next == sign);
        self.next += usize::from(is_next);
        is_next
    }

    /// Takes the next token if it is this keyword. Keywords are capitals.
    fn takes_word(&mut self, word: &str) -> bool {
        let is_next = matches!(self.peek(), Some(Kind::Word(next)) if next == word);
        self.next += usize::from(is_next);
        is_next
    }

    fn sign(&mut self, sign: &str) -> Parsed<()> {
        if self.takes_sign(sign) { Ok(()) } else { Err(self.expected(sign)) }
    }

    fn word(&mut self, word: &str) -> Parsed<()> {
        if self.takes_word(word) { Ok(()) } else { Err(self.expected(word)) }
    }

    fn nest<T>(&mut self, inner: fn(&mut Self) -> Parsed<T>) -> Parsed<T> {
        self.nested += 1;
        if self.nested > MOST_NESTED {
            return Err(self.error(format!("more than {MOST_NESTED} brackets are open at once")));
        }
        let parsed = inner(self);
        self.nested -= 1;
        parsed
    }

    fn followed_by(&mut self) -> Parsed<Pattern> {
        let mut pattern = self.either()?;
        while self.takes_word("FOLLOWEDBY") {
            pattern = Pattern::FollowedBy(Box::new(pattern), Box::new(self.either()?));
        }
        Ok(pattern)
    }

    fn either(&mut self) -> Parsed<Pattern> {
        let mut pattern = self.both()?;
        while self.takes_word("OR") {
            pattern = Pattern::Or(Box::new(pattern), Box::new(self.both()?));
        }
        Ok(pattern)
    }

    fn both(&mut self) -> Parsed<Pattern> {
        let mut pattern = self.qualified()?;
        while self.takes_word("AND") {
            pattern = Pattern::And(Box::new(pattern), Box::new(self.qualified()?));
        }
        Ok(pattern)
    }

    fn qualified(&mut self) -> Parsed<Pattern> {
        let is_group = self.takes_sign("(");
        let mut pattern = if is_group {
            let inner = self.nest(Self::followed_by)?;
            self.sign(")")?;
            inner
        } else {
            self.sign("[")?;
            let observed = self.nest(Self::any_observed)?;
            self.sign("]")?;
            Pattern::One(Box::new(observed))
        };
        let mut seen: Vec<&str> = Vec::new();
        loop {
            let qualifier = ["WITHIN", "REPEATS", "START"].into_iter().find(|word| self.takes_word(word));
            let Some(qualifier) = qualifier else { return Ok(pattern) };
            // The OASIS validator lets a group have more than one, and so do those who write for it.
            if self.version == Version::V21 && !is_group && seen.contains(&qualifier) {
                return Err(self.error(format!("{qualifier} stands twice after one expression")));
            }
            seen.push(qualifier);
            if seen.len() > MOST_NESTED {
                return Err(self.error(format!("more than {MOST_NESTED} qualifiers follow one another")));
            }
            pattern = self.qualifier(qualifier, pattern)?;
        }
    }

    fn qualifier(&mut self, qualifier: &str, pattern: Pattern) -> Parsed<Pattern> {
        let inner = Box::new(pattern);
        match qualifier {
            "WITHIN" => {
                let seconds = match self.peek() {
                    Some(Kind::Integer(seconds)) if *seconds >= 0 => *seconds as f64,
                    Some(Kind::Float(seconds)) if *seconds >= 0.0 && seconds.is_finite() => *seconds,
                    _ => return Err(self.expected("a number of seconds that is not negative")),
                };
                self.next += 1;
                self.word("SECONDS")?;
                Ok(Pattern::Within(inner, seconds))
            }
            "REPEATS" => {
                let times = match self.peek() {
                    Some(Kind::Integer(times)) => u32::try_from(*times).ok().filter(|times| *times > 0),
                    _ => None,
                };
                let times = times.ok_or_else(|| self.expected("how many times, from 1 on"))?;
                self.next += 1;
                self.word("TIMES")?;
                Ok(Pattern::Repeats(inner, times))
            }
            _ => {
                let from = self.moment()?;
                self.word("STOP")?;
                let to = self.moment()?;
                Ok(Pattern::Between(inner, from, to))
            }
        }
    }

    fn moment(&mut self) -> Parsed<Timestamp> {
        match self.peek() {
            Some(Kind::Typed('t', text)) => {
                let moment = moment(text).map_err(|problem| self.error(problem))?;
                let moment = moment.ok_or_else(|| self.error("there is no such day"))?;
                self.next += 1;
                Ok(moment)
            }
            _ => Err(self.expected("a time such as t'2026-01-01T00:00:00Z'")),
        }
    }

    fn any_observed(&mut self) -> Parsed<Observed> {
        let mut observed = self.all_observed()?;
        while self.takes_word("OR") {
            observed = Observed::Or(Box::new(observed), Box::new(self.all_observed()?));
        }
        Ok(observed)
    }

    fn all_observed(&mut self) -> Parsed<Observed> {
        let mut observed = self.single_observed()?;
        while self.takes_word("AND") {
            observed = Observed::And(Box::new(observed), Box::new(self.single_observed()?));
        }
        Ok(observed)
    }

    fn single_observed(&mut self) -> Parsed<Observed> {
        if self.takes_sign("(") {
            let inner = self.nest(Self::any_observed)?;
            self.sign(")")?;
            return Ok(inner);
        }
        if self.takes_word("EXISTS") {
            return Ok(Observed::Is(Comparison { path: self.path()?, is_negated: false, test: Test::Exists }));
        }
        let path = self.path()?;
        let is_negated = self.takes_word("NOT");
        let test = self.test(&path)?;
        Ok(Observed::Is(Comparison { path, is_negated, test }))
    }

    fn path(&mut self) -> Parsed<Path> {
        let object_type = match self.peek() {
            Some(Kind::Word(word)) => word.clone(),
            _ => return Err(self.expected("the type of an object")),
        };
        self.next += 1;
        self.sign(":")?;
        let mut steps = vec![self.property()?];
        loop {
            if self.takes_sign(".") {
                steps.push(self.property()?);
            } else if self.takes_sign("[") {
                steps.push(self.element()?);
                self.sign("]")?;
            } else {
                return Ok(Path { object_type, steps });
            }
        }
    }

    fn property(&mut self) -> Parsed<Step> {
        let name = match self.peek() {
            Some(Kind::Word(word)) if word.contains('-') => {
                return Err(self.error("a name with a hyphen is written between quotes"));
            }
            Some(Kind::Word(name) | Kind::Text(name)) => name.clone(),
            _ => return Err(self.expected("the name of a property")),
        };
        self.next += 1;
        Ok(Step::Property(name))
    }

    fn element(&mut self) -> Parsed<Step> {
        if self.takes_sign("*") {
            return Ok(Step::Any);
        }
        let index = match self.peek() {
            Some(Kind::Integer(index)) => usize::try_from(*index).ok(),
            _ => None,
        };
        let index = index.ok_or_else(|| self.expected("a place in a list, or *"))?;
        self.next += 1;
        Ok(Step::Index(index))
    }

    fn test(&mut self, path: &Path) -> Parsed<Test> {
        let operators = [
            ("==", Operator::Equal),
            ("=", Operator::Equal),
            ("!=", Operator::NotEqual),
            ("<>", Operator::NotEqual),
            ("<=", Operator::LessOrEqual),
            ("<", Operator::Less),
            (">=", Operator::GreaterOrEqual),
            (">", Operator::Greater),
        ];
        if let Some((_, operator)) = operators.into_iter().find(|(sign, _)| self.takes_sign(sign)) {
            let literal = self.literal()?;
            let is_order = !matches!(operator, Operator::Equal | Operator::NotEqual);
            if is_order && matches!(literal, Literal::Boolean(_)) {
                return Err(self.error("true and false have no order"));
            }
            if let (Operator::Equal, Literal::Text(hash)) = (operator, &literal) {
                self.check_hash(path, hash)?;
            }
            return Ok(Test::Compare(operator, literal));
        }
        if self.takes_word("IN") {
            return self.set().map(Test::In);
        }
        let words = ["LIKE", "MATCHES", "ISSUBSET", "ISSUPERSET"];
        let Some(word) = words.into_iter().find(|word| self.takes_word(word)) else {
            return Err(self.expected("a comparison"));
        };
        let Some(Kind::Text(text)) = self.peek().cloned() else { return Err(self.expected("a text between quotes")) };
        let test = match word {
            "LIKE" => Test::Like(self.regex(&like(&text))?),
            "MATCHES" => Test::Matches(self.regex(&text)?),
            "ISSUBSET" => Test::IsSubset(text),
            _ => Test::IsSuperset(text),
        };
        self.next += 1;
        Ok(test)
    }

    /// Texts are compared in one Unicode form (NFC).
    fn regex(&self, text: &str) -> Parsed<Regex> {
        let text: String = text.nfc().collect();
        let built = RegexBuilder::new(&text).dot_matches_new_line(true).size_limit(REGEX_MAX_BYTES).build();
        built.map_err(|error| self.error(format!("the regular expression cannot be used: {error}")))
    }

    fn set(&mut self) -> Parsed<Vec<Literal>> {
        self.sign("(")?;
        let mut literals = Vec::new();
        if self.takes_sign(")") {
            return Ok(literals);
        }
        loop {
            literals.push(self.literal()?);
            if !self.takes_sign(",") {
                break;
            }
        }
        self.sign(")")?;
        Ok(literals)
    }

    fn literal(&mut self) -> Parsed<Literal> {
        let literal = match self.peek() {
            Some(Kind::Text(text)) => Literal::Text(text.clone()),
            Some(Kind::Integer(number)) => Literal::Integer(*number),
            Some(Kind::Float(number)) => Literal::Float(*number),
            Some(Kind::Word(word)) if word == "true" || word == "false" => Literal::Boolean(word == "true"),
            Some(Kind::Typed('t', text)) => {
                moment(text).map_err(|problem| self.error(problem))?.map_or(Literal::NoTime, Literal::Time)
            }
            Some(Kind::Typed('h', text)) => Literal::Bytes(hex::decode(text).map_err(|_| self.error("it is not hexadecimal"))?),
            Some(Kind::Typed(_, text)) => {
                let bytes = base64::engine::general_purpose::STANDARD.decode(text);
                Literal::Bytes(bytes.map_err(|_| self.error("it is not base 64"))?)
            }
            _ => return Err(self.expected("a number, a text, true, false, a time or bytes")),
        };
        self.next += 1;
        Ok(literal)
    }

    /// A hash has the length of its kind.
    fn check_hash(&self, path: &Path, hash: &str) -> Parsed<()> {
        let is_hash = path.steps.iter().any(|step| *step == Step::Property("hashes".into()));
        let length = match path.last_property().to_ascii_uppercase().replace('-', "").as_str() {
            "MD5" => 32,
            "SHA1" => 40,
            "SHA224" => 56,
            "SHA256" => 64,
            "SHA384" => 96,
            "SHA512" => 128,
            _ => return Ok(()),
        };
        if is_hash && (hash.len() != length || !hash.bytes().all(|byte| byte.is_ascii_hexdigit())) {
            return Err(self.error(format!("a hash of this kind has {length} hexadecimal digits")));
        }
        Ok(())
    }
}

/// A time in the grammar's one form; `None` where the calendar has no such day.
fn moment(text: &str) -> Result<Option<Timestamp>, String> {
    let wanted = || format!("{text:?} is no time such as 2026-01-01T00:00:00Z");
    let bytes = text.as_bytes();
    let form = "0000-00-00T00:00:00";
    let in_form = bytes.len() > form.len()
        && form.bytes().zip(bytes).all(|(form, byte)| if form == b'0' { byte.is_ascii_digit() } else { form == *byte });
    let fraction = text.get(form.len()..).and_then(|rest| rest.strip_suffix('Z'));
    let fraction_in_form = match fraction {
        Some("") => true,
        Some(fraction) => fraction
            .strip_prefix('.')
            .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())),
        None => false,
    };
    if !in_form || !fraction_in_form {
        return Err(wanted());
    }
    let number = |from: usize| text[from..from + 2].parse::<u32>().unwrap_or(99);
    let in_range =
        (1..=12).contains(&number(5)) && (1..=31).contains(&number(8)) && number(11) < 24 && number(14) < 60 && number(17) <= 60;
    if in_range { Ok(text.parse().ok()) } else { Err(wanted()) }
}

/// LIKE's text as a regular expression.
fn like(text: &str) -> String {
    let text: String = text.nfc().collect();
    let inner: String = text
        .chars()
        .map(|sign| match sign {
            '%' => ".*".to_owned(),
            '_' => ".".to_owned(),
            sign => regex::escape(sign.encode_utf8(&mut [0; 4])),
        })
        .collect();
    format!("^{inner}$")
}
