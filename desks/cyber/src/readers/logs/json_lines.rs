//! JSON lines, one object a line: Zeek's JSON logs, or any other log whose members are called as the columns of `network_events` are (`at`, `source_ip`,
//! `source_port`, `destination_ip`, `destination_port`, `protocol`, `service`, `domain`, `url`, `file_hash`, `duration_seconds`, `source_bytes`, `destination_bytes`, `outcome`, …).

use std::io::BufRead;

use oikos_desk::{Format, ReadError, ReadSummary, Reader, Sink, Source};
use serde_json::{Map, Value};

use super::event::{Event, Fields, Problem};
use super::read_lines;

/// Reads logs of JSON lines.
pub(crate) struct NetworkJson;

impl Reader for NetworkJson {
    fn format(&self) -> Format {
        Format {
            name: "network-json",
            description: "Network logs as JSON lines, with Zeek's names or those of the table network_events",
            extensions: &["jsonl", "ndjson", "json", "log"],
        }
    }

    fn recognises(&self, beginning: &[u8]) -> bool {
        let first = String::from_utf8_lossy(beginning.split(|byte| *byte == b'\n').next().unwrap_or_default()).into_owned();
        first.trim_start_matches('\u{feff}').starts_with('{')
            && ["\"id.orig_h\"", "\"source_ip\"", "\"destination_ip\""].iter().any(|name| first.contains(name))
    }

    fn read(&self, source: &Source, input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError> {
        read_lines(source, input, sink, "JSON lines", &mut |bytes| Some(event(bytes)))
    }
}

fn event(bytes: &[u8]) -> Result<Event, Problem> {
    let object: Map<String, Value> =
        serde_json::from_slice(bytes).map_err(|error| ("line", format!("it is no JSON object: {error}")))?;
    Event::read(&Object(&object), None)
}

struct Object<'a>(&'a Map<String, Value>);

impl Fields for Object<'_> {
    fn text(&self, name: &str) -> Option<String> {
        match self.0.get(name)? {
            Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty() && text != "-"),
            Value::Number(number) => Some(number.to_string()),
            // A set of addresses; the first stands for it.
            Value::Array(values) => values.first()?.as_str().map(str::to_owned),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::readers::test_file::read;
    use proptest::prelude::*;

    const LINES: &str = "{\"ts\":1772366400.5,\"uid\":\"C1\",\"id.orig_h\":\"198.51.100.10\",\"id.orig_p\":50000,\"id.resp_h\":\"203.0.113.44\",\"id.resp_p\":80,\"method\":\"GET\",\"host\":\"evil.example:80\",\"uri\":\"/a?b\"}\n\
        {\"at\":\"2026-03-01T12:00:00Z\",\"source_ip\":\"2001:DB8::1\",\"destination_ip\":\"203.0.113.44\",\"destination_port\":443,\"outcome\":\"established\"}\n\
        {\"at\":\"2026-03-01T12:00:00Z\"}\n[1]\n{\"at\":\"2026-03-01T12:00:00Z\",\"source_ip\":\"203.0.113.44\",\"destination_port\":70000}\n";

    #[test]
    fn zeeks_names_and_the_tables_own() {
        let (sink, summary) = read(&NetworkJson, LINES.as_bytes());
        assert_eq!(summary.unwrap().rows, 5);
        let rows = sink.rows("network_events");
        assert_eq!((rows[0]["log"].as_str(), rows[0]["domain"].as_str()), (Some("http"), Some("evil.example")));
        assert_eq!(rows[0]["url"].as_str(), Some("http://evil.example:80/a?b"));
        assert_eq!((rows[1]["source_ip"].as_str(), rows[1]["outcome"].as_str()), (Some("2001:db8::1"), Some("established")));
        let fields: Vec<_> = sink.rejects.iter().map(|reject| (reject.position, reject.field.as_deref().unwrap())).collect();
        assert_eq!(fields, [(3, "source_ip"), (4, "line"), (5, "destination_port")]);
        assert!(NetworkJson.recognises(LINES.as_bytes()) && !NetworkJson.recognises(b"#separator"));
    }

    proptest! {
        #[test]
        fn mutated_files_never_panic(place in 0..500usize, byte: u8, cut in 0..500usize) {
            let mut file = LINES.as_bytes().to_vec();
            let length = file.len();
            file[place % length] = byte;
            let _ = read(&NetworkJson, &file);
            file.truncate(length - cut % length);
            let _ = read(&NetworkJson, &file);
        }
    }
}
