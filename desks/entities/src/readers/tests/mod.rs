//! What must be true of the readers.

mod forms;
mod hostile;
mod real;
mod streaming;

use std::io::{BufReader, Read};

use oikos_desk::{Coverage, ReadError, ReadSummary, Reader, Reject, Sink, SinkError, Source};
use oikos_model::{StatementDraft, Timestamp, Vocabulary};

use crate::ENTITIES;

/// Keeps what it is given, and checks that all of it is what the desk says it is.
#[derive(Default)]
struct Kept {
    rows: std::collections::BTreeMap<&'static str, usize>,
    statements: Vec<StatementDraft>,
    rejects: Vec<Reject>,
}

impl Sink for Kept {
    fn records(&mut self, table: &'static str, batch: arrow::record_batch::RecordBatch) -> Result<(), SinkError> {
        assert_eq!(batch.schema(), ENTITIES.table(table).unwrap().schema());
        *self.rows.entry(table).or_default() += batch.num_rows();
        Ok(())
    }

    fn statements(&mut self, statements: Vec<StatementDraft>) -> Result<(), SinkError> {
        self.statements.extend(statements);
        Ok(())
    }

    fn reject(&mut self, reject: Reject) -> Result<(), SinkError> {
        self.rejects.push(reject);
        Ok(())
    }

    fn progress(&mut self, _bytes_read: u64) {}
}

impl Kept {
    /// Values of a property, sorted, each once.
    fn values(&self, entity: &str, property: &str) -> Vec<&str> {
        let of = self.statements.iter().filter(|one| one.entity.as_str() == entity && one.property == property);
        let mut values: Vec<&str> = of.map(|one| one.value.as_str()).collect();
        values.sort_unstable();
        values.dedup();
        values
    }

    fn one(&self, entity: &str, property: &str) -> &StatementDraft {
        self.statements.iter().find(|one| one.entity.as_str() == entity && one.property == property).unwrap()
    }

    /// How many statements have this property.
    fn count(&self, property: &str) -> usize {
        self.statements.iter().filter(|one| one.property == property).count()
    }

    fn kinds(&self) -> std::collections::BTreeMap<&str, usize> {
        let mut entities: Vec<(&str, &str)> =
            self.statements.iter().map(|one| (one.entity.as_str(), one.kind.as_str())).collect();
        entities.sort_unstable();
        entities.dedup();
        let mut kinds = std::collections::BTreeMap::new();
        for (_, kind) in entities {
            *kinds.entry(kind).or_default() += 1;
        }
        kinds
    }

    /// Everything that landed is in the vocabulary, and persons have a category.
    fn check(&self) {
        let vocabulary = Vocabulary::load().unwrap();
        for one in &self.statements {
            assert!(vocabulary.property(&one.kind, &one.property).is_some(), "{}.{}", one.kind, one.property);
            let is_person = vocabulary.kind(&one.kind).unwrap().is_person;
            assert!(!is_person || one.person_category != oikos_model::PersonCategory::NotAPerson, "{one:?}");
            assert!(one.record.is_some() && !one.value.is_empty() && !one.value.contains(char::is_control), "{one:?}");
        }
    }
}

fn reader(format: &str) -> &'static dyn Reader {
    ENTITIES.reader(format).unwrap()
}

fn source() -> Source {
    Source { file_name: "x".into(), import_number: 7, imported_at: Timestamp::from_second(1_780_000_000).unwrap() }
}

fn read_from(format: &str, input: impl Read) -> (Kept, Result<ReadSummary, ReadError>) {
    let mut kept = Kept::default();
    let summary = reader(format).read(&source(), &mut BufReader::new(input), &mut kept);
    (kept, summary)
}

fn read(format: &str, bytes: &[u8]) -> (Kept, ReadSummary) {
    let (kept, summary) = read_from(format, bytes);
    kept.check();
    (kept, summary.unwrap())
}

/// A file of the repository's own, written by hand from the documented schema.
fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// A file of the shared data.
fn shared(path: &str) -> Option<Vec<u8>> {
    let path = format!("{}/../../../shared/data/{path}", env!("CARGO_MANIFEST_DIR"));
    let bytes = std::fs::read(&path);
    if bytes.is_err() {
        println!("SKIPPED: there is no {path}; the shared test data is missing");
    }
    bytes.ok()
}

/// A small file of each format, and the format.
fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let own = [
        ("eu-fsf-xml", "eu-fsf.xml"),
        ("eu-fsf-csv", "eu-fsf.csv"),
        ("un-sc-xml", "un.xml"),
        ("ofac-sdn-csv", "ofac-sdn.csv"),
        ("ofac-alt-csv", "ofac-alt.csv"),
        ("ofac-add-csv", "ofac-add.csv"),
        ("ofac-sdn-xml", "ofac-sdn.xml"),
        ("ftm", "ftm.jsonl"),
        ("gleif-lei-xml", "gleif-lei.xml"),
        ("gleif-lei-csv", "gleif-lei.csv"),
        ("gleif-rr-xml", "gleif-rr.xml"),
        ("gleif-rr-csv", "gleif-rr.csv"),
        ("uk-psc", "psc.jsonl"),
    ];
    own.into_iter().map(|(format, name)| (format, fixture(name))).collect()
}

#[test]
fn there_is_a_seed_for_every_format_and_only_its_reader_recognises_it() {
    let seeds = seeds();
    assert_eq!(seeds.len(), ENTITIES.readers.len());
    for (format, bytes) in &seeds {
        let by: Vec<&str> =
            ENTITIES.readers.iter().filter(|reader| reader.recognises(bytes)).map(|reader| reader.format().name).collect();
        assert_eq!(by, [*format]);
        let (kept, summary) = read(format, bytes);
        assert_eq!(kept.rejects, [], "{format}");
        assert!(summary.rows > 0 && !kept.statements.is_empty(), "{format}");
        assert_ne!(summary.coverage, Coverage::Part, "{format}");
    }
}

/// Importing a file again says the same things: a statement's id is a hash of what it says, so nothing is doubled.
#[test]
fn reading_again_says_the_same() {
    for (format, bytes) in seeds() {
        let (once, _) = read(format, &bytes);
        let (again, _) = read(format, &bytes);
        assert_eq!(once.statements, again.statements, "{format}");
    }
}
