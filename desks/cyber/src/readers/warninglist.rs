//! MISP warninglists: values that are harmless or found everywhere, with which an indicator says little.

use std::io::BufRead;

use oikos_desk::intake::{JsonPiece, TableRows, read_json};
use oikos_desk::reading::record_position;
use oikos_desk::{Format, ReadError, ReadSummary, Reader, Reject, Sink, Source};
use oikos_matching::{normalise, refanged};
use oikos_model::SelectorKind;

use super::LIMITS;
use crate::stix::Cidr;
use crate::tables::WARNING_ENTRIES;

/// Reads warninglists.
pub(crate) struct WarningList;

impl Reader for WarningList {
    fn format(&self) -> Format {
        Format {
            name: "misp-warninglist",
            description: "A MISP warninglist (list.json): values found everywhere",
            extensions: &["json"],
        }
    }

    fn recognises(&self, beginning: &[u8]) -> bool {
        let beginning = String::from_utf8_lossy(beginning);
        let has = |members: [&str; 3]| members.iter().all(|member| beginning.contains(member));
        has(["\"list\"", "\"name\"", "\"matching_attributes\""]) || has(["\"list\"", "\"description\"", "\"version\""])
    }

    fn read(&self, source: &Source, input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError> {
        // Name and kind may stand behind the list, so its values wait. They are short, and their number is limited by the file's size.
        let mut values: Vec<String> = Vec::new();
        let (mut name, mut kind) = (None, None);
        let limits = oikos_desk::intake::JsonLimits { file_bytes: 64 * 1_024 * 1_024, ..LIMITS };
        let bytes = read_json(input, limits, &["list"], &mut |piece| {
            match piece {
                JsonPiece::Element { value, .. } => values.push(value.as_str().unwrap_or_default().to_owned()),
                JsonPiece::Member { name: "name", value } => name = value.as_str().map(str::to_owned),
                JsonPiece::Member { name: "type", value } => kind = value.as_str().map(str::to_owned),
                JsonPiece::Member { .. } => {}
            }
            Ok(())
        })?;
        let (Some(name), false) = (name, values.is_empty()) else {
            return Err(ReadError::Format {
                place: "the document".into(),
                problem: "it has no name or no list; expected a MISP warninglist".into(),
            });
        };
        let mut rows = TableRows::new(&WARNING_ENTRIES);
        let mut summary = ReadSummary { rows: values.len() as u64, ..ReadSummary::default() };
        for (number, value) in (1u64..).zip(&values) {
            match entry(kind.as_deref(), value) {
                Ok(Some((match_kind, value))) => {
                    let record_id = source.record_id(record_position(number)?);
                    rows.push([record_id.into(), (&name).into(), match_kind.into(), (&value).into()], sink)?;
                }
                Ok(None) => *summary.ignored.entry("regular expression".to_owned()).or_default() += 1,
                Err(reason) => sink.reject(Reject::new(number, Some("list"), reason, value.as_bytes()))?,
            }
        }
        rows.flush(sink)?;
        sink.progress(bytes);
        Ok(summary)
    }
}

/// A value with how it is compared; `None` for a regular expression, which lists of this kind use for a handful of attributes only.
fn entry(kind: Option<&str>, value: &str) -> Result<Option<(&'static str, String)>, String> {
    let value = refanged(value.trim());
    if value.is_empty() || value.len() > 1_000 {
        return Err("expected a text of 1 to 1,000 bytes".into());
    }
    match kind {
        Some("cidr") => match Cidr::parse(&value) {
            Some(_) => Ok(Some(("cidr", value))),
            None => Err("it is neither an IP address nor a network".into()),
        },
        Some("hostname") => {
            let name = value.trim_start_matches('.');
            let domain = normalise(SelectorKind::Domain, name).map_err(|error| error.to_string())?;
            Ok(Some(("suffix", domain.value)))
        }
        Some("substring") => Ok(Some(("substring", value.to_lowercase()))),
        Some("regex") => Ok(None),
        // Most lists are of texts; addresses among them have one form.
        _ => {
            Ok(Some(("exact", normalise(SelectorKind::IpAddress, &value).map_or(value.to_lowercase(), |address| address.value))))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::readers::test_file::{read, shared};

    #[test]
    fn kinds_of_list_and_what_is_refused() {
        let list = |kind: &str, values: &str| format!("{{\"list\": [{values}], \"name\": \"n\", \"type\": \"{kind}\"}}");
        let entries = |kind: &str, values: &str| -> (Vec<String>, usize) {
            let (sink, summary) = read(&WarningList, list(kind, values).as_bytes());
            summary.unwrap();
            let shown = sink
                .rows("warning_entries")
                .iter()
                .map(|row| format!("{} {}", row["match_kind"].as_str().unwrap(), row["value"].as_str().unwrap()))
                .collect();
            (shown, sink.rejects.len())
        };
        assert_eq!(entries("cidr", "\"10.0.0.0/8\", \"10.0.0.0/40\", 7"), (vec!["cidr 10.0.0.0/8".into()], 2));
        assert_eq!(entries("hostname", "\".Example.ORG\", \"a b\""), (vec!["suffix example.org".into()], 1));
        assert_eq!(entries("string", "\"2001:DB8::0:1\""), (vec!["exact 2001:db8::1".into()], 0));
        assert_eq!(entries("regex", "\".*\""), (vec![], 0));
        assert!(read(&WarningList, b"{\"list\": []}").1.is_err());
    }

    #[test]
    fn published_lists_are_read() {
        for (path, least) in [("rfc1918", 3), ("public-dns-v4", 1_000), ("shodan-scanning", 1), ("cisco_top1000", 900)] {
            let Some(text) = shared(&format!("cyber/misp-warninglists/{path}/list.json")) else { return };
            let (sink, summary) = read(&WarningList, text.as_bytes());
            summary.unwrap();
            assert!(sink.rows("warning_entries").len() >= least, "{path}: {:?}", sink.rejects.first());
        }
    }
}
