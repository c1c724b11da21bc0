//! What must be true of the reader.

use std::io::{BufReader, Read};

use arrow::array::{Array, AsArray};
use arrow::datatypes::{Float64Type, TimestampMicrosecondType};
use arrow::record_batch::RecordBatch;
use oikos_desk::{ReadError, ReadSummary, Reader, Reject, Sink, SinkError, Source};
use oikos_model::{PersonCategory, StatementDraft, Timestamp, Vocabulary};
use proptest::prelude::*;

use super::{BodsReader, STATEMENT_BYTES};

#[derive(Default)]
struct Kept {
    entities: Vec<RecordBatch>,
    interests: Vec<RecordBatch>,
    statements: Vec<StatementDraft>,
    rejects: Vec<Reject>,
}

impl Sink for Kept {
    fn records(&mut self, table: &'static str, batch: RecordBatch) -> Result<(), SinkError> {
        match table {
            "ownership_entities" => self.entities.push(batch),
            _ => self.interests.push(batch),
        }
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
    fn rows(batches: &[RecordBatch]) -> usize {
        batches.iter().map(RecordBatch::num_rows).sum()
    }

    fn entity_ids(&self) -> Vec<String> {
        let column = |batch: &RecordBatch| batch.column_by_name("entity").unwrap().as_string::<i32>().clone();
        self.entities.iter().flat_map(|batch| column(batch).iter().map(|id| id.unwrap().to_owned()).collect::<Vec<_>>()).collect()
    }

    /// Every statement's record, landed or not: nothing is lost.
    fn accounted_for(&self) -> usize {
        let mut records: Vec<i64> = self
            .entities
            .iter()
            .chain(&self.interests)
            .flat_map(|batch| batch.column(0).as_primitive::<arrow::datatypes::Int64Type>().values().to_vec())
            .collect();
        records.sort_unstable();
        records.dedup();
        records.len() + self.rejects.len()
    }
}

fn source() -> Source {
    Source { file_name: "x.json".into(), import_number: 7, imported_at: Timestamp::from_second(1_700_000_000).unwrap() }
}

fn read_from(input: impl Read, buffer_bytes: usize) -> (Kept, Result<ReadSummary, ReadError>) {
    let mut kept = Kept::default();
    let summary = BodsReader.read(&source(), &mut BufReader::with_capacity(buffer_bytes, input), &mut kept);
    (kept, summary)
}

fn read(bytes: &[u8]) -> (Kept, ReadSummary) {
    let (kept, summary) = read_from(bytes, 8192);
    (kept, summary.unwrap())
}

fn entity(id: &str) -> String {
    format!(
        r#"{{"statementId": "{id:0>32}", "declarationSubject": "{id}", "statementDate": "2024-03-01", "recordId": "{id}", "recordType": "entity",
 "recordDetails": {{"isComponent": false, "entityType": {{"type": "registeredEntity"}}, "name": "Company {id}"}}}}"#
    )
}

fn array(statements: &[String]) -> String {
    format!("[\n{}\n]\n", statements.join(",\n"))
}

fn test_data(folder: &str) -> Option<Vec<(String, Vec<u8>)>> {
    let folder = format!("{}/../../../shared/data/ownership/bods/{folder}", env!("CARGO_MANIFEST_DIR"));
    let Ok(entries) = std::fs::read_dir(&folder) else {
        println!("SKIPPED: there is no {folder}; the shared test data is missing");
        return None;
    };
    let paths = entries.map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some_and(|ending| ending == "json"));
    let name = |path: &std::path::Path| path.file_name().unwrap().to_string_lossy().into_owned();
    let mut files: Vec<_> = paths.map(|path| (name(&path), std::fs::read(&path).unwrap())).collect();
    files.sort();
    assert!(!files.is_empty(), "{folder} is empty");
    Some(files)
}

#[test]
fn every_example_and_every_valid_statement_lands() {
    for folder in ["examples", "tests/data/valid-statements"] {
        for (name, bytes) in test_data(folder).unwrap_or_default() {
            let (kept, summary) = read(&bytes);
            assert_eq!(kept.rejects, [], "{folder}/{name}");
            let expected = serde_json::from_slice::<Vec<serde_json::Value>>(&bytes).unwrap().len();
            assert_eq!((summary.rows as usize, kept.accounted_for()), (expected, expected), "{folder}/{name}");
            assert!(BodsReader.recognises(&bytes[..bytes.len().min(65_536)]), "{folder}/{name}");
        }
    }
}

#[test]
fn every_invalid_statement_is_refused_at_its_field() {
    let Some(files) = test_data("tests/data/invalid-statements") else { return };
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/ownership/bods/tests/data/invalid-statements");
    let expected = std::fs::read_to_string(format!("{folder}/expected_errors.csv")).unwrap();
    let (mut refused, mut at_its_field) = (0, 0);
    let mut accepted = Vec::new();
    for (name, bytes) in &files {
        let (kept, _) = read(bytes);
        let Some(reject) = kept.rejects.first() else {
            accepted.push(name.as_str());
            continue;
        };
        refused += 1;
        let fields: Vec<&str> =
            expected.lines().find(|line| line.starts_with(name.as_str())).unwrap_or(",,,").split(',').collect();
        let (kind, path, field) =
            (fields[1], fields[2].trim_start_matches("$[0]").replace(['.', '['], "/").replace(']', ""), fields[3].trim());
        let pointer = reject.field.as_deref().unwrap();
        let wanted = if kind == "required" { format!("{path}/{field}") } else { path };
        at_its_field += usize::from(pointer == wanted);
        assert!(pointer == wanted || fields[0].is_empty(), "{name}: refused at {pointer}, expected {wanted}: {}", reject.reason);
    }
    println!(
        "{refused} of {} invalid files are refused, {at_its_field} at the field the standard's tests name; accepted: {accepted:?}",
        files.len()
    );
    // A single statement without its array is one of the three layouts the reader takes.
    assert_eq!(accepted, ["statements_not_array.json"]);
}

#[test]
fn an_array_a_single_statement_and_lines_are_the_same() {
    let statements = [entity("a"), entity("b")];
    let lines = statements.each_ref().map(|statement| statement.replace('\n', "")).join("\n");
    let concatenated = format!("\u{feff}{}\r\n", statements.join("\r\n"));
    for text in [array(&statements), lines, concatenated] {
        for buffer_bytes in [1, 7, 8192] {
            let (kept, summary) = read_from(text.as_bytes(), buffer_bytes);
            assert_eq!((summary.unwrap().rows, kept.entity_ids()), (2, vec!["a".to_owned(), "b".to_owned()]), "{text}");
        }
    }
    assert_eq!(read(entity("a").as_bytes()).0.entity_ids(), ["a"]);
    assert_eq!(read(b" [ ] ").1.rows, 0);
}

#[test]
fn truncated_files_land_what_is_whole_and_say_where_they_end() {
    let text = array(&[entity("a"), entity("b")]);
    let cut = text.find("Company b").unwrap();
    let (kept, _) = read(&text.as_bytes()[..cut]);
    assert_eq!(kept.entity_ids(), ["a"]);
    assert_eq!(kept.rejects.len(), 1);
    assert_eq!(kept.rejects[0].position, 2);
    assert!(
        kept.rejects[0].reason.contains("line 4") && kept.rejects[0].reason.contains("truncated"),
        "{}",
        kept.rejects[0].reason
    );
    let between = text.find(",\n{").unwrap() + 1;
    let (kept, _) = read(&text.as_bytes()[..between]);
    assert_eq!(kept.entity_ids(), ["a"]);
    assert!(kept.rejects[0].reason.contains("closing bracket"), "{}", kept.rejects[0].reason);
}

#[test]
fn a_broken_statement_does_not_take_its_neighbours_along() {
    let whole = [entity("a"), entity("b"), entity("c")];
    type Damage = fn(&str) -> String;
    let breaks: [(&str, Damage); 6] = [
        ("a missing closing bracket", |text| text.trim_end_matches('}').to_owned()),
        ("a missing quote", |text| text.replace("Company b\"", "Company b\n")),
        ("a trailing comma", |text| text.replace("\"Company b\"", "\"Company b\",")),
        ("a bracket of the wrong kind", |text| text.replace("b\"}}", "b\"]}")),
        ("a word that is none", |text| text.replace("false", "nope")),
        ("not an object", |_| "17".to_owned()),
    ];
    for (what, damage) in breaks {
        let statements = [whole[0].clone(), damage(&whole[1]), whole[2].clone()];
        for text in [array(&statements), statements.each_ref().map(|statement| statement.replace('\n', "")).join("\n")] {
            let (kept, _) = read(text.as_bytes());
            assert_eq!(kept.entity_ids(), ["a", "c"], "{what}: {text}\n{:?}", kept.rejects);
            assert_eq!(kept.rejects.len(), 1, "{what}: {:?}", kept.rejects);
            assert_eq!(kept.rejects[0].position, 2, "{what}");
        }
    }
}

#[test]
fn errors_name_line_column_and_field() {
    let bad_json = array(&[entity("a"), entity("b").replace("false", "nope")]);
    let reason = &read(bad_json.as_bytes()).0.rejects[0].reason;
    assert!(reason.starts_with("line 5: not valid JSON at column 36"), "{reason}");
    let bad_field = array(&[entity("a"), entity("b").replace("false", "3")]);
    let reject = &read(bad_field.as_bytes()).0.rejects[0];
    assert_eq!((reject.field.as_deref(), reject.position), (Some("/recordDetails/isComponent"), 2));
    assert_eq!(reject.reason, "line 4: expected true or false, found 3");
    let old = r#"[{"statementID": "x", "statementType": "entityStatement"}]"#;
    assert!(read(old.as_bytes()).0.rejects[0].reason.contains("before 0.4"));
}

#[test]
fn other_encodings_and_other_files_are_named() {
    let utf16: Vec<u8> = "[{\"statementId\"".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (bytes, word) in [
        (utf16.as_slice(), "UTF-16"),
        (b"\xff\xfe[\0".as_slice(), "UTF-16"),
        (b"", "empty"),
        (b"name;share\n", "expected JSON"),
        (b"PK\x03\x04zip", "expected JSON"),
    ] {
        let error = read_from(bytes, 8192).1.unwrap_err().to_string();
        assert!(error.contains(word), "{error}");
    }
    let mut latin = array(&[entity("a"), entity("b")]).into_bytes();
    let at = latin.windows(9).position(|window| window == b"Company a").unwrap();
    latin[at + 1] = 0xf6;
    let (kept, _) = read(&latin);
    assert_eq!(kept.entity_ids(), ["b"]);
    assert!(kept.rejects[0].reason.contains("line 3: the text is not UTF-8"), "{}", kept.rejects[0].reason);
}

#[test]
fn size_and_depth_have_limits() {
    let big = entity("b").replace("Company b", &"x".repeat(STATEMENT_BYTES));
    let deep = entity("d").replace("\"Company d\"", &format!("{}{}", "[".repeat(300), "]".repeat(300)));
    let (kept, _) = read(array(&[entity("a"), big, deep, entity("c")]).as_bytes());
    assert_eq!(kept.entity_ids(), ["a", "c"]);
    assert!(kept.rejects[0].reason.contains("larger than 1048576 bytes"), "{}", kept.rejects[0].reason);
    assert!(kept.rejects[1].reason.contains("recursion limit"), "{}", kept.rejects[1].reason);
    assert!(kept.rejects.iter().all(|reject| reject.excerpt.chars().count() <= Reject::EXCERPT_CHARACTERS));
    // A large one that is also unbalanced does not swallow the rest.
    let unbalanced = entity("b").replace("Company b", &"x".repeat(STATEMENT_BYTES)).trim_end_matches('}').to_owned();
    let (kept, _) = read(array(&[entity("a"), unbalanced, entity("c")]).as_bytes());
    assert_eq!(kept.entity_ids(), ["a", "c"]);
    // A file without end stops at the limit.
    let endless = Read::take(std::io::repeat(b' '), 1 << 20);
    let mut input = BufReader::new(endless);
    let mut frames = super::framing::Frames::new(&mut input, 100, 1000);
    assert!(frames.next().unwrap_err().to_string().contains("larger than 1000 bytes"));
}

#[test]
fn what_comes_after_the_array_is_refused_once() {
    let text = format!("{} and then , , , more", array(&[entity("a")]));
    let (kept, _) = read(text.as_bytes());
    assert_eq!((kept.entity_ids().len(), kept.rejects.len()), (1, 1));
    let twice = format!("{}{}", array(&[entity("a")]), array(&[entity("b")]));
    assert_eq!(read(twice.as_bytes()).0.entity_ids(), ["a", "b"]);
}

const RELATIONSHIP: &str = r#"{"statementId": "00000000000000000000000000000001", "declarationSubject": "t", "statementDate": "2024-03-01T10:00:00Z",
 "publicationDetails": {"publicationDate": "2024-03-02", "bodsVersion": "0.4", "publisher": {"name": "Register"}},
 "recordId": "r", "recordType": "relationship", "recordStatus": "closed", "recordDetails": {"isComponent": false, "subject": "t",
 "interestedParty": "h", "componentRecords": ["x", "y"], "interests": [
 {"type": "votingRights", "share": {"exclusiveMinimum": 25, "maximum": 50}, "directOrIndirect": "indirect"},
 {"type": "shareholding", "share": {"exact": 24.9}, "startDate": "2023-01-02", "endDate": "9999-12-31"}]}}"#;

#[test]
fn a_relationship_becomes_rows_and_one_ownership() {
    let (kept, _) = read(RELATIONSHIP.as_bytes());
    assert_eq!(kept.rejects, []);
    let rows = &kept.interests[0];
    assert_eq!(rows.num_rows(), 2);
    let number = |column: &str, row: usize| {
        let column = rows.column_by_name(column).unwrap().as_primitive::<Float64Type>();
        (!column.is_null(row)).then(|| column.value(row))
    };
    assert_eq!((number("share_minimum_percent", 0), number("share_maximum_percent", 0)), (Some(25.0), Some(50.0)));
    assert_eq!((number("share_percent", 0), number("share_percent", 1)), (None, Some(24.9)));
    let end = rows.column_by_name("end_on").unwrap().as_primitive::<TimestampMicrosecondType>();
    assert!(end.is_null(1), "9999-12-31 means that there is no end");
    assert_eq!(rows.column_by_name("publisher").unwrap().as_string::<i32>().value(0), "Register");
    assert_eq!(rows.column(0).as_primitive::<arrow::datatypes::Int64Type>().values(), &[(7 << 32) | 1, (7 << 32) | 1]);

    let said = |property: &str| -> Vec<&str> {
        kept.statements.iter().filter(|draft| draft.property == property).map(|draft| draft.value.as_str()).collect()
    };
    assert_eq!((said("owner"), said("owned"), said("share")), (vec!["h"], vec!["t"], vec!["24.9"]));
    assert_eq!(said("interest"), ["votingRights", "shareholding"]);
    let owner = kept.statements.iter().find(|draft| draft.property == "owner").unwrap();
    assert_eq!(owner.valid_from, Some("2023-01-02T00:00:00Z".parse().unwrap()));
    assert_eq!(owner.valid_to, Some("2024-03-01T10:00:00Z".parse().unwrap()), "a closed record ends when it was closed");
}

#[test]
fn identifiers_become_selectors_and_unusable_ones_are_counted() {
    let identifiers = r#""identifiers": [{"scheme": "XI-LEI", "id": "506700ge1g29325qx363"}, {"scheme": "GB-COH", "id": "032 09885"},
      {"scheme": "XI-LEI", "id": "506700GE1G29325QX364"}, {"schemeName": "Some register", "id": "1"}], "name""#;
    let (kept, summary) = read(entity("a").replace("\"name\"", identifiers).as_bytes());
    let said = |property: &str| kept.statements.iter().find(|draft| draft.property == property).map(|draft| draft.value.as_str());
    assert_eq!((said("lei"), said("company_number")), (Some("506700GE1G29325QX363"), Some("GB-COH:03209885")));
    assert_eq!(summary.ignored.get("LEI that fails its check"), Some(&1));
    assert_eq!(summary.ignored.get("identifier without a scheme code"), Some(&1));
}

#[test]
fn everything_said_is_in_the_vocabulary_and_persons_have_a_category() {
    let vocabulary = Vocabulary::load().unwrap();
    for folder in ["examples", "tests/data/valid-statements"] {
        for (name, bytes) in test_data(folder).unwrap_or_default() {
            for draft in read(&bytes).0.statements {
                assert!(vocabulary.property(&draft.kind, &draft.property).is_some(), "{name}: {}.{}", draft.kind, draft.property);
                assert_eq!(draft.person_category != PersonCategory::NotAPerson, draft.kind == "person", "{name}");
            }
        }
    }
}

#[test]
fn batches_are_handed_on_before_the_end() {
    let many: Vec<String> = (0..10_000).map(|number| entity(&number.to_string())).collect();
    let (kept, summary) = read(array(&many).as_bytes());
    assert_eq!((summary.rows, Kept::rows(&kept.entities)), (10_000, 10_000));
    assert!(kept.entities.len() > 2 && kept.entities.iter().all(|batch| batch.num_rows() <= 4096));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        let _ = read_from(bytes.as_slice(), 64);
    }

    #[test]
    fn bytes_that_look_like_json_never_panic(text in r#"[\[{]([\[\]{}",:\\\n ]|"statementId"|"recordDetails"|1|true){0,200}"#) {
        let _ = read_from(text.as_bytes(), 16);
    }

    #[test]
    fn a_mutated_file_never_panics_and_loses_nothing(
        cut in 0usize..2000,
        at in 0usize..2000,
        byte in any::<u8>(),
        buffer_bytes in 1usize..300,
    ) {
        let mut bytes = array(&[entity("a"), RELATIONSHIP.to_owned(), entity("b")]).into_bytes();
        bytes.truncate(cut.max(1));
        let length = bytes.len();
        bytes[at % length] = byte;
        let (kept, summary) = read_from(bytes.as_slice(), buffer_bytes);
        if let Ok(summary) = summary {
            prop_assert_eq!(summary.rows as usize, kept.accounted_for());
        }
    }

    #[test]
    fn the_size_of_the_buffer_does_not_matter(cut in 0usize..2000, one in 1usize..50, other in 50usize..3000) {
        let mut bytes = array(&[entity("a"), RELATIONSHIP.to_owned(), entity("b")]).into_bytes();
        bytes.truncate(cut.max(1));
        let (first, second) = (read_from(bytes.as_slice(), one), read_from(bytes.as_slice(), other));
        prop_assert_eq!(first.0.rejects, second.0.rejects);
        prop_assert_eq!(first.0.statements, second.0.statements);
    }
}
