use super::*;
use crate::{ReadError, ReadSummary, Reject, Sink, SinkError};
use arrow::record_batch::RecordBatch;
use oikos_model::StatementDraft;
use proptest::prelude::*;

const COLUMNS: &[&str] = &["name", "share", "since", "country"];
const FORMAT: CsvFormat = CsvFormat { columns: COLUMNS, needed: &["name", "share"], allows_others: false };

#[derive(Default)]
struct Rejects(Vec<Reject>);

impl Sink for Rejects {
    fn records(&mut self, _table: &'static str, _batch: RecordBatch) -> Result<(), SinkError> {
        Ok(())
    }

    fn statements(&mut self, _statements: Vec<StatementDraft>) -> Result<(), SinkError> {
        Ok(())
    }

    fn reject(&mut self, reject: Reject) -> Result<(), SinkError> {
        self.0.push(reject);
        Ok(())
    }

    fn progress(&mut self, _bytes_read: u64) {}
}

type Row = (u32, String, Option<f64>);

fn take(rows: &mut Vec<Row>, record: &Record<'_>, position: u32) -> Result<(), Refusal> {
    let (_, _) = (record.moment("since")?, record.country("country")?);
    rows.push((position, record.needed("name")?.to_owned(), record.number("share", 0.0..=1.0)?));
    Ok(())
}

fn from_csv(format: &CsvFormat, text: &[u8]) -> (Vec<Row>, Vec<Reject>, Result<ReadSummary, ReadError>) {
    let (mut rows, mut sink) = (Vec::new(), Rejects::default());
    let mut input = std::io::BufReader::with_capacity(7, text);
    let read = read_csv(format, &mut input, &mut sink, &mut |record, position, _| take(&mut rows, record, position));
    (rows, sink.0, read)
}

fn from_json(text: &[u8]) -> (Vec<Row>, Vec<Reject>, Result<ReadSummary, ReadError>) {
    let (mut rows, mut sink) = (Vec::new(), Rejects::default());
    let mut input = std::io::BufReader::with_capacity(7, text);
    let arrays = [JsonArray { name: "holders", columns: COLUMNS }];
    let read = read_json(&arrays, &mut input, &mut sink, &mut |_, record, position, _| take(&mut rows, record, position));
    (rows, sink.0, read)
}

#[test]
fn csv_and_json_give_the_same_rows() {
    let csv = "\u{feff}share,name,country\r\n0.5,\"A, B\",FI\r\n\r\n,C,\r\n";
    let json =
        r#"{"about": {"x": [1]}, "holders": [{"share": 0.5, "name": "A, B", "country": "FI"}, {"name": "C", "share": null}]}"#;
    let (rows, rejects, read) = from_csv(&FORMAT, csv.as_bytes());
    assert_eq!((read.unwrap().rows, rejects.len()), (2, 0));
    assert_eq!(rows, [(2, "A, B".to_owned(), Some(0.5)), (4, "C".to_owned(), None)]);
    let (of_json, rejects, read) = from_json(json.as_bytes());
    assert_eq!((read.unwrap().rows, rejects.len()), (2, 0));
    let without_lines = |rows: Vec<Row>| rows.into_iter().map(|(_, name, share)| (name, share)).collect::<Vec<_>>();
    assert_eq!(without_lines(of_json), without_lines(rows));
}

#[test]
fn a_bad_row_names_its_field_and_the_next_lands() {
    let rows = "A,2\nB,x\n,0.1\nC\n\"D,0.1\nE\u{1},0.1\nF,NaN\nG,0.1\n";
    let (rows, rejects, _) = from_csv(&FORMAT, format!("name,share\n{rows}").as_bytes());
    let found: Vec<_> = rejects.iter().map(|reject| (reject.position, reject.field.as_deref())).collect();
    let expected =
        [(2, Some("share")), (3, Some("share")), (4, Some("name")), (5, None), (6, None), (7, Some("name")), (8, Some("share"))];
    assert_eq!(found, expected);
    assert_eq!(rows, [(9, "G".to_owned(), Some(0.1))]);
    let json =
        r#"{"holders": [{"name": "A", "shaer": 1}, {"name": ["A"]}, 7, {"name": "A", "since": "yesterday"}, {"name": "B"}]}"#;
    let (rows, rejects, _) = from_json(json.as_bytes());
    let found: Vec<_> = rejects.iter().map(|reject| (reject.position, reject.field.as_deref())).collect();
    assert_eq!(found, [(1, None), (2, Some("name")), (3, None), (4, Some("since"))]);
    assert_eq!(rows, [(5, "B".to_owned(), None)]);
}

#[test]
fn a_wrong_beginning_is_refused_and_says_what_is_expected() {
    for header in ["", "name", "name,share,colour", "name,share,name", "\u{0}\u{0}"] {
        let error = from_csv(&FORMAT, header.as_bytes()).2.unwrap_err().to_string();
        assert!(error.contains("expected a header of name,share,since,country"), "{error}");
        assert!(!FORMAT.recognises(header.as_bytes()), "{header:?}");
    }
    let lenient = CsvFormat { allows_others: true, ..FORMAT };
    assert_eq!(from_csv(&lenient, b"name,share,colour\nA,1,red\n").0.len(), 1);
    assert!(FORMAT.recognises(b"name,share\nA"));
    for text in ["", "[]", "{}", r#"{"holders": 1}"#, r#"{"holders": [{"name": "A"}"#, r#"{"holders": []} x"#] {
        assert!(from_json(text.as_bytes()).2.is_err(), "{text}");
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let _ = from_csv(&FORMAT, &bytes);
        let _ = from_json(&bytes);
        let mut rows = b"name,share\n".to_vec();
        rows.extend_from_slice(&bytes);
        prop_assert!(from_csv(&FORMAT, &rows).2.is_ok());
        let mut document = br#"{"holders": ["#.to_vec();
        document.extend_from_slice(&bytes);
        let _ = from_json(&document);
    }
}
