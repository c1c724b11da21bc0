//! MISP events and attributes as its API and its exports give them: `{"Event": …}`, `{"response": …}`, a list of either, or an event's members bare.

use std::io::BufRead;

use oikos_desk::intake::{JsonPiece, TableRows, read_json};
use oikos_desk::reading::record_position;
use oikos_desk::{Format, ReadError, ReadSummary, Reader, Reject, Sink, Source};
use serde_json::{Map, Value};

use super::indicator::{IndicatorRows, Looked, Said, address, domain, email, file_hash, url};
use super::{LIMITS, moment, text};
use crate::tables::MISP_ATTRIBUTES;

/// Reads MISP's JSON.
pub(crate) struct MispJson;

impl Reader for MispJson {
    fn format(&self) -> Format {
        Format { name: "misp-json", description: "MISP events and attributes as JSON (MISP core format)", extensions: &["json"] }
    }

    fn recognises(&self, beginning: &[u8]) -> bool {
        let beginning = String::from_utf8_lossy(beginning);
        ["\"Event\"", "\"Attribute\""].iter().any(|member| beginning.contains(member)) && !beginning.contains("\"bundle\"")
    }

    fn read(&self, source: &Source, input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError> {
        let mut reading = Reading {
            source,
            attributes: TableRows::new(&MISP_ATTRIBUTES),
            indicators: IndicatorRows::new(source),
            position: 0,
            found: false,
            summary: ReadSummary::default(),
        };
        // An event's members that stand bare are put together again.
        let mut bare = Map::new();
        let bytes = read_json(input, LIMITS, &["response", "Event"], &mut |piece| match piece {
            JsonPiece::Element { array: "Event", value, .. } => reading.event(&value, sink),
            JsonPiece::Element { value, .. } => reading.wrapped(&value, sink),
            JsonPiece::Member { name, value } => {
                bare.insert(name.to_owned(), value);
                Ok(())
            }
        })?;
        if bare.contains_key("Attribute") || bare.contains_key("Object") || bare.contains_key("info") {
            reading.event(&Value::Object(bare), sink)?;
        }
        if !reading.found {
            return Err(ReadError::Format {
                place: "the document".into(),
                problem: "it holds neither Event nor Attribute; expected MISP JSON".into(),
            });
        }
        reading.attributes.flush(sink)?;
        reading.indicators.finish(sink)?;
        sink.progress(bytes);
        Ok(reading.summary)
    }
}

/// What the attributes of an event have in common.
#[derive(Default, Clone, Copy)]
struct Around<'a> {
    event: Option<&'a Value>,
    object_name: Option<&'a str>,
}

struct Reading<'a> {
    source: &'a Source,
    attributes: TableRows,
    indicators: IndicatorRows<'a>,
    position: u64,
    found: bool,
    summary: ReadSummary,
}

impl Reading<'_> {
    /// Something that holds an event, or attributes, or is an event.
    fn wrapped(&mut self, value: &Value, sink: &mut dyn Sink) -> Result<(), ReadError> {
        match &value["Event"] {
            Value::Null => self.event(value, sink),
            // An attribute that a search gives has its event beside its own members.
            event if value["type"].is_string() => self.attribute(value, Around { event: Some(event), object_name: None }, sink),
            event => self.event(event, sink),
        }
    }

    fn event(&mut self, event: &Value, sink: &mut dyn Sink) -> Result<(), ReadError> {
        self.found |= event.is_object();
        let around = Around { event: Some(event), object_name: None };
        for attribute in list(&event["Attribute"]) {
            self.attribute(attribute, around, sink)?;
        }
        for object in list(&event["Object"]) {
            let around = Around { object_name: text(object, "name"), ..around };
            for attribute in list(&object["Attribute"]) {
                self.attribute(attribute, around, sink)?;
            }
        }
        Ok(())
    }

    fn attribute(&mut self, attribute: &Value, around: Around<'_>, sink: &mut dyn Sink) -> Result<(), ReadError> {
        self.found = true;
        self.summary.rows += 1;
        self.position += 1;
        let event = around.event.unwrap_or(&Value::Null);
        let (Some(attribute_type), Some(value)) = (text(attribute, "type"), attribute["value"].as_str()) else {
            let field = if text(attribute, "type").is_none() { "type" } else { "value" };
            let reason = "an attribute needs a type and a text as its value";
            return Ok(sink.reject(Reject::new(self.position, Some(field), reason, attribute.to_string().as_bytes()))?);
        };
        let tags: Vec<&str> =
            [event, attribute].into_iter().flat_map(|tagged| list(&tagged["Tag"])).filter_map(|tag| text(tag, "name")).collect();
        let tags = (!tags.is_empty()).then(|| tags.join(","));
        let said = Said {
            source: "misp",
            source_id: text(attribute, "uuid"),
            name: text(event, "info").or_else(|| text(attribute, "comment")),
            valid_from: moment(&attribute["first_seen"]),
            valid_to: None,
            stated_at: moment(&attribute["timestamp"]),
            is_revoked: attribute["deleted"].as_bool().unwrap_or_default(),
            for_detection: attribute["to_ids"].as_bool().unwrap_or_default(),
            tags: tags.as_deref(),
        };
        self.land(attribute, attribute_type, value, around, &said, sink)?;
        let looked = looked_up(attribute_type, value);
        if looked.is_empty() {
            *self.summary.ignored.entry(format!("no indicator: attribute of type {}", known(attribute_type))).or_default() += 1;
        }
        looked.iter().try_for_each(|looked| self.indicators.push(looked, &said, sink))
    }

    fn land(
        &mut self,
        attribute: &Value,
        attribute_type: &str,
        value: &str,
        around: Around<'_>,
        said: &Said<'_>,
        sink: &mut dyn Sink,
    ) -> Result<(), ReadError> {
        let event = around.event.unwrap_or(&Value::Null);
        let whole = attribute.to_string();
        let values = [
            self.source.record_id(record_position(self.position)?).into(),
            text(event, "uuid").into(),
            text(event, "info").into(),
            around.object_name.into(),
            said.source_id.into(),
            attribute_type.into(),
            text(attribute, "category").into(),
            value.into(),
            said.for_detection.into(),
            said.stated_at.into(),
            said.tags.into(),
            said.is_revoked.into(),
            (&whole).into(),
        ];
        Ok(self.attributes.push(values, sink)?)
    }
}

/// A list, or one thing that stands without a list.
fn list(value: &Value) -> &[Value] {
    match value {
        Value::Array(list) => list,
        Value::Object(_) => std::slice::from_ref(value),
        _ => &[],
    }
}

/// A type's name for the summary; names that nobody assigned are counted together.
fn known(attribute_type: &str) -> &str {
    let in_order = attribute_type.len() <= 40
        && attribute_type.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'|' | b'_'));
    if in_order { attribute_type } else { "not assigned" }
}

/// The values of an attribute that can be looked up. Composite types hold two, separated by `|`.
fn looked_up(attribute_type: &str, value: &str) -> Vec<Looked> {
    let (first, second) = value.split_once('|').unwrap_or((value, ""));
    let looked = match attribute_type {
        "ip-src" | "ip-dst" => [address(value), None],
        // The second part is a port.
        "ip-src|port" | "ip-dst|port" => [address(first), None],
        "domain" | "hostname" => [domain(value), None],
        "hostname|port" => [domain(first), None],
        "domain|ip" => [domain(first), address(second)],
        "url" | "uri" => [url(value), None],
        "md5" | "sha1" | "sha224" | "sha256" | "sha384" | "sha512" => [file_hash(value), None],
        "filename|md5" | "filename|sha1" | "filename|sha224" | "filename|sha256" | "filename|sha384" | "filename|sha512" => {
            [file_hash(second), None]
        }
        "email" | "email-src" | "email-dst" => [email(value), None],
        _ => [None, None],
    };
    looked.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::readers::test_file::{read, shared};
    use proptest::prelude::*;
    use serde_json::json;

    fn event() -> Value {
        json!({"info": "Phishing of ports", "uuid": "e-1", "Tag": [{"name": "tlp:amber"}],
            "Attribute": [
                {"uuid": "a-1", "type": "ip-dst|port", "category": "Network activity", "value": "203[.]0[.]113[.]44|443", "to_ids": true, "timestamp": "1767225600"},
                {"uuid": "a-2", "type": "domain|ip", "value": "login.port.example|203.0.113.44", "to_ids": true},
                {"uuid": "a-3", "type": "comment", "value": "seen in mails"},
                {"uuid": "a-4", "type": "ip-dst"}],
            "Object": [{"name": "file", "Attribute": [{"uuid": "a-5", "type": "sha256", "deleted": true,
                "value": "AEC070645FE53EE3B3763059376134F058CC337247C978ADD178B6CCDFB0019F"}]}]})
    }

    #[test]
    fn the_same_event_in_every_wrapping() {
        let event = event();
        for wrapped in
            [json!({"Event": event}), json!({"response": [{"Event": event}]}), json!([{"Event": event}]), event.clone()]
        {
            let (sink, summary) = read(&MispJson, wrapped.to_string().as_bytes());
            assert_eq!(summary.unwrap().rows, 5, "{wrapped}");
            let indicators = sink.rows("indicators");
            let values: Vec<&str> = indicators.iter().map(|row| row["value"].as_str().unwrap()).collect();
            assert_eq!(values[..3], ["203.0.113.44", "login.port.example", "203.0.113.44"]);
            assert_eq!((values.len(), indicators[3]["is_revoked"].as_bool()), (4, Some(true)));
            assert_eq!(indicators[0]["stated_at"], "2026-01-01T00:00:00Z");
            assert_eq!((sink.rows("misp_attributes").len(), sink.rejects[0].field.as_deref()), (4, Some("value")));
        }
        assert!(read(&MispJson, b"{\"a\": 1}").1.is_err());
    }

    #[test]
    fn published_files_are_read() {
        let counts = |path: &str| -> Option<(u64, usize)> {
            let (sink, summary) = read(&MispJson, shared(path)?.as_bytes());
            let rows = summary.unwrap_or_else(|error| panic!("{path}: {error}")).rows;
            assert_eq!(sink.rows("misp_attributes").len() + sink.rejects.len(), usize::try_from(rows).unwrap());
            for (row, kept) in sink.rows("misp_attributes").iter().map(|row| (row, row["attribute_json"].as_str().unwrap())) {
                assert_eq!(serde_json::from_str::<Value>(kept).unwrap()["value"], row["value"], "{path}");
            }
            Some((rows, sink.rows("indicators").len()))
        };
        let Some((rows, indicators)) = counts("cyber/pymisp/57c4445b-c548-4654-af0b-4be3950d210f.json") else { return };
        println!("MISP event 57c4445b: {rows} attributes, {indicators} indicators");
        assert!(rows > 0 && indicators > 0);
        for path in [
            "cyber/pymisp/misp_event.json",
            "cyber/misp-stix/test_attributes_collection_1.json",
            "cyber/misp-stix/test_events_collection_1.json",
        ] {
            assert!(counts(path).is_some_and(|(rows, _)| rows > 0), "{path}");
        }
    }

    proptest! {
        #[test]
        fn mutated_files_never_panic(place in 0..1_000usize, byte: u8, cut in 0..1_000usize) {
            let mut file = event().to_string().into_bytes();
            let length = file.len();
            file[place % length] = byte;
            let _ = read(&MispJson, &file);
            file.truncate(length - cut % length);
            let _ = read(&MispJson, &file);
        }
    }
}
