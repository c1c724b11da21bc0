//! Zeek's tab-separated logs. A header says how: `#separator`, `#set_separator`, `#empty_field`, `#unset_field`, `#path`, `#fields`. A file may hold several
//! logs one after the other, each with its header.

use std::io::BufRead;

use oikos_desk::{Format, ReadError, ReadSummary, Reader, Sink, Source};

use super::event::{Event, Fields, Problem};
use super::read_lines;

/// Reads Zeek's logs.
pub(crate) struct ZeekLog;

impl Reader for ZeekLog {
    fn format(&self) -> Format {
        Format {
            name: "zeek-log",
            description: "Zeek's tab-separated logs (conn, dns, http, ssl, files and others) with their #fields header",
            extensions: &["log"],
        }
    }

    fn recognises(&self, beginning: &[u8]) -> bool {
        let beginning = String::from_utf8_lossy(beginning);
        beginning.starts_with("#separator") || beginning.contains("\n#fields\t")
    }

    fn read(&self, source: &Source, input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError> {
        let mut header = Header::default();
        read_lines(source, input, sink, "a Zeek log", &mut |bytes| {
            if bytes.starts_with(b"#") {
                header.take(&String::from_utf8_lossy(bytes));
                return None;
            }
            Some(header.event(bytes))
        })
    }
}

/// How the lines that follow are written.
struct Header {
    separator: String,
    empty: String,
    unset: String,
    path: Option<String>,
    fields: Vec<String>,
}

impl Default for Header {
    fn default() -> Self {
        Self { separator: "\t".into(), empty: "(empty)".into(), unset: "-".into(), path: None, fields: Vec::new() }
    }
}

impl Header {
    fn take(&mut self, line: &str) {
        if let Some(separator) = line.strip_prefix("#separator ") {
            *self = Self { separator: unescaped(separator.trim()), ..Self::default() };
            return;
        }
        let mut parts = line.split(self.separator.as_str());
        let name = parts.next().unwrap_or_default().to_owned();
        let values: Vec<String> = parts.map(str::to_owned).collect();
        match (name.as_str(), values.first()) {
            ("#empty_field", Some(value)) => self.empty.clone_from(value),
            ("#unset_field", Some(value)) => self.unset.clone_from(value),
            ("#path", Some(value)) => self.path = Some(value.clone()),
            ("#fields", Some(_)) => self.fields = values,
            _ => {}
        }
    }

    fn event(&self, bytes: &[u8]) -> Result<Event, Problem> {
        if self.fields.is_empty() {
            return Err(("line", "there is no #fields header before it".into()));
        }
        let line = std::str::from_utf8(bytes).map_err(|_| ("line", "it is no UTF-8".to_owned()))?;
        let values: Vec<&str> = line.split(self.separator.as_str()).collect();
        if values.len() != self.fields.len() {
            return Err(("line", format!("expected {} fields, found {}", self.fields.len(), values.len())));
        }
        Event::read(&Row { header: self, values: &values }, self.path.as_deref())
    }
}

/// `\x09` as the character it is.
fn unescaped(text: &str) -> String {
    let code = text.strip_prefix("\\x").and_then(|code| u8::from_str_radix(code, 16).ok()).filter(u8::is_ascii);
    code.map_or_else(|| if text.is_empty() { "\t".to_owned() } else { text.to_owned() }, |code| char::from(code).to_string())
}

struct Row<'a> {
    header: &'a Header,
    values: &'a [&'a str],
}

impl Fields for Row<'_> {
    fn text(&self, name: &str) -> Option<String> {
        let place = self.header.fields.iter().position(|field| field == name)?;
        let value = *self.values.get(place)?;
        let is_set = value != self.header.unset && value != self.header.empty && !value.is_empty();
        is_set.then(|| value.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::readers::test_file::read;
    use proptest::prelude::*;

    const CONN: &str = "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n#open\t2026-03-01-00-00-00\n\
        #fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tduration\torig_bytes\tresp_bytes\tconn_state\n\
        #types\ttime\tstring\taddr\tport\taddr\tport\tenum\tstring\tinterval\tcount\tcount\tstring\n\
        1772366400.123456\tCa1\t198.51.100.10\t50000\t203.0.113.44\t443\ttcp\tssl\t1.5\t1200\t3400\tSF\n\
        1772366401.0\tCa2\t203.0.113.44\t40000\t198.51.100.10\t22\ttcp\t-\t-\t-\t-\tS0\n\
        1772366402.0\tCa3\tnowhere\t40000\t198.51.100.10\t22\ttcp\t-\t-\t-\t-\tS0\n\
        1772366403.0\tCa4\t203.0.113.44\t40000\n#close\t2026-03-01-01-00-00\n";
    const DNS: &str = "#separator \\x09\n#path\tdns\n#fields\tts\tuid\tid.orig_h\tid.resp_h\tquery\n1772366400.5\tD1\t198.51.100.10\t198.51.100.1\tLOGIN.port.example.\n\
        1772366400.6\tD2\t198.51.100.10\t198.51.100.1\t*\n";

    #[test]
    fn connections_have_their_outcome_and_bad_lines_their_reason() {
        let (sink, summary) = read(&ZeekLog, CONN.as_bytes());
        assert_eq!(summary.unwrap().rows, 4);
        let rows = sink.rows("network_events");
        assert_eq!(
            (rows[0]["at"].as_str(), rows[0]["outcome"].as_str(), rows[0]["log"].as_str()),
            (Some("2026-03-01T12:00:00.123456Z"), Some("established"), Some("conn"))
        );
        assert_eq!((rows[1]["outcome"].as_str(), rows[1].get("duration_seconds")), (Some("failed"), None));
        let fields: Vec<_> = sink.rejects.iter().map(|reject| (reject.position, reject.field.as_deref().unwrap())).collect();
        assert_eq!(fields, [(11, "source_ip"), (12, "line")]);
    }

    #[test]
    fn a_second_log_has_its_own_header() {
        let (sink, _) = read(&ZeekLog, format!("{CONN}{DNS}").as_bytes());
        let rows = sink.rows("network_events");
        assert_eq!(
            (rows[2]["log"].as_str(), rows[2]["domain"].as_str(), rows[3].get("domain")),
            (Some("dns"), Some("login.port.example"), None)
        );
        assert!(ZeekLog.recognises(CONN.as_bytes()) && !ZeekLog.recognises(b"{\"ts\": 1}"));
        assert_eq!(read(&ZeekLog, b"no header\n").0.rejects.len(), 1);
    }

    proptest! {
        #[test]
        fn mutated_files_never_panic(place in 0..900usize, byte: u8, cut in 0..900usize) {
            let mut file = CONN.as_bytes().to_vec();
            let length = file.len();
            file[place % length] = byte;
            let _ = read(&ZeekLog, &file);
            file.truncate(length - cut % length);
            let _ = read(&ZeekLog, &file);
        }
    }
}
