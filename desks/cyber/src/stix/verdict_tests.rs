//! The verdicts that the OASIS validator and matcher gave on their own suites.

use proptest::prelude::*;
use serde_json::Value;

use super::{Observation, Version, matches, parse};
use crate::readers::test_file::shared;

fn version(verdict: &Value) -> Version {
    if verdict["stix_version"] == "2.0" { Version::V20 } else { Version::V21 }
}

#[test]
fn patterns_are_valid_where_the_validator_says_so() {
    let Some(text) = shared("cyber/verdicts/stix2patterns.jsonl") else { return };
    let (mut same, mut different) = (0, Vec::new());
    for line in text.lines() {
        let verdict: Value = serde_json::from_str(line).unwrap();
        let pattern = verdict["pattern"].as_str().unwrap();
        let ours = parse(pattern, version(&verdict));
        if ours.is_ok() == verdict["valid"].as_bool().unwrap() {
            same += 1
        } else {
            different.push(format!("{pattern}: {:?}", ours.err()))
        }
    }
    println!("stix2patterns: {same} of 169 verdicts the same; different:\n{}", different.join("\n"));
    assert_eq!(same, 169);
}

fn moment(value: &Value) -> jiff::Timestamp {
    value.as_str().unwrap().parse().unwrap()
}

fn observation(written: &Value) -> Observation {
    Observation {
        first: moment(&written["first_observed"]),
        last: moment(&written["last_observed"]),
        times: written["number_observed"].as_u64().unwrap(),
        objects: written["objects"].as_object().unwrap().clone(),
    }
}

#[test]
fn observations_match_where_the_matcher_says_so() {
    let Some(text) = shared("cyber/verdicts/stix2matcher-v20.jsonl") else { return };
    let (mut same, mut all, mut different) = (0, 0, Vec::new());
    for line in text.lines() {
        let verdict: Value = serde_json::from_str(line).unwrap();
        let written = verdict["observations"].as_array().unwrap();
        let observations: Vec<Observation> = written.iter().map(observation).collect();
        let pattern = verdict["pattern"].as_str().unwrap();
        // The matcher gives an error, and no verdict, where a pattern cannot be read or compared.
        let ours = parse(pattern, version(&verdict)).ok().and_then(|pattern| matches(&pattern, &observations).ok());
        all += 1;
        if ours == verdict["match"].as_bool() { same += 1 } else { different.push(format!("{pattern}: {ours:?}")) }
    }
    println!("stix2matcher: {same} of {all} verdicts the same; different:\n{}", different.join("\n"));
    assert_eq!((same, all), (401, 401));
}

#[test]
fn nesting_and_size_are_limited() {
    assert!(parse(&format!("{}[a:b = 1]{}", "(".repeat(5_000), ")".repeat(5_000)), Version::V21).is_err());
    assert!(parse(&format!("[{}a:b = 1{}]", "(".repeat(5_000), ")".repeat(5_000)), Version::V21).is_err());
    assert!(parse(&format!("[a:b = '{}']", "x".repeat(100_000)), Version::V21).is_err());
    assert!(parse("[a:b MATCHES '(x{1000}){1000}']", Version::V21).is_err());
}

const PATTERN: &str = "([file:hashes.'SHA-256' = 'aec070645fe53ee3b3763059376134f058cc337247c978add178b6ccdfb0019f' AND file:x[*].y NOT IN (1, 2.5)] \
    FOLLOWEDBY [a:b LIKE '%x_'] OR [c:d ISSUBSET '10.0.0.0/8']) WITHIN 300 SECONDS REPEATS 2 TIMES";

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in ".{0,80}", place in 0..200usize, sign in any::<char>(), cut in 0..200usize) {
        let _ = parse(&text, Version::V21);
        let mut mutated: Vec<char> = PATTERN.chars().collect();
        let length = mutated.len();
        mutated[place % length] = sign;
        mutated.truncate(length - cut % length);
        let _ = parse(&mutated.into_iter().collect::<String>(), Version::V20);
    }

    #[test]
    fn and_and_or_are_symmetric(left in 0..4i64, right in 0..4i64, held in prop::collection::vec(0..4i64, 0..5)) {
        let observed = |value: &i64| Observation {
            first: jiff::Timestamp::UNIX_EPOCH, last: jiff::Timestamp::UNIX_EPOCH, times: 1,
            objects: serde_json::json!({"0": {"type": "a", "b": value}}).as_object().unwrap().clone(),
        };
        let observations: Vec<Observation> = held.iter().map(observed).collect();
        let verdict = |text: String| matches(&parse(&text, Version::V21).unwrap(), &observations).unwrap();
        for word in ["AND", "OR"] {
            let there = verdict(format!("[a:b = {left}] {word} [a:b = {right}]"));
            prop_assert_eq!(there, verdict(format!("[a:b = {right}] {word} [a:b = {left}]")));
        }
        let count = held.iter().filter(|value| **value == left).count();
        prop_assert_eq!(verdict(format!("[a:b = {left}] REPEATS 2 TIMES")), count >= 2);
    }
}
