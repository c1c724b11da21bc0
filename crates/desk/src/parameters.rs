//! A detector's parameters with their values: the head's defaults, what someone says otherwise, and the span's own moments.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use oikos_model::Timestamp;

use crate::{Head, ParameterDefinition, ParameterValue, Parameters, Span};

/// The parameters that the span gives, in every detector: its two ends, and the moment from which steps read.
pub const SPAN_NAMES: [&str; 3] = ["span_from", "span_to", "read_from"];

/// The longest lookback or lateness, hours: ten years.
pub(crate) const MOST_HOURS: f64 = 87_660.0;

/// Longest text a parameter can have, bytes.
const MOST_TEXT_BYTES: usize = 1_000;

/// Why a parameter cannot have a value, or a span none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParameterError {
    /// The head names no such parameter.
    #[error("{detector} has no parameter {name:?}; it has: {known}")]
    Unknown {
        /// The detector.
        detector: String,
        /// The name.
        name: String,
        /// The names there are.
        known: String,
    },
    /// The value is of the wrong type or out of its range.
    #[error("{detector}: parameter {name}: {problem}")]
    Value {
        /// The detector.
        detector: String,
        /// The name.
        name: String,
        /// What is wrong and what would be right.
        problem: String,
    },
    /// The span does not hold a moment, or its lookback reaches before all time.
    #[error("the span from {from} to {to} cannot be read: {problem}")]
    Span {
        /// Its beginning.
        from: Timestamp,
        /// Its end.
        to: Timestamp,
        /// What is wrong.
        problem: &'static str,
    },
}

/// The head's parameters, each with the value of `overrides` or its default.
///
/// # Errors
/// When a name is not the head's, or a value is of another type or out of its range.
pub fn resolve(head: &Head, overrides: &BTreeMap<String, ParameterValue>) -> Result<Parameters, ParameterError> {
    if let Some(name) = overrides.keys().find(|name| !head.parameters.contains_key(*name)) {
        let known = head.parameters.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        return Err(ParameterError::Unknown { detector: head.id.to_string(), name: name.clone(), known });
    }
    let mut values = BTreeMap::new();
    for (name, definition) in &head.parameters {
        let value = overrides.get(name).unwrap_or(&definition.default);
        check_value(definition, value).map_err(|problem| ParameterError::Value {
            detector: head.id.to_string(),
            name: name.clone(),
            problem,
        })?;
        values.insert(name.clone(), value.clone());
    }
    Ok(Parameters(values))
}

/// The moment from which a run over `span` reads: its beginning less the head's lookback.
///
/// # Errors
/// When the span holds no moment, or the lookback reaches before all time.
pub fn read_from(head: &Head, span: Span) -> Result<Timestamp, ParameterError> {
    let error = |problem| ParameterError::Span { from: span.from, to: span.to, problem };
    if span.from >= span.to {
        return Err(error("it must end after it begins"));
    }
    let lookback = SignedDuration::try_from_secs_f64(head.lookback_hours * 3_600.0);
    let lookback = lookback.map_err(|_| error("the lookback is no number of hours"))?;
    span.from.checked_sub(lookback).map_err(|_| error("the lookback reaches before all time"))
}

/// The parameters with the span's own moments added.
#[must_use]
pub fn with_span(parameters: &Parameters, span: Span, read_from: Timestamp) -> Parameters {
    let mut values = parameters.0.clone();
    for (name, at) in SPAN_NAMES.into_iter().zip([span.from, span.to, read_from]) {
        values.insert(name.to_owned(), ParameterValue::Time(at));
    }
    Parameters(values)
}

/// Checks a value against its definition; the definition's default says the type.
pub(crate) fn check_value(definition: &ParameterDefinition, value: &ParameterValue) -> Result<(), String> {
    let number = match (&definition.default, value) {
        (ParameterValue::Number(_), ParameterValue::Number(number)) => *number,
        (ParameterValue::Text(_), ParameterValue::Text(text)) if text.len() <= MOST_TEXT_BYTES => return Ok(()),
        (ParameterValue::Text(_), ParameterValue::Text(_)) => return Err(format!("longer than {MOST_TEXT_BYTES} bytes")),
        (ParameterValue::Number(_), _) => return Err("a number is expected".to_owned()),
        (ParameterValue::Text(_), _) => return Err("a text is expected".to_owned()),
        (ParameterValue::Time(_), _) => return Err("only the span's own parameters are moments".to_owned()),
    };
    let minimum = definition.minimum.unwrap_or(f64::MIN);
    let maximum = definition.maximum.unwrap_or(f64::MAX);
    if (minimum..=maximum).contains(&number) {
        return Ok(());
    }
    let bound = |bound: Option<f64>, words: &str| bound.map(|bound| format!("{words} {bound}"));
    let bounds: Vec<String> =
        [bound(definition.minimum, "at least"), bound(definition.maximum, "at most")].into_iter().flatten().collect();
    let wanted = if bounds.is_empty() { "a finite number".to_owned() } else { bounds.join(" and ") };
    Err(format!("{number} is out of its range; expected {wanted} {}", definition.unit).trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn head() -> Head {
        testing::stays().head
    }

    fn overrides(name: &str, value: ParameterValue) -> BTreeMap<String, ParameterValue> {
        BTreeMap::from([(name.to_owned(), value)])
    }

    #[test]
    fn defaults_stand_where_nobody_says_otherwise() {
        let parameters = resolve(&head(), &BTreeMap::new()).unwrap();
        assert_eq!(parameters.number("stay_hours"), Some(2.0));
        let parameters = resolve(&head(), &overrides("stay_hours", ParameterValue::Number(4.0))).unwrap();
        assert_eq!(parameters.number("stay_hours"), Some(4.0));
    }

    #[test]
    fn what_the_head_does_not_allow_is_refused() {
        let refused = |name, value| resolve(&head(), &overrides(name, value)).unwrap_err().to_string();
        let message = refused("stay", ParameterValue::Number(4.0));
        assert_eq!(message, "toy.stays has no parameter \"stay\"; it has: stay_hours");
        assert!(refused("stay_hours", ParameterValue::Text("4".into())).contains("a number is expected"));
        let message = refused("stay_hours", ParameterValue::Number(1_000.0));
        assert_eq!(message, "toy.stays: parameter stay_hours: 1000 is out of its range; expected at least 0 and at most 100 h");
        assert!(refused("stay_hours", ParameterValue::Number(f64::NAN)).contains("out of its range"));
        assert!(refused("span_to", ParameterValue::Number(0.0)).contains("no parameter"));
    }

    #[test]
    fn a_run_reads_from_its_lookback_on() {
        let span = testing::span(10, 20);
        let read_from = read_from(&head(), span).unwrap();
        assert_eq!(read_from, testing::hour(4));
        let parameters = with_span(&Parameters::default(), span, read_from);
        assert_eq!(parameters.time("read_from"), Some(testing::hour(4)));
        assert_eq!(parameters.time("span_from"), Some(testing::hour(10)));
        assert_eq!(parameters.time("span_to"), Some(testing::hour(20)));
    }

    #[test]
    fn a_span_must_hold_a_moment() {
        assert!(read_from(&head(), testing::span(10, 10)).is_err());
        assert!(read_from(&head(), testing::span(10, 9)).is_err());
    }
}
