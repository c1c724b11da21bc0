//! CISA's catalogue of known exploited vulnerabilities (JSON). Every field is kept; what the catalogue has besides the fields of its schema is
//! kept as JSON.

use std::io::BufRead;

use oikos_desk::intake::{JsonPiece, TableRows, read_json};
use oikos_desk::reading::record_position;
use oikos_desk::{Format, ReadError, ReadSummary, Reader, Reject, Sink, Source};
use serde_json::{Map, Value};

use super::LIMITS;
use crate::tables::KNOWN_EXPLOITED_VULNERABILITIES;

/// The schema's fields that are texts, in the order of the table's columns.
const NEEDED: [&str; 8] =
    ["cveID", "vendorProject", "product", "vulnerabilityName", "dateAdded", "shortDescription", "requiredAction", "dueDate"];

/// Reads CISA's catalogue.
pub(crate) struct KnownExploited;

impl Reader for KnownExploited {
    fn format(&self) -> Format {
        Format {
            name: "cisa-kev",
            description: "CISA's catalogue of known exploited vulnerabilities (JSON)",
            extensions: &["json"],
        }
    }

    fn recognises(&self, beginning: &[u8]) -> bool {
        let beginning = String::from_utf8_lossy(beginning);
        beginning.contains("\"vulnerabilities\"") && beginning.contains("\"cveID\"")
    }

    fn read(&self, source: &Source, input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError> {
        let mut rows = TableRows::new(&KNOWN_EXPLOITED_VULNERABILITIES);
        let mut summary = ReadSummary::default();
        let bytes = read_json(input, LIMITS, &["vulnerabilities"], &mut |piece| {
            let JsonPiece::Element { number, value, .. } = piece else { return Ok(()) };
            summary.rows += 1;
            match Entry::check(&value) {
                Ok(entry) => entry.land(source.record_id(record_position(number)?), &mut rows, sink),
                Err((field, reason)) => {
                    Ok(sink.reject(Reject::new(number, Some(field), reason, value.to_string().as_bytes()))?)
                }
            }
        })?;
        if summary.rows == 0 {
            return Err(ReadError::Format {
                place: "the document".into(),
                problem: "it holds no vulnerabilities; expected CISA's catalogue".into(),
            });
        }
        rows.flush(sink)?;
        sink.progress(bytes);
        Ok(summary)
    }
}

struct Entry<'a> {
    needed: [&'a str; NEEDED.len()],
    ransomware_use: Option<&'a str>,
    notes: Option<&'a str>,
    cwes: Option<String>,
    other: Option<String>,
}

impl<'a> Entry<'a> {
    fn check(value: &'a Value) -> Result<Self, (&'static str, String)> {
        let entry = value.as_object().ok_or_else(|| ("vulnerabilities", "expected an object".to_owned()))?;
        let mut needed = [""; NEEDED.len()];
        for (text, field) in needed.iter_mut().zip(NEEDED) {
            *text = entry.get(field).and_then(Value::as_str).ok_or_else(|| (field, "expected a text".to_owned()))?;
        }
        let number = needed[0].strip_prefix("CVE-").unwrap_or_default();
        if !number
            .split_once('-')
            .is_some_and(|(year, id)| year.len() == 4 && id.len() >= 4 && id.bytes().all(|byte| byte.is_ascii_digit()))
        {
            return Err(("cveID", format!("{:?} is no CVE identifier", needed[0].chars().take(40).collect::<String>())));
        }
        let text = |field: &str| entry.get(field).and_then(Value::as_str);
        let cwes = entry.get("cwes").and_then(Value::as_array);
        let cwes = cwes.map(|cwes| cwes.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(","));
        let is_known = |field: &str| NEEDED.contains(&field) || ["knownRansomwareCampaignUse", "notes", "cwes"].contains(&field);
        let other: Map<String, Value> =
            entry.iter().filter(|(field, _)| !is_known(field)).map(|(field, value)| (field.clone(), value.clone())).collect();
        let other = (!other.is_empty()).then(|| Value::Object(other).to_string());
        Ok(Self { needed, ransomware_use: text("knownRansomwareCampaignUse"), notes: text("notes"), cwes, other })
    }

    fn land(&self, record_id: i64, rows: &mut TableRows, sink: &mut dyn Sink) -> Result<(), ReadError> {
        let [cve, vendor, product, name, date_added, description, required_action, due_date] = self.needed;
        let values = [
            record_id.into(),
            cve.into(),
            vendor.into(),
            product.into(),
            name.into(),
            date_added.into(),
            description.into(),
            required_action.into(),
            due_date.into(),
            self.ransomware_use.into(),
            self.notes.into(),
            self.cwes.as_ref().into(),
            self.other.as_ref().into(),
        ];
        Ok(rows.push(values, sink)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::readers::test_file::{read, shared};
    use oikos_desk::collected::JsonRow;
    use serde_json::json;

    fn put_together(row: &JsonRow) -> Value {
        let mut entry = match row.get("other_json") {
            Some(other) => serde_json::from_str(other.as_str().unwrap()).unwrap(),
            None => json!({}),
        };
        let columns = ["cve", "vendor", "product", "name", "date_added", "description", "required_action", "due_date"];
        for (field, column) in NEEDED.into_iter().zip(columns) {
            entry[field] = row[column].clone();
        }
        for (field, column) in [("knownRansomwareCampaignUse", "ransomware_use"), ("notes", "notes")] {
            if let Some(value) = row.get(column) {
                entry[field] = value.clone();
            }
        }
        if let Some(cwes) = row.get("cwes") {
            entry["cwes"] = cwes.as_str().unwrap().split(',').filter(|cwe| !cwe.is_empty()).collect();
        }
        entry
    }

    #[test]
    fn the_catalogue_loads_without_loss() {
        let Some(text) = shared("cyber/cisa-kev/known_exploited_vulnerabilities.json") else { return };
        let (sink, summary) = read(&KnownExploited, text.as_bytes());
        let original: Value = serde_json::from_str(&text).unwrap();
        let entries = original["vulnerabilities"].as_array().unwrap();
        let rows = sink.rows("known_exploited_vulnerabilities");
        assert_eq!((summary.unwrap().rows, rows.len(), sink.rejects.len()), (1_404, 1_404, 0));
        for (row, entry) in rows.iter().zip(entries) {
            assert_eq!(put_together(row), *entry);
        }
        println!("KEV: 1404 of 1404 entries with all fields");
    }

    #[test]
    fn entries_that_are_none_are_refused() {
        let good = json!({"cveID": "CVE-2026-0001", "vendorProject": "a", "product": "b", "vulnerabilityName": "c", "dateAdded": "2026-01-01",
            "shortDescription": "d", "requiredAction": "e", "dueDate": "2026-02-01", "severity": {"new": 1}});
        let mut bad = good.clone();
        bad["cveID"] = json!("CVE-26-1");
        let mut short = good.clone();
        short.as_object_mut().unwrap().remove("product");
        let (sink, _) = read(&KnownExploited, json!({"vulnerabilities": [good, bad, short, 7]}).to_string().as_bytes());
        assert_eq!(put_together(&sink.rows("known_exploited_vulnerabilities")[0]), good);
        let fields: Vec<_> = sink.rejects.iter().map(|reject| reject.field.as_deref().unwrap()).collect();
        assert_eq!(fields, ["cveID", "product", "vulnerabilities"]);
        assert!(read(&KnownExploited, b"{}").1.is_err());
    }
}
