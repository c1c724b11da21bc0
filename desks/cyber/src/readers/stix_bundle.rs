//! STIX bundles (OASIS STIX 2.1, and 2.0). Every object lands whole; indicators whose pattern can be used land as such too.

use std::io::BufRead;

use oikos_desk::intake::{JsonPiece, TableRows, read_json};
use oikos_desk::reading::record_position;
use oikos_desk::{Format, ReadError, ReadSummary, Reader, Reject, Sink, Source};
use serde_json::{Map, Value};

use super::indicator::{IndicatorRows, Looked, Said, is_about_one, looked_up};
use super::{LIMITS, moment, text};
use crate::stix::{Version, parse};
use crate::tables::STIX_OBJECTS;

/// Reads STIX bundles.
pub(crate) struct StixBundle;

impl Reader for StixBundle {
    fn format(&self) -> Format {
        Format {
            name: "stix-bundle",
            description: "Bundles of STIX 2.1 and 2.0 objects (OASIS), among them MITRE ATT&CK",
            extensions: &["json", "stix"],
        }
    }

    fn recognises(&self, beginning: &[u8]) -> bool {
        let beginning = String::from_utf8_lossy(beginning);
        beginning.contains("\"bundle\"") && (beginning.contains("bundle--") || beginning.contains("\"objects\""))
    }

    fn read(&self, source: &Source, input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError> {
        let mut reading = Reading {
            source,
            objects: TableRows::new(&STIX_OBJECTS),
            indicators: IndicatorRows::new(source),
            bundle: Map::new(),
            position: 0,
            summary: ReadSummary::default(),
        };
        let bytes = read_json(input, LIMITS, &["objects"], &mut |piece| match piece {
            JsonPiece::Element { value, .. } => reading.object(&value, sink),
            JsonPiece::Member { name, value } => {
                reading.bundle.insert(name.to_owned(), value);
                Ok(())
            }
        })?;
        if text(&Value::Object(reading.bundle.clone()), "type") != Some("bundle") {
            return Err(ReadError::Format {
                place: "the document".into(),
                problem: "its type is not bundle; expected a STIX bundle".into(),
            });
        }
        let bundle = Value::Object(std::mem::take(&mut reading.bundle));
        reading.land(&bundle, "bundle", sink)?;
        reading.objects.flush(sink)?;
        reading.indicators.finish(sink)?;
        sink.progress(bytes);
        Ok(reading.summary)
    }
}

struct Reading<'a> {
    source: &'a Source,
    objects: TableRows,
    indicators: IndicatorRows<'a>,
    bundle: Map<String, Value>,
    position: u64,
    summary: ReadSummary,
}

impl Reading<'_> {
    fn object(&mut self, object: &Value, sink: &mut dyn Sink) -> Result<(), ReadError> {
        self.summary.rows += 1;
        let Some(object_type) = text(object, "type") else {
            self.position += 1;
            let reason = "an object needs a type";
            return Ok(sink.reject(Reject::new(self.position, Some("type"), reason, object.to_string().as_bytes()))?);
        };
        self.land(object, object_type, sink)?;
        if object_type == "indicator" { self.indicator(object, sink) } else { Ok(()) }
    }

    fn land(&mut self, object: &Value, object_type: &str, sink: &mut dyn Sink) -> Result<(), ReadError> {
        self.position += 1;
        let whole = object.to_string();
        let values = [
            self.source.record_id(record_position(self.position)?).into(),
            text(object, "id").into(),
            object_type.into(),
            text(object, "spec_version").into(),
            moment(&object["created"]).into(),
            moment(&object["modified"]).into(),
            text(object, "name").into(),
            object["revoked"].as_bool().unwrap_or_default().into(),
            (&whole).into(),
        ];
        Ok(self.objects.push(values, sink)?)
    }

    fn indicator(&mut self, object: &Value, sink: &mut dyn Sink) -> Result<(), ReadError> {
        let (Some(pattern), "stix") = (text(object, "pattern"), text(object, "pattern_type").unwrap_or("stix")) else {
            return self.ignore("indicator in another language than STIX");
        };
        // STIX 2.0 objects have no version.
        let version = if text(object, "spec_version").is_some() { Version::V21 } else { Version::V20 };
        let parsed = match parse(pattern, version) {
            Ok(parsed) => parsed,
            Err(error) => {
                return Ok(sink.reject(Reject::new(self.position, Some("pattern"), error.to_string(), pattern.as_bytes()))?);
            }
        };
        let looked = match looked_up(&parsed) {
            Some(looked) => looked,
            None if is_about_one(&parsed) => vec![Looked { kind: "pattern", value: pattern.to_owned(), match_kind: "pattern" }],
            None => return self.ignore("indicator over several observations"),
        };
        let labels: Vec<&str> = ["indicator_types", "labels"]
            .into_iter()
            .filter_map(|member| object[member].as_array())
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let tags = (!labels.is_empty()).then(|| labels.join(","));
        let said = Said {
            source: "stix",
            source_id: text(object, "id"),
            name: text(object, "name"),
            valid_from: moment(&object["valid_from"]),
            valid_to: moment(&object["valid_until"]),
            stated_at: moment(&object["modified"]),
            is_revoked: object["revoked"].as_bool().unwrap_or_default(),
            for_detection: true,
            tags: tags.as_deref(),
        };
        looked.iter().try_for_each(|looked| self.indicators.push(looked, &said, sink))
    }

    fn ignore(&mut self, what: &str) -> Result<(), ReadError> {
        *self.summary.ignored.entry(what.to_owned()).or_default() += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::readers::test_file::{read, shared};
    use proptest::prelude::*;
    use serde_json::json;

    fn bundle() -> String {
        json!({"type": "bundle", "id": "bundle--1", "objects": [
            {"type": "indicator", "spec_version": "2.1", "id": "indicator--1", "name": "C2", "pattern_type": "stix", "valid_from": "2026-01-01T00:00:00Z",
             "modified": "2026-01-02T00:00:00.000Z", "indicator_types": ["malicious-activity"],
             "pattern": "[ipv4-addr:value = '203.0.113.44'] OR [domain-name:value = 'login.port.example']"},
            {"type": "indicator", "id": "indicator--2", "pattern": "[ipv4-addr:value = ]"},
            {"type": "indicator", "id": "indicator--3", "pattern_type": "yara", "pattern": "rule"},
            {"type": "indicator", "id": "indicator--4", "pattern": "[a:b = 1] FOLLOWEDBY [a:b = 2]"},
            {"type": "indicator", "id": "indicator--5", "pattern": "[network-traffic:dst_port = 4444 AND network-traffic:dst_ref.value = '203.0.113.44']"},
            {"id": "no type"},
        ]}).to_string()
    }

    #[test]
    fn indicators_are_values_or_patterns_and_the_rest_says_why() {
        let (sink, summary) = read(&StixBundle, bundle().as_bytes());
        let summary = summary.unwrap();
        assert_eq!((summary.rows, summary.ignored.values().sum::<u64>()), (6, 2));
        let found: Vec<_> = sink.rows("indicators").iter().map(|row| (row["kind"].clone(), row["match_kind"].clone())).collect();
        assert_eq!(json!(found), json!([["ip-address", "exact"], ["domain", "suffix"], ["pattern", "pattern"]]));
        let fields: Vec<_> = sink.rejects.iter().map(|reject| (reject.position, reject.field.as_deref().unwrap())).collect();
        assert_eq!(fields, [(2, "pattern"), (6, "type")]);
        assert!(read(&StixBundle, b"{\"objects\": []}").1.is_err());
        assert!(StixBundle.recognises(bundle().as_bytes()));
    }

    /// Every object of ATT&CK with every property, and the bundle's own members.
    #[test]
    fn attack_loads_without_loss() {
        let Some(text) = shared("cyber/mitre-attack/ics-attack-18.1.json") else { return };
        let (sink, summary) = read(&StixBundle, text.as_bytes());
        assert_eq!((summary.unwrap().rows, sink.rejects.len()), (1_826, 0));
        let mut loaded: Vec<Value> = sink
            .rows("stix_objects")
            .iter()
            .map(|row| serde_json::from_str(row["object_json"].as_str().unwrap()).unwrap())
            .collect();
        let mut whole = loaded.pop().unwrap();
        whole["objects"] = Value::Array(loaded);
        let original: Value = serde_json::from_str(&text).unwrap();
        assert!(whole == original, "the bundle put together again is not the file");
        println!("ATT&CK for ICS 18.1: 1826 of 1826 objects with all properties");
    }

    #[test]
    fn bundles_that_misp_stix_made_are_read() {
        let mut indicators = 0;
        for version in ["stix20", "stix21"] {
            let Some(text) = shared(&format!("cyber/misp-stix/test_attributes_collection_{version}.json")) else { return };
            let (sink, summary) = read(&StixBundle, text.as_bytes());
            summary.unwrap();
            assert!(sink.rejects.is_empty(), "{:?}", sink.rejects);
            indicators += sink.rows("indicators").len();
        }
        assert!(indicators > 0);
    }

    proptest! {
        #[test]
        fn mutated_files_never_panic(place in 0..1_000usize, byte: u8, cut in 0..1_000usize) {
            let mut file = bundle().into_bytes();
            let length = file.len();
            file[place % length] = byte;
            let _ = read(&StixBundle, &file);
            file.truncate(length - cut % length);
            let _ = read(&StixBundle, &file);
        }
    }
}
