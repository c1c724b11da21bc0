//! What a case gives, in a form that is the same on every machine, and where two of them differ.

use oikos_model::{FactValue, Finding};
use serde::Serialize;
use serde_json::{Value, json};

use crate::Reject;

/// What a case gives.
#[derive(Serialize)]
pub(super) struct CaseOutput {
    pub(super) findings: Vec<ShownFinding>,
    pub(super) rejects: Vec<ShownReject>,
    pub(super) errors: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct ShownFinding {
    title: String,
    key: String,
    from: String,
    to: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<[f64; 2]>,
    prior_bits: f64,
    reasons: Vec<ShownReason>,
    score_bits: f64,
    selectors: Vec<String>,
    facts: Vec<Value>,
    evidence: Vec<String>,
}

#[derive(Serialize)]
struct ShownReason {
    name: String,
    bits: f64,
    text: String,
}

/// A refused row with the file or table it was in.
#[derive(Serialize)]
pub(super) struct ShownReject {
    #[serde(rename = "in")]
    pub(super) source: String,
    #[serde(flatten)]
    pub(super) reject: Reject,
}

impl ShownFinding {
    pub(super) fn of(finding: &Finding) -> Self {
        let reason = |reason: &oikos_model::Reason| ShownReason {
            name: reason.name.clone(),
            bits: rounded(reason.bits, 3),
            text: reason.text.clone(),
        };
        let record =
            |record: &oikos_model::RecordReference| format!("{} {}:{}", record.table, record.import_number(), record.position());
        Self {
            title: finding.title.clone(),
            key: finding.key.to_string(),
            from: finding.occurred_from.to_string(),
            to: finding.occurred_to.to_string(),
            place: finding.place.map(|place| [rounded(place.latitude, 5), rounded(place.longitude, 5)]),
            prior_bits: rounded(finding.prior_bits, 3),
            reasons: finding.reasons.iter().map(reason).collect(),
            score_bits: rounded(finding.score_bits(), 3),
            selectors: finding.selectors.iter().map(ToString::to_string).collect(),
            facts: finding.facts.iter().map(|fact| shown_fact(&fact.name, &fact.value)).collect(),
            evidence: finding.evidence.iter().map(record).collect(),
        }
    }
}

fn shown_fact(name: &str, value: &FactValue) -> Value {
    match value {
        FactValue::Text(text) => json!({ "name": name, "text": text }),
        FactValue::Number { number, unit } => json!({ "name": name, "number": rounded(*number, 6), "unit": unit }),
        FactValue::Time(at) => json!({ "name": name, "time": at.to_string() }),
        FactValue::Selector(selector) => json!({ "name": name, "selector": selector.to_string() }),
    }
}

/// A number to so many decimals; the last digits of sines and logarithms differ between machines.
fn rounded(number: f64, decimals: i32) -> f64 {
    let scale = 10f64.powi(decimals);
    // Adding zero makes -0 the 0 that it is.
    (number * scale).round() / scale + 0.0
}

/// Where two outputs first differ, as a path, with what stands in each; `None` where they are the same.
pub(super) fn first_difference(path: &str, expected: &Value, given: &Value) -> Option<String> {
    match (expected, given) {
        (Value::Object(one), Value::Object(other)) => {
            let keys = one.keys().chain(other.keys().filter(|key| !one.contains_key(*key)));
            keys.into_iter().find_map(|key| {
                let value = |object: &serde_json::Map<String, Value>| object.get(key).cloned().unwrap_or(Value::Null);
                first_difference(&format!("{path}/{key}"), &value(one), &value(other))
            })
        }
        (Value::Array(one), Value::Array(other)) => {
            let longest = one.len().max(other.len());
            (0..longest).find_map(|at| {
                let value = |array: &[Value]| array.get(at).cloned().unwrap_or(Value::Null);
                first_difference(&format!("{path}/{at}"), &value(one), &value(other))
            })
        }
        _ => (!same(expected, given)).then(|| format!("{path}: expected {expected}, not {given}")),
    }
}

/// Whether two values are the same; 3 and 3.0 are.
fn same(one: &Value, other: &Value) -> bool {
    match (one.as_f64(), other.as_f64()) {
        #[expect(clippy::float_cmp, reason = "both were rounded to the same decimals")]
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_difference_is_named_with_its_path() {
        let expected = json!({"findings": [{"title": "a", "score_bits": 3}], "rejects": []});
        assert_eq!(
            first_difference("", &expected, &json!({"findings": [{"title": "a", "score_bits": 3.0}], "rejects": []})),
            None
        );
        let given = json!({"findings": [{"title": "b", "score_bits": 3}], "rejects": []});
        assert_eq!(first_difference("", &expected, &given).unwrap(), "/findings/0/title: expected \"a\", not \"b\"");
        let given = json!({"findings": [], "rejects": []});
        assert!(first_difference("", &expected, &given).unwrap().starts_with("/findings/0: expected {"));
        let given = json!({"findings": [{"title": "a", "score_bits": 3}], "rejects": [], "errors": ["x"]});
        assert_eq!(first_difference("", &expected, &given).unwrap(), "/errors: expected null, not [\"x\"]");
    }

    #[test]
    fn rounding_leaves_no_negative_zero() {
        assert_eq!(rounded(-0.0001, 3).to_string(), "0");
        assert_eq!(rounded(1.23456, 3), 1.235);
    }
}
